"""Makes a database ours and brings it up to date: for the administrator, never for a seat."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import sqlalchemy
from psycopg import sql

from operator_app.domain.triage import Agency, Kind
from operator_app.storage.problems import ServerProblem, ServerReason
from operator_app.storage.server.closing import OWNER, close, what_is_open
from operator_app.storage.server.schema import bring_up, head_revision, known_revisions, make_indexes
from operator_app.storage.server.secrecy import closed_way
from operator_app.storage.server.server_errors import problem_of, server_problem

ROLES = {"seat": "op112_seat", "desk": "op112_desk", "wall": "op112_wall"}
"""Group roles: a seat writes everything, a desk its answers, a wall nothing."""
REPORTER = "op112_reporter"
"""Group role of those who may read callers' names and numbers: all seats, and desks unless made without."""
LOCK_TIMEOUT_S = 5
"""A change of tables that cannot have its lock at once gives up, rather than let the whole room wait behind it."""


@dataclass(frozen=True, slots=True)
class SetupReport:
    """What `init_server` found and left; `before` is empty for a database that was new.

    `still_open` says what only a superuser could have closed, in words.
    """

    before: str
    revision: str
    still_open: tuple[str, ...] = ()


_DEADLOCKS = 3
_TURN_S, _ASK_EVERY_S = 60.0, 0.1


def init_server(admin_dsn: str) -> SetupReport:
    """Make or update the schema, and close what is open. Safe to run again, also while windows are open.

    The login needs to be the database's owner and to have CREATEROLE, or to be a superuser; only a superuser can close
    all. Raises `ServerProblem`.
    """
    with admin_connection(admin_dsn) as db:
        _must_be_ours_or_empty(db, admin_dsn)
        _must_hold_every_letter(db)
        with _our_turn(db, admin_dsn):
            before = _revision(db, admin_dsn)
            _bring_up(admin_dsn, before)
            with _as_owner(db):
                make_indexes(db)
            close(db)
            still_open = what_is_open(db)
    return SetupReport(before, head_revision(), still_open)


@contextmanager
def _our_turn(db: psycopg.Connection[tuple[object, ...]], dsn: str) -> Iterator[None]:
    """Nobody else sets this database up inside.

    A table of the owner's is locked, which no window can do. It is asked for again and again: whoever waits inside a
    statement would keep an index from being made concurrently by the one who has it, and both would wait for ever.
    """
    with admin_connection(dsn) as turn:
        turn.execute("SET idle_in_transaction_session_timeout = 0")
        turn.autocommit = False
        _await_turn(db, turn)
        yield
        turn.rollback()


def _await_turn(
    db: psycopg.Connection[tuple[object, ...]], turn: psycopg.Connection[tuple[object, ...]]
) -> None:
    until = time.monotonic() + _TURN_S
    while True:
        try:
            _make_roles_and_schema(db)
            turn.execute("LOCK TABLE op112.setup_turn IN EXCLUSIVE MODE NOWAIT")
        except _CROSSED as error:
            turn.rollback()
            if time.monotonic() >= until:
                raise ServerProblem(
                    ServerReason.OTHER,
                    f"Another administrator has been setting this database up for {_TURN_S:g} s; try again later.",
                ) from error
            time.sleep(_ASK_EVERY_S)
        else:
            return


_CROSSED = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.UniqueViolation,
    psycopg.errors.DuplicateObject,
    psycopg.errors.DuplicateTable,
    psycopg.errors.InternalError_,
)
"""What two who make the same roles, schema and table at once are told."""


@contextmanager
def _as_owner(db: psycopg.Connection[tuple[object, ...]]) -> Iterator[None]:
    db.execute(f"SET ROLE {OWNER}")
    try:
        yield
    finally:
        db.execute("RESET ROLE")


def _revision(db: psycopg.Connection[tuple[object, ...]], dsn: str) -> str:
    """Return the revision that is there, empty when there is none."""
    if db.execute("SELECT to_regclass('op112.alembic_version')").fetchone() == (None,):
        return ""
    row = db.execute("SELECT version_num FROM op112.alembic_version").fetchone()
    found = "" if row is None else str(row[0])
    if found and found not in (known := known_revisions()):
        raise problem_of(ServerReason.TOO_NEW, dsn, f"revision {found}, known here up to {max(known)}")
    return found


def _bring_up(dsn: str, before: str) -> None:
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(closed_way(dsn), connect_timeout=5)
    )
    try:
        for chance in range(_DEADLOCKS, -1, -1):
            try:
                with engine.connect() as connection:
                    connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_TIMEOUT_S}s'")
                    connection.exec_driver_sql(f"SET ROLE {OWNER}")
                    connection.exec_driver_sql("SET search_path = op112")
                    connection.commit()
                    bring_up(connection, before)
                    break
            except sqlalchemy.exc.DBAPIError as error:
                if chance == 0 or getattr(error.orig, "sqlstate", None) != "40P01":
                    raise _setup_problem(error, dsn) from error
                engine.dispose()  # whoever reads several tables may have crossed our way
    finally:
        engine.dispose()


def tell_site(admin_dsn: str, agencies: Iterable[Agency], kinds: Iterable[Kind]) -> None:
    """Write the site's agencies and kinds into their tables, for whoever reads reports. Raises `ServerProblem`.

    What the site no longer has stays, as old records name it.
    """
    with admin_connection(admin_dsn) as db, db.transaction():
        if db.execute("SELECT to_regclass('op112.agency')").fetchone() == (None,):
            raise problem_of(ServerReason.EMPTY, admin_dsn)
        db.cursor().executemany(
            "INSERT INTO op112.agency (code, name, has_desk) VALUES (%s, %s, %s) ON CONFLICT (code) DO UPDATE"
            " SET name = excluded.name, has_desk = excluded.has_desk, told_at = clock_timestamp()",
            [(each.code, each.name, each.has_desk) for each in agencies],
        )
        db.cursor().executemany(
            "INSERT INTO op112.kind (code, category, name) VALUES (%s, %s, %s) ON CONFLICT (code) DO UPDATE"
            " SET category = excluded.category, name = excluded.name, told_at = clock_timestamp()",
            [(each.code, each.category, each.name) for each in kinds],
        )


@contextmanager
def admin_connection(dsn: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Connect as an administrator, in autocommit mode; whatever the server refuses in there is a `ServerProblem`."""
    way = closed_way(dsn)
    try:
        with psycopg.connect(way, connect_timeout=5, autocommit=True) as db:
            db.execute("SELECT set_config('lock_timeout', %s, false)", (f"{LOCK_TIMEOUT_S}s",))
            yield db
    except psycopg.Error as error:
        raise _setup_problem(error, dsn) from error


def _setup_problem(error: psycopg.Error | sqlalchemy.exc.DBAPIError, dsn: str) -> ServerProblem:
    problem = server_problem(error, dsn)
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    if state == "55P03":
        return ServerProblem(
            ServerReason.OTHER,
            f"The database is in use by something that does not let go within {LOCK_TIMEOUT_S} s; try again.",
            problem.detail,
        )
    if state == "42501":
        return ServerProblem(
            ServerReason.NOT_ALLOWED,
            "This login may not set up the database; use its owner with CREATEROLE, or a superuser.",
            problem.detail,
        )
    return problem


def _must_be_ours_or_empty(db: psycopg.Connection[tuple[object, ...]], dsn: str) -> None:
    if db.execute("SELECT to_regclass('op112.alembic_version') IS NOT NULL").fetchone() == (True,):
        return
    foreign = db.execute(
        """
        SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
            AND c.oid IS DISTINCT FROM to_regclass('op112.setup_turn')
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
        LIMIT 1
        """
    ).fetchone()
    if foreign is not None:
        raise problem_of(ServerReason.FOREIGN, dsn, f"found {foreign[0]}")


def _must_hold_every_letter(db: psycopg.Connection[tuple[object, ...]]) -> None:
    row = db.execute(
        "SELECT pg_encoding_to_char(encoding), datname FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    assert row is not None
    if row[0] != "UTF8":
        raise ServerProblem(
            ServerReason.OTHER,
            f"The database {row[1]} has the encoding {row[0]} and could not hold every name and word; make another with"
            " CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
        )


def make_roles(db: psycopg.Connection[tuple[object, ...]]) -> None:
    """Make the group roles, which belong to the whole server; safe to run again."""
    for role in (OWNER, *ROLES.values(), REPORTER):
        # Roles belong to the whole server: another database being set up at this moment may be quicker.
        db.execute(
            sql.SQL(
                "DO $$ BEGIN CREATE ROLE {} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$"
            ).format(sql.Identifier(role))
        )
    member = db.execute("SELECT pg_has_role(%s, 'USAGE')", (OWNER,)).fetchone()
    if member == (False,):
        db.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(OWNER)))
    if db.execute("SELECT pg_has_role(%s, %s, 'MEMBER')", (ROLES["seat"], REPORTER)).fetchone() == (False,):
        db.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(REPORTER), sql.Identifier(ROLES["seat"])))


def _make_roles_and_schema(db: psycopg.Connection[tuple[object, ...]]) -> None:
    make_roles(db)
    db.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS op112 AUTHORIZATION {}").format(sql.Identifier(OWNER)))
    with _as_owner(db):
        db.execute("CREATE TABLE IF NOT EXISTS op112.setup_turn ()")
    set_search_path(db)


def set_search_path(db: psycopg.Connection[tuple[object, ...]]) -> None:
    """Let a person in psql read `incident` and not nothing, where the database is ours to alter."""
    owner = db.execute(
        "SELECT pg_has_role(datdba, 'USAGE'), datname FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    assert owner is not None
    if owner[0]:
        db.execute(
            sql.SQL("ALTER DATABASE {} SET search_path = op112, public").format(sql.Identifier(str(owner[1])))
        )
