"""Events of a seat whose clock ran ahead while it was alone, put back to where the server's clock allows them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from operator_app.domain.bounds import FIRST_MOMENT
from operator_app.domain.event import Event
from operator_app.domain.facts.fact import Thing
from operator_app.domain.hlc import COUNTER_BITS, HIGHEST

_JUST_AFTER = 1000 << COUNTER_BITS
"""So far after what its writer saw may a stamp be, whatever the server's clock says (SQL `check_bounds`)."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Events in their new version, moved back by `by_s` seconds.

    `beside` are those of kinds that last until the next: which of them is the last may be another one now.
    """

    events: tuple[Event, ...]
    by_s: float
    beside: tuple[Event, ...] = ()


def restamped(waiting: Iterable[Event], known: Iterable[Event], before: int, server_ms: int) -> Moved:
    """Move those that lie ahead back by one span, so that the latest of them is at the server's now.

    `known` are events of the room with a stamp ahead: one that stands just after them stays there. `before` is the
    highest stamp of our own that is not ahead: none comes to lie before it, so that order stays. A time that is not
    ahead was told by a clock that was right again, and stays.
    """
    now = datetime.fromtimestamp(server_ms / 1000, UTC)
    now_hlc = server_ms << COUNTER_BITS
    seen: dict[Thing, int] = {}
    for event in known:
        _raise(seen, event, event.hlc)
    ahead: list[tuple[Event, bool]] = []
    after = dict(seen)
    for event in sorted(waiting, key=lambda each: each.order):
        stays = event.hlc <= max(now_hlc, _highest(seen, event) + _JUST_AFTER)
        if stays and event.occurred_at <= now:
            if event.hlc > now_hlc:
                _raise(after, event, event.hlc)
            continue
        ahead.append((event, stays))
    spans = [event.occurred_at - now for event, _ in ahead]
    spans += [
        timedelta(milliseconds=(event.hlc - now_hlc) >> COUNTER_BITS) for event, stays in ahead if not stays
    ]
    by_ms = -(-max(spans, default=timedelta()) // timedelta(milliseconds=1))
    by = timedelta(milliseconds=by_ms)
    first = max(datetime.fromtimestamp((before >> COUNTER_BITS) / 1000, UTC), FIRST_MOMENT)
    moved: list[Event] = []
    for event, stays in ahead:
        hlc = event.hlc
        if not stays:
            before = max(hlc - (by_ms << COUNTER_BITS), before + 1)
            hlc = min(max(before, _highest(after, event) + 1), HIGHEST)
        if hlc > now_hlc:
            _raise(after, event, hlc)
        at = event.occurred_at
        if at > now:
            at = max(at, first + by) - by
        moved.append(replace(event, occurred_at=at, hlc=hlc))
    return Moved(tuple(moved), by_ms / 1000)


def _highest(seen: dict[Thing, int], event: Event) -> int:
    return max((seen.get(thing, 0) for thing in event.fact.things(event.seat)), default=0)


def _raise(seen: dict[Thing, int], event: Event, hlc: int) -> None:
    for thing in event.fact.things(event.seat):
        seen[thing] = max(hlc, seen.get(thing, 0))
