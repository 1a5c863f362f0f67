"""The incident form: number and saving on top, the fields, what is proposed, the keys that hand over."""

from collections.abc import Callable, Collection, Mapping, Sequence

from PySide6.QtCore import QElapsedTimer, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from operator_app.domain.ids import AgencyCode
from operator_app.domain.triage import Kind
from operator_app.maps.names import PlaceHit
from operator_app.ui.form.card_pane import CardPane
from operator_app.ui.form.dispatch_bar import DispatchBar
from operator_app.ui.form.known_bar import KnownBar
from operator_app.ui.form.presenters.form import FormView, priority_tone
from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.caps import FieldLabel, KeyCap
from operator_app.ui.kit.labels import Chip, ElideText, Panel, SpanText, Text, set_look, set_tip
from operator_app.ui.kit.line import OneLine
from operator_app.ui.kit.search_field import Finder, SearchField
from operator_app.ui.kit.theme import BODY, TITLE, Theme
from operator_app.ui.words.plain import in_editor, one_line
from operator_app.ui.words.wording import Say, Tone
from operator_app.workflow.hand import Sheet

TEXT_LINES = 2
LED_MS = 700
"""So long after the keyboard was led into the text a Return still belongs to what was written before."""


class LineField(OneLine):
    """A line that is saved while it is typed in."""

    left = Signal()

    def __init__(self, name: str, label: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(label)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that it was left."""
        super().focusOutEvent(event)
        self.left.emit()


class ParagraphField(QPlainTextEdit):
    """Several lines that are saved while they are typed in; Tab leaves it."""

    left = Signal()

    def __init__(self, theme: Theme, name: str, label: str) -> None:
        super().__init__()
        self._led_here = QElapsedTimer()
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(0)
        self._theme = theme
        self.set_lines(TEXT_LINES)

    def set_lines(self, lines: int, *, dense: bool = False) -> None:
        """Be as high as so many lines."""
        line = self._theme.metrics(BODY).lineSpacing()
        self.setFixedHeight(lines * line + self._theme.px(14 if dense else 16))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Type; but no Return that was meant for the line before: one still held, or the second of two."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        late = self._led_here.isValid() and self._led_here.elapsed() < LED_MS
        if enter and (late or event.isAutoRepeat()):
            event.accept()
            return
        self._led_here.invalidate()
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Remember when the program led the keyboard here, and not Tab or a click."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.OtherFocusReason, Qt.FocusReason.ShortcutFocusReason):
            self._led_here.start()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that it was left."""
        super().focusOutEvent(event)
        self.left.emit()


class FormPane(Panel):
    """Shows a `FormView` and tells what was typed, picked and wished. Never overwrites a field under the hand."""

    typed = Signal(str, str)
    left = Signal()
    place_picked = Signal(object)
    kind_picked = Signal(object)
    new_wished = Signal()
    dispatch_wished = Signal()
    agency_wished = Signal(str)

    def __init__(
        self,
        theme: Theme,
        say: Say,
        keys: KeyMap,
        find_places: Finder[PlaceHit],
        find_kinds: Finder[Kind],
        agencies: Sequence[tuple[AgencyCode, str]],
        unsaved: Callable[[], Mapping[str, str | None]],
    ) -> None:
        """`unsaved` is what was typed into what the form shows and is not saved yet, by field."""
        super().__init__(theme, "form", gap=8)
        self._say = say
        self._unsaved = unsaved
        self._shown: Sheet | None = None
        self._kind = ""
        self.number = Text(part="title", name="incidentNumber")
        self.number.setFont(theme.font(TITLE, 600, tabular=False))
        self.saved = SpanText(theme, name="saved", part="small")
        self.warning = ElideText("small", Tone.WATCH, name="formWarning")
        self.priority = Chip(name="priority")
        self.company = ElideText("small", Tone.BUSY, name="company")
        self.new = KeyButton(
            theme,
            say("form.new_button"),
            keys.cap("new_incident"),
            name="new_incident",
            text_px=13,
        )
        self.place: SearchField[PlaceHit] = SearchField(
            theme, "place", say("form.place"), find_places, (6, 5, 1)
        )
        self.kind: SearchField[Kind] = SearchField(theme, "kind", say("form.kind"), find_kinds, (1, 6, 2))
        self.kind.setFont(theme.font(BODY, tabular=False))
        self.landmark = LineField("landmark", say("form.landmark"))
        self.village = LineField("village", say("form.village"))
        self.neighbourhood = LineField("neighbourhood", say("form.neighbourhood"))
        self.caller_name = LineField("caller_name", say("form.caller"))
        self.text = ParagraphField(theme, "text", say("form.text"))
        self.dispatch = DispatchBar(theme, say, keys, agencies)
        self.card = CardPane(theme, say, keys.cap("card"))
        self.known = KnownBar(theme, say, keys)
        self.point = SpanText(theme, name="pointLine", part="small")
        self.point.setMinimumWidth(1)
        self.point.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._point_cap = KeyCap(theme, keys.cap("copy_point"))
        self._fields: list[QVBoxLayout] = []
        self._labels: dict[str, FieldLabel] = {}
        self._lines: dict[str, LineField | SearchField[PlaceHit]] = {
            "place": self.place,
            "landmark": self.landmark,
            "village": self.village,
            "neighbourhood": self.neighbourhood,
            "caller_name": self.caller_name,
        }
        self._arrange(keys)
        self._connect()

    def attach_lists(self, over: QWidget) -> None:
        """Let the lists of hits lie over that widget."""
        self.place.attach(over)
        self.kind.attach(over)

    def tell(self, view: FormView) -> None:
        """Show that form. A field with unsaved text, or with the keyboard in it, keeps what it holds.

        One that comes back with words that could not be saved shows those.
        """
        other = view.sheet != self._shown
        self._shown = view.sheet
        self.number.say(view.number)
        self.saved.say(view.saved)
        self.warning.say(view.warning)
        self.warning.setVisible(bool(view.warning))
        self.priority.say(view.priority_words, priority_tone(view.priority))
        self.priority.setVisible(bool(view.priority_words))
        for name, field in self._lines.items():
            self._put(field, name, view.values.get(name, ""), other=other)
        self._put_text(view.values.get("text", ""), other=other)
        self._put_kind(view.kind, other=other)
        self.point.say(view.point)
        self._point_cap.setVisible(bool(view.point))
        self._labels["place"].remark.say(view.read_back, view.read_back_tone)
        self.card.tell(view.card)
        self._labels["village"].remark.say(view.district)
        self._labels["caller_name"].remark.say(view.caller_number)
        for each in (*self._lines.values(), self.text, self.kind):
            each.setReadOnly(view.is_ended)
        self.dispatch.tell(view)

    def put_value(self, name: str, value: str) -> None:
        """Show the value that was chosen for a field, also under the hand: it is what the operator wanted."""
        if name == "text":
            self._put_text(in_editor(name, value), other=True)
        elif name in self._lines:
            self._put(self._lines[name], name, in_editor(name, value), other=True)

    def texts(self) -> dict[str, str]:
        """Return what stands in the typed fields."""
        lines = {name: field.text() for name, field in self._lines.items()}
        return {**lines, "text": self.text.toPlainText()}

    def mark_clashes(self, names: Collection[str]) -> None:
        """Mark the fields of which two values wait for a choice; the choice itself stands under the form."""
        for name, label in self._labels.items():
            clashes = name in names
            words = self._say("form.caller" if name == "caller_name" else f"form.{name}")
            label.words.say(
                self._say("together.mark", field=words) if clashes else words,
                Tone.WATCH if clashes else Tone.QUIET,
            )

    def show_shared(self, company: str, clashing: Collection[str]) -> None:
        """Say who else is at the incident, and mark the fields that wait for a choice."""
        self.company.say(company)
        self.company.setVisible(bool(company))
        self.mark_clashes(clashing)

    def close_up(self, short: bool) -> None:
        """Do with less height."""
        for field in (*self._lines.values(), self.kind, self.text):
            set_look(field, "dense", "yes" if short else "no")
            field.updateGeometry()
        self.text.set_lines(TEXT_LINES, dense=short)
        self.card.set_short(short=short)
        self.dispatch.close_up(short)
        for rows in self._fields:
            rows.setSpacing(self.theme.px(2 if short else 4))
        self.column.setSpacing(self.theme.px(2 if short else 6))
        side, edge = self.theme.px(14), self.theme.px(6 if short else 8)
        self.column.setContentsMargins(side, edge, side, edge)
        for grid in self._grids:
            grid.setVerticalSpacing(self.theme.px(2 if short else 8))

    def put_kind(self, label: str) -> None:
        """Show a kind that was picked, before it is saved."""
        self._kind = one_line(label)
        self.kind.setText(self._kind)

    def put_place(self, words: str) -> None:
        """Show a place that was picked, before it is saved."""
        self.place.setText(one_line(words))

    def focus_text(self) -> None:
        """Lead the keyboard to the description, behind what stands there."""
        self.text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        cursor = self.text.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        self.text.setTextCursor(cursor)

    def focus_place(self) -> None:
        """Lead the keyboard to the place, all of it chosen."""
        self.place.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.place.selectAll()

    def focus_kind(self) -> None:
        """Lead the keyboard to the kind; the first letter replaces what stands there."""
        self.kind.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.kind.selectAll()

    # ---- values

    def _stands(self, name: str, value: str, *, other: bool) -> tuple[str, bool]:
        """What has to stand in a field, unsaved words first, and whether the field stays as it is because of them."""
        unsaved = self._unsaved()
        return (unsaved[name] or "", not other) if name in unsaved else (value, False)

    def _put(self, field: OneLine, name: str, value: str, *, other: bool) -> None:
        value, kept = self._stands(name, value, other=other)
        if field.text() == value or kept or (field.hasFocus() and not other):
            return
        field.setText(value)
        if not field.hasFocus():
            field.setCursorPosition(0)

    def _put_text(self, value: str, *, other: bool) -> None:
        value, kept = self._stands("text", value, other=other)
        if self.text.toPlainText() == value or kept or (self.text.hasFocus() and not other):
            return
        self.text.blockSignals(True)
        self.text.setPlainText(value)
        self.text.blockSignals(False)

    def _put_kind(self, label: str, *, other: bool) -> None:
        self._kind = label
        if self.kind.text() != label and (other or not self.kind.hasFocus()):
            self._leave_kind()

    def _leave_kind(self) -> None:
        """Put the chosen kind back where letters searched for another one."""
        self.kind.setText(self._kind)
        self.kind.setCursorPosition(0)

    # ---- building

    def _connect(self) -> None:
        for name, field in self._lines.items():
            signal = field.typed if isinstance(field, SearchField) else field.textEdited
            signal.connect(lambda words, n=name: self.typed.emit(n, words))
            field.left.connect(self.left)
        self.text.textChanged.connect(lambda: self.typed.emit("text", self.text.toPlainText()))
        self.text.left.connect(self.left)
        self.kind.left.connect(self._leave_kind)
        self.place.picked.connect(self.place_picked)
        self.place.entered.connect(self.focus_kind)
        self.kind.picked.connect(self.kind_picked)
        self.kind.entered.connect(self.focus_text)
        self.new.clicked.connect(self.new_wished)
        self.dispatch.dispatch_wished.connect(self.dispatch_wished)
        self.dispatch.agency_wished.connect(self.agency_wished)
        self.dispatch.proposal.left.connect(self.focus_text)
        self.dispatch.answers.left.connect(self.focus_text)
        self.card.finished.connect(self.focus_text)

    def _arrange(self, keys: KeyMap) -> None:
        head = QHBoxLayout()
        head.setSpacing(self.theme.px(12))
        head.addWidget(self.number)
        head.addWidget(self.priority)
        head.addStretch(1)
        head.addWidget(self.new)
        self.column.addLayout(head)
        standing = QHBoxLayout()
        standing.setSpacing(self.theme.px(12))
        standing.addWidget(self.saved)
        standing.addWidget(self.company, 1)
        standing.addWidget(self.warning, 1)
        self.column.addLayout(standing)
        top, below = self._grids = (self._grid(), self._grid())
        top.addLayout(self._field("place", self.place, keys.cap("place")), 0, 0)
        top.addLayout(self._field("landmark", self.landmark), 0, 1, 1, 2)
        top.addLayout(self._point_line(), 1, 0, 1, 3)
        top.addLayout(self._field("kind", self.kind, keys.cap("kind")), 2, 0)
        top.addLayout(self._field("village", self.village), 2, 1)
        top.addLayout(self._field("neighbourhood", self.neighbourhood), 2, 2)
        below.addLayout(self._field("text", self.text), 0, 0)
        below.addLayout(self._field("caller_name", self.caller_name), 0, 1, 1, 2)
        self.column.addLayout(top)
        self.column.addWidget(self.card)
        self.column.addLayout(below)
        self.column.addWidget(self.known)
        self.column.addWidget(self.dispatch)

    def _point_line(self) -> QHBoxLayout:
        """The point in figures, always there, so that nothing moves when it comes."""
        line = QHBoxLayout()
        line.setSpacing(self.theme.px(8))
        set_tip(self._point_cap, self._say("deed.copy_point"))
        keeps = self._point_cap.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)
        self._point_cap.setSizePolicy(keeps)
        line.addWidget(self.point, 1)
        line.addWidget(self._point_cap)
        return line

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(self.theme.px(10))
        grid.setVerticalSpacing(self.theme.px(8))
        for column, stretch in enumerate((11, 7, 2)):
            grid.setColumnStretch(column, stretch)
        return grid

    def _field(self, name: str, field: QWidget, cap: str = "") -> QVBoxLayout:
        label_name = "caller" if name == "caller_name" else name
        label = FieldLabel(self.theme, self._say(f"form.{label_name}"), cap, name=f"{name}Remark")
        label.words.setBuddy(field)
        self._labels[name] = label
        column = QVBoxLayout()
        self._fields.append(column)
        column.setSpacing(self.theme.px(4))
        column.addWidget(label)
        column.addWidget(field)
        column.addStretch(1)
        return column
