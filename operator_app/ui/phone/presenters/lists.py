"""The three lists under the phone: who waits, who hung up before an answer, and the last calls of this seat."""

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from operator_app.domain.call import Call
from operator_app.domain.figures import AbandonedNumber, abandoned
from operator_app.domain.ids import CallId
from operator_app.domain.line import LineCall
from operator_app.domain.states import NOISE, CallState, Classification
from operator_app.ui.phone.presenters.past import NumberPast
from operator_app.ui.sound.presenters.quality import measured_words
from operator_app.ui.words.rows import Cell, Row, cell
from operator_app.ui.words.wording import Say, Span, Tone, day_of, local_time, number_text, running
from operator_app.workflow.seat import Seat

RECENT_SHOWN, RECENT_AMONG = 30, 2000
"""So many calls of this seat, looked for among so many of the room."""
CALL_BACK_WITHIN_S = 60.0
WAIT_WATCH_S = 5.0


@dataclass(frozen=True, slots=True)
class ListsView:
    """Rows of the three lists; ids are call ids."""

    waiting: tuple[Row, ...]
    abandoned: tuple[Row, ...]
    recent: tuple[Row, ...]


class ListsPresenter:
    """Makes the lists. `gather` folds the board when calls have changed; `view` only writes times, each second."""

    def __init__(self, seat: Seat, say: Say, past: NumberPast) -> None:
        self._seat = seat
        self._say = say
        self._past = past
        self._vain: dict[str, tuple[AbandonedNumber, ...]] = {}
        self._abandoned: tuple[AbandonedNumber, ...] = ()
        self._recent: tuple[Call, ...] = ()
        self.gather()

    def gather(self) -> None:
        """Fold the calls of those numbers anew that have changed: thousands of calls of the past cost nothing."""
        seat, now = self._seat, self._seat.duty.now()
        midnight = now.astimezone(seat.room.rules.now.timezone).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        for key in self._past.take_touched():
            self._vain.pop(key, None)
            if vain := abandoned(self._past.calls_of_key(key), midnight):
                self._vain[key] = vain
        found = (each for listed in self._vain.values() for each in listed)
        today = (each for each in found if each.number or each.last_at >= midnight)
        self._abandoned = tuple(sorted(today, key=lambda each: (each.first_at, each.calls)))
        late = islice(self._past.newest_first(), RECENT_AMONG)
        own = (call for call in late if call.seat == seat.duty.name and call.is_over and not _of_others(call))
        self._recent = tuple(islice(own, RECENT_SHOWN))

    def view(self) -> ListsView:
        """Return the lists as they have to look now."""
        now = self._seat.duty.now()
        return ListsView(
            tuple(self._waiting_row(each, now) for each in self._seat.calls.waiting()),
            tuple(self._abandoned_row(each, now) for each in self._abandoned),
            tuple(self._recent_row(call) for call in self._recent),
        )

    def number_to_call_back(self, row_id: str | None) -> str | None:
        """Return the number behind that row of the abandoned list, without one of the longest neglected; or None."""
        for each in self._abandoned:
            if each.number and (row_id is None or row_id == _row_id(each)):
                return each.number
        return None

    def number_of(self, name: str, row_id: str | None) -> str | None:
        """Return the number behind a row of the list of that name; None for a withheld one, or without a row."""
        if row_id is None:
            return None
        if name == "abandoned":
            return next((each.number for each in self._abandoned if _row_id(each) == row_id), None)
        call = self._seat.room.board.calls.get(CallId(row_id))
        return None if call is None else call.number

    def _waiting_row(self, call: LineCall, now: datetime) -> Row:
        waited = (now - call.offered_at).total_seconds()
        past = self._past.of(call.number, now, without=call.call_id)
        if past.pranks:
            note = cell(self._say("lists.pranks", n=past.pranks), Tone.WATCH)
        elif past.calls:
            note = cell(self._say("lists.earlier", n=past.calls), Tone.QUIET)
        else:
            note = cell(self._say("lists.new"), Tone.QUIET)
        tone = Tone.WATCH if waited > WAIT_WATCH_S else Tone.PLAIN
        who = self._who(call.number, call.display_name, withheld=call.withheld)
        return Row(call.call_id, (who, cell(running(waited), tone), note))

    def _abandoned_row(self, each: AbandonedNumber, now: datetime) -> Row:
        age = (now - each.last_at).total_seconds()
        tone = Tone.WATCH if age > CALL_BACK_WITHIN_S and each.number else Tone.PLAIN
        last = self._seat.room.board.calls.get(each.calls[-1])
        who = self._who(each.number, "" if last is None else last.display_name)
        tries = cell(self._say("lists.tries", n=each.tries), Tone.QUIET)
        if each.refused_for:
            why = self._say(f"refused_why.{each.refused_for}")
            words = self._say("lists.refused", n=each.tries)
            tries = Cell(
                (Span(words, Tone.WATCH),), spoken=self._say("lists.refused_why", n=each.tries, why=why)
            )
        return Row(_row_id(each), (who, cell(running(age), tone), tries))

    def _recent_row(self, call: Call) -> Row:
        zone = self._seat.room.rules.now.timezone
        time = day_of(call.offered_at, self._seat.duty.now(), zone) or local_time(call.offered_at, zone)[:5]
        outcome = self._with_quality(self._outcome(call), call)
        return Row(call.id, (self._who(call.number, call.display_name), cell(time, Tone.QUIET), outcome))

    def _with_quality(self, outcome: Cell, call: Call) -> Cell:
        """How the line was: a sign where it was not good (ring fair, triangle poor), all of it in the tool tip."""
        if call.quality is None:
            return outcome
        told = measured_words(call.quality, self._say)
        mark = {Tone.WATCH: Tone.WATCH, Tone.PLAIN: Tone.QUIET}.get(told.tone)
        return replace(outcome, mark=mark, spoken=told.whole)

    def _outcome(self, call: Call) -> Cell:
        if call.classification is not None:
            tone = Tone.QUIET if call.classification in NOISE else Tone.PLAIN
            if call.classification is Classification.EMERGENCY:
                tone = Tone.ALARM
            if (
                call.doubted
            ):  # two seats, neither knowing of the other: the graver stands first until one decides
                kinds = (call.classification, *call.doubted)
                return cell(
                    " / ".join(self._say(f"classification.{each}") for each in kinds) + " ?", Tone.WATCH
                )
            return cell(self._say(f"classification.{call.classification}"), tone)
        if call.refused_for:
            why = self._say(f"refused_why.{call.refused_for}")
            words = self._say("lists.refused_why", n=call.tries, why=why)
            return Cell((Span(self._say("lists.refused", n=call.tries), Tone.WATCH),), spoken=words)
        if call.state in (CallState.ABANDONED, CallState.CUT):
            return cell(self._say(f"call_state.{call.state}"), Tone.WATCH)
        return cell(self._say("lists.out" if call.direction == "out" else "lists.unclassified"), Tone.QUIET)

    def _who(self, number: str | None, name: str, *, withheld: bool = True) -> Cell:
        """The number; without one the name that came, else that it was hidden, or that there was none."""
        nobody = self._say("lists.withheld" if withheld else "lists.no_number")
        return cell(number_text(number) if number else name or nobody, strong=True)


def _of_others(call: Call) -> bool:
    """It rang here and another desk took it: nobody was given up, and nothing is left to be said of it here."""
    return call.direction == "in" and call.answered_at is None and call.state is CallState.ENDED


def _row_id(each: AbandonedNumber) -> str:
    return each.calls[-1]
