"""An owner takes an event from all readers: tables, deltas and windows go without it, the log and its chain stay."""

import asyncio
from pathlib import Path

import pytest

from operator_app.bootstrap.cli import run as main
from operator_app.domain.facts.incident import FieldSet, IncidentOpened
from operator_app.domain.facts.seat import SeatStateChanged
from operator_app.domain.ids import IncidentId
from operator_app.domain.states import SeatState
from operator_app.storage.server.backup import differing_projections
from operator_app.storage.server.server_proof import prove_log
from tests.contract.test_shared_store_doors import apply, inside
from tests.fakes.link_at_work import SeatAtWork, WallAtWork
from tests.fakes.writer import Writer, fresh_id
from tests.postgres_fixtures import Database

WHERE = IncidentId(fresh_id())


def command(database: Database, event_id: str, *more: str) -> int:
    return main(["server", "set-aside", event_id, "--reason", "palsu", "--dsn", database.admin_dsn, *more])


def test_an_event_is_taken_from_all_readers_and_given_back(
    any_database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    writer = Writer("M1")
    opened = writer.event(IncidentOpened(WHERE, "KTM-1", None))
    true, false = (
        writer.event(FieldSet(WHERE, "place", place)) for place in ("Jl. Benar 2", "Jl. PALSU 666")
    )
    ready, away = (writer.event(SeatStateChanged(state)) for state in (SeatState.READY, SeatState.AWAY))
    read = (
        "SELECT (SELECT place FROM op112.incident), (SELECT state FROM op112.seat),"
        " (SELECT array_agg(event_id::text) FROM op112.lasting),"
        " (SELECT count(*) FROM op112.room_event), (SELECT count(*) FROM op112.event)"
    )
    with inside(any_database.login("seat")) as seat, inside(any_database.admin_dsn) as admin:
        apply(seat, writer, [opened, true, false, ready, away])
        before = seat.execute(read).fetchone()
        assert before == ("Jl. PALSU 666", "away", [away.id], 5, 5)
        assert command(any_database, false.id) == command(any_database, away.id) == 0
        assert seat.execute(read).fetchone() == ("Jl. Benar 2", "ready", [ready.id], 3, 5)
        assert differing_projections(admin) == ()
        assert apply(seat, writer, [false]) == ["known"]  # its writer need not send it for ever
        assert prove_log(any_database.admin_dsn).events == 5
        told = admin.execute(
            "SELECT event_id::text, reason, login FROM op112.set_aside ORDER BY id"
        ).fetchall()
        assert told == [(false.id, "palsu", "operator112"), (away.id, "palsu", "operator112")]
        assert command(any_database, false.id, "--back") == command(any_database, away.id, "--back") == 0
        assert seat.execute(read).fetchone() == before
        rows = admin.execute(
            "SELECT count(*) FROM op112.set_aside WHERE back_at IS NOT NULL AND back_login = login"
        )
        assert rows.fetchone() == (2,)
        alarms = admin.execute("SELECT kind FROM op112.alarm ORDER BY id").fetchall()
        assert [row[0] for row in alarms] == ["set aside", "set aside", "given back", "given back"]
    assert "is given back to all readers" in capsys.readouterr().out


def test_an_event_that_is_not_there_is_said(
    any_database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    for missing in (fresh_id(), "tune"):
        assert command(any_database, missing) == 2
        assert f"The log has no event {missing}." in capsys.readouterr().err


async def test_windows_go_on_and_have_forgotten_it_at_their_next_start(
    any_database: Database, tmp_path: Path
) -> None:
    m1 = SeatAtWork(tmp_path / "M1", any_database.login(), "M1")
    m2 = SeatAtWork(tmp_path / "M2", any_database.login(), "M2")
    events = m1.writer.notes(3, WHERE)
    await m1.write(events)
    await m2.until(lambda: {event.id for event in m2.store.events()} >= {event.id for event in events})
    assert await asyncio.to_thread(command, any_database, events[1].id) == 0
    left = {events[0].id, events[2].id}
    for window in (m1, m2):
        await window.until(lambda window=window: {each.id for each in window.store.events()} == left)  # type: ignore[misc]
        assert window.is_connected
        await window.aclose()
    wall = WallAtWork(any_database.login("wall"))
    await wall.until(lambda: wall.is_connected)
    assert wall.ids == left
    await wall.aclose()
