"""What strangers wrote reaches the screen through a few doors; here every other way is forbidden, and planted."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "operator_app"
LABELS = "ui/kit/labels.py"

CLASSES: Mapping[str, frozenset[str]] = {
    "QLabel": frozenset({LABELS, "ui/kit/widget_tree.py", "ui/wall/fit_label.py"}),
    "QPushButton": frozenset({"ui/kit/buttons.py", "ui/phone/call_lists.py", "ui/desk/lines.py"}),
    "QComboBox": frozenset({"ui/sound/device_pane.py"}),
    "QLineEdit": frozenset({LABELS, "ui/kit/line.py", "ui/kit/widget_tree.py"}),
    "QTextEdit": frozenset({"ui/supervisor/card_editor.py"}),  # its marks in the plain text, no widget
    "QTextDocument": frozenset({"ui/kit/widget_tree.py"}),  # reads a label of the house back
    **dict.fromkeys(
        (
            "QAction", "QCheckBox", "QCommandLinkButton", "QCompleter", "QDesktopServices", "QDockWidget",
            "QErrorMessage",
            "QFileDialog", "QGraphicsTextItem", "QGroupBox", "QInputDialog", "QListWidget", "QMenu", "QMenuBar",
            "QMessageBox", "QProgressDialog", "QRadioButton", "QSplashScreen", "QStaticText", "QStatusBar",
            "QSystemTrayIcon", "QTabBar", "QTabWidget", "QTableWidget", "QTextBrowser", "QToolBar", "QToolBox",
            "QToolButton", "QToolTip", "QTreeWidget", "QWhatsThis", "QWizard",
        ),
        frozenset(),
    ),
}  # fmt: skip
"""Classes of Qt that guess what a text is, open what it names or make keys of it, and who may import them."""

NAMES: Mapping[str, frozenset[str]] = {
    "setToolTip": frozenset({LABELS}),
    "setWindowTitle": frozenset({LABELS}),
    "setPlaceholderText": frozenset({LABELS}),
    "setTextFormat": frozenset({LABELS, "ui/wall/fit_label.py"}),
    "ToolTipRole": frozenset({"ui/kit/rows_model.py", "ui/incidents/incidents_model.py"}),
    "setHtml": frozenset({"ui/kit/widget_tree.py"}),
    "setStyleSheet": frozenset(
        {
            "ui/kit/theme.py", "ui/map/map_view.py", "ui/desk/alarm.py", "ui/desk/sheet.py", "ui/wall/board.py",
            "ui/wall/fit_label.py", "ui/wall/parts.py", "ui/wall/window.py",
        }
    ),  # colours and sizes of the theme; a style sheet's url() opens files
    **dict.fromkeys(
        (
            "setWhatsThis", "setStatusTip", "setOpenExternalLinks", "setMarkdown", "insertHtml", "appendHtml",
            "setIconText", "openUrl", "showMessage", "TextBrowserInteraction", "LinksAccessibleByMouse",
            "LinksAccessibleByKeyboard", "StatusTipRole", "WhatsThisRole", "addLegend", "setLabel", "setLabels",
            "setTitle", "TextItem", "LabelItem", "AxisItem",
        ),
        frozenset(),
    ),
}  # fmt: skip
"""Names after a dot, by which such a text is given, and who may say them; the last ones draw markup on a plot."""

BOOKS = frozenset({"QtGui", "QtWidgets", "QtCore"})


def faults(source: str, where: str) -> Iterator[str]:
    """Name every way in that source by which a text could be taken for more than a text."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "PySide6":
            for each in node.names:
                if where not in CLASSES.get(each.name, {where}):
                    yield f"{where}:{node.lineno} imports {each.name}"
                if each.name in BOOKS or each.asname is not None:
                    yield f"{where}:{node.lineno} imports {each.name} so that its classes are not named"
        elif isinstance(node, ast.Import) and any(
            each.name.partition(".")[0] == "PySide6" for each in node.names
        ):
            yield f"{where}:{node.lineno} imports a whole book of Qt"
        elif isinstance(node, ast.Attribute) and where not in NAMES.get(node.attr, {where}):
            yield f"{where}:{node.lineno} says .{node.attr}"


def test_foreign_words_reach_the_screen_through_the_houses_doors_alone() -> None:
    files = sorted(PACKAGE.rglob("*.py"))
    assert PACKAGE / LABELS in files
    found = [
        fault
        for path in files
        for fault in faults(path.read_text(encoding="utf-8"), str(path.relative_to(PACKAGE)))
    ]
    assert found == []


def test_every_door_is_where_this_file_says() -> None:
    allowed = {where for table in (CLASSES, NAMES) for places in table.values() for where in places}
    assert [where for where in sorted(allowed) if not (PACKAGE / where).is_file()] == []


@pytest.mark.parametrize(
    "planted",
    [
        "widget.setToolTip(words)",
        "from PySide6.QtWidgets import QLabel",
        "from PySide6.QtWidgets import QMessageBox",
        "from PySide6.QtGui import QAction",
        "from PySide6 import QtWidgets",
        "import PySide6.QtWidgets as w",
        "from PySide6.QtWidgets import QPushButton as Knob",
        "self.setWindowTitle(incident.number)",
        "role == Qt.ItemDataRole.ToolTipRole",
        "plot.setTitle(agency.name)",
        "self.text.appendHtml(note)",
        "self.setStyleSheet(agency.colour)",
    ],
)
def test_a_planted_way_around_is_reported(planted: str) -> None:
    assert list(faults(planted, "ui/seat/seat_screen.py")) != []


MARKUP_IN_A_PAGE = (
    "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "bindPopup", "bindTooltip", "setContent(",
    "eval(", "new Function", "createContextualFragment", "DOMParser", "srcdoc", ".href =",
)  # fmt: skip


def test_the_map_page_writes_no_text_as_markup() -> None:
    """Leaflet's icons get elements of ours, whose texts are set by `textContent`."""
    scripts = sorted((ROOT / "resources" / "map").glob("*.js"))
    assert [each.name for each in scripts] != []
    found = []
    for path in scripts:
        source = path.read_text(encoding="utf-8")
        found += [f"{path.name} says {word}" for word in MARKUP_IN_A_PAGE if word in source]
        found += [
            f"{path.name} gives an icon more than an element: {given}"
            for given in re.findall(r"html:\s*([^,\n]+)", source)
            if given not in ("box", "cross", "text", "element(incident)")
        ]
    assert found == []
