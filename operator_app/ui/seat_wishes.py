"""What the operator does by key, button, field and map, carried out at the seat."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from PySide6.QtCore import Qt

from operator_app.domain.ids import AgencyCode, CallId, IncidentId
from operator_app.domain.states import Classification
from operator_app.domain.triage import Kind
from operator_app.maps.names import PlaceHit
from operator_app.ui.control import Marks
from operator_app.ui.errands import Errands, Notice
from operator_app.ui.keymap import Deed, KeyMap, agency_deeds
from operator_app.ui.main_window import Page
from operator_app.ui.presenters.commands import SeatCommands
from operator_app.ui.presenters.draft import Draft
from operator_app.ui.presenters.lists import ListsPresenter
from operator_app.ui.presenters.wording import Say
from operator_app.ui.seat_panes import KeepKeys, SeatPanes
from operator_app.workflow.seat import Seat

ZOOM_AREA, ZOOM_POINT = 12.0, 15.0


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

    def start(self, keys: KeyMap, keep_keys: KeepKeys | None = None) -> None:
        """Make keys and panes work; `keep_keys` keeps keys that are set anew."""
        keys.install(self._panes.window, self._deeds())
        self._connect(self._panes)
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
            deed: partial(self.do, deed) for deed in Deed if not deed.startswith("agency_")
        }
        for deed, code in zip(agency_deeds(len(agencies)), agencies, strict=False):
            deeds[deed] = partial(self._ask, code)
        return deeds

    def do(self, deed: Deed) -> None:
        """Carry out what a key or button stands for."""
        panes, commands = self._panes, self._commands
        self._marks.mark(f"{deed.value}_key", self._seat.call_at_hand or "")
        match deed:
            case Deed.ANSWER:
                self._answer(None)
            case Deed.HOLD:
                self._run(commands.hold(), deed)
            case Deed.MUTE:
                self._run(commands.mute(), deed)
            case Deed.END:
                self._run(commands.end(), deed)
            case Deed.STATE:
                self._run(commands.next_state(), deed)
            case Deed.PLACE:
                panes.window.bring(Page.FORM)
                panes.form.focus_place()
            case Deed.KIND:
                panes.window.bring(Page.FORM)
                panes.form.focus_kind()
            case Deed.DISPATCH:
                self._run(commands.dispatch(), deed)
            case Deed.NEW_INCIDENT:
                panes.window.bring(Page.FORM)
                self._run(commands.select(None), deed)
                panes.form.focus_place()
            case Deed.FILTER:
                panes.window.bring(Page.INCIDENTS)
                panes.incidents.focus_filter()
            case Deed.MAP:
                panes.window.bring(Page.MAP)
                panes.map.setFocus(Qt.FocusReason.ShortcutFocusReason)
            case Deed.NEXT_LIST:
                panes.lists.next_list()
            case Deed.CALL_BACK:
                self._call_back()
            case Deed.HELP:
                panes.help.close_up() if panes.help.isVisible() else panes.help.open_up()
            case Deed.COMMAND | Deed.SORT | Deed.NUMBER_HISTORY:
                pass  # their panes come with the next change
            case _:
                self._run(commands.classify(Classification(deed.removeprefix("classify_"))), deed)

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
            self._run(self._commands.dial(number), "call_back")

    def _pick_place(self, hit: PlaceHit) -> None:
        self._panes.form.put_place(hit.label)
        self._run(self._commands.pick_place(hit), "place")
        if self._panes.map.view is not None:
            self._panes.map.view.fly_to(hit.lat, hit.lon, ZOOM_AREA if hit.area else ZOOM_POINT)
        self._panes.form.focus_kind()

    def _pick_kind(self, kind: Kind) -> None:
        self._panes.form.put_kind(f"{kind.code} {kind.name}")
        self._run(self._commands.choose_kind(kind.code), "kind")
        self._panes.form.focus_text()

    def _click_map(self, lat: float, lon: float) -> None:
        self._run(self._commands.set_point(lat, lon), "point")

    def _choose_incident(self, incident_id: str) -> None:
        self._run(self._select(IncidentId(incident_id)), "select")

    async def _select(self, incident_id: IncidentId) -> None:
        await self._commands.select(incident_id)
        self._panes.window.bring(Page.FORM)
        incident = self._seat.incident
        at = None if incident is None else incident.position
        if at is not None and self._panes.map.view is not None:
            self._panes.map.view.fly_to(*at, ZOOM_POINT)

    def save(self) -> None:
        """Save what was typed, if anything is not saved yet."""
        if self._draft.is_dirty:
            self._run(self._commands.save(), "save")

    def _run(self, wish: Coroutine[Any, Any, object], name: str) -> None:
        self.errands.run(wish, self._say(f"wish.{name}"))

    def _connect(self, panes: SeatPanes) -> None:
        panes.top.state_wished.connect(lambda: self.do(Deed.STATE))
        panes.phone.wished.connect(self.do)
        panes.lists.answer_wished.connect(lambda call_id: self._answer(CallId(call_id)))
        panes.lists.call_back_wished.connect(lambda: self.do(Deed.CALL_BACK))
        form = panes.form
        form.typed.connect(self._draft.typed)
        form.left.connect(self.save)
        form.place_picked.connect(self._pick_place)
        form.kind_picked.connect(self._pick_kind)
        form.new_wished.connect(lambda: self.do(Deed.NEW_INCIDENT))
        form.dispatch_wished.connect(lambda: self.do(Deed.DISPATCH))
        form.agency_wished.connect(lambda code: self._ask(AgencyCode(code)))
        panes.incidents.chosen.connect(self._choose_incident)
        panes.window.dismissed.connect(panes.footer.acknowledge)
        panes.window.page_wished.connect(self._turn_to)
        if panes.map.view is not None:
            panes.map.view.clicked.connect(self._click_map)
            panes.map.view.incident_clicked.connect(self._choose_incident)
            panes.map.view.state_changed.connect(lambda _: panes.top.tell_map(panes.map.lamp()))
