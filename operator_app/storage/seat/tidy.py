"""What a seat's store may forget: what has ended and is old. Never what is open or not yet at the server."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from operator_app.domain.facts import BY_OP, FACTS
from operator_app.domain.facts.fact import Lasts

KEEP_DAYS = 30
MOST_EVENTS = 200_000
"""More than these are not kept, though younger; open incidents and what waits count, but stay."""


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """An event of the store as far as this matters; one that is `fixed` (not 0) must stay, and all it belongs to.

    `thing` is what a fact is about that lasts until the next of its op about the same thing, None for others.
    """

    id: str
    hlc: int
    op: str
    incident: str | None
    call: str | None
    thing: str | None
    fixed: int


def columns(record: str) -> str:
    """Return SQLite's words for `op`, `incident`, `call` and `thing` of a record that stands in that column."""
    call = f"CASE WHEN json_type({record}, '$.body.call_id') = 'text' THEN {record}->>'$.body.call_id' END"
    thing = " ".join(
        f"WHEN '{kind.op}' THEN {record}->>'{f'$.body.{by}' if by else '$.seat'}'"
        for kind in FACTS
        if kind.lasts is Lasts.UNTIL_NEXT
        for _, by in kind.about
    )
    return f"{record}->>'$.op', {record}->>'$.incident_id', {call}, CASE {record}->>'$.op' {thing} END"


@dataclass(slots=True)
class _Group:
    ids: list[str] = field(default_factory=list)
    newest: int = 0
    fixed: bool = False
    ended: bool = False

    def add(self, event: KeptEvent) -> None:
        self.ids.append(event.id)
        self.newest = max(self.newest, event.hlc)
        self.fixed = self.fixed or bool(event.fixed)
        self.ended = self.ended or event.op == "call.ended"


def may_go(
    events: Iterable[KeptEvent],
    old_hlc: int,
    most: int,
    is_open: Callable[[str, Sequence[str]], bool],
) -> list[str]:
    """Return ids of events to forget: incidents and calls as a whole, of what lasts until the next all but the newest.

    Older than `old_hlc`, or as many more, oldest first, as it takes to keep at most `most`. `is_open` is asked with an
    incident's id and those of its events, only about candidates.
    """
    incidents: dict[str, _Group] = {}
    calls: dict[str, _Group] = {}
    latest: dict[tuple[str, str], KeptEvent] = {}
    singles: list[_Group] = []
    of_call: dict[str, set[str]] = {}
    total = 0
    for event in events:
        total += 1
        if event.incident is not None:
            incidents.setdefault(event.incident, _Group()).add(event)
            if event.call is not None:
                of_call.setdefault(event.call, set()).add(event.incident)
        elif event.call is not None:
            calls.setdefault(event.call, _Group()).add(event)
        elif event.op in BY_OP and BY_OP[event.op].lasts is Lasts.FOR_EVER:
            continue
        else:
            lone: KeptEvent | None = event
            if event.thing is not None:
                newest = latest.get((event.op, event.thing))
                if newest is None or (event.hlc, event.id) > (newest.hlc, newest.id):
                    latest[event.op, event.thing], lone = event, newest
            if lone is not None:
                singles.append(_Group([lone.id], lone.hlc, bool(lone.fixed), ended=True))

    gone: list[str] = []
    gone_incidents: set[str] = set()

    def enough(group: _Group) -> bool:
        return group.newest >= old_hlc and total - len(gone) <= most

    for name, group in sorted(incidents.items(), key=lambda each: each[1].newest):
        if enough(group):
            break
        if not group.fixed and not is_open(name, group.ids):
            gone += group.ids
            gone_incidents.add(name)
    rest = [
        group
        for name, group in calls.items()
        if (group.ended or group.newest < old_hlc) and not (of_call.get(name, set()) - gone_incidents)
    ]
    for group in sorted((*rest, *singles), key=lambda each: each.newest):
        if enough(group):
            break
        if not group.fixed:
            gone += group.ids
    return gone
