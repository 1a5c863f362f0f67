"""What proves the record: chains, anchors, tables made anew; numbers given out twice; the site told to the database."""

import asyncio
import shutil
from pathlib import Path

import psycopg
import pytest

from operator_app.bootstrap.cli import run as main
from operator_app.domain.event import Event, to_record
from operator_app.domain.facts.call import CallOffered
from operator_app.domain.facts.incident import IncidentOpened
from operator_app.domain.ids import CallId, IncidentId
from operator_app.storage.postgres.launcher import DebianServer, EmbeddedServer
from operator_app.storage.problems import ServerProblem
from operator_app.storage.server.backup import backup, verify
from operator_app.storage.server.server_proof import prove_log
from operator_app.workflow.board import Board
from tests.contract.test_shared_store_doors import apply, apply_records, inside
from tests.fakes.link_at_work import SeatAtWork
from tests.fakes.writer import Writer, fresh_id
from tests.postgres_fixtures import Database, Postgres, server_folder

TAMPERINGS = {
    "changed": 'UPDATE op112.event SET body = \'{"text": "lain"}\' WHERE journal_seq = 3',
    "other time": "UPDATE op112.event SET received_at = received_at - interval '1 h' WHERE journal_seq = 3",
    "other place": "UPDATE op112.event SET link = 9 WHERE journal_seq = 3",
    "removed": "DELETE FROM op112.event WHERE journal_seq = 3",
    "end removed": "DELETE FROM op112.event WHERE journal_seq = 6",
    "link taken off": "UPDATE op112.event SET link = NULL, hash = NULL WHERE journal_seq = 6",
    "all removed": "DELETE FROM op112.event",
}


def tamper(database: Database, statement: str) -> None:
    """Change the log as only a superuser can."""
    with inside(database.admin_dsn) as db:
        db.execute("SET session_replication_role = replica")
        db.execute(statement.encode())


def write(database: Database, *writers: Writer) -> None:
    with inside(database.login("seat")) as db:
        for writer in writers:
            apply(db, writer, writer.incident())
            apply(db, writer, writer.notes(4))


@pytest.mark.parametrize("statement", TAMPERINGS.values(), ids=TAMPERINGS)
def test_a_log_that_was_changed_behind_our_back_is_found_out(any_database: Database, statement: str) -> None:
    good, bad = Writer("M1"), Writer("M2")
    write(any_database, bad)
    assert prove_log(any_database.admin_dsn).events == 6
    tamper(any_database, statement)
    write(any_database, good)
    with pytest.raises(ServerProblem, match="M2") as found:
        prove_log(any_database.admin_dsn)
    assert "M1" not in found.value.sentence
    assert "\n" not in found.value.sentence


@pytest.mark.parametrize("journal", ["the seat's own", "an invented one"])
def test_a_row_without_a_link_after_the_chains_began_is_found_out(
    any_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], journal: str
) -> None:
    write(any_database, Writer("M1"))
    command = ["server", "verify", "--dsn", any_database.admin_dsn]
    assert main(command) == 0
    of = "journal_id" if journal == "the seat's own" else "gen_random_uuid()"
    tamper(
        any_database,
        "INSERT INTO op112.event (id, incident_id, journal_id, journal_seq, seat, actor, op, v, body, hlc, occurred_at)"
        f" SELECT gen_random_uuid(), incident_id, {of}, 99, seat, actor, op, v, body, hlc, occurred_at"
        " FROM op112.event WHERE journal_seq = 3",
    )
    capsys.readouterr()
    assert main(command) == 2
    assert "1 rows without a link that came after the chains began" in capsys.readouterr().err
    with pytest.raises(ServerProblem, match="came after the chains began"):
        verify(any_database.admin_dsn, backup(any_database.admin_dsn, tmp_path / "odd.op112"))


def test_a_cut_end_is_found_out_by_the_heads_that_were_kept_elsewhere(
    any_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    writer, anchors = Writer("M1"), tmp_path / "anchors"
    command = ["server", "verify", "--dsn", any_database.admin_dsn, "--anchors", str(anchors)]
    for _ in range(2):
        write(any_database, writer)
        assert main(command) == 0
    assert "1 heads of earlier proofs are still there" in capsys.readouterr().out
    assert len(anchors.read_text().splitlines()) == 2
    tamper(
        any_database,
        "DELETE FROM op112.event WHERE link = 12; UPDATE op112.journal_head SET links = 11,"
        " hash = (SELECT hash FROM op112.event WHERE link = 11)",
    )
    assert prove_log(any_database.admin_dsn).events == 11
    assert main(command) == 2
    assert "lacks its anchored link 12" in capsys.readouterr().err


def test_a_backup_of_a_changed_log_does_not_pass(pg18: Postgres, tmp_path: Path) -> None:
    database = pg18.new_database()
    write(database, Writer("M1"))
    tamper(database, TAMPERINGS["changed"])
    with pytest.raises(ServerProblem, match="changed after it was written"):
        verify(database.admin_dsn, backup(database.admin_dsn, tmp_path / "odd.op112"))
    pg18.drop(database.name)


def test_events_of_one_journal_that_come_late_are_chained_as_they_came(any_database: Database) -> None:
    writer = Writer("M1")
    events = writer.notes(4)
    with inside(any_database.login("seat")) as db:
        assert apply(db, writer, [events[0], events[3]]) == ["new", "new"]
        assert apply(db, writer, events) == ["known", "new", "new", "known"]
    assert prove_log(any_database.admin_dsn).events == 4


def test_tables_that_are_wrong_are_made_anew_by_a_command(
    any_database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    write(any_database, Writer("M1"), Writer("M2"))
    read = (
        "SELECT (SELECT jsonb_agg(to_jsonb(i) ORDER BY id) FROM op112.incident i),"
        " (SELECT count(*) FROM op112.person)"
    )
    with inside(any_database.admin_dsn) as db:
        live = db.execute(read).fetchone()
        db.execute("UPDATE op112.incident SET place = 'salah'; DELETE FROM op112.person")
        assert main(["server", "rebuild", "--dsn", any_database.admin_dsn]) == 0
        assert db.execute(read).fetchone() == live
    assert "4 incidents" in capsys.readouterr().out


def test_a_number_that_was_given_out_twice_is_told_apart_the_same_everywhere_and_is_an_alarm(
    any_database: Database,
) -> None:
    before, after = Writer("M1"), Writer("M1")  # the same disk, put back
    first = before.event(IncidentOpened(IncidentId(fresh_id()), "KTM-261123-M1-001", None))
    after.notes(1)  # a little later
    second = after.event(IncidentOpened(IncidentId(fresh_id()), "KTM-261123-M1-001", None))
    with inside(any_database.login("seat")) as db:
        apply(db, after, [second])
        apply(db, before, [first])
        numbers = dict(db.execute("SELECT id::text, number FROM op112.incident").fetchall())
        alarms = db.execute("SELECT kind, detail->>'number' FROM op112.alarm").fetchall()
        found = db.execute(
            "SELECT count(*) FROM op112.incident WHERE given_number = 'KTM-261123-M1-001'"
        ).fetchone()
    assert numbers == {
        first.fact.incident_id: "KTM-261123-M1-001",  # type: ignore[attr-defined]
        second.fact.incident_id: "KTM-261123-M1-001-2",  # type: ignore[attr-defined]
    }
    assert alarms == [("number twice", "KTM-261123-M1-001")]
    assert found == (2,)
    board = Board()
    board.apply([second])
    assert board.incidents[second.fact.incident_id].number == "KTM-261123-M1-001"  # type: ignore[attr-defined]
    changed = board.apply([first])
    assert changed.incidents == set(numbers)
    assert {str(each.id): each.number for each in board.incidents.values()} == numbers


def test_an_earlier_opening_that_comes_late_changes_who_of_two_came_first(any_database: Database) -> None:
    first, second = Writer("M1"), Writer("M2")
    mine, other = IncidentId(fresh_id()), IncidentId(fresh_id())
    early = first.event(IncidentOpened(mine, "KTM-1", None))
    second.notes(1)
    between = second.event(IncidentOpened(other, "KTM-1", None))
    first.notes(3)
    late = first.event(IncidentOpened(mine, "KTM-1", None))
    order: tuple[tuple[Writer, Event], ...] = ((first, late), (second, between), (first, early))
    board, told = Board(), list[dict[str, str]]()
    with inside(any_database.login("seat")) as db:
        for writer, event in order:
            apply(db, writer, [event])
            board.apply([event])
            told.append(dict(db.execute("SELECT id::text, number FROM op112.incident").fetchall()))
            assert told[-1] == {str(each.id): each.number for each in board.incidents.values()}
    assert [each[mine] for each in told] == ["KTM-1", "KTM-1-2", "KTM-1"]


def test_one_call_at_three_seats_is_one_call(any_database: Database) -> None:
    with inside(any_database.login("seat")) as db:
        for seat in ("M1", "M2", "M3"):
            writer = Writer(seat)
            apply(db, writer, [writer.event(CallOffered(CallId(f"c-{seat}"), "in", "0812", "", "abc@pbx"))])
        assert db.execute("SELECT id, rang_at, number, state FROM op112.phone_call").fetchall() == [
            ("abc@pbx", ["M1", "M2", "M3"], "0812", "ringing")
        ]
        old = Writer("M4")  # a window of before the key
        record = to_record(old.event(CallOffered(CallId("c-old"), "in", "0813", "")))
        del record["body"]["key"]
        assert apply_records(db, old, [record]) == ["new"]
        assert db.execute("SELECT count(*) FROM op112.phone_call").fetchone() == (2,)
        bad = to_record(old.event(CallOffered(CallId("c-bad"), "in", "0813", "")))
        bad["body"]["key"] = 7
        with pytest.raises(psycopg.Error, match="key is no string"):
            apply_records(db, old, [bad])


def test_the_site_is_told_to_the_database_for_reports(
    any_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "m1.toml"
    config.write_text(f'[seat]\nname = "M1"\ndata = "{tmp_path.as_posix()}/m1"\n', encoding="utf-8")
    for _ in range(2):
        assert main(["server", "site", "--config", str(config), "--dsn", any_database.admin_dsn]) == 0
    assert "agencies" in capsys.readouterr().out
    with inside(any_database.login("wall")) as db:
        row = db.execute("SELECT name FROM op112.agency WHERE code = 'DAMKAR'").fetchone()
        assert row is not None
        assert db.execute("SELECT count(*) > 20 FROM op112.kind").fetchone() == (True,)


def test_a_desk_can_be_made_without_callers_by_command_and_get_them_later(
    any_database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"bpbd_{any_database.name}"
    command = ["server", "login", name, "--role", "desk", "--dsn", any_database.admin_dsn]
    asked = "SELECT pg_has_role(%s, 'op112_reporter', 'MEMBER')"
    with inside(any_database.admin_dsn) as db:
        for extra, may in (([], True), (["--without-reporters", "--again"], False), (["--again"], True)):
            assert main([*command, *extra]) == 0
            assert db.execute(asked, (name,)).fetchone() == (may,)
    seat = ["server", "login", "m9", "--role", "seat", "--dsn", any_database.admin_dsn, "--without-reporters"]
    assert main(seat) == 2
    assert "Only a desk" in capsys.readouterr().err


@pytest.mark.parametrize("kind", [EmbeddedServer, DebianServer], ids=["pg18", "pg15"])
def test_a_copy_of_the_whole_server_starts_as_a_server_with_everything_in_it(
    kind: type[EmbeddedServer],
    tmp_path: Path,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    postgres: Postgres = request.getfixturevalue("pg18" if kind is EmbeddedServer else "pg15")
    if postgres.server is None:
        pytest.skip("a server that was given is not copied")
    database = postgres.new_database()

    async def story() -> None:
        m1 = SeatAtWork(tmp_path / "M1", database.login(), "M1")
        await m1.write(m1.writer.incident())
        await m1.until(lambda: m1.is_connected and m1.link.state.waiting == 0)
        await m1.aclose()

    asyncio.run(story())
    with server_folder() as folder:
        copy = kind(folder / "copy")
        copy._prepare()
        command = [
            "server",
            "backup",
            "--dsn",
            database.admin_dsn,
            "--to",
            str(copy.cluster),
            "--whole-server",
        ]
        assert main(command) == 0
        assert main(command) == 2
        assert "holds something already" in capsys.readouterr().err
        shutil.copy(postgres.server.data / "password", copy.data / "password")
        for path in (copy.cluster, *copy.cluster.rglob("*")):
            if copy._user is not None:
                copy._user.own(path)
        with copy, psycopg.connect(copy.dsn_of(database.name)) as db:
            assert db.execute("SELECT count(*) FROM op112.event").fetchone() == (2,)
            assert db.execute("SELECT count(*) FROM op112.incident").fetchone() == (1,)
    postgres.drop(database.name)
