"""Rows of the log that no window can read: each costs itself, at seat, desk and wall, and is counted and shown."""

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import psycopg
import pytest

from operator_app.domain.facts.incident import IncidentNoted
from operator_app.domain.facts.seat import SeatStateChanged
from operator_app.domain.states import SeatState
from tests.fakes.link_at_work import Ears, SeatAtWork, WallAtWork
from tests.fakes.writer import fresh_id
from tests.postgres_fixtures import Database

WHERE = fresh_id()
NOTE = {"text": "x"}
DEEP = "[" * 3000 + "]" * 3000
SENT = {"dispatch_id": "d", "agency": "DAMKAR"}
ROWS: dict[str, dict[str, Any]] = {
    "the end of time": {"at": "infinity"},
    "before time": {"at": "-infinity"},
    "the year 9999": {"at": "9999-12-31T23:30:00Z"},
    "the year 200000": {"at": "200000-01-01T00:00:00Z"},
    "before Christ": {"at": "4713-01-01 00:00:00+00 BC"},
    "deeper than the reader": {"body": f'{{"text": "x", "x": {DEEP}}}'},
    "a list for an object": {"body": "[1, 2]"},
    "a text for an object": {"body": '"text"'},
    "nothing for an object": {"body": "null"},
    "a number for a text": {"body": '{"text": 1}'},
    "a fact without its words": {"body": "{}"},
    "a state that is none": {"op": "incident.moved", "body": '{"to": "<b>gone</b>", "reason": ""}'},
    "a term of an age": {"op": "dispatch.sent", "body": json.dumps({**SENT, "ack_within_s": 10**30})},
    "no whole term": {"op": "dispatch.sent", "body": json.dumps({**SENT, "ack_within_s": 1.5})},
    "a place off the earth": {
        "op": "place.kept", "body": '{"place_id": "p", "label": "l", "kind": "k", "lat": 1e400, "lon": 0}'
    },
    "ten million letters": {"body": json.dumps({"text": "W" * 10_000_000})},
}  # fmt: skip
MASKED = 9
"""At least so many are beyond a window that gets "•••" for free text, whatever that was."""
INSERT = """
    INSERT INTO op112.event (id, journal_id, journal_seq, seat, actor, op, v, body, hlc, occurred_at, incident_id)
    VALUES (%(id)s, %(journal)s, %(seq)s, 'X9', 'Operator', %(op)s, 1, %(body)s::jsonb, %(hlc)s, %(at)s, %(where)s)
"""


def let_in(dsn: str, rows: dict[str, dict[str, Any]]) -> None:
    """Write rows past every door, as an owner can; some doors of earlier days let them in."""
    plain = {"op": "incident.noted", "body": json.dumps(NOTE), "hlc": 1, "at": "2026-11-23T06:22:07Z"}
    with psycopg.connect(dsn, autocommit=True) as db:
        journal = fresh_id()
        for seq, row in enumerate(rows.values(), 1):
            ids = {"id": fresh_id(), "journal": journal, "seq": seq, "where": WHERE}
            db.execute(INSERT, {**ids, **plain, **row})
        db.execute("NOTIFY op112")


def unread(ears: Ears) -> int:
    return ears.states[-1].unread if ears.states else 0


@pytest.mark.parametrize("first", [True, False], ids=["before they start", "while they run"])
def test_rows_that_nobody_can_read_cost_no_window_its_line(
    any_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture, first: bool
) -> None:
    async def story() -> None:
        if first:
            let_in(any_database.admin_dsn, ROWS)
        seat = SeatAtWork(tmp_path / "M1", any_database.login("seat"))
        desk = SeatAtWork(tmp_path / "RSUD", any_database.login("desk"), "RSUD", "desk")
        wall = WallAtWork(any_database.login("wall"))
        windows: list[Ears] = [seat, desk, wall]
        try:
            for each in windows:
                await each.until(lambda each=each: each.is_connected)  # type: ignore[misc]
            if not first:
                let_in(any_database.admin_dsn, ROWS)
            note = seat.writer.incident()
            state = [seat.writer.event(SeatStateChanged(SeatState.READY))]
            await seat.write([*note, *state])
            for each in windows[1:]:
                await each.until(lambda each=each: {event.id for event in note} <= each.ids)  # type: ignore[misc]
            if not first:  # a first load goes by projections, of which no such row has any
                for each, count in ((seat, len(ROWS)), (desk, MASKED), (wall, MASKED)):
                    await each.until(lambda each=each, count=count: unread(each) >= count)  # type: ignore[misc]
            for each in windows:
                assert all(state.connected for state in each.states[each.states.index(connected(each)) :])
            assert not [event for each in windows[:2] for event in each.told if event.seat == "X9"]
        finally:
            await seat.link.aclose()
            await desk.aclose()
            await wall.aclose()
            seat.store.close()

    with caplog.at_level(logging.ERROR):
        asyncio.run(story())
    assert "WWW" not in caplog.text
    assert "<b>" not in caplog.text


def connected(ears: Ears) -> Any:
    return next(state for state in ears.states if state.connected)


def test_what_could_not_be_read_is_asked_for_again_until_it_can_or_is_gone(
    database: Database, tmp_path: Path
) -> None:
    async def restarted(dsn: str, wanted: int) -> SeatAtWork:
        seat = SeatAtWork(tmp_path / "M1", dsn)
        await seat.until(lambda: seat.is_connected and unread(seat) == wanted)
        return seat

    def repair(statement: str) -> None:
        with psycopg.connect(database.admin_dsn, autocommit=True) as db:
            db.execute("SET session_replication_role = replica")
            db.execute(statement)

    async def story() -> None:
        dsn = database.login("seat")
        seat = await restarted(dsn, 0)
        let_in(database.admin_dsn, {name: ROWS[name] for name in ("the end of time", "a list for an object")})
        await seat.until(lambda: unread(seat) == 2)
        await seat.aclose()
        seat = await restarted(dsn, 2)
        assert [event for event in seat.told if event.seat == "X9"] == []
        await seat.aclose()
        repair("UPDATE op112.event SET occurred_at = now() WHERE occurred_at = 'infinity'")
        seat = await restarted(dsn, 1)
        (told,) = [event.fact for event in seat.told if event.seat == "X9"]
        assert isinstance(told, IncidentNoted)
        assert told.text == "x"
        await seat.aclose()
        repair("DELETE FROM op112.event WHERE seat = 'X9'")
        seat = await restarted(dsn, 0)
        await seat.aclose()

    asyncio.run(story())
