"""What is known about a number: its earlier calls and what came of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nlargest

from operator_app.domain.call import Call, bare_identifier, joined
from operator_app.domain.ids import CallId, IncidentId
from operator_app.domain.numbers import number_key
from operator_app.domain.states import Classification
from operator_app.ui.words.wording import Say

LOOK_BACK = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Past:
    """A number's calls of the last 90 days without the present one; `incidents` newest first."""

    calls: int = 0
    pranks: int = 0
    ghosts: int = 0
    incidents: tuple[IncidentId, ...] = ()


class NumberPast:
    """Calls by number, kept up to date by the ids of calls that changed. Loop thread only."""

    def __init__(self, calls: Mapping[CallId, Call]) -> None:
        """`calls` is the board's own, live view."""
        self._calls = calls
        self._by_number: defaultdict[str, set[CallId]] = defaultdict(set)
        self._order: list[tuple[datetime, CallId]] = []
        self._known: set[CallId] = set()
        self._touched: set[str] = set()
        self._identified: set[CallId] = set()
        self.changed(calls)

    def changed(self, call_ids: Iterable[str]) -> None:
        """Take note of new or changed calls."""
        fresh = []
        for call_id in call_ids:
            call = self._calls.get(CallId(call_id))
            if call is None:
                continue
            key = number_key(call.number)
            self._touched.add(key)
            self._by_number[key].add(call.id)
            if call.emergency_ids or call.device:
                self._identified.add(call.id)
            if call.id not in self._known:
                self._known.add(call.id)
                fresh.append((call.offered_at, call.id))
        if fresh:
            self._order += fresh
            self._order.sort()  # nearly in order already: that costs next to nothing

    def newest_first(self) -> Iterator[Call]:
        """Give every known call, the last first."""
        return (self._calls[call_id] for _, call_id in reversed(self._order))

    def take_touched(self) -> frozenset[str]:
        """Return the keys of the numbers whose calls changed since the last asking; "" stands for all withheld ones."""
        touched, self._touched = frozenset(self._touched), set()
        return touched

    def calls_of(self, number: str) -> tuple[Call, ...]:
        """Return every call from or to that number, the last first; of whom nobody names there is no past."""
        key = number_key(number)
        return self.calls_of_key(key) if key else ()

    def calls_of_key(self, key: str) -> tuple[Call, ...]:
        """Return every call of a number's key, the last first; "" gives all withheld ones, whoever they were."""
        found = [self._calls[each] for each in self._by_number.get(key, set()) if each in self._calls]
        return tuple(sorted(found, key=lambda call: call.offered_at, reverse=True))

    def numbers_like(self, figures: str, count: int) -> tuple[str, ...]:
        """Return numbers that hold those figures, at most so many, the one that called last first."""
        wanted = number_key(figures)
        held = [key for key in self._by_number if wanted and wanted in key]
        last = ((max(self._calls[each].offered_at for each in self._by_number[key]), key) for key in held)
        return tuple(key for _, key in nlargest(count, last))

    def identified_like(self, typed: str, count: int) -> tuple[Call, ...]:
        """Return calls that the network named by something that holds what was typed, the last first."""
        wanted = typed.strip().casefold()
        named = (self._calls[each] for each in self._identified if each in self._calls)
        found = (
            call
            for call in named
            if any(wanted in each.casefold() for each in (*call.emergency_ids, call.device))
        )
        return tuple(nlargest(count, found, key=lambda call: call.offered_at))

    def of(self, number: str | None, now: datetime, without: CallId | None = None) -> Past:
        """Return what came of that number's calls, each once wherever it rang; nothing for withheld ones."""
        key = number_key(number)
        ids = self._by_number.get(key, set()) if key else set[CallId]()
        present = None if without is None else self._calls.get(without)
        calls = joined(
            self._calls[each]
            for each in ids
            if each != without
            and each in self._calls
            and self._calls[each].direction == "in"
            and now - self._calls[each].offered_at <= LOOK_BACK
            and (present is None or present.key is None or self._calls[each].key != present.key)
        )
        found = sorted(calls, key=lambda call: call.offered_at, reverse=True)
        incidents = tuple(dict.fromkeys(call.incident_id for call in found if call.incident_id is not None))
        return Past(
            len(found),
            sum(call.classification is Classification.PRANK for call in found),
            sum(call.classification is Classification.GHOST for call in found),
            incidents,
        )


def network_names(call: Call, say: Say) -> list[str]:
    """Return what the network called a call and its phone, as it is read out."""
    names = [bare_identifier(each) for each in call.emergency_ids]
    return names + ([say("phone.device", imei=call.device)] if call.device else [])
