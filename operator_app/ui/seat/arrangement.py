"""Puts the panes of the operator's window in their places."""

from itertools import pairwise

from PySide6.QtWidgets import QWidget

from operator_app.ui.frame.area import Hand
from operator_app.ui.frame.page_strip import PageStrip
from operator_app.ui.seat.areas import SeatAreas
from operator_app.ui.seat.aside_pane import AsidePane, RightColumn
from operator_app.ui.seat.left_column import LeftColumn


def arrange(hand: Hand, areas: SeatAreas) -> RightColumn:
    """Furnish the window with the panes of its areas; returns the column of the map."""
    theme, window = hand.theme, hand.window
    form, incidents = areas.form.pane, areas.incidents.pane
    left = LeftColumn(theme, areas.phone.pane, areas.quick.pane, areas.phone.lists)
    aside = AsidePane(theme, areas.company.strip, areas.timeline.pane)
    right = RightColumn(theme, areas.map.pane, aside, form.column)
    window.furnish(areas.top.bar, PageStrip(theme, hand.say, hand.keys), left, hand.footer)
    for closes_up in (form.close_up, left.close_up, incidents.close_up):
        window.closes_up.connect(closes_up)
    window.sets_aside.connect(lambda aside: right.take(aside=aside))
    window.dismissed.connect(hand.footer.acknowledge)
    window.put(form, right, incidents, incidents.height_for)
    form.attach_lists(window)
    _order_of_tab(areas)
    return right


def _order_of_tab(areas: SeatAreas) -> None:
    form, timeline, incidents = areas.form.pane, areas.timeline.pane, areas.incidents.pane
    order = [
        form.place,
        form.landmark,
        form.kind,
        form.village,
        form.neighbourhood,
        form.card,
        form.text,
        form.caller_name,
        form.dispatch.proposal,
        timeline.entry,
        timeline.view,
        incidents.filter,
        incidents.view,
        areas.quick.pane.field,
        *areas.phone.lists.tabs.values(),
        *areas.phone.lists.views.values(),
    ]
    for before, after in pairwise(order):
        QWidget.setTabOrder(before, after)
