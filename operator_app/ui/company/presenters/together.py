"""Several seats at one incident: who else has it in hand, which values clash, whose seat is lost."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from operator_app.domain.event import Event
from operator_app.domain.facts.incident import IncidentMoved, IncidentTaken
from operator_app.domain.ids import EventId, IncidentId, SeatName
from operator_app.domain.incident import Incident
from operator_app.ui.company.presenters.contests import ContestWords
from operator_app.ui.words.notice import Notice
from operator_app.ui.words.site_news import SiteNews
from operator_app.ui.words.site_words import SiteWords
from operator_app.ui.words.wording import Say, local_time, named
from operator_app.workflow.seat import Seat


@dataclass(frozen=True, slots=True)
class ClashView:
    """Two words about the same between which a person has to choose: the one that stands, and the other."""

    title: str
    stands: "Choice"
    other: "Choice"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the two, who wrote it and when."""

    value: str
    who: str


@dataclass(frozen=True, slots=True)
class TogetherView:
    """`company`: who else is at the incident in the form; `lost`: its seat is silent, and it can be taken over."""

    company: str = ""
    clash: ClashView | None = None
    clashing: frozenset[str] = frozenset()
    lost: str = ""


class TogetherPresenter:
    """Makes it out of the seat. Pure reading."""

    def __init__(self, seat: Seat, say: Say, words: SiteWords) -> None:
        self._seat = seat
        self._say = say
        self._words = words
        self._contests = ContestWords(seat, say, words)

    def view(self) -> TogetherView:
        """Return what the others do at the incident in the form."""
        incident = self._seat.hand.incident
        if incident is None:
            return TogetherView()
        clashing = frozenset(incident.clashes)
        return TogetherView(self._company(incident), self._clash(incident), clashing, self._lost(incident))

    def _company(self, incident: Incident) -> str:
        words = []
        for each in self._seat.room.company.at(incident.id):
            name = self._words.seat(each.seat)
            if each.field:
                words.append(
                    self._say(
                        "together.typing",
                        seat=name,
                        field=named(self._say, f"field.{each.field}", each.field),
                    )
                )
            else:
                words.append(self._say("together.here", seat=name))
        owner = incident.owner
        if owner is not None and owner not in (self._seat.duty.name, incident.seat):
            words.append(self._say("together.owner", seat=self._words.seat(owner)))
        return " · ".join(words)

    def _clash(self, incident: Incident) -> ClashView | None:
        contests = incident.contests
        if not contests:
            return None
        stands, other = (incident.event(each) for each in (contests[0].stands, contests[0].others[-1]))
        if stands is None or other is None:
            return None
        count = sum(len(each.others) for each in contests)
        key = "together.clash" if count == 1 else "together.clash_of"
        return ClashView(
            self._say(key, field=self._contests.subject(incident, stands), n=count),
            self._choice(incident, stands),
            self._choice(incident, other),
        )

    def _choice(self, incident: Incident, event: Event) -> Choice:
        who = f"{_who(event, self._words)} · {local_time(event.occurred_at, self._seat.room.rules.now.timezone)}"
        return Choice(self._contests.word(incident, event), who)

    def _lost(self, incident: Incident) -> str:
        since = self._seat.room.company.lost_since.get(incident.owner or SeatName(""))
        if since is None or not incident.is_open:
            return ""
        time = local_time(since, self._seat.room.rules.now.timezone)
        return self._say("together.lost", seat=self._words.seat(incident.owner or ""), time=time)


class RoomNews:
    """What the operator must be told once of what happened to the record elsewhere. Loop thread only."""

    def __init__(self, seat: Seat, say: Say, words: SiteWords, take_over_key: Callable[[], str]) -> None:
        """`take_over_key` is the key that takes a lost seat's incident over, as it is set now."""
        self._take_over_key = take_over_key
        self._seat = seat
        self._say = say
        self._words = words
        self._owned: dict[IncidentId, SeatName | None] = {}
        self._rejected: dict[IncidentId, frozenset[EventId]] = {}
        self._clashes: dict[IncidentId, int] = {}
        self._were_open: set[IncidentId] = set()
        self._lost: set[SeatName] = set()
        self.site = SiteNews(say)

    def begin(self) -> None:
        """Take the room as it is: what was told before is not told again."""
        for incident in self._seat.room.board.incidents.values():
            self._note(incident)

    def changed(self, incident_ids: frozenset[str]) -> Iterator[Notice]:
        """Return what is new about these incidents."""
        for each in incident_ids:
            incident = self._seat.room.board.incidents.get(IncidentId(each))
            if incident is not None:
                yield from self._taken(incident)
                yield from self._ended(incident)
                yield from self._came_to_nothing(incident)
                yield from self._clashed(incident)
                self._note(incident)

    def lost(self) -> tuple[list[Notice], list[str]]:
        """Return notices of seats newly lost, and the topics of those that are back."""
        now = set(self._seat.room.company.lost_since)
        orphans = self._seat.room.orphans()
        notices = []
        for seat in sorted(now - self._lost):
            count = sum(each.owner == seat for each in orphans)
            state = self._seat.room.board.seats.get(seat)
            if count == 0 and (state is None or state.state == "away"):
                continue
            time = local_time(self._seat.room.company.lost_since[seat], self._seat.room.rules.now.timezone)
            key = "together.seat_lost" if count else "together.seat_lost_idle"
            words = self._say(key, seat=self._words.seat(seat), time=time, n=count, key=self._take_over_key())
            notices.append(Notice(words, loud=bool(count), topic=f"lost {seat}"))
        back = [f"lost {seat}" for seat in self._lost - now] if self._seat.room.company.known else []
        if self._seat.room.company.known:
            self._lost = now
        return notices, back

    def _note(self, incident: Incident) -> None:
        self._owned[incident.id] = incident.owner
        (self._were_open.add if incident.is_open else self._were_open.discard)(incident.id)
        self._rejected[incident.id] = frozenset(incident.rejected)
        self._clashes[incident.id] = sum(len(each.others) for each in incident.contests)

    def _taken(self, incident: Incident) -> Iterator[Notice]:
        was = self._owned.get(incident.id)
        if was != self._seat.duty.name or incident.owner in (None, self._seat.duty.name):
            return
        at = max(e.occurred_at for e in incident.timeline if isinstance(e.fact, IncidentTaken))
        words = self._say(
            "together.taken_from_us",
            number=incident.number,
            seat=self._words.seat(incident.owner or ""),
            time=local_time(at, self._seat.room.rules.now.timezone),
        )
        yield Notice(words, loud=True, topic=f"taken {incident.id}")

    def _came_to_nothing(self, incident: Incident) -> Iterator[Notice]:
        fresh = set(incident.rejected) - self._rejected.get(incident.id, frozenset())
        for event in incident.timeline:
            if event.id in fresh and event.seat == self._seat.duty.name:
                words = self._say("together.rejected", number=incident.number)
                yield Notice(words, loud=True, topic=f"rejected {incident.id}")

    def _ended(self, incident: Incident) -> Iterator[Notice]:
        """Another seat has ended what this one still works on: agencies see it no longer."""
        if incident.is_open or incident.id not in self._were_open:
            return
        here = incident.id == self._seat.hand.incident_id or incident.owner == self._seat.duty.name
        sent = any(each.seat == self._seat.duty.name and not each.is_over for each in incident.dispatches)
        moves = [each for each in incident.timeline if isinstance(each.fact, IncidentMoved)]
        last = next((e for e in reversed(moves) if e.id not in incident.rejected), None)
        if last is None or last.seat == self._seat.duty.name or not (here or sent):
            return
        words = self._say(
            "together.ended",
            number=incident.number,
            status=self._say(f"incident_status.{incident.status}"),
            who=_who(last, self._words),
        )
        yield Notice(words, loud=True, topic=f"ended {incident.id}")

    def _clashed(self, incident: Incident) -> Iterator[Notice]:
        contests = incident.contests
        count = sum(len(each.others) for each in contests)
        if count > self._clashes.get(incident.id, 0) and incident.id != self._seat.hand.incident_id:
            events = (incident.event(each) for told in contests for each in (told.stands, *told.others))
            if self._seat.duty.name in {event.seat for event in events if event is not None}:
                yield Notice(self._say("together.clash_elsewhere", number=incident.number), loud=False)


def _who(event: Event, words: SiteWords) -> str:
    seat = words.seat(event.seat)
    return f"{seat}, {event.actor}" if event.actor else seat
