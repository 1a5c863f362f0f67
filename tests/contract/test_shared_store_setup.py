"""Setting up a server: again, at once, on what is not ours; and what a person is told when a window cannot get in."""

import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from operator_app.bootstrap.cli import run as main
from operator_app.storage.problems import ServerProblem, ServerReason
from operator_app.storage.server.door import PROTO
from operator_app.storage.server.logins import create_login
from operator_app.storage.server.schema import head_revision
from operator_app.storage.server.server_errors import trouble_of
from operator_app.storage.server.server_link import check_server
from operator_app.storage.server.server_setup import init_server
from operator_app.workflow.ports import LinkTrouble
from tests.postgres_fixtures import Database, Postgres


def run(dsn: str, *statements: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as db:
        for statement in statements:
            db.execute(statement)


def problem_of(work: Callable[[], object]) -> ServerProblem:
    with pytest.raises(ServerProblem) as raised:
        work()
    sentence = raised.value.sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 250
    return raised.value


def test_an_empty_database_is_set_up_once_and_again_without_harm(any_postgres: Postgres) -> None:
    name = any_postgres.new_empty_database()
    dsn = any_postgres.admin_dsn(name)
    first, second = init_server(dsn), init_server(dsn)
    assert (first.before, first.revision) == ("", head_revision())
    assert second.before == second.revision == head_revision()
    any_postgres.drop(name)


def test_two_administrators_at_once_make_one_schema(any_postgres: Postgres) -> None:
    name = any_postgres.new_empty_database()
    with ThreadPoolExecutor(3) as crowd:
        reports = list(crowd.map(init_server, [any_postgres.admin_dsn(name)] * 3))
    assert sorted(report.before for report in reports) == ["", head_revision(), head_revision()]
    any_postgres.drop(name)


def test_an_owner_without_superuser_rights_can_set_up(any_postgres: Postgres) -> None:
    any_postgres.drop(
        any_postgres.new_database().name
    )  # so that the server has our group roles, as others made them
    name = any_postgres.new_empty_database()
    owner = f"owner_{name}"
    run(
        any_postgres.admin_dsn("postgres"),
        f"CREATE ROLE {owner} LOGIN CREATEROLE PASSWORD 'rahasia'",
        f"ALTER DATABASE {name} OWNER TO {owner}",
        f"GRANT op112_owner, op112_seat, op112_desk, op112_wall TO {owner} WITH ADMIN OPTION",
    )
    dsn = make_conninfo(any_postgres.admin_dsn(name), user=owner, password="rahasia")
    init_server(dsn)
    password = create_login(dsn, f"seat_{name}", "seat")
    check_server(make_conninfo(dsn, user=f"seat_{name}", password=password))
    any_postgres.drop(name)


def test_a_database_of_another_program_is_left_alone(any_postgres: Postgres) -> None:
    name = any_postgres.new_empty_database()
    dsn = any_postgres.admin_dsn(name)
    run(dsn, "CREATE TABLE tune (name text)")
    for work in (init_server, check_server):
        problem = problem_of(lambda work=work: work(dsn))  # type: ignore[misc]
        assert problem.reason is ServerReason.FOREIGN
        assert "another program" in problem.sentence
    with psycopg.connect(dsn) as db:
        assert db.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'op112'").fetchone() == (0,)
    any_postgres.drop(name)


def test_a_newer_schema_is_left_alone(any_database: Database) -> None:
    run(any_database.admin_dsn, "UPDATE op112.alembic_version SET version_num = '9999'")
    problem = problem_of(lambda: init_server(any_database.admin_dsn))
    assert problem.reason is ServerReason.TOO_NEW
    assert "newer Operator 112" in problem.sentence


def test_tables_in_use_are_not_waited_for_forever(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operator_app.storage.server.server_setup.LOCK_TIMEOUT_S", 0.3)
    with psycopg.connect(database.admin_dsn) as other:
        other.execute("LOCK op112.alembic_version")
        problem = problem_of(lambda: init_server(database.admin_dsn))
    assert "try again" in problem.sentence


@pytest.mark.parametrize(
    ("change", "reason"),
    [(f"min_proto = {PROTO + 1}", ServerReason.TOO_NEW), ("proto = 0", ServerReason.TOO_OLD)],
)
def test_a_window_and_a_server_that_are_too_far_apart_say_which_is_older(
    any_database: Database, change: str, reason: ServerReason
) -> None:
    run(any_database.admin_dsn, f"UPDATE op112.compat SET {change}")
    problem = problem_of(lambda: check_server(any_database.login("seat")))
    assert problem.reason is reason
    old = {ServerReason.TOO_NEW: LinkTrouble.SEAT_OLD, ServerReason.TOO_OLD: LinkTrouble.SERVER_OLD}
    assert trouble_of(problem) == old[reason]


def test_each_way_not_to_get_in_has_its_sentence(any_postgres: Postgres) -> None:
    database = any_postgres.new_database()
    dsn, empty = database.login("seat"), any_postgres.new_empty_database()
    cases = [
        ({"password": "salah"}, ServerReason.WRONG_PASSWORD, "password", LinkTrouble.REFUSED),
        ({"user": "nobody_here"}, ServerReason.WRONG_PASSWORD, "nobody_here", LinkTrouble.REFUSED),
        ({"dbname": "tidak_ada"}, ServerReason.NO_DATABASE, "no database tidak_ada", LinkTrouble.REFUSED),
        ({"dbname": empty}, ServerReason.EMPTY, "server init", LinkTrouble.SCHEMA),
        ({"host": "no-such-host.invalid"}, ServerReason.NO_SERVER, "no-such-host", LinkTrouble.UNREACHABLE),
    ]
    for change, reason, words, trouble in cases:
        problem = problem_of(lambda change=change: check_server(make_conninfo(dsn, **change)))  # type: ignore[misc]
        assert (problem.reason, trouble_of(problem)) == (reason, trouble), problem.detail
        assert words in problem.sentence
    any_postgres.drop(empty)
    any_postgres.drop(database.name)


def test_no_server_and_a_silent_one_have_their_sentences() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, says nothing
        port = silent.getsockname()[1]
        problem = problem_of(lambda: check_server(f"postgresql://m1:x@127.0.0.1:{port}/room"))
        assert problem.reason is ServerReason.NO_SERVER
    problem = problem_of(lambda: check_server(f"postgresql://m1:x@127.0.0.1:{port}/room"))
    assert problem.reason is ServerReason.NO_SERVER
    assert f"127.0.0.1:{port}" in problem.sentence


def test_what_is_no_dsn_is_said_without_its_password() -> None:
    problem = problem_of(lambda: check_server("postgresql:/m1:rahasia@server"))
    assert problem.reason is ServerReason.BAD_DSN
    assert "rahasia" not in problem.sentence


def test_a_login_gets_a_new_password_only_when_that_is_meant_and_never_another_role(
    any_database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"m1_{any_database.name}"
    old = create_login(any_database.admin_dsn, name, "seat")
    for role, again, words in (("wall", True, "the login of a seat"), ("seat", False, "Say --again")):
        problem = problem_of(
            lambda role=role, again=again: create_login(any_database.admin_dsn, name, role, again=again)  # type: ignore[misc]
        )
        assert words in problem.sentence
    with psycopg.connect(
        make_conninfo(any_database.admin_dsn, user=name, password=old), autocommit=True
    ) as db:
        db.execute(f'ALTER ROLE "{name}" SET default_transaction_read_only = on'.encode())
        here = f'ALTER ROLE "{name}" IN DATABASE {any_database.name} SET'
        db.execute(f"{here} default_transaction_isolation = serializable".encode())
    command = ["server", "login", name, "--role", "seat", "--dsn", any_database.admin_dsn]
    assert main(command) == 2
    assert "--again" in capsys.readouterr().err
    assert main([*command, "--again"]) == 0
    new = capsys.readouterr().out.split("password ")[1].split()[0]
    problem_of(lambda: check_server(make_conninfo(any_database.admin_dsn, user=name, password=old)))
    with psycopg.connect(make_conninfo(any_database.admin_dsn, user=name, password=new)) as db:
        roles = db.execute(
            "SELECT pg_has_role('op112_seat', 'MEMBER'), pg_has_role('op112_wall', 'MEMBER')"
        ).fetchone()
        assert roles == (True, False)
        assert db.execute("SHOW statement_timeout").fetchone() == ("15s",)
        assert db.execute("SHOW default_transaction_read_only").fetchone() == ("off",)
        assert db.execute("SHOW default_transaction_isolation").fetchone() == ("read committed",)


@pytest.mark.parametrize("name", ["op112_seat", "op112_reporter", "op112_in_room"])
def test_a_group_of_the_room_is_no_name_of_a_login(any_database: Database, name: str) -> None:
    assert "is a group" in problem_of(lambda: create_login(any_database.admin_dsn, name, "seat")).sentence


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_hold_every_letter_is_left_alone(
    any_postgres: Postgres, encoding: str
) -> None:
    name = any_postgres._create(
        f"enc_{encoding.lower()}_{any_postgres._mark}",
        f"ENCODING '{encoding}' LOCALE_PROVIDER libc TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'",
    )
    problem = problem_of(lambda: init_server(any_postgres.admin_dsn(name)))
    assert encoding in problem.sentence
    with psycopg.connect(any_postgres.admin_dsn(name)) as db:
        assert db.execute("SELECT to_regnamespace('op112')").fetchone() == (None,)
    any_postgres.drop(name)


def test_an_empty_dsn_is_said_as_such() -> None:
    for dsn in ("", "  "):
        assert problem_of(lambda dsn=dsn: init_server(dsn)).reason is ServerReason.BAD_DSN  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "role"), [("op112_owner", "seat"), ("a b", "seat"), ("", "seat"), ("m1", "chief")]
)
def test_a_login_that_cannot_be_is_said(any_database: Database, name: str, role: str) -> None:
    problem_of(lambda: create_login(any_database.admin_dsn, name, role))


def test_a_login_for_a_database_that_is_not_set_up_is_refused(pg18: Postgres) -> None:
    name = pg18.new_empty_database()
    assert problem_of(lambda: create_login(pg18.admin_dsn(name), "m1", "seat")).reason is ServerReason.EMPTY
    pg18.drop(name)


def test_looking_at_a_server_leaves_no_thread(database: Database) -> None:
    before = set(threading.enumerate())
    assert database.name in check_server(database.login("wall"))
    assert set(threading.enumerate()) == before
