"""What every login of a PostgreSQL server could do to it, and cannot any more; what is still open is said."""

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import errors
from psycopg.conninfo import make_conninfo

from operator_app.bootstrap.cli import run as main
from operator_app.storage.problems import ServerProblem
from operator_app.storage.server import closing
from operator_app.storage.server.backup import backup, restore
from operator_app.storage.server.logins import create_login
from operator_app.storage.server.server_errors import Verdict, verdict
from operator_app.storage.server.server_setup import init_server
from tests.contract.test_shared_store_doors import apply, inside, login_of
from tests.fakes.old_room import old_room
from tests.fakes.writer import Writer
from tests.postgres_fixtures import Database, Postgres, running_postgres

CLOSED = {
    "an advisory lock": "SELECT pg_advisory_lock(112, 1)",
    "an advisory lock for the transaction": "SELECT pg_try_advisory_xact_lock(1)",
    "a hundred thousand of them": "SELECT pg_advisory_lock(i) FROM generate_series(1, 100000) i",
    "a large object": "SELECT lo_create(0)",
    "a large object from bytes": "SELECT lo_from_bytea(0, 'x')",
    "a notification by function": "SELECT pg_notify('op112', 'x')",
    "a snapshot for others": "SELECT pg_export_snapshot()",
    "a message into the write-ahead log": "SELECT pg_logical_emit_message(false, 'x', repeat('x', 1000000))",
    "a sleep": "SELECT pg_sleep(60)",
    "a transaction number": "SELECT txid_current()",
    "a table as XML": "SELECT table_to_xml('op112.compat', true, true, '')",
    "a temporary table": "CREATE TEMP TABLE mine (a int)",
    "a temporary view": "CREATE TEMP VIEW mine AS SELECT 1",
    "a function of one's own": "CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "a block of code": "DO $$ BEGIN LOOP NULL; END LOOP; END $$",
    "temporary files without end": "SET temp_file_limit = -1",
    "no log": "SET log_statement = 'none'",
    "more connections": "ALTER ROLE CURRENT_USER CONNECTION LIMIT 1000",
    "the lock of those who set up": "LOCK TABLE op112.setup_turn IN EXCLUSIVE MODE",
    "another's turn": "SELECT FROM op112.turn FOR UPDATE",
}  # fmt: skip
WHO = ("seat", "desk", "plain_desk", "wall")


def closed(database: Database) -> Database:
    """The database after a `server init` of its own: a copy of another has that one's rights, but for CONNECT."""
    init_server(database.admin_dsn)
    return database


@pytest.mark.parametrize("who", WHO)
def test_no_login_can_lock_write_or_wait_past_the_doors(any_database: Database, who: str) -> None:
    with inside(login_of(closed(any_database), who)) as db:
        for attempt in CLOSED.values():
            with pytest.raises(errors.InsufficientPrivilege), db.transaction():
                db.execute(attempt.encode())
        db.execute("LISTEN op112")  # what cannot be taken away, and is bounded otherwise
        db.execute("SET statement_timeout = 0")


@pytest.mark.parametrize("elsewhere", ["postgres", "template1"])
def test_no_login_gets_into_databases_beside_the_room(any_database: Database, elsewhere: str) -> None:
    dsn = closed(any_database).login("wall")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(make_conninfo(dsn, dbname=elsewhere))


def test_the_login_of_one_room_gets_into_no_other_room(any_postgres: Postgres) -> None:
    rooms = [closed(any_postgres.new_database()) for _ in range(2)]
    dsn = rooms[0].login("seat")
    with inside(dsn) as db:
        assert db.execute("SELECT current_database()").fetchone() == (rooms[0].name,)
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(make_conninfo(dsn, dbname=rooms[1].name))
    for room in rooms:
        any_postgres.drop(room.name)


def test_what_is_open_is_said_and_nothing_is_after_the_closing(any_postgres: Postgres) -> None:
    name = old_room(any_postgres, "0011")
    dsn = any_postgres.admin_dsn(name)
    others = set[str]()
    with inside(any_postgres.admin_dsn("postgres")) as db:
        rows = db.execute("SELECT datname FROM pg_database WHERE datname <> %s", (name,))
        others |= {row[0] for row in rows}
    with inside(dsn) as db:
        told = "; ".join(closing.what_is_open(db))
        for words in (
            "pg_advisory_lock",
            "code of one's own",
            "temporary tables",
            "this database for every login",
        ):
            assert words in told
        report = init_server(dsn)
        assert all(each.startswith("other databases: ") for each in report.still_open), report.still_open
        assert closing.what_is_open(db) == report.still_open
        assert not {"postgres", "template1"} & set(", ".join(report.still_open).replace(":", ",").split(", "))
    window = make_conninfo(dsn, user=f"w_{name}", password=create_login(dsn, f"w_{name}", "wall"))
    with inside(window) as db:
        assert closing.what_is_open(db) == report.still_open
    any_postgres.drop(name)


def test_what_is_open_is_said_by_verify_and_doctor(
    any_postgres: Postgres, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    database = closed(any_postgres.new_database())
    config = tmp_path / "w1.toml"
    settings = f'[seat]\nname = "W1"\nrole = "wall"\ndata = "{tmp_path.as_posix()}"\n[server]\ndsn = "{{}}"\n'
    config.write_text(settings.format(database.login("wall")), encoding="utf-8")
    with inside(database.admin_dsn) as db:
        for opened in (False, True):
            if opened:
                db.execute("GRANT EXECUTE ON FUNCTION pg_advisory_lock(bigint) TO PUBLIC")
            assert main(["server", "verify", "--dsn", database.admin_dsn]) == 0
            assert ("pg_advisory_lock" in capsys.readouterr().out) == opened
            main(["doctor", "--config", str(config)])
            assert ("pg_advisory_lock" in capsys.readouterr().out) == opened
    any_postgres.drop(database.name)


def test_a_restored_room_is_closed_again(any_postgres: Postgres, tmp_path: Any) -> None:
    first = closed(any_postgres.new_database())
    file = backup(first.admin_dsn, tmp_path / "room.op112")
    again = any_postgres.new_empty_database()
    restore(any_postgres.admin_dsn(again), file)
    with inside(any_postgres.admin_dsn(again)) as db:
        assert all(each.startswith("other databases: ") for each in closing.what_is_open(db))
    any_postgres.drop(again)
    any_postgres.drop(first.name)


def test_an_owner_without_superuser_closes_what_it_may_and_is_told_of_the_rest(
    any_postgres: Postgres,
) -> None:
    any_postgres.drop(any_postgres.new_database().name)  # the groups are there, as others made them
    name = any_postgres.new_empty_database()
    owner = f"owner_{name}"
    with inside(any_postgres.admin_dsn("postgres")) as db:
        db.execute(f"CREATE ROLE {owner} LOGIN CREATEROLE PASSWORD 'rahasia'".encode())
        db.execute(f"ALTER DATABASE {name} OWNER TO {owner}".encode())
        groups = "op112_owner, op112_seat, op112_desk, op112_wall, op112_reporter"
        db.execute(f"GRANT {groups} TO {owner} WITH ADMIN OPTION".encode())
    dsn = make_conninfo(any_postgres.admin_dsn(name), user=owner, password="rahasia")
    report = init_server(dsn)
    assert any("pg_advisory_lock" in each for each in report.still_open)
    assert not any("temporary tables" in each or "this database" in each for each in report.still_open)
    login = make_conninfo(dsn, user=f"m_{name}", password=create_login(dsn, f"m_{name}", "seat"))
    with inside(login) as db:
        with pytest.raises(errors.InsufficientPrivilege):
            db.execute("CREATE TEMP TABLE mine (a int)")
        writer = Writer("M1")
        assert apply(db, writer, writer.incident()) == ["new", "new"]
        assert any("temporary files" in each for each in closing.what_is_open(db))
    any_postgres.drop(name)


def test_a_login_has_no_more_than_its_connections(any_database: Database) -> None:
    dsn = closed(any_database).login("wall")
    held = [psycopg.connect(dsn) for _ in range(closing.CONNECTIONS)]
    with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
        psycopg.connect(dsn)
    for connection in held:
        connection.close()


def test_a_bound_that_somebody_set_stays(any_database: Database) -> None:
    name = f"m1_{any_database.name}"
    create_login(any_database.admin_dsn, name, "seat")
    with inside(any_database.admin_dsn) as db:
        db.execute(f'ALTER ROLE "{name}" CONNECTION LIMIT 20'.encode())
        closed(any_database)
        read = "SELECT rolconnlimit FROM pg_roles WHERE rolname = %s"
        assert db.execute(read, (name,)).fetchone() == (20,)


def test_a_sort_that_would_fill_the_disk_ends_and_is_no_events_fault(any_database: Database) -> None:
    dsn = any_database.login("wall")
    with inside(dsn) as db:
        assert db.execute("SHOW temp_file_limit").fetchone() == (closing.TEMP_FILES,)
    with inside(any_database.admin_dsn) as admin:
        user = psycopg.conninfo.conninfo_to_dict(dsn)["user"]
        admin.execute(f"ALTER ROLE \"{user}\" SET temp_file_limit = '1MB'".encode())
    with inside(dsn) as db:
        db.execute("SET work_mem = '64kB'")
        with pytest.raises(errors.ConfigurationLimitExceeded) as refused:
            db.execute("SELECT i, repeat('x', 500) FROM generate_series(1, 100000) i ORDER BY 2, 1 DESC")
        assert verdict(refused.value) is Verdict.LATER


def test_a_transaction_without_end_is_ended_by_the_next_window_that_asks(any_database: Database) -> None:
    closed(any_database)
    with inside(any_database.admin_dsn) as admin:
        body = "SELECT pg_get_functiondef('op112.guard_v1'::regproc)"
        (code,) = admin.execute(body).fetchall()[0]
        admin.execute(code.replace("interval '1 minute'", "interval '0.1 s'"))
        admin.execute("ALTER FUNCTION op112.guard_v1() OWNER TO op112_owner")
    endless = psycopg.connect(any_database.login("wall"), autocommit=True)
    endless.execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
    gone = threading.Event()

    def recurse() -> None:
        try:
            endless.execute("WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT 1 FROM r) SELECT count(*) FROM r")
        except psycopg.OperationalError:
            gone.set()

    thread = threading.Thread(target=recurse)
    thread.start()
    with inside(any_database.login("seat")) as db, inside(any_database.admin_dsn) as admin:
        while not gone.is_set():
            db.execute("SELECT op112.guard_v1()")
        assert db.execute("SELECT 1").fetchone() == (1,)
        (told,) = admin.execute(
            "SELECT detail FROM op112.alarm WHERE kind = 'endless transaction'"
        ).fetchall()[0]
        assert told["ended"] is True
        assert admin.execute("SELECT 1").fetchone() == (1,)  # nobody but windows is ended
    thread.join()
    endless.close()


def test_the_guard_does_nothing_where_it_may_not(any_database: Database) -> None:
    with inside(any_database.admin_dsn) as admin, admin.transaction(force_rollback=True):
        admin.execute("REVOKE pg_signal_backend FROM op112_owner")
        assert admin.execute("SELECT op112.guard_v1()").fetchone() == (0,)


def full_queue(dsn: str, holder: Callable[[], psycopg.Connection[Any]]) -> psycopg.Connection[Any]:
    """A session that lets nobody forget what is notified, and notifications behind it until no more go in."""
    held = holder()
    held.execute("LISTEN op112")
    held.execute("BEGIN")
    held.execute("SELECT 1")
    with psycopg.connect(dsn, autocommit=True) as db:
        try:
            while True:
                db.execute("SELECT pg_notify('op112', repeat('x', 7000) || i) FROM generate_series(1, 200) i")
        except errors.ProgramLimitExceeded:
            return held


def test_a_full_queue_of_notifications_stops_no_write() -> None:
    """A queue of 64 pages, which only PostgreSQL 17 and later can be told to have; full is full on all."""
    with running_postgres(18) as postgres:
        if postgres.server is None:
            pytest.skip("a server that was given is not told how large its queue is")
        with inside(postgres.admin_dsn("postgres")) as db:
            db.execute("ALTER SYSTEM SET max_notify_queue_pages = 64")
        postgres.server.restart()
        postgres._admin_dsn = postgres.server.dsn
        database = postgres.new_database()
        writer = Writer("M1")
        with inside(database.login("seat")) as seat, inside(database.admin_dsn) as admin:
            held = full_queue(
                database.admin_dsn, lambda: psycopg.connect(database.admin_dsn, autocommit=True)
            )
            assert apply(seat, writer, writer.incident()) == ["new", "new"]
            (used,) = admin.execute("SELECT pg_notification_queue_usage()").fetchall()[0]
            assert used > 0.5
            held.close()
            assert apply(seat, writer, writer.notes(1)) == ["new"]
            with inside(database.login("wall")) as wall:
                wall.execute("LISTEN op112")
                apply(seat, writer, writer.notes(3))
                assert [each.payload for each in wall.notifies(timeout=20, stop_after=1)] == ["3"]


BEATS = {
    "as another's window": ("W9", "wall"),
    "as no role": ("W1", "chief"),
    "as an owner": ("W1", "owner"),
    "without a name": ("", "wall"),
    "with a name of a page": ("W" * 101, "wall"),
}


@pytest.mark.parametrize(("seat", "role"), BEATS.values(), ids=BEATS)
def test_a_window_tells_that_it_lives_and_no_other(any_database: Database, seat: str, role: str) -> None:
    beats = (
        "SELECT op112.heartbeat_v1(gen_random_uuid(), %s, %s, '0.1', 0, true)",
        "SELECT op112.beat_v1(gen_random_uuid(), %s, %s, '0.1', 0, NULL, '', NULL, NULL)",
    )
    with inside(any_database.login("wall")) as other:
        other.execute(beats[0], ("W9", "wall"))
    with inside(any_database.login("wall")) as db, inside(any_database.admin_dsn) as admin:
        for beat in beats:
            with pytest.raises(psycopg.Error, match="may not tell") as refused:
                db.execute(beat, (seat, role))
            assert refused.value.sqlstate == "OP001"
            db.execute(beat, ("W1", "wall"))
        assert admin.execute("SELECT seat FROM op112.presence ORDER BY 1").fetchall() == [("W1",), ("W9",)]


def test_a_window_of_another_role_than_its_login_looks_on_and_is_not_noted(any_database: Database) -> None:
    beat = (
        "SELECT has_news FROM op112.beat_v1(gen_random_uuid(), 'M1', 'seat', '0.1', 0, NULL, '', NULL, NULL)"
    )
    with inside(any_database.login("wall")) as db:
        assert db.execute(beat).fetchone() == (True,)
        assert db.execute("SELECT seat FROM op112.presence").fetchall() == []


def test_a_login_that_was_made_for_a_seat_tells_of_that_seat_alone(any_database: Database) -> None:
    dsn = any_database.login("seat")
    user = psycopg.conninfo.conninfo_to_dict(dsn)["user"]
    beat = "SELECT op112.beat_v1(gen_random_uuid(), %s, 'seat', '0.1', 0, NULL, '', NULL, NULL)"
    with inside(any_database.admin_dsn) as admin, inside(dsn) as db:
        admin.execute("UPDATE op112.login SET seat = 'M1' WHERE name = %s", (user,))
        db.execute(beat, ("M1",))
        with pytest.raises(psycopg.Error, match="it is for M1"):
            db.execute(beat, ("M2",))


def test_one_login_fills_no_room_with_ghosts(any_database: Database) -> None:
    beat = "SELECT op112.beat_v1(gen_random_uuid(), %s, 'wall', '0.1', 0, NULL, '', NULL, NULL)"
    with inside(any_database.login("wall")) as db:
        for number in range(4):
            db.execute(beat, (f"W{number}",))
        with pytest.raises(psycopg.Error, match="may not tell"):
            db.execute(beat, ("W5",))
        db.execute(beat, ("W3",))


def test_nobody_lets_another_window_leave_or_turns_its_hand(any_database: Database) -> None:
    window = "9c5b94b1-35ad-49bb-b118-8e8fc24abf80"
    beat = "SELECT op112.beat_v1(%s, 'M1', 'seat', '0.1', 0, NULL, 'place', NULL, NULL)"
    read = "SELECT has_left, field FROM op112.presence"
    with inside(any_database.login("seat")) as m1, inside(any_database.login("seat")) as m2:
        m1.execute(beat, (window,))
        m2.execute("SELECT op112.leave_v1(%s)", (window,))
        m2.execute("SELECT op112.at_hand_v1(%s, 'M1', 'seat', gen_random_uuid(), 'x')", (window,))
        assert m2.execute(read).fetchall() == [(False, "place")]
        m1.execute("SELECT op112.leave_v1(%s)", (window,))
        assert m2.execute(read).fetchall() == [(True, "")]


def test_what_a_beat_tells_is_cut_to_size(any_database: Database) -> None:
    with inside(any_database.login("seat")) as db:
        words = ("9" * 9000, "x" * 9000)
        db.execute(
            "SELECT op112.beat_v1(gen_random_uuid(), 'M1', 'seat', %s, 0, NULL, %s, NULL, NULL)", words
        )
        assert db.execute("SELECT length(version), length(field) FROM op112.presence").fetchall() == [
            (100, 100)
        ]


def test_whoever_sets_up_is_held_back_by_no_window(any_database: Database) -> None:
    """The lock of those who set up was an advisory one, which any login of the server could take."""
    with inside(any_database.admin_dsn) as other:
        other.execute("SELECT pg_advisory_lock(112, 1)")
        assert init_server(any_database.admin_dsn).before


def test_two_folds_of_one_thing_wait_for_each_other_by_the_owners_rows(any_database: Database) -> None:
    writer = Writer("M1")
    events = writer.incident()
    with psycopg.connect(any_database.login("seat")) as first, inside(any_database.login("seat")) as second:
        apply(first, writer, events)
        held = first.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone()
        assert held == (0,)
        second.execute("SET lock_timeout = '200ms'")
        other = Writer("M2")
        with pytest.raises(errors.LockNotAvailable):
            apply(second, other, other.notes(1, events[0].fact.incident_id))  # type: ignore[attr-defined]
        first.commit()
        apply(second, other, other.notes(1, events[0].fact.incident_id))  # type: ignore[attr-defined]


def test_a_login_that_is_not_the_rooms_is_told_apart(any_database: Database) -> None:
    with pytest.raises(ServerProblem):
        create_login(any_database.admin_dsn, "op112_seat", "seat")
