"""Histories that strangers write: facts with the strangest words, numbers, times and references a reader lets in."""

import dataclasses
import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from operator_app.domain.bounds import LAST_MOMENT, NUMBER_MOST
from operator_app.domain.event import Event, from_record, to_record
from operator_app.domain.fact_reader import FIRST_READ
from operator_app.domain.facts import FACTS
from operator_app.domain.facts.fact import Fact, UnknownFact
from operator_app.domain.facts.incident import INCIDENT_FIELDS
from operator_app.domain.ids import EventId, JournalId, SeatName
from tests.ui.seat_room import NOW, default_rules

STRANGE = (
    "", " ", "\n", "<img src='/dev/zero'>", "{n}", "{0}", "%s", "0,0", "-90.0,180.0", "9e99,1", "\u202e0812",
    "a" * 3000, "1", "5", "-1", "081255440199", "112", "+", "agency:", "agency:DAMKAR", "agency:X", "priority",
    "in", "out", "unknown", "yes", "M1", "M3", "M", "X9", "KEB-01", "KEB", "DAMKAR", "BPBD", "remote",
    "done", "decimal typed",
    "2026-11-23T06:22:07+00:00",
)  # fmt: skip
IDS = tuple(str(uuid.UUID(int=number)) for number in range(1, 4))
MOMENTS = (
    FIRST_READ, LAST_MOMENT - timedelta(microseconds=1), NOW, NOW - timedelta(days=400), NOW + timedelta(days=400),
    NOW - timedelta(seconds=61),
)  # fmt: skip
HOSTILE_KINDS = tuple(each.code for each in default_rules().kinds[:3])

words = st.sampled_from((*STRANGE, *INCIDENT_FIELDS, *HOSTILE_KINDS, *IDS)) | st.text(max_size=20)
whole = st.sampled_from((-NUMBER_MOST, -1, 0, 1, 2, 60, NUMBER_MOST))
broken = st.sampled_from((-1e9, -0.5, 0.0, 1e-300, 4.2, 90.0, 180.0, 1e9))
moments = st.sampled_from(MOMENTS) | st.datetimes(
    FIRST_READ.replace(tzinfo=None), MOMENTS[1].replace(tzinfo=None), timezones=st.just(UTC)
)


def _values(hint: Any) -> st.SearchStrategy[Any]:
    if get_origin(hint) in (Union, UnionType):
        parts = [part for part in get_args(hint) if part is not type(None)]
        return st.none() | _values(parts[0])
    if get_origin(hint) is tuple:
        return st.lists(_values(get_args(hint)[0]), max_size=3).map(tuple)
    if hasattr(hint, "__supertype__"):
        return st.sampled_from(IDS) | words if hint.__name__.endswith("Id") else words
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(list(hint))
    return {str: words, int: whole, float: broken, bool: st.booleans(), datetime: moments}[hint]


def _facts(kind: type[Fact]) -> st.SearchStrategy[Fact]:
    hints = get_type_hints(kind)
    values = {field.name: _values(hints[field.name]) for field in dataclasses.fields(kind)}
    return st.fixed_dictionaries(values).map(lambda given: kind(**given))


facts: st.SearchStrategy[Fact] = st.one_of(
    *(_facts(kind) for kind in FACTS),
    st.builds(UnknownFact, words, whole, st.just('{"x": 1}'), st.none() | st.sampled_from(IDS)),
)


def _event(number: int, fact: Fact, seat: str, actor: str, at: datetime, hlc: int, base: int | None) -> Event:
    return Event(
        EventId(str(uuid.UUID(int=number))),
        JournalId(IDS[0]),
        number,
        SeatName(seat),
        actor,
        at,
        hlc,
        None if base is None else EventId(str(uuid.UUID(int=base))),
        fact,
    )


@st.composite
def hostile_rooms(draw: st.DrawFn) -> Sequence[Event]:
    """What one window is told, as it comes out of the log: every event is one that the reader takes."""
    seats = st.sampled_from(("M1", "M3", "M", "X9", "<b>", "W" * 200, ""))
    told = draw(
        st.lists(
            st.tuples(
                facts, seats, words, moments,
                st.sampled_from((-1, 0, 1, 1 << 40, (1 << 63) - 1)),
                st.none() | st.integers(1, 40),
            ),
            min_size=1, max_size=30,
        )
    )  # fmt: skip
    events = [_event(number, *each) for number, each in enumerate(told, 1)]
    return [from_record(json.loads(json.dumps(to_record(each)))) for each in events]
