"""What the operator does by key, button, field and map, carried out at the seat."""

from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt

from operator_app.domain.ids import AgencyCode, CallId, IncidentId
from operator_app.domain.states import Classification, Refusal
from operator_app.domain.triage import Kind
from operator_app.maps.names import PlaceHit
from operator_app.ui.finder.presenters.finding import Found, What
from operator_app.ui.form.form_wishes import FormWishes
from operator_app.ui.frame.main_window import Page
from operator_app.ui.frame.manner import KeepKeys
from operator_app.ui.keys.keymap import Deed, KeyMap, agency_deeds
from operator_app.ui.map.map_view import ZOOM_AREA, ZOOM_POINT
from operator_app.ui.map.map_wishes import MapWishes
from operator_app.ui.orders.commands import SeatCommands
from operator_app.ui.orders.draft import Draft
from operator_app.ui.phone.line_wishes import LINE_DEEDS, LineWishes
from operator_app.ui.phone.presenters.lists import ListsPresenter
from operator_app.ui.phone.presenters.quick import QuickPresenter
from operator_app.ui.program.control import Marks
from operator_app.ui.program.errands import Errands
from operator_app.ui.seat.seat_panes import SeatPanes
from operator_app.ui.words.notice import Notice
from operator_app.ui.words.wording import Say
from operator_app.workflow.seat import Seat

MENDS = {
    Refusal.PLACE_MISSING: Deed.PLACE,
    Refusal.KIND_MISSING: Deed.KIND,
    Refusal.NOBODY_CONSULTED: Deed.DIAL,
}
"""What mends a refusal: its key stands in the words."""


class SeatWishes:
    """Turns keys and signals of the panes into orders. Loop thread only."""

    def __init__(
        self,
        seat: Seat,
        say: Say,
        panes: SeatPanes,
        commands: SeatCommands,
        draft: Draft,
        lists: ListsPresenter,
        quick: QuickPresenter,
        marks: Marks,
    ) -> None:
        self._seat = seat
        self._say = say
        self._panes = panes
        self._commands = commands
        self._draft = draft
        self._lists = lists
        self._marks = marks
        self.errands = Errands(say, panes.footer.tell)
        self._lines = LineWishes(seat, say, panes, commands, quick, self._run)
        self._map = MapWishes(seat, say, panes, commands, self._run)
        self._acts = self._window_acts() | self._map.deeds()
        self._orders = self._seat_orders()
        self._form: FormWishes | None = None

    def add_form(self, form: FormWishes) -> None:
        """Let the form's own wishes be carried out, too; before `start`."""
        self._form = form
        self._acts |= form.acts()

    def start(self, keys: KeyMap, keep_keys: KeepKeys | None = None) -> None:
        """Make keys and panes work; `keep_keys` keeps keys that are set anew."""
        self._by_deed = self._deeds()
        keys.install(self._panes.window, self._by_deed)
        self.errands.key_of = lambda refusal: str(keys.cap(MENDS[refusal])) if refusal in MENDS else ""
        self._connect(self._panes)
        self._lines.connect()
        if keep_keys is not None:
            self._panes.help.changed.connect(lambda: self._run(self._keep(keys, keep_keys), "keys"))
        if keys.not_taken:
            words = ", ".join(f"{deed}: {key}" for deed, key in keys.not_taken)
            self._panes.footer.tell(Notice(self._say("key_help.not_taken", keys=words), loud=True))

    async def _keep(self, keys: KeyMap, keep_keys: KeepKeys) -> None:
        try:
            await keep_keys({deed.value: key for deed, key in keys.own().items()})
        except OSError as error:
            words = self._say("key_help.not_kept", error=error.strerror or type(error).__name__)
            self._panes.footer.tell(Notice(words, loud=True))

    def _deeds(self) -> dict[Deed, Callable[[], None]]:
        agencies = [each.code for each in self._seat.agencies if each.has_desk]
        deeds: dict[Deed, Callable[[], None]] = {
            deed: partial(self.do, deed)
            for deed in Deed
            if not deed.startswith(("agency_", "quick_")) and deed not in LINE_DEEDS
        }
        deeds |= self._lines.deeds()
        for deed, code in zip(agency_deeds(len(agencies)), agencies, strict=False):
            deeds[deed] = partial(self._ask, code)
        return deeds

    def add(self, acts: Mapping[Deed, Callable[[], None]]) -> None:
        """Learn what the keys of another room do; before `start`."""
        self._acts.update(acts)

    def do(self, deed: Deed) -> None:
        """Carry out what a key or button stands for."""
        self._marks.mark(f"{deed.value}_key", self._seat.call_at_hand or "")
        act = self._acts.get(deed)
        if act is not None:
            act()
        elif deed in self._orders:
            self._run(self._orders[deed](), deed)
        else:
            self._run(self._classify(Classification(deed.removeprefix("classify_"))), deed)

    async def _classify(self, classification: Classification) -> None:
        """Without a call in the pane it is the last one that is classified anew: that must not pass unseen."""
        shown = self._seat.call_at_hand is not None
        await self._commands.classify(classification)
        if not shown:
            words = self._say("notice.classified_last", kind=self._say(f"classification.{classification}"))
            self._panes.footer.tell(Notice(words, loud=False))

    def _window_acts(self) -> dict[Deed, Callable[[], None]]:
        """What happens in the window at once."""
        return {
            Deed.ANSWER: lambda: self._answer(None),
            Deed.PLACE: self._to_place,
            Deed.KIND: self._to_kind,
            Deed.NEW_INCIDENT: self._new_incident,
            Deed.FILTER: self._to_filter,
            Deed.SORT: self._sort,
            Deed.MAP: self._to_map,
            Deed.NEXT_LIST: self._next_list,
            Deed.CALL_BACK: self._call_back,
            Deed.HELP: self._help,
            Deed.COMMAND: self._command,
            Deed.NUMBER_HISTORY: self._number_history,
            Deed.TAKE_OVER: self._take_over,
        }

    def _seat_orders(self) -> dict[Deed, Callable[[], Coroutine[Any, Any, object]]]:
        """What is ordered at the seat, and told when it was refused."""
        commands = self._commands
        return {
            Deed.HOLD: commands.hold,
            Deed.MUTE: commands.mute,
            Deed.END: commands.end,
            Deed.STATE: commands.next_state,
            Deed.DISPATCH: commands.dispatch,
            Deed.CLASH_TAKE: partial(self._decide, keep=False),
            Deed.CLASH_KEEP: partial(self._decide, keep=True),
        }

    def _to_place(self) -> None:
        self._panes.window.bring(Page.FORM)
        self._panes.form.focus_place()

    def _to_kind(self) -> None:
        self._panes.window.bring(Page.FORM)
        self._panes.form.focus_kind()

    def _new_incident(self) -> None:
        self._panes.window.bring(Page.FORM)
        self._run(self._commands.select(None), Deed.NEW_INCIDENT)
        self._panes.form.focus_place()

    def _to_filter(self) -> None:
        self._panes.window.bring(Page.INCIDENTS)
        self._panes.incidents.focus_filter()

    def _to_map(self) -> None:
        self._panes.window.bring(Page.MAP)
        self._panes.map.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _next_list(self) -> None:
        self._panes.window.bring(Page.PHONE)
        self._panes.lists.next_list()

    def _sort(self) -> None:
        words = self._say("incidents.sorted", column=self._panes.incidents.sort_next())
        self._panes.footer.tell(Notice(words, loud=False))

    def _help(self) -> None:
        self._panes.help.toggle()

    def _command(self) -> None:
        self._panes.commands.toggle()

    def _number_history(self) -> None:
        """Show the past of the number that is chosen in a list, else of the call or the incident at hand."""
        number = self._number_meant()
        if number:
            self._panes.commands.open_number(number)
        else:
            self._panes.footer.tell(Notice(self._say("command.no_number"), loud=False))

    def _number_meant(self) -> str:
        for name, view in self._panes.lists.views.items():
            if view.hasFocus() and (number := self._lists.number_of(name, view.current_id())):
                return number
        waiting = self._seat.waiting()
        call = self._seat.live_call or (waiting[0] if waiting else None)
        if call is not None and call.number:
            return call.number
        incident = self._seat.incident
        return "" if incident is None else incident.value("caller_number")

    def _carry_out(self, found: Found, other: bool) -> None:
        """Do what was chosen in the command bar; `other`: with Ctrl, a place goes into the form."""
        match found.what:
            case What.DEED:
                self._deeds()[Deed(found.key)]()
            case What.INCIDENT:
                self._choose_incident(found.key)
            case What.DIAL:
                self._run(self._commands.dial(found.key), "dial")
            case What.CALL:
                self._choose_call(CallId(found.key))
            case What.PLACE if found.place is not None:
                self._pick_place(found.place) if other else self._show_place(found.place)

    def _follow_row(self, incident_id: str) -> None:
        """The map goes with the row that the arrows come to; a map that a hand holds stays where it is."""
        view, incident = self._panes.map.view, self._seat.board.incidents.get(IncidentId(incident_id))
        at = None if incident is None else incident.position
        if at is not None and view is not None and self._panes.incidents.view.hasFocus():
            view.fly_to(*at, ZOOM_POINT)

    def _choose_call(self, call_id: CallId) -> None:
        call = self._seat.board.calls.get(call_id)
        if call is not None and call.incident_id is not None:
            self._choose_incident(call.incident_id)

    def _show_place(self, hit: PlaceHit) -> None:
        self._panes.window.bring(Page.MAP)
        if self._panes.map.view is not None:
            self._panes.map.view.fly_to(hit.lat, hit.lon, ZOOM_AREA if hit.area else ZOOM_POINT)

    def _turn_to(self, page: Page) -> None:
        """Bring a page to the front with the keyboard in it, as its key does."""
        deed = {Page.FORM: Deed.PLACE, Page.MAP: Deed.MAP, Page.INCIDENTS: Deed.FILTER}.get(page)
        if deed is None:
            self._panes.window.bring(page)
            self._panes.lists.views["waiting"].setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.do(deed)

    def _answer(self, call_id: CallId | None) -> None:
        if self._seat.waiting():
            self._panes.window.bring(Page.FORM)
            self._panes.form.focus_place()
        self._run(self._commands.answer(call_id), "answer")

    async def _decide(self, *, keep: bool) -> None:
        name = await self._commands.decide_clash(keep=keep)
        incident = self._seat.incident
        if incident is not None:
            self._panes.form.put_value(name, incident.value(name))

    def _take_over(self) -> None:
        """Of the list the chosen incident, else the one in the form; where that is ours, the gravest of a lost seat."""
        view = self._panes.incidents.view
        chosen = view.current_id() if view.hasFocus() else self._seat.incident_at_hand
        incident = None if chosen is None else self._seat.board.incidents.get(IncidentId(chosen))
        ours = incident is None or incident.owner == self._seat.name
        self._panes.window.bring(Page.FORM)
        wish = self._commands.take_over(None if ours or incident is None else incident.id)
        self._run(wish, Deed.TAKE_OVER)

    def _ask(self, code: AgencyCode) -> None:
        self._marks.mark("dispatch_key", code)
        self._run(self._commands.dispatch_to(code), "dispatch")

    def _call_back(self) -> None:
        view = self._panes.lists.views["abandoned"]
        chosen = view.current_id() if view.isVisible() else None
        number = self._lists.number_to_call_back(chosen)
        if number is None:
            self._panes.footer.tell(Notice(self._say("lists.nobody_to_call"), loud=False))
        else:
            self._run(self._commands.call_back(number), "call_back")

    def _pick_place(self, hit: PlaceHit) -> None:
        self._panes.form.put_place(hit.label)
        self._run(self._commands.pick_place(hit), "place")
        if self._panes.map.view is not None:
            self._panes.map.view.fly_to(hit.lat, hit.lon, ZOOM_AREA if hit.area else ZOOM_POINT)
        self._panes.form.focus_kind()

    def _pick_kind(self, kind: Kind) -> None:
        self._panes.form.put_kind(f"{kind.code} {kind.name}")
        if self._form is None:
            self._run(self._commands.choose_kind(kind.code), "kind")
            self._panes.form.focus_text()
        else:
            self._run(self._form.choose_kind(kind), "kind")
            self._form.show_card_of(kind)

    def _click_map(self, lat: float, lon: float) -> None:
        self._run(self._commands.set_point(lat, lon), "point")

    def _choose_incident(self, incident_id: str) -> None:
        self._run(self._select(IncidentId(incident_id)), "select")

    async def _select(self, incident_id: IncidentId) -> None:
        await self._commands.select(incident_id)
        self._panes.window.bring(Page.FORM)
        if self._panes.map.view is not None:
            self._panes.map.view.show_incident(incident_id)

    def save(self) -> None:
        """Save what was typed, if anything is not saved yet."""
        if self._draft.is_dirty:
            self._run(self._commands.save(), "save")

    def _run(self, wish: Coroutine[Any, Any, object], name: str) -> None:
        self.errands.run(wish, self._say(f"wish.{name}"))

    def _connect(self, panes: SeatPanes) -> None:
        if self._form is not None:
            self._form.connect()
        panes.top.state_wished.connect(lambda: self.do(Deed.STATE))
        panes.phone.wished.connect(lambda deed: self._by_deed[deed]())
        panes.lists.answer_wished.connect(lambda call_id: self._answer(CallId(call_id)))
        panes.lists.call_back_wished.connect(lambda: self.do(Deed.CALL_BACK))
        form = panes.form
        form.typed.connect(self._draft.typed)
        form.typed.connect(lambda name, _: self._seat.typing_in(name))
        form.left.connect(self.save)
        panes.together.wished.connect(self.do)
        form.place_picked.connect(self._pick_place)
        form.kind_picked.connect(self._pick_kind)
        form.new_wished.connect(lambda: self.do(Deed.NEW_INCIDENT))
        form.dispatch_wished.connect(lambda: self.do(Deed.DISPATCH))
        form.agency_wished.connect(lambda code: self._ask(AgencyCode(code)))
        self._map.connect(partial(self.do, Deed.PLACE))
        panes.incidents.chosen.connect(self._choose_incident)
        panes.incidents.pointed.connect(self._follow_row)
        panes.commands.wished.connect(self._carry_out)
        panes.lists.views["recent"].chosen.connect(lambda _: self._number_history())
        panes.window.dismissed.connect(panes.footer.acknowledge)
        panes.window.page_wished.connect(self._turn_to)
        if panes.map.view is not None:
            panes.map.view.clicked.connect(self._click_map)
            panes.map.view.incident_clicked.connect(self._choose_incident)
            panes.map.view.state_changed.connect(lambda _: panes.top.tell_map(panes.map.lamp()))
