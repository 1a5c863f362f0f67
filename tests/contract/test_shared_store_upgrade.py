"""Rooms of before, brought to what the program is now: the same schema, the same log, nobody's word lost on the way."""

import os
import re
import subprocess
import threading
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from operator_app.storage.server import backup, schema
from operator_app.storage.server.logins import create_login
from operator_app.storage.server.server_errors import Verdict, verdict
from operator_app.storage.server.server_proof import prove_log
from operator_app.storage.server.server_setup import init_server
from tests.contract.test_shared_store_doors import apply, inside
from tests.contract.test_shared_store_versions import OldSeat
from tests.fakes.old_room import old_room, tables_to
from tests.fakes.writer import Writer
from tests.postgres_fixtures import Database, Postgres

LATER = sorted(revision for revision in schema.known_revisions() if revision > "0011")
THE_LOG = "SELECT id, seq, journal_id, journal_seq, op, body, link, encode(hash, 'hex') FROM op112.event ORDER BY seq"


def schema_of(dsn: str) -> list[str]:
    """What `pg_dump -s` says of the room, without what differs from run to run."""
    parts = {key: str(value) for key, value in conninfo_to_dict(dsn).items() if value is not None}
    with psycopg.connect(dsn) as db:
        tool = backup._tool("pg_dump", db.info.server_version // 10_000)
    secret = parts.pop("password")
    done = subprocess.run(
        [str(tool), "--schema-only", "--schema=op112", f"--dbname={make_conninfo(**parts)}"],
        env={**os.environ, "PGPASSWORD": secret},
        capture_output=True,
        text=True,
        check=True,
    )
    return [line for line in done.stdout.splitlines() if not re.match(r"\\(un)?restrict ", line)]


@pytest.mark.parametrize("revision", ["0001", "0011", *LATER])
def test_a_room_of_before_becomes_what_a_fresh_one_is(any_postgres: Postgres, revision: str) -> None:
    fresh = any_postgres.new_database()
    name = old_room(any_postgres, "0011" if revision in LATER else revision)
    dsn = any_postgres.admin_dsn(name)
    if revision in LATER:
        tables_to(dsn, revision)
    assert init_server(dsn).before == revision
    wanted = schema_of(fresh.admin_dsn)
    assert "CREATE TABLE op112.event (" in wanted
    assert schema_of(dsn) == wanted
    assert init_server(dsn).before == schema.head_revision()
    assert schema_of(dsn) == wanted
    any_postgres.drop(name)
    any_postgres.drop(fresh.name)


@pytest.mark.parametrize("revision", ["0001", "0011"])
def test_the_log_of_before_stays_as_it_was_and_its_tables_are_what_it_says(
    any_postgres: Postgres, revision: str
) -> None:
    name = old_room(any_postgres, revision)
    dsn = any_postgres.admin_dsn(name)
    read = THE_LOG if revision > "0001" else THE_LOG.replace("link, encode(hash, 'hex')", "NULL, NULL")
    with inside(dsn) as db:
        db.execute("SET search_path = op112")
        before = db.execute(read.encode()).fetchall()
        init_server(dsn)
        assert db.execute(THE_LOG.encode()).fetchall() == before
        chained = sum(row[7] is not None for row in before)
        assert (chained > 0) == (revision > "0001")
        proof = prove_log(dsn)
        assert (proof.events, proof.unchained) == (chained, len(before) - chained)
        assert backup.differing_projections(db) == ()
        db.execute(
            "SELECT op112.check_fact(op, v, incident_id, body) FROM op112.event"
        )  # sent again, it is known
        writer = Writer("M1")  # and it goes on
        assert apply(db, writer, writer.incident()) == ["new", "new"]
    assert prove_log(dsn).events == chained + 2
    any_postgres.drop(name)


def test_no_layer_of_before_is_left_behind(any_postgres: Postgres) -> None:
    name = old_room(any_postgres, "0011")
    functions = "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'op112'::regnamespace"
    with inside(any_postgres.admin_dsn(name)) as db:
        init_server(any_postgres.admin_dsn(name))
        assert [
            row for row in db.execute(functions) if re.search(r"_00\d\d|keep_owner|unlinked", row[0])
        ] == []
        triggers = db.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1").fetchall()
        assert triggers == [("append_only",), ("append_only_whole",)]
    any_postgres.drop(name)


def test_code_that_no_file_has_any_more_is_taken_away_and_changed_code_is_put_right(
    any_database: Database,
) -> None:
    before = schema_of(any_database.admin_dsn)
    with inside(any_database.admin_dsn) as db:
        db.execute("SET search_path = op112")
        db.execute("CREATE FUNCTION left_over(a int) RETURNS int LANGUAGE sql AS 'SELECT 1'")
        db.execute("CREATE VIEW left_view AS SELECT left_over(1)")
        db.execute(
            "CREATE OR REPLACE FUNCTION legal_move(what text, from_state text, to_state text) RETURNS boolean"
            " LANGUAGE sql IMMUTABLE AS 'SELECT true'"
        )
        db.execute("GRANT SELECT ON mask_key TO op112_wall")
    assert schema_of(any_database.admin_dsn) != before
    init_server(any_database.admin_dsn)
    assert schema_of(any_database.admin_dsn) == before


def test_every_function_finds_what_it_calls(database: Database) -> None:
    """The files are run with their bodies unchecked, as they call one another."""
    with psycopg.connect(database.admin_dsn) as db:
        db.execute("SET ROLE op112_owner")
        db.execute("SET search_path = op112")
        for file in schema._CODE.glob("*.sql"):
            db.execute(file.read_bytes())
        db.rollback()


def test_an_upgrade_beside_seats_of_before_that_write_costs_none_of_their_words(
    any_postgres: Postgres,
) -> None:
    """A pump of that time set an event aside for every state but these."""
    later = {"40001", "40P01", "55P03", "57014", "25P03", "25006"}
    for turn in range(4):
        name = old_room(any_postgres, "0011")
        admin = any_postgres.admin_dsn(name)
        seats = [
            OldSeat(
                make_conninfo(
                    admin, user=f"{seat}_{name}", password=create_login(admin, f"{seat}_{name}", "seat")
                ),
                seat,
            )
            for seat in ("M1", "M2", "M3")
        ]
        stop, failures = threading.Event(), list[Any]()

        def write(seat: OldSeat, stop: threading.Event = stop, failures: list[Any] = failures) -> None:
            while not stop.is_set():
                try:
                    seat.round()
                except psycopg.Error as error:
                    if error.sqlstate not in later:
                        failures.append((error.sqlstate, str(error)))
                        return

        threads = [threading.Thread(target=write, args=(seat,)) for seat in seats]
        for thread in threads:
            thread.start()
        try:
            report = init_server(admin)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert failures == [], turn
        assert report.before == "0011"
        with inside(admin) as db:
            assert backup.differing_projections(db) == ()
        assert all(seat.sent for seat in seats)
        any_postgres.drop(name)


def test_a_column_that_a_later_table_has_besides_stops_no_write_of_the_code_of_now(
    any_database: Database,
) -> None:
    """As when a table goes forward while a door still runs what it was: every fold names the columns that it writes."""
    tables = (*backup.PROJECTIONS, "journal_head", "alarm", "presence")
    with inside(any_database.admin_dsn) as db:
        for table in tables:
            db.execute(f"ALTER TABLE op112.{table} ADD COLUMN later text NOT NULL DEFAULT 'x'".encode())
        seat = OldSeat(any_database.login("seat"), "M1")
        seat.round()
        assert db.execute("SELECT later FROM op112.call").fetchall() == [("x",)]


@pytest.mark.parametrize(
    ("statement", "wanted"),
    [
        ("INSERT INTO op112.event (id) VALUES (NULL)", Verdict.POISON),
        ("INSERT INTO op112.call (id) VALUES (NULL)", Verdict.LATER),
        ("SELECT no_such_column FROM op112.event", Verdict.SERVER),
        ("SELECT op112.fold_call(1, 2, 3)", Verdict.SERVER),
        ("SELECT 1::text + 1", Verdict.SERVER),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '54000'; END $$", Verdict.LATER),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '0A000'; END $$", Verdict.LATER),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'XX000'; END $$", Verdict.LATER),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'OP002'; END $$", Verdict.POISON),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'OP001'; END $$", Verdict.POISON),
        ("SELECT 'x'::uuid", Verdict.POISON),
    ],
)
def test_an_event_is_blamed_only_for_what_is_its_own(
    any_database: Database, statement: str, wanted: Verdict
) -> None:
    with inside(any_database.admin_dsn) as db, pytest.raises(psycopg.Error) as refused:
        db.execute(statement.encode())
    assert verdict(refused.value) is wanted, refused.value.sqlstate
