"""The tables' models: whatever comes, goes or moves, a view's index stays on its row, and Qt's own tester agrees."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QAbstractTableModel, QPersistentModelIndex
from PySide6.QtTest import QAbstractItemModelTester

from operator_app.domain.facts.dispatch import DispatchSent
from operator_app.domain.facts.fact import Fact
from operator_app.domain.facts.incident import FieldSet, IncidentMoved, IncidentOpened
from operator_app.domain.ids import AgencyCode, DispatchId, IncidentId
from operator_app.domain.incident import Incident
from operator_app.domain.states import IncidentStatus
from operator_app.ui.incidents.incidents_model import FEW, IncidentsModel
from operator_app.ui.incidents.presenters.incidents import IncidentsPresenter
from operator_app.ui.incidents.presenters.open_incidents import MANY, OpenIncidents
from operator_app.ui.kit.rows_model import ID_ROLE, RowsModel
from operator_app.ui.words.rows import Row, cell
from operator_app.ui.words.site_words import SiteWords
from operator_app.ui.words.texts import load_texts
from operator_app.workflow.board import Board
from tests.ui.seat_room import NOW, RESOURCES, PastWriter, incident, make_room

SAY = load_texts(RESOURCES, "id", strict=True)
ids = st.lists(st.sampled_from("abcdefghij"), unique=True, max_size=10)


def ids_of(model: QAbstractTableModel) -> list[str]:
    return [str(model.index(row, 0).data(ID_ROLE)) for row in range(model.rowCount())]


def checked(model: QAbstractTableModel) -> QAbstractItemModelTester:
    return QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)


def as_rows(names: list[str], words: str = "") -> tuple[Row, ...]:
    return tuple(Row(name, (cell(f"{name}{words}"), cell("x"))) for name in names)


@settings(deadline=None)
@given(st.lists(ids, min_size=1, max_size=6), st.text(alphabet="xy", max_size=1))
def test_rows_follow_any_change_and_indexes_stay_on_their_row(steps: list[list[str]], words: str) -> None:
    model = RowsModel(2)
    tester = checked(model)
    for step in steps:
        held = [(QPersistentModelIndex(model.index(row, 1)), name) for row, name in enumerate(ids_of(model))]
        model.show(as_rows(step, words))
        assert ids_of(model) == step
        assert [model.index(row, 0).data() for row in range(len(step))] == [f"{name}{words}" for name in step]
        for index, name in held:
            assert index.isValid() == (name in step)
            if index.isValid():
                assert index.row() == step.index(name)
    del tester


def test_equal_rows_tell_the_view_nothing() -> None:
    model = RowsModel(2)
    model.show(as_rows(["a", "b"]))
    told: list[str] = []
    model.dataChanged.connect(lambda *_: told.append("changed"))
    model.layoutChanged.connect(lambda *_: told.append("moved"))
    model.show(as_rows(["a", "b"]))
    assert told == []
    model.show((*as_rows(["a"]), *as_rows(["b"], "!")))
    assert told == ["changed"]


def made_model() -> tuple[IncidentsModel, dict[str, Incident]]:
    room = make_room()
    presenter = IncidentsPresenter(room.seat, SAY, SiteWords(SAY, room.seat.cards))
    known: dict[str, Incident] = {}
    for number, name in enumerate("abcdefghij"):
        writer = PastWriter("M1")
        incident_id, events = incident(writer, number + 1, name, "BEN-01", (name, "", ""))
        room.seat.room.on_events(events)
        known[name] = room.seat.room.board.incidents[incident_id]
    return IncidentsModel(presenter, room.seat.duty.now), known


@settings(deadline=None, max_examples=50)
@given(st.lists(ids, min_size=1, max_size=6))
def test_incidents_follow_any_change_and_indexes_stay_on_their_row(steps: list[list[str]]) -> None:
    model, known = made_model()
    tester = checked(model)
    names = {each.id: name for name, each in known.items()}
    for step in steps:
        before = [names[IncidentId(each)] for each in ids_of(model)]
        held = [(QPersistentModelIndex(model.index(row, 3)), name) for row, name in enumerate(before)]
        model.show([known[name] for name in step])
        assert [names[IncidentId(each)] for each in ids_of(model)] == step
        for index, name in held:
            assert index.isValid() == (name in step)
            if index.isValid():
                assert index.row() == step.index(name)
        assert [model.row_of(known[name].id) for name in step] == list(range(len(step)))
    del tester


def test_a_great_change_starts_the_view_anew_and_is_right() -> None:
    model, known = made_model()
    tester = checked(model)
    base = known["a"]
    many = [
        Incident(IncidentId(f"{n:04d}"), str(n), opened_at=NOW - timedelta(seconds=n), timeline=base.timeline)
        for n in range(4 * FEW)
    ]
    anew: list[bool] = []
    model.modelReset.connect(lambda: anew.append(True))
    model.show(many)
    model.show(many[::2])
    assert anew == [True]
    assert ids_of(model) == [each.id for each in many[::2]]
    del tester


def test_a_changed_incident_is_written_anew_and_a_running_time_each_second() -> None:
    model, known = made_model()
    model.show([known["a"]])
    assert model.index(0, 2).data() == "Banjir"
    assert model.index(0, 4).data() == "0:59"
    changed: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last, _: changed.append((first.column(), last.column())))
    model.tick(0, 0)
    assert changed == [(4, 4), (6, 6)]
    model.tick(0, 99)
    model.tick(0, -1)
    assert len(changed) == 4


changes = st.lists(
    st.tuples(
        st.integers(0, 7), st.sampled_from(["open", "priority", "dispatch", "close"]), st.integers(1, 5)
    ),
    max_size=30,
)


@settings(deadline=None, max_examples=60)
@given(changes, st.booleans())
def test_the_kept_order_is_the_boards_own(steps: list[tuple[int, str, int]], at_once: bool) -> None:
    board = Board()
    kept = OpenIncidents(board.incidents)
    writer = PastWriter("M1").back(60)
    touched: set[str] = set()
    for which, what, number in steps:
        incident_id = IncidentId(f"incident-{which}")
        facts: dict[str, Fact] = {
            "open": IncidentOpened(incident_id, f"X-{which}", None),
            "priority": FieldSet(incident_id, "priority", str(number)),
            "dispatch": DispatchSent(
                incident_id, DispatchId(f"d{which}{number}"), AgencyCode(f"A{number}"), 60
            ),
            "close": IncidentMoved(incident_id, IncidentStatus.CANCELLED, "x"),
        }
        changed = board.apply([writer.event(facts[what])]).incidents
        touched |= changed
        assert board.open == {i: each for i, each in board.incidents.items() if each.is_open}
        if not at_once:
            kept.changed(changed)
            assert kept.ordered() == board.open_incidents()
    kept.changed(touched)
    assert kept.ordered() == board.open_incidents()
    counts = {code: n for code, n in kept.agencies.items() if n}
    told = [each.agency for one in board.open_incidents() for each in one.dispatches]
    assert set(counts) == set(told)


def test_a_whole_history_at_once_is_ordered_as_the_board_orders_it() -> None:
    board = Board()
    kept = OpenIncidents(board.incidents)
    writer = PastWriter("M1").back(600)
    events = []
    for number in range(MANY + 50):
        incident_id = IncidentId(f"incident-{number:04d}")
        events += [
            writer.event(IncidentOpened(incident_id, str(number), None)),
            writer.event(FieldSet(incident_id, "priority", str(1 + number % 5))),
        ]
    kept.changed(board.apply(events).incidents)
    assert kept.ordered() == board.open_incidents()
    assert len(kept.ordered()) == MANY + 50
