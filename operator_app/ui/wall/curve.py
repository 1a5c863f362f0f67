"""Calls per hour of the last day, all and emergencies, as bars."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from operator_app.domain.figures import HourCount
from operator_app.ui.wall.fit_label import FitLabel
from operator_app.ui.wall.look import WallLook
from operator_app.ui.wall.measure import AXIS_PX, LINE_PX
from operator_app.ui.wall.parts import Card
from operator_app.ui.words.wording import Say, Tone

HOURS_BETWEEN_LABELS = 6
SMALLEST_TOP = 4
"""The axis never ends below this, so that a single call does not look like a flood."""


class HourCurve(Card):
    """24 bars; the part of each that was an emergency stands in front in another colour and is named above."""

    def __init__(self, look: WallLook, say: Say, zone: ZoneInfo) -> None:
        super().__init__(look, "hours")
        self._zone = zone
        self._told: tuple[HourCount, ...] = ()
        side, rise = look.scale.frame(24), look.scale.frame(12)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(side, rise, side, look.scale.frame(6))
        rows.setSpacing(0)
        head = QHBoxLayout()
        head.setSpacing(look.scale.frame(16))
        title = FitLabel(look, LINE_PX * 0.9)
        title.say((say("wall.hours"), say("wall.hours_short")), Tone.QUIET)
        legend = FitLabel(look, LINE_PX * 0.9, bold=True).natural()
        legend.say(say("wall.hours_emergency"), Tone.BUSY)
        head.addWidget(title, 1)
        head.addWidget(legend)
        rows.addLayout(head)
        rows.addWidget(self._make_plot(look), 1)

    @property
    def told(self) -> tuple[HourCount, ...]:
        """Return the hours that the bars show."""
        return self._told

    def tell(self, hours: Sequence[HourCount]) -> None:
        """Show these hours; nothing is painted when they are shown already."""
        fresh = tuple(hours)
        if fresh == self._told:
            return
        self._told = fresh
        places = list(range(len(fresh)))
        self._total.setOpts(x=places, height=[hour.total for hour in fresh])
        self._emergency.setOpts(x=places, height=[hour.emergency for hour in fresh])
        self._label(fresh)

    def _label(self, hours: tuple[HourCount, ...]) -> None:
        local = [hour.start.astimezone(self._zone).hour for hour in hours]
        ticks = [
            (place, f"{hour:02d}") for place, hour in enumerate(local) if hour % HOURS_BETWEEN_LABELS == 0
        ]
        self._plot.getAxis("bottom").setTicks([ticks])
        top = max([SMALLEST_TOP, *(hour.total for hour in hours)])
        self._plot.getAxis("left").setTicks([[(0, "0"), (top, str(top))]])
        self._plot.setRange(xRange=(-0.6, len(hours) - 0.4), yRange=(0, top * 1.06), padding=0)

    def _make_plot(self, look: WallLook) -> pg.PlotWidget:
        view = pg.PlotWidget(background=look.theme.tokens.panel)
        view.setObjectName("hours_plot")
        view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        view.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        view.setFrameShape(view.Shape.NoFrame)
        plot = view.getPlotItem()
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setMouseEnabled(False, False)
        font = look.font(AXIS_PX)
        for name in ("bottom", "left"):
            axis = plot.getAxis(name)
            axis.setTickFont(font)
            axis.setTextPen(look.colour(Tone.QUIET))
            axis.setPen(look.border)
            axis.setStyle(tickLength=0, tickTextOffset=look.scale.frame(6))
        plot.getAxis("bottom").setHeight(look.scale.text(AXIS_PX) + look.scale.frame(14))
        plot.getAxis("left").setWidth(look.scale.text(AXIS_PX * 0.62) * 3)
        self._total = pg.BarGraphItem(x=[], height=[], width=0.72, brush=look.bar, pen=None)
        self._emergency = pg.BarGraphItem(x=[], height=[], width=0.72, brush=look.colour(Tone.BUSY), pen=None)
        plot.addItem(self._total)
        plot.addItem(self._emergency)
        self._plot = plot
        return view
