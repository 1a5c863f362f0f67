"""Builds the panes of the operator's window and puts them in their places."""

from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtWidgets import QWidget

from operator_app.maps.site import Site
from operator_app.ui.company.together import TogetherStrip
from operator_app.ui.company.unsent_pane import UnsentPane
from operator_app.ui.finder.command_bar import CommandBar
from operator_app.ui.finder.deed_names import DeedNames
from operator_app.ui.finder.key_help import KeyHelp
from operator_app.ui.finder.presenters.finding import CommandFinder
from operator_app.ui.form.finders import PlaceSearch, kind_finder, place_finder
from operator_app.ui.form.form_pane import FormPane
from operator_app.ui.frame.footer import Footer
from operator_app.ui.frame.main_window import MainWindow
from operator_app.ui.frame.manner import Manner
from operator_app.ui.frame.page_strip import PageStrip
from operator_app.ui.incidents.incidents_model import IncidentsModel
from operator_app.ui.incidents.incidents_pane import IncidentsPane
from operator_app.ui.incidents.presenters.incidents import IncidentsPresenter
from operator_app.ui.keys.keymap import QUICK_CONNECTIONS
from operator_app.ui.map.map_pane import MapPane
from operator_app.ui.map.map_view import MapView
from operator_app.ui.orders.draft import Draft
from operator_app.ui.phone.call_lists import CallLists
from operator_app.ui.phone.phone_pane import PhonePane
from operator_app.ui.phone.presenters.quick import COLLEAGUES
from operator_app.ui.phone.quick_pane import QuickPane
from operator_app.ui.seat.aside_pane import AsidePane, RightColumn
from operator_app.ui.seat.left_column import LeftColumn
from operator_app.ui.seat.top_bar import TopBar
from operator_app.ui.timeline.timeline_pane import TimelinePane
from operator_app.ui.words.site_words import SiteWords
from operator_app.workflow.seat import Seat


@dataclass(frozen=True, slots=True)
class SeatPanes:
    """Every pane of one operator's window."""

    window: MainWindow
    top: TopBar
    phone: PhonePane
    quick: QuickPane
    lists: CallLists
    form: FormPane
    timeline: TimelinePane
    map: MapPane
    right: RightColumn
    incidents: IncidentsPane
    footer: Footer
    help: KeyHelp
    commands: CommandBar
    together: TogetherStrip
    unsent: UnsentPane


def build_panes(
    manner: Manner,
    seat: Seat,
    search: PlaceSearch,
    site: Site,
    words: SiteWords,
    draft: Draft,
    table: IncidentsPresenter,
    map_view: MapView | None,
    finder: CommandFinder,
    names: DeedNames,
    window: MainWindow,
) -> SeatPanes:
    """Make all panes of the seat's window and put them into it."""
    theme, say, keys = manner.theme, manner.say, manner.keys
    top = TopBar(theme, say, keys)
    phone = PhonePane(theme, say, keys, manner.marks)
    rung = [(each.code, each.name, each.phone) for each in seat.agencies if each.phone][:QUICK_CONNECTIONS]
    quick = QuickPane(theme, say, keys, rung, seat.colleagues[:COLLEAGUES], watches=bool(seat.watched))
    lists = CallLists(theme, say, keys)
    agencies = [(each.code, each.name) for each in seat.agencies if each.has_desk]
    form = FormPane(
        theme,
        say,
        keys,
        place_finder(search, say, site),
        kind_finder(seat, words),
        agencies,
        draft.holds,
    )
    together = TogetherStrip(theme, say, keys)
    timeline = TimelinePane(theme, say, keys, words.seat(seat.name))
    map_pane = MapPane(theme, say, map_view, keys)
    right = RightColumn(theme, map_pane, AsidePane(theme, together, timeline), form.column)
    incidents = IncidentsPane(theme, say, keys, table, IncidentsModel(table, seat.now))
    left = LeftColumn(theme, phone, quick, lists)
    footer = Footer(theme)
    window.furnish(top, PageStrip(theme, say, keys), left, footer)
    for closes_up in (form.close_up, left.close_up, incidents.close_up):
        window.closes_up.connect(closes_up)
    window.sets_aside.connect(lambda aside: right.take(aside=aside))
    window.put(form, right, incidents, incidents.height_for)
    form.attach_lists(window)
    panes = SeatPanes(
        window,
        top,
        phone,
        quick,
        lists,
        form,
        timeline,
        map_pane,
        right,
        incidents,
        footer,
        KeyHelp(theme, say, keys, window, names),
        CommandBar(theme, say, window, finder),
        together,
        UnsentPane(theme, say, window, keys),
    )
    _order_of_tab(panes)
    return panes


def _order_of_tab(panes: SeatPanes) -> None:
    form = panes.form
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
        panes.timeline.entry,
        panes.timeline.view,
        panes.incidents.filter,
        panes.incidents.view,
        panes.quick.field,
        *panes.lists.tabs.values(),
        *panes.lists.views.values(),
    ]
    for before, after in pairwise(order):
        QWidget.setTabOrder(before, after)
