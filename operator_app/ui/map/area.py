"""The map: where incidents, places and the caller are; it measures, shows the past, and gives points to the form."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt

from operator_app.domain.ids import IncidentId
from operator_app.maps.live import HistoryLook
from operator_app.maps.site import Site
from operator_app.ui.frame.area import Area, Hand
from operator_app.ui.frame.asks import (
    BringIncident,
    FieldChosen,
    FlyTo,
    IncidentBrought,
    MapStands,
    ShowPlace,
)
from operator_app.ui.frame.page_strip import Page
from operator_app.ui.incidents.presenters.incidents import IncidentsPresenter
from operator_app.ui.keys.deeds import Before, Deed, Group
from operator_app.ui.map.map_pane import MapPane
from operator_app.ui.map.map_view import ZOOM_AREA, ZOOM_POINT, MapView
from operator_app.ui.map.presenters.call_place import CallPlace
from operator_app.ui.map.presenters.map_history import MapHistory
from operator_app.ui.map.presenters.map_marks import MapMarks
from operator_app.ui.orders.commands import SeatCommands
from operator_app.workflow.ports import BoardChanged, LinkState
from operator_app.workflow.seat import SeatChanged
from operator_app.workflow.site_desk import SiteStanding

_NEXT_LOOK = {None: HistoryLook.HEAT, HistoryLook.HEAT: HistoryLook.CLUSTERS, HistoryLook.CLUSTERS: None}


class MapArea(Area):
    """The map's pane; without a view it says that there is none."""

    told = (SeatChanged, BoardChanged, SiteStanding, LinkState, FlyTo, ShowPlace, IncidentBrought)

    def __init__(
        self, hand: Hand, commands: SeatCommands, site: Site, table: IncidentsPresenter, view: MapView | None
    ) -> None:
        """`table` are the room's open incidents, told of changes before this area is."""
        self._hand, self._seat, self._commands = hand, hand.seat, commands
        self.pane = MapPane(hand.theme, hand.say, view, hand.keys)
        self._history = MapHistory(hand.seat)
        self._marks = MapMarks(hand.seat, site, hand.words, table)
        self._call_place = CallPlace(hand.seat, site, hand.say)
        self._pin: tuple[float, float] | None = None
        self._board_again = hand.timers.once(self._show_board)
        self._pin_again = hand.timers.once(self._show_pin)
        self._connect()

    def changed(self, what: object) -> None:
        """Show what has changed, or go where it is asked."""
        match what:
            case FlyTo():
                self._fly(what.lat, what.lon, area=what.area)
            case ShowPlace():
                self._hand.bring(Page.MAP)
                self._fly(what.hit.lat, what.hit.lon, area=what.hit.area)
            case IncidentBrought() if self.pane.view is not None:
                self.pane.view.show_incident(what.incident_id)
            case BoardChanged() | SiteStanding():
                self._board_again.start(0)
            case SeatChanged() | LinkState():
                self._show_call()
                self._pin_again.start(0)
            case _:
                pass

    def begin(self) -> None:
        """Mark the incidents that there are, and say how the map is."""
        self._show_board()
        self._tell_lamp()

    def second(self, now: datetime) -> None:
        """Let the words about the call's place follow the time."""
        self._show_call()
        self._show_pin()

    # ---- deeds

    def to_map(self) -> None:
        """Lead the keyboard to the map."""
        self._hand.bring(Page.MAP)
        self.pane.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def measure(self) -> None:
        """Measure, or no longer."""
        self._with_map(MapView.toggle_measure)

    def history(self) -> None:
        """Turn from nothing to warmth, to numbers, and back to nothing."""
        self._with_map(self._show_history)

    async def keep_place(self) -> None:
        """Keep the incident's place as a landmark for all seats."""
        self._tell("map_notice.kept", name=await self._commands.keep_place())

    async def take_call_place(self) -> None:
        """Take the place that came with the call over into the form; an address stands there at once."""
        address = await self._commands.take_call_location()
        if address:
            self._hand.ask(FieldChosen("place", address))
        incident = self._seat.hand.incident
        at = None if incident is None else incident.position
        if at is not None and not address:
            self._fly(*at)

    # ---- the view

    def _with_map(self, act: Callable[[MapView], object]) -> None:
        self._hand.bring(Page.MAP)
        if self.pane.view is None:
            self._tell("form.no_map")
        else:
            act(self.pane.view)

    def _show_history(self, view: MapView) -> None:
        look = _NEXT_LOOK[view.history_look]
        points = None if look is None else self._history.points()
        view.set_history(points, look or HistoryLook.HEAT)
        if points == () and look is HistoryLook.HEAT:
            self._tell("map_notice.no_history")

    def _fly(self, lat: float, lon: float, *, area: bool = False) -> None:
        if self.pane.view is not None:
            self.pane.view.fly_to(lat, lon, ZOOM_AREA if area else ZOOM_POINT)

    def _show_call(self) -> None:
        self._hand.draw("map", self.pane, lambda: self.pane.tell_call(self._call_place.view()))

    def _show_board(self) -> None:
        view = self.pane.view
        if view is not None:
            self._hand.draw("map_marks", view, lambda: self._mark(view))
        self._show_pin()

    def _mark(self, view: MapView) -> None:
        view.set_incidents(self._marks.marks())
        view.set_unplaced(self._marks.unplaced)

    def _show_pin(self) -> None:
        incident, view = self._seat.hand.incident, self.pane.view
        at = None if incident is None else incident.position
        if at == self._pin or view is None:
            return
        self._pin = at
        if at is None:
            view.clear_pin()
        else:
            view.show_pin(*at)

    def _tell(self, key: str, **values: object) -> None:
        self._hand.tell(self._hand.say(key, **values))

    def _connect(self) -> None:
        hand, view = self._hand, self.pane.view
        self.pane.take_wished.connect(lambda: hand.press("call_place"))
        hand.window.page_wished.connect(self._turn_to)
        if view is None:
            return
        view.history_wished.connect(lambda: hand.press("history"))
        view.left.connect(lambda: hand.do("place"))
        view.clicked.connect(
            lambda lat, lon: hand.run("point", self._commands.set_point(lat, lon), Before.MUST)
        )
        view.incident_clicked.connect(lambda incident_id: hand.ask(BringIncident(IncidentId(incident_id))))
        view.state_changed.connect(lambda _: self._tell_lamp())

    def _tell_lamp(self) -> None:
        self._hand.ask(MapStands(self.pane.lamp()))

    def _turn_to(self, page: Page) -> None:
        if page is Page.MAP:
            self._hand.press("map")

    deeds = (
        Deed("map", "Ctrl+M", Group.MAP, to_map),
        Deed("measure", "Ctrl+Shift+M", Group.MAP, measure),
        Deed("history", "Ctrl+H", Group.MAP, history),
        Deed("landmark", "Ctrl+P", Group.MAP, keep_place, Before.MUST),
        Deed("call_place", "Ctrl+Shift+L", Group.MAP, take_call_place, Before.MUST),
    )
