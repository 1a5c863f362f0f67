"""What the operator does with the map and with places: measure, history, landmarks, the call's own place."""

from collections.abc import Callable, Coroutine
from typing import Any

from operator_app.maps.live import HistoryLook
from operator_app.maps.names import PlaceHit
from operator_app.maps.places import OWN_MARK
from operator_app.ui.frame.main_window import Page
from operator_app.ui.keys.keymap import Deed
from operator_app.ui.map.map_view import ZOOM_POINT, MapView
from operator_app.ui.map.presenters.map_history import MapHistory
from operator_app.ui.orders.commands import SeatCommands
from operator_app.ui.seat.seat_panes import SeatPanes
from operator_app.ui.words.notice import Notice
from operator_app.ui.words.wording import Say
from operator_app.workflow.seat import Seat

_NEXT_LOOK = {None: HistoryLook.HEAT, HistoryLook.HEAT: HistoryLook.CLUSTERS, HistoryLook.CLUSTERS: None}
Run = Callable[[Coroutine[Any, Any, object], str], object]


class MapWishes:
    """Turns the map's keys and buttons into orders. Loop thread only."""

    def __init__(self, seat: Seat, say: Say, panes: SeatPanes, commands: SeatCommands, run: Run) -> None:
        """`run` carries an order out beside the window, under its name in the catalogue."""
        self._seat = seat
        self._say = say
        self._panes = panes
        self._commands = commands
        self._run = run
        self._history = MapHistory(seat)

    def deeds(self) -> dict[Deed, Callable[[], None]]:
        """What each of the map's keys does."""
        return {
            Deed.MEASURE: lambda: self._with_map(MapView.toggle_measure),
            Deed.HISTORY: lambda: self._with_map(self._show_history),
            Deed.LANDMARK: lambda: self._start(self._keep_place(), Deed.LANDMARK),
            Deed.CALL_PLACE: lambda: self._start(self._take_call_place(), Deed.CALL_PLACE),
        }

    def connect(self, to_form: Callable[[], None]) -> None:
        """Make the pane's own buttons work; `to_form` leads the keyboard back to the form."""
        deeds = self.deeds()
        self._panes.form.place.drop_wished.connect(self._drop_place)
        self._panes.map.take_wished.connect(deeds[Deed.CALL_PLACE])
        view = self._panes.map.view
        if view is not None:
            view.history_wished.connect(deeds[Deed.HISTORY])
            view.left.connect(to_form)

    def _start(self, wish: Coroutine[Any, Any, object], name: str) -> None:
        self._run(wish, name)

    def _tell(self, key: str, **values: object) -> None:
        self._panes.footer.tell(Notice(self._say(key, **values), loud=False))

    def _with_map(self, act: Callable[[MapView], object]) -> None:
        self._panes.window.bring(Page.MAP)
        view = self._panes.map.view
        if view is None:
            self._tell("form.no_map")
        else:
            act(view)

    def _show_history(self, view: MapView) -> None:
        """Turn from nothing to warmth, to numbers, and back to nothing."""
        look = _NEXT_LOOK[view.history_look]
        points = None if look is None else self._history.points()
        view.set_history(points, look or HistoryLook.HEAT)
        if points == () and look is HistoryLook.HEAT:
            self._tell("map_notice.no_history")

    async def _keep_place(self) -> None:
        self._tell("map_notice.kept", name=await self._commands.keep_place())

    def _drop_place(self, hit: PlaceHit) -> None:
        if hit.kode.startswith(OWN_MARK):
            self._start(self._dropped(hit.kode.removeprefix(OWN_MARK)), "landmark_drop")
        else:
            self._tell("refusal.landmark_of_site")

    async def _dropped(self, place_id: str) -> None:
        name = await self._commands.drop_place(place_id)
        self._panes.form.place.search_now()
        self._tell("map_notice.dropped", name=name)

    async def _take_call_place(self) -> None:
        address = await self._commands.take_call_location()
        if address:
            self._panes.form.put_place(address)
        incident = self._seat.incident
        at = None if incident is None else incident.position
        if at is not None and not address and self._panes.map.view is not None:
            self._panes.map.view.fly_to(*at, ZOOM_POINT)
