"""What the command bar finds: deeds in both languages, incidents, numbers, places; all from the seat's own copy."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice

from operator_app.domain.call import Call
from operator_app.domain.ids import IncidentId
from operator_app.domain.incident import Incident
from operator_app.domain.states import CallState
from operator_app.maps.names import PlaceHit
from operator_app.ui.incidents.presenters.incidents import IncidentsPresenter
from operator_app.ui.phone.presenters.past import NumberPast, network_names
from operator_app.ui.phone.presenters.phone_servers import other_phone
from operator_app.ui.words.rows import Cell, Row, cell, chip
from operator_app.ui.words.site_words import SiteWords
from operator_app.ui.words.wording import PRIORITY_TONES, Say, Span, Tone, number_text, written
from operator_app.workflow.seat import Seat

SHOWN = 12
DEEDS, INCIDENTS, NUMBERS, PLACES, CALLS = 6, 6, 4, 4, 40
"""At most so many of each."""
RECENT = 8
LEAST_LETTERS, LEAST_FIGURES, LEAST_NAME = 2, 3, 4


class What(StrEnum):
    """What was found."""

    DEED = "deed"
    INCIDENT = "incident"
    DIAL = "dial"
    NUMBER = "number"
    CALL = "call"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Found:
    """One answer: `key` is the deed, the incident's id, the number; `place` is there for a place alone."""

    what: What
    key: str
    row: Row
    place: PlaceHit | None = None


@dataclass(frozen=True, slots=True)
class NamedDeed:
    """A deed as it can be found: by its name on screen, by its names in other languages; its key as it stands now."""

    deed: str
    name: str
    others: tuple[str, ...]
    key: str


class CommandFinder:
    """Answers what is typed into the command bar, best first. Pure reading; loop thread only."""

    def __init__(
        self,
        seat: Seat,
        say: Say,
        words: SiteWords,
        table: IncidentsPresenter,
        past: NumberPast,
        places: Callable[[str], Sequence[PlaceHit]],
        deeds: Callable[[], Sequence[NamedDeed]],
    ) -> None:
        """`deeds` gives what can be done, with the keys as they are set now."""
        self._seat, self._say, self._words = seat, say, words
        self._table, self._past, self._places, self._deeds = table, past, places, deeds
        self._recent: list[Found] = []

    def find(self, typed: str) -> tuple[Found, ...]:
        """Return what fits; without a word what was chosen of late, then the deeds."""
        wanted = typed.casefold().split()
        if not wanted:
            return self._without_words()
        figures = number_typed(typed)
        numbers = self._numbers(figures) if figures else []
        if len(typed.strip()) < LEAST_LETTERS:
            return tuple(self._deeds_for(wanted))[:SHOWN]
        found = [
            *numbers,
            *self._identified(typed),
            *islice(self._deeds_for(wanted), DEEDS),
            *islice(self._incidents(wanted), INCIDENTS),
        ]
        if not figures:
            found += [self._place(n, hit) for n, hit in enumerate(self._places(typed)[:PLACES])]
        return tuple(found[:SHOWN])

    def history(self, number: str) -> tuple[Found, ...]:
        """Return what is known of a number: that it can be called, and its calls, the last first."""
        calls = self._past.calls_of(number)
        return (self._dial(number), *(self._call(call) for call in calls[:CALLS]))

    def remember(self, found: Found) -> None:
        """It was chosen: it comes first the next time."""
        if found.what is not What.CALL:
            self._recent = [found, *(each for each in self._recent if _same(each, found) is False)][:RECENT]

    # ---- without words

    def _without_words(self) -> tuple[Found, ...]:
        recent = [fresh for each in self._recent if (fresh := self._afresh(each)) is not None]
        deeds = (self._deed(each) for each in self._deeds())
        known = {(each.what, each.key) for each in recent}
        return (*recent, *(each for each in deeds if (each.what, each.key) not in known))

    def _afresh(self, found: Found) -> Found | None:
        """Write what was chosen before as it stands now; None when it is no more."""
        if found.what is What.DEED:
            return next((self._deed(each) for each in self._deeds() if each.deed == found.key), None)
        if found.what is What.INCIDENT:
            incident = self._seat.room.board.incidents.get(IncidentId(found.key))
            return None if incident is None else self._incident(incident)
        return found

    # ---- of each kind

    def _deeds_for(self, wanted: Sequence[str]) -> Iterator[Found]:
        fitting = []
        for each in self._deeds():
            texts = [name.casefold() for name in (each.name, *each.others, each.key)]
            text = " ".join(texts)
            if all(part in text for part in wanted):
                begins = any(t.startswith(wanted[0]) for t in texts)
                word = all(f" {part}" in f" {text}" for part in wanted)
                fitting.append((not begins, not word, each))
        fitting.sort(key=lambda each: each[:2])
        return (self._deed(each) for _, _, each in fitting)

    def _incidents(self, wanted: Sequence[str]) -> Iterator[Found]:
        found = self._table.search.matching(chain(self._table.all(), self._table.ended()), wanted)
        return (self._incident(each) for each in found)

    def _numbers(self, figures: str) -> list[Found]:
        known = self._past.numbers_like(figures, NUMBERS)
        dial = [self._dial(figures)] if figures not in known else []
        return [*dial, *(found for number in known for found in (self._number(number), self._dial(number)))]

    def _identified(self, typed: str) -> Iterator[Found]:
        """Calls by what the network named them: its call or incident, or the phone's IMEI."""
        if len(typed.strip()) >= LEAST_NAME:
            yield from (self._call(call) for call in self._past.identified_like(typed, NUMBERS))

    # ---- as rows

    def _deed(self, each: NamedDeed) -> Found:
        return self._found(What.DEED, each.deed, cell(each.name), Cell(), chip(each.key, Tone.BUSY))

    def _incident(self, incident: Incident) -> Found:
        kind = self._words.kind(incident.value("kind")) or self._say("incidents.kind_unknown")
        where = ", ".join(
            dict.fromkeys(
                part for part in (incident.value(name) for name in ("place", "village", "district")) if part
            )
        )
        status = (
            self._table.standing(incident)
            if incident.is_open
            else self._say(f"incident_status.{incident.status}")
        )
        priority = incident.priority
        mark = chip("–" if priority is None else f"P{priority}", PRIORITY_TONES[priority])
        words = Cell((Span(incident.number, strong=True), Span(f"  {kind}")))
        detail = cell(" · ".join(part for part in (where, status) if part), Tone.QUIET)
        return self._found(What.INCIDENT, incident.id, words, detail, mark)

    def _dial(self, number: str) -> Found:
        words = cell(self._say("command.dial", number=number_text(number)))
        phone = other_phone(self._seat, self._say, number)
        detail = Cell() if phone is None else cell(phone.words, Tone.QUIET)
        return self._found(What.DIAL, number, words, detail, Cell())

    def _number(self, number: str) -> Found:
        past = self._past.of(number, self._seat.duty.now())
        detail = self._say("command.past", n=past.calls, pranks=past.pranks, incidents=len(past.incidents))
        words = cell(self._say("command.history", number=number_text(number)))
        return self._found(What.NUMBER, number, words, cell(detail, Tone.QUIET), Cell())

    def _call(self, call: Call) -> Found:
        direction = "in" if call.direction == "in" else "out"
        at = written(call.offered_at, self._seat.room.rules.now.timezone, "%d.%m.%Y %H:%M")
        way = self._say(f"command.call_{direction}", seat=self._words.seat(call.seat))
        incident = None if call.incident_id is None else self._seat.room.board.incidents.get(call.incident_id)
        words = Cell((Span(at, strong=True), Span(f"  {way} · {self._outcome(call)}")))
        names = network_names(call, self._say)
        told = ([] if incident is None else [f"{incident.number} {self._kind(incident)}"]) + names
        detail = cell(" · ".join(told), Tone.QUIET)
        return self._found(What.CALL, call.id, words, detail, Cell())

    def _kind(self, incident: Incident) -> str:
        return self._words.kind(incident.value("kind")) or self._say("incidents.kind_unknown")

    def _outcome(self, call: Call) -> str:
        if call.classification is not None:
            return self._say(f"classification.{call.classification}")
        if call.state in (CallState.ABANDONED, CallState.CUT):
            return self._say(f"call_state.{call.state}")
        return self._say("lists.unclassified")

    def _place(self, number: int, hit: PlaceHit) -> Found:
        area = " · ".join(dict.fromkeys(p for p in (hit.desa, hit.kecamatan) if p and p != hit.label))
        row_key = f"{number} {hit.kode}"
        return self._found(What.PLACE, row_key, cell(hit.label), cell(area, Tone.QUIET), Cell(), hit)

    def _found(
        self, what: What, key: str, words: Cell, detail: Cell, mark: Cell, place: PlaceHit | None = None
    ) -> Found:
        head = cell(self._say(f"command.{what}_head"), Tone.QUIET)
        return Found(what, key, Row(f"{what} {key}", (head, words, detail, mark)), place)


def number_typed(typed: str) -> str:
    """Return the figures of what looks like a phone number, empty when it does not."""
    figures = "".join(letter for letter in typed if letter not in " -.()")
    plain = figures.removeprefix("+")
    return figures if len(plain) >= LEAST_FIGURES and plain.isdigit() and plain.isascii() else ""


def _same(one: Found, other: Found) -> bool:
    return (one.what, one.row.id) == (other.what, other.row.id)
