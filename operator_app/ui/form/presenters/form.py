"""The incident form: number, where its words are saved, its fields, what is proposed, which agencies can be asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from operator_app.domain.ids import AgencyCode, IncidentId
from operator_app.domain.incident import Dispatch, Incident
from operator_app.domain.states import DispatchState
from operator_app.domain.triage import OUT, PRIORITY, Agency, Kind, ProposedAgency, agency_subject, to_ask
from operator_app.maps.site import Site
from operator_app.ui.form.presenters.card import CardView, card_view
from operator_app.ui.form.presenters.point import point_spans
from operator_app.ui.form.presenters.saved import SaveTracker
from operator_app.ui.orders.draft import Unsaved
from operator_app.ui.words.plain import in_editor
from operator_app.ui.words.site_words import SiteWords
from operator_app.ui.words.wording import (
    PRIORITY_TONES,
    Say,
    Span,
    Tone,
    day_of,
    local_time,
    number_text,
    until_time,
)
from operator_app.workflow.hand import Sheet
from operator_app.workflow.handover import Asked
from operator_app.workflow.ports import LinkTrouble
from operator_app.workflow.seat import Seat

TYPED_FIELDS = ("place", "landmark", "village", "neighbourhood", "caller_name", "text")
"""Fields with an editor of their own; kind and position are chosen."""
QUICK_AGENCIES = 9
"""So many agencies have a key of their own, the first of the site."""
NO_CARD = CardView("", "")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class QuickAgency:
    """A button that asks one agency; `state` is empty until it was asked about this incident."""

    code: AgencyCode
    name: str
    state: str
    tone: Tone
    can_ask: bool


@dataclass(frozen=True, slots=True)
class AgencyChoice:
    """An agency that the operator can leave out or let in, by the letter `key`."""

    key: str
    code: AgencyCode
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class AskedAgency:
    """An agency of which an answer by phone can be recorded; `near`: asked already, or to be told by phone."""

    code: AgencyCode
    name: str
    state: str
    tone: Tone
    steps: tuple[DispatchState, ...]
    near: bool


@dataclass(frozen=True, slots=True)
class FormView:
    """Everything in the form at one moment."""

    sheet: Sheet
    """What is written on: tells one form from another, also two empty ones."""
    incident_id: IncidentId | None
    number: str
    saved: tuple[Span, ...]
    priority: int | None
    priority_words: str
    values: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    caller_number: str = ""
    district: str = ""
    point: tuple[Span, ...] = ()
    """The line about the incident's point."""
    warning: str = ""
    proposal: tuple[Span, ...] = ()
    choices: tuple["AgencyChoice", ...] = ()
    decided: bool = False
    read_back: str = ""
    read_back_tone: Tone = Tone.QUIET
    card: CardView = NO_CARD
    agencies: tuple[QuickAgency, ...] = ()
    asked: tuple[AskedAgency, ...] = ()
    can_dispatch: bool = False
    sent_early: bool = False
    """Somebody has been asked already; who is asked now is added."""
    is_ended: bool = False


def agency_deed(place: int) -> str:
    """Return the deed of handing over to the agency with a desk at that place."""
    return f"agency_{place + 1}"


class FormPresenter:
    """Makes the form out of the seat, what is being typed and what has been saved. Pure reading."""

    def __init__(
        self,
        seat: Seat,
        say: Say,
        words: SiteWords,
        draft: Unsaved,
        saves: SaveTracker,
        read_back_key: Callable[[], str] = lambda: "^E",
        site: Site | None = None,
    ) -> None:
        """`read_back_key` is the key that says that the place was read back, as it is set now.

        `site` tells whose land lies under a point.
        """
        self._site = site
        self._read_back_key = read_back_key
        self._seat = seat
        self._say = say
        self._words = words
        self._draft = draft
        self._saves = saves
        self._quick: tuple[Agency, ...] = tuple(a for a in seat.cards.agencies if a.has_desk)[:QUICK_AGENCIES]

    def view(self) -> FormView:
        """Return the form as it has to look now."""
        incident = self._seat.hand.incident
        if incident is None:
            return self._empty()
        priority = incident.priority
        return FormView(
            sheet=self._seat.hand.sheet,
            incident_id=incident.id,
            number=incident.number,
            saved=self._saved(incident),
            priority=priority,
            priority_words=self._priority_words(incident),
            values={name: in_editor(name, incident.value(name)) for name in TYPED_FIELDS},
            kind=self._words.kind_label(incident.value("kind")),
            caller_number=number_text(incident.value("caller_number")),
            district=incident.value("district"),
            point=point_spans(incident, self._site, self._say),
            warning=self._warning(incident),
            proposal=self._reason(incident),
            choices=self._choices(incident),
            decided=bool(incident.own),
            read_back=self._read_back(incident),
            read_back_tone=self._read_back_tone(incident),
            card=self._card(incident),
            agencies=tuple(self._agency(each, incident) for each in self._quick),
            asked=tuple(self._asked(each) for each in self._seat.handover.asked()),
            sent_early=bool(incident.dispatches),
            can_dispatch=incident.is_open and self._somebody_left(),
            is_ended=not incident.is_open,
        )

    def _empty(self) -> FormView:
        call = self._seat.calls.live_at_hand
        return FormView(
            sheet=self._seat.hand.sheet,
            incident_id=None,
            number=self._say("form.new"),
            saved=self._unsaved() or (Span(self._say("form.saved_from_first_key"), Tone.QUIET),),
            priority=None,
            priority_words="",
            values=dict.fromkeys(TYPED_FIELDS, ""),
            caller_number="" if call is None or not call.number else number_text(call.number),
            proposal=(Span(self._say("form.proposal_none"), Tone.QUIET),),
            card=card_view("", None, {}, self._say),
            agencies=tuple(QuickAgency(a.code, a.name, "", Tone.QUIET, can_ask=False) for a in self._quick),
        )

    # ---- where it is saved

    def _unsaved(self) -> tuple[Span, ...]:
        if not self._draft.is_dirty:
            return ()
        if self._draft.failing:
            return (Span(self._say("form.not_saved"), Tone.ALARM, strong=True),)
        return (Span(self._say("form.typing"), Tone.QUIET),)

    def _saved(self, incident: Incident) -> tuple[Span, ...]:
        unsaved = self._unsaved()
        if unsaved:
            return unsaved
        zone, standing = self._seat.room.rules.now.timezone, self._saves.of(incident.id)
        if standing.saved_at is None:
            last = incident.timeline[-1]
            day = day_of(last.occurred_at, self._seat.duty.now(), zone)
            time = f"{day} {local_time(last.occurred_at, zone)}".lstrip()
            return (
                Span(self._say("form.last_change", time=time, seat=self._words.seat(last.seat)), Tone.QUIET),
            )
        here = self._say("form.saved_here", time=local_time(standing.saved_at, zone))
        if standing.shared_at is not None and standing.unshared == 0:
            there = self._say("form.shared", time=local_time(standing.shared_at, zone))
            return (Span(f"{here} · {there}", Tone.QUIET),)
        link = self._seat.room.link
        if link.reason == LinkTrouble.NOT_CONFIGURED and not link.connected:
            return (Span(f"{here} · " + self._say("form.no_server"), Tone.QUIET),)
        tone = Tone.ALARM if link.blocked else Tone.QUIET if link.connected else Tone.WATCH
        return (Span(f"{here} · ", Tone.QUIET), Span(self._say("form.not_shared", n=standing.unshared), tone))

    # ---- what is odd about it

    def _warning(self, incident: Incident) -> str:
        if not incident.is_open:
            return self._say("form.ended", status=self._say(f"incident_status.{incident.status}"))
        call = self._seat.calls.live_at_hand
        if call is not None and call.call_id not in incident.calls:
            return self._say("form.other_call")
        return ""

    # ---- hand over

    def _reason(self, incident: Incident) -> tuple[Span, ...]:
        """The proposed priority with its reason, and what the operator chose instead."""
        if not incident.is_open:
            return ()
        proposal = self._seat.handover.proposal()
        if proposal is None:
            return (Span(self._say("form.proposal_none"), Tone.QUIET),)
        because = proposal.reasons[0]
        words = because.words
        why = self._category(proposal.kind) if words is None else words.said_in(self._say("map.language"))
        proposed = self._say("form.proposed", priority=proposal.priority, why=why)
        own = incident.own.get(PRIORITY)
        if own is not None:
            return (
                Span(
                    self._say("form.own_priority", priority=own.chosen, who=own.actor or own.seat),
                    strong=True,
                ),
                Span(" · " + proposed, Tone.QUIET),
            )
        if incident.priority not in (None, proposal.priority):
            return (Span(f"P{incident.priority}", strong=True), Span(" · " + proposed, Tone.QUIET))
        return (Span(proposed, Tone.QUIET),)

    def _choices(self, incident: Incident) -> tuple[AgencyChoice, ...]:
        """Who is asked by the one key, each with its reason, and who could be."""
        proposal = self._seat.handover.proposal()
        if proposal is None or not incident.is_open:
            return ()
        category = self._category(proposal.kind)
        proposed = (*proposal.dispatch, *proposal.by_phone)
        shown = [(each.agency, self._why(each, category)) for each in proposed]
        shown += [(each.agency, "") for each in proposal.unavailable]
        known = {agency.code for agency, _ in shown}
        others = [
            each
            for each in self._seat.cards.agencies
            if each.code not in known and self._may_add(each, incident)
        ]
        shown += [(agency, "") for agency in others]
        return tuple(
            AgencyChoice(key, agency.code, self._choice(agency, why, incident))
            for key, (agency, why) in zip(LETTERS, shown, strict=False)
        )

    def _may_add(self, agency: Agency, incident: Incident) -> bool:
        return agency.has_desk or agency_subject(agency.code) in incident.own

    def _choice(self, agency: Agency, why: str, incident: Incident) -> tuple[Span, ...]:
        own = incident.own.get(agency_subject(agency.code))
        if own is not None and own.chosen == OUT:
            return (Span(agency.name, Tone.QUIET), Span(f" ({self._say('form.left_out')})", Tone.WATCH))
        if own is not None:
            return (
                Span(agency.name, strong=agency.has_desk),
                Span(f" ({self._say('form.added')})", Tone.WATCH),
            )
        if (missing := self._unavailable(agency, "form.unavailable")) is not None:
            return (Span(agency.name, Tone.QUIET), Span(f" ({missing})", Tone.WATCH))
        if not why:
            return (Span("+ " + agency.name, Tone.QUIET),)
        return (Span(agency.name, strong=agency.has_desk), Span(f" ({why})", Tone.QUIET))

    def _unavailable(self, agency: Agency, key: str) -> str | None:
        """Say until when the agency can send nobody, and why; None while it can."""
        now = self._seat.duty.now()
        told = self._seat.room.board.unavailable(now).get(agency.code)
        if told is None:
            return None
        return self._say(
            key, time=until_time(told.until, now, self._seat.room.rules.now.timezone), reason=told.reason
        )

    def _category(self, kind: Kind) -> str:
        return kind.category_in(self._say("map.language")).casefold()

    def _why(self, each: ProposedAgency, category: str) -> str:
        if not each.agency.has_desk:
            return self._say("form.by_phone")
        if each.because is not None:
            return each.because.said_in(self._say("map.language"))
        return category if each.lead else self._say("form.support")

    def _priority_words(self, incident: Incident) -> str:
        if not incident.priority:
            return ""
        return self._say(f"priority.{incident.priority}")

    def _card(self, incident: Incident) -> CardView:
        code = incident.value("kind")
        return card_view(code, self._seat.form.card, incident.answers, self._say, ended=not incident.is_open)

    def _read_back(self, incident: Incident) -> str:
        heard = incident.read_back
        if heard is None:
            return (
                self._say("form.not_read_back", key=self._read_back_key())
                if incident.value("place") or incident.position
                else ""
            )
        if not incident.read_back_holds:
            return self._say("form.read_back_stale", key=self._read_back_key())
        return self._say("form.read_back", time=local_time(heard.at, self._seat.room.rules.now.timezone))

    def _read_back_tone(self, incident: Incident) -> Tone:
        if incident.read_back is None:
            return Tone.QUIET
        return Tone.GOOD if incident.read_back_holds else Tone.WATCH

    def _somebody_left(self) -> bool:
        """Whether one key still reaches an agency; without a proposal the key says what is missing."""
        incident, proposal = self._seat.hand.incident, self._seat.handover.proposal()
        if incident is None or proposal is None or not proposal.dispatch:
            return True
        own = {subject: choice.chosen for subject, choice in incident.own.items()}
        wanted = [each for each in to_ask(proposal, own, self._seat.cards.agencies) if each.has_desk]
        asked = (incident.dispatch_to(each.code) for each in wanted)
        return not all(dispatch_words(self._say, dispatch)[2] for dispatch in asked)

    def _agency(self, agency: Agency, incident: Incident) -> QuickAgency:
        dispatch = incident.dispatch_to(agency.code)
        reached = dispatch is None or not agency.has_desk or self._seat.room.reached(incident, dispatch)
        state, tone, open_ = dispatch_words(
            self._say, dispatch, reached=reached, ended=incident.ended is not None
        )
        if not open_ and (missing := self._unavailable(agency, "form.unavailable_short")) is not None:
            state, tone = missing, Tone.WATCH
        return QuickAgency(agency.code, agency.name, state, tone, can_ask=incident.is_open and not open_)

    def _asked(self, asked: Asked) -> AskedAgency:
        words, tone, _ = dispatch_words(self._say, asked.dispatch)
        words = words or self._say("answer.not_asked")
        return AskedAgency(asked.agency.code, asked.agency.name, words, tone, asked.steps, asked.near)


def dispatch_words(
    say: Say, dispatch: Dispatch | None, *, reached: bool = True, ended: bool = False
) -> tuple[str, Tone, bool]:
    """Return how an agency stands to an incident in words, its tone, and whether it is still at it.

    An agency that the server has not been told to ask (`reached`) knows of nothing. `ended`: its incident has.
    """
    if dispatch is None:
        return "", Tone.QUIET, False
    if ended and not dispatch.is_over:
        key = "dispatch.never_reached" if dispatch.never_reached else "dispatch.stopped"
        return say(key), Tone.WATCH, False
    if dispatch.is_waiting and not reached:
        return say("dispatch.unreached"), Tone.ALARM, True
    words = say(f"dispatch_state.{dispatch.state}")
    if dispatch.is_waiting:
        tone = Tone.ALARM if dispatch.overdue_at is not None else Tone.WATCH
        return words, tone, True
    if dispatch.state == "declined":
        return words, Tone.ALARM, False
    return words, Tone.GOOD, dispatch.state != "done"


def priority_tone(priority: int | None) -> Tone:
    """Return the tone of a priority."""
    return PRIORITY_TONES[priority]
