"""Beats: what the server tells each second, to windows of now and of before, side by side on the same table."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row

from operator_app.domain.event import to_record
from tests.fakes.writer import Writer, fresh_id
from tests.postgres_fixtures import Database

BEAT = "SELECT * FROM op112.beat_v1(%s, %s, 'seat', '0.1', 0, %s, %s, %s, %s)"
OLD_BEAT = "SELECT op112.heartbeat_v1(%s, %s, 'seat', '0.1', 0, true)"
OLD_HAND = "SELECT op112.at_hand_v1(%s, %s, 'seat', %s, %s)"
LEAVE = "SELECT op112.leave_v1(%s)"


class Window:
    """A window on a connection of its own, in the words of now and of before."""

    def __init__(self, db: psycopg.Connection[dict[str, Any]], seat: str) -> None:
        self.db, self.seat, self.id = db, seat, uuid.uuid4()
        self.since: float | None = None
        self.snapshot: str | None = None

    def beat(self, incident: str | None = None, field: str = "") -> dict[str, Any]:
        values = (self.id, self.seat, incident, field, self.since, self.snapshot)
        (told,) = self.db.execute(BEAT, values).fetchall()
        self.since = told["now"]
        return {**told, "changed": told["changed"] or [], "silent": told["silent"] or []}

    def changed(self, *hand: Any) -> dict[str, tuple[Any, ...]]:
        """Who it is told of as changed: has it left, what is in its hand."""
        return {seat: tuple(rest) for seat, _, *rest in self.beat(*hand)["changed"]}

    def old_beat(self) -> dict[str, Any]:
        (told,) = self.db.execute(OLD_BEAT, (self.id, self.seat)).fetchall()
        return dict(told["heartbeat_v1"])

    def old_hand(self, incident: str | None, field: str = "") -> list[list[str]]:
        (told,) = self.db.execute(OLD_HAND, (self.id, self.seat, incident, field)).fetchall()
        return list(told["at_hand_v1"])

    def leave(self) -> None:
        self.db.execute(LEAVE, (self.id,))


@contextmanager
def windows(database: Database, *seats: str) -> Iterator[list[Window]]:
    made = [
        Window(psycopg.connect(database.login(), autocommit=True, row_factory=dict_row), seat)
        for seat in seats
    ]
    try:
        yield made
    finally:
        for each in made:
            each.db.close()


def later(database: Database, seconds: float) -> None:
    """Let the server's table look as if so much time had gone by."""
    with psycopg.connect(database.admin_dsn, autocommit=True) as db:
        db.execute(
            "UPDATE op112.presence SET last_seen = last_seen - make_interval(secs => %(s)s),"
            " changed_at = changed_at - make_interval(secs => %(s)s)",
            {"s": seconds},
        )


def test_the_first_beat_tells_the_whole_room_and_the_next_ones_what_changed(any_database: Database) -> None:
    incident = fresh_id()
    with windows(any_database, "M1", "M2") as (m1, m2):
        m2.beat()
        assert set(m1.changed()) == {"M1", "M2"}
        later(any_database, 1.5)
        assert m1.changed() == {}
        m2.beat(incident, "place")
        assert m1.changed() == {"M2": (False, incident, "place")}
        later(any_database, 1.5)
        m2.beat(incident, "place")
        assert m1.changed() == {}
        m2.leave()
        assert m1.changed() == {"M2": (True, "", "")}
        m1.since = None
        assert set(m1.changed()) == {"M1"}


def test_who_falls_silent_is_told_with_its_age_until_it_is_back(any_database: Database) -> None:
    with windows(any_database, "M1", "M2") as (m1, m2):
        m2.beat()
        m1.beat()
        later(any_database, 6.0)
        told = m1.beat()
        assert [each[0] for each in told["silent"]] == ["M2"]
        assert 6.0 <= told["silent"][0][2] < 20.0
        assert "M2" not in [each[0] for each in told["changed"]]
        m2.beat()
        told = m1.beat()
        assert (told["silent"], {each[0] for each in told["changed"]}) == ([], {"M1", "M2"})


def test_windows_of_before_and_of_now_see_each_other_come_work_and_leave(any_database: Database) -> None:
    incident = fresh_id()
    with windows(any_database, "M1", "M2") as (now, before):
        before.old_beat()
        now.beat(incident, "text")
        assert {(seat, role) for seat, role, _ in before.old_beat()["presence"]} == {
            ("M1", "seat"),
            ("M2", "seat"),
        }
        assert before.old_hand(incident, "place") == [["M1", "seat", incident, "text"]]
        assert now.changed(incident, "text")["M2"] == (False, incident, "place")
        before.old_beat()
        assert now.changed(incident, "text")["M2"] == (False, incident, "place")
        now.leave()
        assert before.old_hand(None) == []
        assert [each[0] for each in before.old_beat()["presence"]] == ["M2"]
        assert now.changed()["M2"] == (False, "", "")
        before.leave()
        assert now.changed()["M2"][0] is True


def test_a_window_that_comes_in_the_place_of_another_has_nothing_in_hand(any_database: Database) -> None:
    with windows(any_database, "M1", "M2") as (m1, m2):
        m2.beat(fresh_id(), "place")
        m2.id = uuid.uuid4()
        m2.old_beat()
        assert m1.changed()["M2"] == (False, "", "")


def test_a_beat_tells_whether_the_log_has_news(any_database: Database) -> None:
    writer = Writer("M2")
    with windows(any_database, "M1", "M2") as (m1, m2):
        m1.snapshot = m1.db.execute("SELECT pg_current_snapshot()::text AS s").fetchone()["s"]  # type: ignore[index]
        assert m1.beat()["has_news"] is False
        records = json.dumps([to_record(event) for event in writer.notes(1)])
        m2.db.execute("SELECT op112.apply_events_v1(%s, %s, %s::jsonb)", (writer.journal_id, "M2", records))
        assert m1.beat()["has_news"] is True
        (row,) = m1.db.execute("SELECT * FROM op112.delta_v1(%s, 10)", (m1.snapshot,)).fetchall()
        m1.snapshot = row["target"]
        assert (row["seat"], m1.beat()["has_news"]) == ("M2", False)
