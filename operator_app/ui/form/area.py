"""The incident form: its fields, what is typed and picked in them, and that it is saved."""

from collections.abc import Coroutine, Mapping
from datetime import datetime
from typing import Any

from operator_app.domain.ids import IncidentId
from operator_app.domain.triage import Kind
from operator_app.maps.names import PlaceHit
from operator_app.maps.places import OWN_MARK
from operator_app.maps.site import Site
from operator_app.ui.form.finders import PlaceSearch, kind_finder, place_finder
from operator_app.ui.form.form_pane import FormPane
from operator_app.ui.form.presenters.card import card_view
from operator_app.ui.form.presenters.form import FormPresenter
from operator_app.ui.form.presenters.saved import SaveTracker
from operator_app.ui.frame.area import Area, Hand
from operator_app.ui.frame.asks import (
    BackToText,
    BringIncident,
    DraftChanged,
    FieldChosen,
    FlyTo,
    FormShared,
    IncidentBrought,
    TakePlace,
)
from operator_app.ui.frame.page_strip import Page
from operator_app.ui.keys.deeds import Before, Deed, Group, Wish
from operator_app.ui.orders.commands import SeatCommands
from operator_app.ui.orders.seat_draft import SeatDraft
from operator_app.ui.words.notice import NOT_SAVED
from operator_app.workflow.ports import BoardChanged, LinkState, Saved, Shared
from operator_app.workflow.seat import SeatChanged
from operator_app.workflow.site_desk import SiteStanding


class FormArea(Area):
    """The form's pane."""

    told = (
        SeatChanged,
        BoardChanged,
        SiteStanding,
        Saved,
        Shared,
        LinkState,
        DraftChanged,
        BringIncident,
        TakePlace,
        FieldChosen,
        FormShared,
        BackToText,
    )

    def __init__(
        self, hand: Hand, commands: SeatCommands, draft: SeatDraft, search: PlaceSearch, site: Site
    ) -> None:
        """`search` answers what is typed as a place."""
        self._hand, self._seat, self._commands, self._draft = hand, hand.seat, commands, draft
        say, words = hand.say, hand.words
        self.pane = FormPane(
            hand.theme,
            say,
            hand.keys,
            place_finder(search, say, site),
            kind_finder(hand.seat.cards, words),
            [(each.code, each.name) for each in hand.seat.cards.agencies if each.has_desk],
            lambda: draft.values,
        )
        self._saves = SaveTracker()
        self.view = FormPresenter(
            hand.seat, say, words, draft, self._saves, lambda: str(hand.keys.cap("read_back")), site
        )
        self._was_failing = False
        self._again = hand.timers.once(self._show)
        self._save_timer = hand.timers.once(self._save)
        self._connect()

    def changed(self, what: object) -> None:
        """Show what has changed in the form, or do what was asked for."""
        match what:
            case BringIncident():
                self._hand.run("select", self._select(what.incident_id), Before.MUST)
            case TakePlace():
                self._pick_place(what.hit)
            case FieldChosen():
                self.pane.put_value(what.field, what.value)
            case FormShared():
                self.pane.show_shared(what.company, what.clashing)
            case BackToText():
                self.pane.focus_text()
            case BoardChanged() if not self._concerns(what):
                pass
            case _:
                self._follow(what)
                self._again.start(0)

    def second(self, now: datetime) -> None:
        """Let the times run on."""
        self._show()

    def _follow(self, what: object) -> None:
        match what:
            case DraftChanged():
                self._draft_changed()
            case Saved():
                self._saves.saved(what.events, self._seat.duty.now())
            case Shared():
                self._saves.shared(what.event_ids, self._seat.duty.now())
            case _:
                pass

    def _concerns(self, what: BoardChanged) -> bool:
        """Words of other seats about other incidents change nothing in the form."""
        rest = len(what.things) > len(what.incidents)
        return rest or self._seat.hand.incident_id in what.incidents

    # ---- deeds

    def to_place(self) -> None:
        """Lead the keyboard to the place."""
        self._hand.bring(Page.FORM)
        self.pane.focus_place()

    def to_kind(self) -> None:
        """Lead the keyboard to the kind."""
        self._hand.bring(Page.FORM)
        self.pane.focus_kind()

    def to_card(self) -> None:
        """Lead the keyboard to the question card."""
        self._hand.bring(Page.FORM)
        self.pane.card.lead_in()

    def new_incident(self) -> Wish:
        """Empty the form for a new incident."""
        self.to_place()
        return self._free()

    def read_back(self) -> Wish:
        """Record that the caller heard the place and agreed."""
        return self._commands.read_back()

    # ---- what is typed

    def _draft_changed(self) -> None:
        """Plan the next saving, and say when one that failed has come right."""
        due = self._draft.due_in_s()
        if due is None:
            self._save_timer.stop()
        else:
            self._save_timer.start(int(due * 1000))
        if self._was_failing and not self._draft.failing:
            self._hand.withdraw(NOT_SAVED)
        self._was_failing = self._draft.failing

    def _save(self) -> None:
        if self._draft.is_dirty:
            self._hand.run("save", _nothing_more(), Before.MUST)

    def _typed(self, name: str, words: str) -> None:
        self._draft.typed(name, words)
        self._seat.hand.typing_in(name, self._seat.duty.now())

    # ---- what is picked

    async def _free(self) -> None:
        self._seat.hand.select(None)

    async def _select(self, incident_id: IncidentId) -> None:
        if incident_id != self._seat.hand.incident_id:
            self._seat.hand.select(incident_id)
        self._hand.bring(Page.FORM)
        self._hand.ask(IncidentBrought(incident_id))

    def _pick_place(self, hit: PlaceHit) -> None:
        self.pane.put_place(hit.label)
        self._hand.run("place", self._took(self._commands.pick_place(hit)), Before.MUST)
        self._hand.ask(FlyTo(hit.lat, hit.lon, hit.area))
        self.pane.focus_kind()

    async def _took(self, taking: Coroutine[Any, Any, Mapping[str, str | None]]) -> None:
        """Say where the typed words went that are nothing of the place, and by which key all comes back."""
        taken = await taking
        say = self._hand.say
        kept = [
            say(f"form.{name}") + ": " + (taken[name] or "")
            for name in ("landmark", "neighbourhood")
            if taken.get(name)
        ]
        if kept:
            key = str(self._hand.keys.cap("place_back"))
            self._hand.tell(say("form.place_left", words=" · ".join(kept), key=key))

    async def place_back(self) -> None:
        """Take the last place that was taken over back: the fields hold what they held before."""
        for name, value in (await self._commands.place_back()).items():
            self.pane.put_value(name, value or "")
        self.to_place()

    def _pick_kind(self, kind: Kind) -> None:
        """Show the card of the kind before it is saved, and lead into it."""
        pane, incident = self.pane, self._seat.hand.incident
        pane.put_kind(self._hand.words.kind_label(kind.code))
        choosing = self._hand.run("kind", self._seat.form.choose_kind(kind.code), Before.MUST)
        choosing.add_done_callback(lambda _: pane.card.settled())
        fresh = self._seat.cards.kind_or_none(kind.code) or kind
        answers = {} if incident is None else incident.answers
        pane.card.put(card_view(fresh.code, fresh.card, answers, self._hand.say))
        pane.card.lead_in()

    def _answer(self, question: str, answer: str | None) -> None:
        self._hand.run("answer_question", self._seat.form.answer_question(question, answer), Before.MUST)

    def _drop_place(self, hit: PlaceHit | None) -> None:
        if hit is None:
            self._hand.tell(self._hand.say("form.choose_to_drop"))
        elif hit.kode.startswith(OWN_MARK):
            self._hand.run("landmark_drop", self._dropped(hit.kode.removeprefix(OWN_MARK)))
        else:
            self._hand.tell(self._hand.say("refusal.landmark_of_site"))

    async def _dropped(self, place_id: str) -> None:
        name = await self._seat.form.landmarks.drop(place_id)
        self.pane.place.search_now()
        self._hand.tell(self._hand.say("map_notice.dropped", name=name))

    # ---- what is shown

    def _show(self) -> None:
        if self._hand.draw("form", self.pane, lambda: self.pane.tell(self.view.view())):
            self._draft.seen.shown(self._seat.hand.incident, self.pane.texts())

    def _connect(self) -> None:
        pane, hand = self.pane, self._hand
        pane.typed.connect(self._typed)
        pane.left.connect(self._save)
        pane.place_picked.connect(self._pick_place)
        pane.place.drop_wished.connect(self._drop_place)
        pane.kind_picked.connect(self._pick_kind)
        pane.new_wished.connect(lambda: hand.press("new_incident"))
        pane.card.answered.connect(self._answer)
        hand.window.page_wished.connect(self._turn_to)

    def _turn_to(self, page: Page) -> None:
        if page is Page.FORM:
            self._hand.press("place")

    deeds = (
        Deed("place", "F5", Group.FORM, to_place),
        Deed("kind", "F6", Group.FORM, to_kind),
        Deed("place_back", "Alt+Z", Group.FORM, place_back, Before.MUST),
        Deed("new_incident", "Ctrl+N", Group.FORM, new_incident, Before.MUST),
        Deed("card", "Ctrl+Q", Group.FORM, to_card),
        Deed("read_back", "Ctrl+E", Group.FORM, read_back, Before.MUST),
    )


async def _nothing_more() -> None:
    """Saving what was typed is all."""
