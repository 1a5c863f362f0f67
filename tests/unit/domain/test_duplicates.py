"""Known already: which open incidents a new report may be about, why, and in which order."""

import time
from datetime import datetime, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.domain.duplicates import (
    Clue,
    Known,
    KnownRules,
    MajorSuggestion,
    Report,
    distance_m,
    known_already,
    last_reported,
    report_of,
    suggest_major,
)
from operator_app.domain.event import Event
from operator_app.domain.facts.call import CallLinked
from operator_app.domain.facts.incident import FieldSet, IncidentMoved, IncidentOpened
from operator_app.domain.ids import CallId, IncidentId
from operator_app.domain.incident import Incident, fold_incident, format_position
from operator_app.domain.states import IncidentStatus
from tests.unit.domain.events import START, event

RULES = KnownRules(
    within_by_category=MappingProxyType({"Kebakaran": timedelta(minutes=60)}),
    towns=frozenset({"Sangatta Utara"}),
    categories=MappingProxyType(
        {"KEB-01": "Kebakaran", "KEB-02": "Kebakaran", "SAT-02": "Satwa", "LAK-01": "Kecelakaan"}
    ),
)
HERE = (0.51234, 117.54321)
METRE = 1 / 111_195.0


def north(metres: float) -> tuple[float, float]:
    return (HERE[0] + metres * METRE, HERE[1])


def incident(
    name: str = "i1",
    at_s: float = 0.0,
    position: tuple[float, float] | None = HERE,
    calls: tuple[tuple[str, float], ...] = (),
    status: IncidentStatus | None = None,
    **values: str,
) -> Incident:
    known = IncidentId(name)
    events: list[Event] = [event(IncidentOpened(known, f"KTM-{name}", None), at_s, name=f"{name}-0")]
    if position is not None:
        values = {"position": format_position(*position), **values}
    for number, (field, value) in enumerate(values.items(), 1):
        events.append(event(FieldSet(known, field, value), at_s, name=f"{name}-f{number}"))
    events += [event(CallLinked(CallId(call), known), when, name=f"{name}-{call}") for call, when in calls]
    if status is not None:
        events.append(event(IncidentMoved(known, status, "x"), at_s + 1, name=f"{name}-m"))
    return fold_incident(known, events)


def now(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def clues(known: Known) -> list[Clue]:
    return [reason.clue for reason in known.reasons]


# ---- place


@pytest.mark.parametrize(
    ("district", "metres", "found"),
    [
        ("Sangatta Utara", 290, True),
        ("Sangatta Utara", 310, False),
        ("Bengalon", 1_990, True),
        ("Bengalon", 2_010, False),
    ],
)
def test_how_near_is_near_depends_on_the_kecamatan(district: str, metres: float, found: bool) -> None:
    known = known_already(Report(position=north(metres), district=district), [incident()], now(5), RULES)
    assert bool(known) is found
    if found:
        (reason,) = known[0].reasons
        assert reason.clue is Clue.NEAR
        assert reason.metres == pytest.approx(metres, abs=1)
        assert known[0].metres == reason.metres


def test_the_town_of_either_report_counts() -> None:
    old = incident(district="Sangatta Utara")
    assert known_already(Report(position=north(500), district="Bengalon"), [old], now(5), RULES) == ()


def test_without_both_points_the_village_decides() -> None:
    old = incident(position=None, village="Sepaso", district="Bengalon")
    report = Report(position=HERE, village="Sepaso", district="Bengalon")
    (known,) = known_already(report, [old], now(5), RULES)
    assert (clues(known), known.metres) == ([Clue.SAME_VILLAGE], None)
    other = Report(position=HERE, village="Sepaso", district="Kaubun")
    assert known_already(other, [old], now(5), RULES) == (), "villages of one name in two kecamatan are two"


@pytest.mark.parametrize(
    ("typed", "held", "same"),
    [
        ("Jl. Mawar", "jalan mawar", True),
        ("masjid nurul falah", "Mesjid Nurul Palah Sangkima", True),
        ("Masjid Al Huda", "Masjid Nurul Falah", False),
        ("Jalan Melati", "Jalan Mawar", False),
        ("Jalan 5", "Jalan 5", False),
        ("", "", False),
    ],
)
def test_a_place_of_the_same_name_is_a_clue(typed: str, held: str, same: bool) -> None:
    known = known_already(Report(place=typed), [incident(position=None, place=held)], now(5), RULES)
    assert bool(known) is same
    if same:
        (reason,) = known[0].reasons
        assert reason.clue is Clue.SAME_PLACE
        assert reason.words


def test_nothing_in_common_is_no_candidate() -> None:
    assert known_already(Report(kind="KEB-01", text="api"), [incident(kind="KEB-01")], now(1), RULES) == ()


# ---- time


@pytest.mark.parametrize(
    ("kind", "minutes", "found"),
    [
        ("LAK-01", 29, True),
        ("LAK-01", 31, False),
        ("KEB-01", 59, True),
        ("KEB-01", 61, False),
        ("", 31, False),
    ],
)
def test_fires_are_known_for_longer(kind: str, minutes: float, found: bool) -> None:
    known = known_already(Report(position=HERE), [incident(kind=kind)], now(minutes), RULES)
    assert bool(known) is found


def test_each_further_report_starts_the_time_anew() -> None:
    old = incident(calls=(("c1", 0.0), ("c2", 25 * 60.0)))
    assert last_reported(old) == now(25)
    (known,) = known_already(Report(position=HERE), [old], now(50), RULES)
    assert known.age == timedelta(minutes=25)


def test_a_clock_that_is_ahead_makes_no_negative_age() -> None:
    (known,) = known_already(Report(position=HERE), [incident(at_s=30.0)], now(0), RULES)
    assert known.age == timedelta(0)


@pytest.mark.parametrize("status", [IncidentStatus.CLOSED, IncidentStatus.CANCELLED, IncidentStatus.MERGED])
def test_ended_incidents_are_no_candidates(status: IncidentStatus) -> None:
    report = Report(position=HERE, numbers=frozenset({"0811"}))
    assert known_already(report, [incident(status=status, caller_number="0811")], now(1), RULES) == ()


# ---- number


def test_the_same_number_may_be_written_in_two_ways() -> None:
    old = incident(position=None, caller_number="+62812-5544-0199")
    report = Report(numbers=frozenset({"081255440199"}))
    (known,) = known_already(report, [old], START + timedelta(minutes=5), RULES)
    assert Clue.SAME_NUMBER in clues(known)


def test_the_same_number_is_enough_for_hours_and_anywhere() -> None:
    old = incident(position=north(50_000), caller_number="0811")
    report = Report(position=HERE, numbers=frozenset({"0811"}))
    (known,) = known_already(report, [old], now(300), RULES)
    assert clues(known) == [Clue.SAME_NUMBER]
    assert known_already(report, [old], now(361), RULES) == ()


def test_numbers_of_linked_calls_count_too() -> None:
    old = incident(position=None)
    report = Report(numbers=frozenset({"0812"}))
    assert known_already(report, [old], now(5), RULES) == ()
    assert known_already(report, [old], now(5), RULES, {old.id: frozenset({"0812"})})


def test_a_withheld_number_is_no_number() -> None:
    report = report_of(incident("new", position=None, caller_number=""))
    assert report.numbers == frozenset()
    assert known_already(report, [incident(position=None, caller_number="")], now(1), RULES) == ()


# ---- order and words


def test_the_likeliest_comes_first_with_its_reasons() -> None:
    same = incident("same", kind="KEB-01", text="rumah terbakar, api besar dekat pasar")
    alike = incident("alike", kind="KEB-02")
    other = incident("other", kind="SAT-02")
    far = incident("far", position=north(1_500), kind="KEB-01")
    report = Report(position=north(20), kind="KEB-01", text="Api besar di rumah")
    found = known_already(report, [other, far, alike, same], now(5), RULES)
    assert [known.incident.id for known in found] == ["same", "alike", "far", "other"]
    assert clues(found[0]) == [Clue.NEAR, Clue.SAME_KIND, Clue.SHARED_WORDS]
    assert found[0].reasons[2].words == ("api",)
    assert clues(found[1]) == [Clue.NEAR, Clue.SAME_CATEGORY]
    assert clues(found[3]) == [Clue.NEAR]


def test_at_most_so_many_are_shown() -> None:
    many = [incident(f"i{number}") for number in range(9)]
    assert len(known_already(Report(position=HERE), many, now(1), RULES)) == 5
    assert len(known_already(Report(position=HERE), many, now(1), RULES, limit=2)) == 2


@pytest.mark.parametrize(
    ("calls", "status", "reports"),
    [(2, None, None), (3, None, 3), (7, None, 7), (3, IncidentStatus.CLOSED, None)],
)
def test_three_reports_suggest_a_major_incident(
    calls: int, status: IncidentStatus | None, reports: int | None
) -> None:
    old = incident(calls=tuple((f"c{number}", number) for number in range(calls)), status=status)
    assert suggest_major(old, RULES) == (None if reports is None else MajorSuggestion(old.id, reports))


# ---- distance


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        ((0.0, 0.0), (0.0, 1.0), 111_195),
        ((0.0, 0.0), (1.0, 0.0), 111_195),
        ((0.5, 117.5), (0.5, 117.5), 0),
        ((0.0, 179.999), (0.0, -179.999), 222),
        ((90.0, 0.0), (-90.0, 0.0), 20_015_115),
    ],
)
def test_distances(one: tuple[float, float], other: tuple[float, float], metres: float) -> None:
    assert distance_m(one, other) == pytest.approx(metres, abs=1)


# ---- properties

POINTS = st.none() | st.tuples(st.floats(0.4, 0.6), st.floats(117.4, 117.6))
WORDS = st.sampled_from(["", "jalan mawar", "pasar lama", "api besar di pasar", "masjid"])
AREAS = st.sampled_from(["", "Sangatta Utara", "Bengalon"])
KINDS = st.sampled_from(["", "KEB-01", "KEB-02", "SAT-02", "lain"])
NUMBERS = st.sampled_from(["", "0811", "0812"])


@st.composite
def some_incidents(draw: st.DrawFn) -> list[Incident]:
    return [
        incident(
            f"i{number}", draw(st.floats(-7_200, 0)), draw(POINTS), place=draw(WORDS), district=draw(AREAS),
            village=draw(AREAS), kind=draw(KINDS), text=draw(WORDS), caller_number=draw(NUMBERS),
        )
        for number in range(draw(st.integers(0, 6)))
    ]  # fmt: skip


REPORTS = st.builds(
    Report, position=POINTS, place=WORDS, village=AREAS, district=AREAS, kind=KINDS, text=WORDS,
    numbers=NUMBERS.map(lambda number: frozenset({number} - {""})),
    incident_id=st.sampled_from([None, IncidentId("i0")]),
)  # fmt: skip


@given(some_incidents(), REPORTS, st.randoms(use_true_random=False))
def test_every_candidate_has_reasons_and_the_order_of_asking_does_not_matter(
    incidents: list[Incident], report: Report, chance: object
) -> None:
    found = known_already(report, incidents, now(0), RULES, limit=99)
    assert found == known_already(report, incidents[::-1], now(0), RULES, limit=99)
    assert [known.score for known in found] == sorted((known.score for known in found), reverse=True)
    for known in found:
        assert known.reasons
        assert 0 < known.score <= 1
        assert known.incident.id != report.incident_id
        if Clue.SAME_NUMBER not in clues(known):
            assert known.age <= timedelta(minutes=60)
            assert known.metres is None or known.metres <= RULES.far_m
    by_number = {
        each.id
        for each in incidents
        if each.value("caller_number") in report.numbers and each.id != report.incident_id
    }
    assert by_number <= {known.incident.id for known in found}


@given(some_incidents(), REPORTS, st.integers(1, 6))
def test_fewer_shown_are_the_first_of_all(incidents: list[Incident], report: Report, limit: int) -> None:
    every = known_already(report, incidents, now(0), RULES, limit=1_000)
    assert known_already(report, incidents, now(0), RULES, limit=limit) == every[:limit]


@given(st.floats(0, 1_900), st.floats(0, 1_900))
def test_nearer_is_never_less_likely(one: float, other: float) -> None:
    near, far = sorted((one, other))
    report = Report(position=HERE)
    (first,) = known_already(report, [incident(position=north(near))], now(1), RULES)
    (second,) = known_already(report, [incident(position=north(far))], now(1), RULES)
    assert first.score >= second.score - 1e-9


def test_thousands_of_incidents_are_compared_while_typing() -> None:
    history = [incident(f"i{number}", -60.0 * number, north(number % 400)) for number in range(5_000)]
    report = Report(position=HERE, kind="KEB-01", text="api besar", place="Jalan Mawar")
    known_already(report, history, now(0), RULES)
    begun = time.perf_counter()
    found = known_already(report, history, now(0), RULES)
    assert time.perf_counter() - begun < 0.25, "room for a loaded machine; 3 ms alone"
    assert len(found) == 5
