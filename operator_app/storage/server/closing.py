"""Closes what PostgreSQL leaves open to everybody who can log in, and says what still is: for the administrator.

Run by every `server init` and after every restore, as rights of built-in functions and of the database itself belong to
one database and travel with no backup. What needs a superuser is left as it is where there is none.
"""

import contextlib
import hashlib
from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import sql

from operator_app.storage.server.door import connect
from operator_app.storage.server.server_errors import server_problem

OWNER = "op112_owner"
CONNECTIONS = 8
"""Connections of one login: feed, pump, readers, doctor, and what a window that was killed has left for a while."""
TEMP_FILES = "1GB"
HALF_OPEN_S = 10
"""So long may a connection take to say who it is."""

_CHANCES = 5
_Connection = psycopg.Connection[Any]

# What waits, locks, writes or makes noise without any right to a table. Doors run as their owner, who keeps them.
_FUNCTIONS = (
    r"pronamespace = 'pg_catalog'::regnamespace AND proname ~"
    r" '^(pg_(try_)?advisory_|lo_|loread$|lowrite$|pg_notify$|pg_export_snapshot$|pg_logical_emit_message$|pg_sleep"
    r"|pg_current_xact_id$|txid_current$|.*_to_xml)'"
)
_CLOSE_FUNCTIONS = f"""
    DO $$
    DECLARE f record;
    BEGIN
        FOR f IN SELECT oid::regprocedure AS name FROM pg_proc
            WHERE {_FUNCTIONS} AND has_function_privilege('public', oid, 'EXECUTE') LOOP
            EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f.name);
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO {OWNER}', f.name);
        END LOOP;
    END $$
"""  # noqa: S608
_OPEN = {
    "functions that wait, lock or write: {}": f"""
        SELECT string_agg(DISTINCT proname, ', ') FROM pg_proc
        WHERE {_FUNCTIONS} AND has_function_privilege('public', oid, 'EXECUTE')""",  # noqa: S608
    "code of one's own in {}": """
        SELECT string_agg(lanname, ', ') FROM pg_language
        WHERE lanname IN ('plpgsql', 'sql') AND has_language_privilege('public', lanname, 'USAGE')""",
    "temporary tables": "SELECT '' WHERE has_database_privilege('public', current_database(), 'TEMP')",
    "this database for every login of the server": """
        SELECT '' WHERE has_database_privilege('public', current_database(), 'CONNECT')""",
    "other databases: {}": """
        SELECT string_agg(datname, ', ' ORDER BY datname) FROM pg_database
        WHERE datallowconn AND datname <> current_database() AND has_database_privilege('public', oid, 'CONNECT')""",
    "any number of connections for {}": """
        SELECT string_agg(l.name, ', ' ORDER BY l.name) FROM op112.login l JOIN pg_roles r ON r.rolname = l.name
        WHERE r.rolconnlimit < 0""",
    "temporary files without end for {}": """
        SELECT string_agg(l.name, ', ' ORDER BY l.name) FROM op112.login l JOIN pg_roles r ON r.rolname = l.name
        WHERE (SELECT boot_val = setting FROM pg_settings WHERE name = 'temp_file_limit')
            AND NOT EXISTS (SELECT FROM pg_db_role_setting s, unnest(s.setconfig) each
                WHERE s.setrole = r.oid AND each LIKE 'temp_file_limit=%')""",
    "half-open connections for {} s": f"""
        SELECT setting FROM pg_settings WHERE name = 'authentication_timeout' AND setting::integer > {HALF_OPEN_S}""",  # noqa: S608
    "transactions without end": f"""
        SELECT '' WHERE NOT (pg_has_role('{OWNER}', 'pg_signal_backend', 'USAGE')
            AND pg_has_role('{OWNER}', 'pg_read_all_stats', 'USAGE'))""",
}  # fmt: skip
"""What is open to a login of the room, in words, and the question that answers with a row where it is."""


def close(db: _Connection) -> None:
    """Close this database and its logins as far as the administrator may. Safe to run again; in autocommit mode."""
    is_superuser, owns = _one(
        db,
        "SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user), pg_has_role(datdba, 'USAGE')"
        " FROM pg_database WHERE datname = current_database()",
    )
    names = [
        str(row[0]) for row in db.execute("SELECT name FROM op112.login JOIN pg_roles ON rolname = name")
    ]
    for chance in range(_CHANCES, -1, -1):
        try:
            if owns or is_superuser:
                _close_database(db, names)
            for name in names:
                bound(db, name, may_bind_files=bool(is_superuser))
            _try(db, f"GRANT pg_signal_backend, pg_read_all_stats TO {OWNER}")
            if is_superuser:
                _close_server(db)
        except psycopg.errors.InternalError_:  # another room of this server is being closed at this moment
            if not chance:
                raise
        else:
            return


def let_in(db: _Connection, name: str) -> None:
    """Let a login into this database, also once it is closed to everybody else."""
    role, login = sql.Identifier(_room_role(db)), sql.Identifier(name)
    if _one(db, "SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", _room_role(db)) == (True,):
        db.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))
    database = sql.Identifier(str(_one(db, "SELECT current_database()")[0]))
    db.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, role))
    if _one(db, "SELECT pg_has_role(%s, %s, 'MEMBER')", name, _room_role(db)) == (False,):
        db.execute(sql.SQL("GRANT {} TO {}").format(role, login))


def bound(db: _Connection, name: str, *, may_bind_files: bool) -> None:
    """Bound a login's connections and, as a superuser, its temporary files; a bound that somebody set stays."""
    login = sql.Identifier(name)
    if _one(db, "SELECT rolconnlimit < 0 FROM pg_roles WHERE rolname = %s", name) == (True,):
        db.execute(sql.SQL("ALTER ROLE {} CONNECTION LIMIT {}").format(login, sql.Literal(CONNECTIONS)))
    if may_bind_files:
        db.execute(sql.SQL("ALTER ROLE {} SET temp_file_limit = {}").format(login, sql.Literal(TEMP_FILES)))


def what_is_open(db: _Connection) -> tuple[str, ...]:
    """Return what a login of this room could still do to the server, in words. Any login may ask."""
    found = []
    for words, question in _OPEN.items():
        row = db.execute(question.encode()).fetchone()
        if row is not None and row[0] is not None:
            found.append(words.format(row[0]))
    return tuple(found)


def open_to(dsn: str) -> tuple[str, ...]:
    """Return what is open to this login of the room, in words. Raises `ServerProblem`."""
    with connect(dsn, "operator doctor", reads_only=True) as db:
        try:
            return what_is_open(db)
        except psycopg.Error as error:
            raise server_problem(error, dsn) from error


def _close_database(db: _Connection, names: Iterable[str]) -> None:
    with db.transaction():  # nobody is shut out for a moment
        for name in names:
            let_in(db, name)
        database = sql.Identifier(str(_one(db, "SELECT current_database()")[0]))
        db.execute(sql.SQL("REVOKE CONNECT, TEMP ON DATABASE {} FROM PUBLIC").format(database))


def _close_server(db: _Connection) -> None:
    with db.transaction():
        db.execute(_CLOSE_FUNCTIONS.encode())
        db.execute("REVOKE USAGE ON LANGUAGE plpgsql, sql FROM PUBLIC")
        db.execute(f"GRANT USAGE ON LANGUAGE plpgsql, sql TO {OWNER}")
        for name in (
            "postgres",
            "template1",
        ):  # not other programs' databases: those are told by `what_is_open`
            if _one(db, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = %s)", name) == (True,):
                db.execute(
                    sql.SQL("REVOKE CONNECT, TEMP ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name))
                )
    if _one(
        db, "SELECT current_setting('authentication_timeout')::interval > %s * interval '1 s'", HALF_OPEN_S
    ) == (True,):
        _try(db, f"ALTER SYSTEM SET authentication_timeout = '{HALF_OPEN_S}s'")
        _try(db, "SELECT pg_reload_conf()")


def _try(db: _Connection, statement: str) -> None:
    """Do it where the administrator may; what stays open for want of it is told by `what_is_open`."""
    with contextlib.suppress(psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported):
        db.execute(statement.encode())


def _room_role(db: _Connection) -> str:
    """The role that alone may connect to this database: groups belong to the whole server, and so to other rooms."""
    name = str(_one(db, "SELECT current_database()")[0])
    if len(name.encode()) > 50:
        name = hashlib.sha256(name.encode()).hexdigest()[:24]
    return f"op112_in_{name}"


def _one(db: _Connection, question: str, *values: object) -> tuple[Any, ...]:
    row = db.execute(question.encode(), values).fetchone()
    assert row is not None
    return tuple(row)
