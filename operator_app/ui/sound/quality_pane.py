"""Ctrl+J: the line of the call at hand, plotted each second. pyqtgraph is loaded when the pane is opened first."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from operator_app.ui.frame.main_window import MainWindow
from operator_app.ui.frame.side_pane import SidePane
from operator_app.ui.kit.flow import FlowLayout
from operator_app.ui.kit.labels import Text
from operator_app.ui.kit.theme import SMALL, Theme
from operator_app.ui.sound.presenters.quality import POOR_MOS, QualityView
from operator_app.ui.words.wording import Say, Tone

if TYPE_CHECKING:
    pass

HEIGHT = 400
SPAN_S = 120.0
_LINES = {"mos": Tone.GOOD, "lost": Tone.ALARM, "jitter_ms": Tone.WATCH, "delay_ms": Tone.BUSY}


class Curves(QWidget):
    """One plot with one or two lines; each has its style of line, so that they differ without colour."""

    def __init__(
        self, theme: Theme, name: str, label: str, lines: tuple[str, ...], low: float, high: float
    ) -> None:
        super().__init__()
        import pyqtgraph as pg  # noqa: PLC0415  (loading it takes 0.2 s that the start does not pay)

        self._low, self._high = low, high
        self.view: Any = pg.PlotWidget(background=theme.tokens.panel)
        self.view.setObjectName(name)
        self.view.setAccessibleName(label)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.view.setFrameShape(self.view.Shape.NoFrame)
        # The plots share what room there is: by themselves they would ask for more than the pane has.
        self.view.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.view.setMinimumHeight(theme.px(56))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setMinimumHeight(theme.px(56) + theme.metrics(SMALL).height())
        plot = self.plot = self.view.getPlotItem()
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setMouseEnabled(False, False)
        for side in ("bottom", "left"):
            axis = plot.getAxis(side)
            axis.setTickFont(theme.font(SMALL - 2))
            axis.setTextPen(theme.colour(Tone.QUIET))
            axis.setPen(theme.tokens.panel_edge)
        plot.getAxis("left").setWidth(theme.px(38))
        plot.showGrid(x=False, y=True, alpha=0.15)
        styles = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)
        self.lines = {
            line: plot.plot([], [], pen=pg.mkPen(theme.colour(_LINES[line]), width=theme.px(2), style=style))
            for line, style in zip(lines, styles, strict=False)
        }
        if "mos" in lines:
            mark = pg.mkPen(theme.colour(Tone.WATCH), width=1, style=Qt.PenStyle.DashLine)
            plot.addItem(pg.InfiniteLine(POOR_MOS, angle=0, pen=mark))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        words = Text(label, "label", Tone.QUIET)
        column.addWidget(words)
        column.addWidget(self.view, 1)

    def tell(self, view: QualityView) -> None:
        """Draw those curves."""
        highest = self._high
        for name, line in self.lines.items():
            values = getattr(view, name)
            line.setData(view.seconds, values)
            recent = [v for at, v in zip(view.seconds, values, strict=True) if at >= -SPAN_S]
            highest = max([highest, *(value * 1.1 for value in recent)])
        self.plot.setRange(xRange=(-SPAN_S, 0), yRange=(self._low, highest), padding=0)


class QualityPane(SidePane):
    """Figures of the last second above, curves of the last two minutes below."""

    def __init__(self, theme: Theme, say: Say, window: MainWindow) -> None:
        super().__init__(theme, say, window, "quality", say("quality.title"))
        self._say = say
        self.curves: tuple[Curves, ...] = ()
        self.head = Text(part="small", name="qualityHead")
        self.column.addWidget(self.head)
        self._figures = FlowLayout(gap=theme.px(16))
        self.column.addLayout(self._figures)
        self.figures: list[tuple[Text, Text]] = []
        self._plots = QVBoxLayout()
        self.column.addLayout(self._plots, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wanted_height(self, most: int) -> int:
        """Return room for two plots."""
        return min(most, self.theme.px(HEIGHT))

    def open_up(self) -> None:
        """Show the pane; makes the plots when it is the first time."""
        if not self.curves:
            say, theme = self._say, self.theme
            self.curves = (
                Curves(theme, "plotMos", say("quality.plot_mos"), ("mos",), 1.0, 4.5),
                Curves(theme, "plotMs", say("quality.plot_ms"), ("delay_ms", "jitter_ms"), 0.0, 160.0),
                Curves(theme, "plotLost", say("quality.plot_lost"), ("lost",), 0.0, 5.0),
            )
            for curves in self.curves:
                self._plots.addWidget(curves, 1)
        super().open_up()

    def tell(self, view: QualityView) -> None:
        """Show that line."""
        self.head.say(view.head, Tone.QUIET)
        while len(self.figures) < len(view.figures):
            pair = QWidget()
            row = QHBoxLayout(pair)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(self.theme.px(6))
            name, value = Text(part="label", tone=Tone.QUIET), Text(part="strong")
            row.addWidget(name)
            row.addWidget(value)
            self._figures.addWidget(pair)
            self.figures.append((name, value))
        for (name, value), (words, number, tone) in zip(self.figures, view.figures, strict=False):
            name.say(words)
            value.say(number, tone)
        for curves in self.curves:
            curves.tell(view)
