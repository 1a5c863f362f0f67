"""Events for tests, and hypothesis strategies of whole histories of an incident."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from operator_app.domain.event import Event
from operator_app.domain.facts.call import CallLinked
from operator_app.domain.facts.dispatch import DispatchDelivered, DispatchMoved, DispatchOverdue, DispatchSent
from operator_app.domain.facts.fact import Fact
from operator_app.domain.facts.incident import (
    AnswerGiven,
    FieldSet,
    IncidentMoved,
    IncidentNoted,
    IncidentOpened,
)
from operator_app.domain.ids import AgencyCode, CallId, DispatchId, EventId, IncidentId, JournalId, SeatName
from operator_app.domain.states import DispatchState, IncidentStatus

START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
INCIDENT = IncidentId("00000000-0000-7000-8000-000000000001")


def event(
    fact: Fact, at_s: float = 0.0, seat: str = "M1", base: str | None = None, name: str | None = None
) -> Event:
    """An event that happened `at_s` seconds after the start."""
    at = START + timedelta(seconds=at_s)
    millis = int(at.timestamp() * 1000)
    return Event(
        id=EventId(name or f"{seat}-{at_s:012.3f}-{fact.op}"),
        journal_id=JournalId(f"journal-{seat}"),
        seq=1,
        seat=SeatName(seat),
        actor="Operator",
        occurred_at=at,
        hlc=millis << 16,
        base=None if base is None else EventId(base),
        fact=fact,
    )


_facts: st.SearchStrategy[Fact] = st.one_of(
    st.builds(
        FieldSet,
        st.just(INCIDENT),
        st.sampled_from(["place", "text", "priority", "position"]),
        st.one_of(st.none(), st.sampled_from(["1", "2", "0.5,117.5", "jalan"])),
    ),
    st.builds(IncidentMoved, st.just(INCIDENT), st.sampled_from(IncidentStatus), st.just("")),
    st.builds(IncidentNoted, st.just(INCIDENT), st.just("catatan")),
    st.builds(
        AnswerGiven,
        st.just(INCIDENT),
        st.integers(1, 2),
        st.sampled_from(["inside", "smoke"]),
        st.sampled_from(["yes", "no", None]),
    ),
    st.builds(CallLinked, st.sampled_from([CallId("c1"), CallId("c2")]), st.just(INCIDENT)),
    st.builds(
        DispatchSent,
        st.just(INCIDENT),
        st.sampled_from([DispatchId("d1"), DispatchId("d2")]),
        st.sampled_from([AgencyCode("DAMKAR"), AgencyCode("BPBD")]),
        st.just(60),
    ),
    st.builds(DispatchDelivered, st.just(INCIDENT), st.sampled_from([DispatchId("d1"), DispatchId("d2")])),
    st.builds(DispatchOverdue, st.just(INCIDENT), st.sampled_from([DispatchId("d1"), DispatchId("d2")])),
    st.builds(
        DispatchMoved,
        st.just(INCIDENT),
        st.sampled_from([DispatchId("d1"), DispatchId("d2")]),
        st.sampled_from(DispatchState),
        st.just(""),
    ),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """The events of one incident by up to three seats, opened first, in the order of their stamps."""
    facts = draw(st.lists(_facts, max_size=12))
    events = [event(IncidentOpened(INCIDENT, "KTM-261123-M1-001", None), 0.0, name="e000")]
    for index, fact in enumerate(facts, 1):
        base = draw(st.sampled_from([None, *(each.id for each in events)]))
        seat = draw(st.sampled_from(["M1", "M2", "DAMKAR1"]))
        events.append(event(fact, draw(st.integers(0, 5)), seat, base, name=f"e{index:03d}"))
    return events
