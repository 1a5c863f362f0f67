"""The logins of windows: who is let in, in which role, with which settings. For the administrator."""

import re
import secrets

import psycopg
from psycopg import sql

from operator_app.storage.problems import ServerProblem, ServerReason
from operator_app.storage.server.closing import OWNER, bound, let_in
from operator_app.storage.server.server_errors import problem_of
from operator_app.storage.server.server_setup import REPORTER, ROLES, admin_connection

_LOGIN_SETTINGS = {
    "statement_timeout": "15s",
    "idle_in_transaction_session_timeout": "5s",
    "plan_cache_mode": "force_custom_plan",  # a generic plan after ten runs made one search 200 times slower
    "jit": "off",
    "timezone": "UTC",
    "search_path": "op112",
}


def create_login(
    admin_dsn: str, name: str, role: str, *, reads_reporters: bool | None = None, again: bool = False
) -> str:
    """Make the database login of one window, or `again` give an existing one a new password; returns the password.

    `role` is "seat", "desk" or "wall", and stays what it was made for. Whether it may read callers' names and numbers
    is a choice for desks alone, who may unless told otherwise. What it has set for itself is reset. Raises
    `ServerProblem`.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,39}", name):
        raise ServerProblem(
            ServerReason.OTHER,
            f'"{name}" cannot be a login; use up to 40 letters, digits, - and _, first a letter.',
        )
    if name in (OWNER, REPORTER, *ROLES.values()) or name.startswith("op112_in_"):
        raise ServerProblem(ServerReason.OTHER, f"{name} is a group of the room itself; choose another name.")
    if role not in ROLES:
        raise ServerProblem(ServerReason.OTHER, f'"{role}" is no role; known are {", ".join(ROLES)}.')
    if reads_reporters is not None and role != "desk":
        raise ServerProblem(
            ServerReason.OTHER, f"Only a desk can be made with or without callers' data, not a {role}."
        )
    password, login = secrets.token_urlsafe(18), sql.Identifier(name)
    groups = {ROLES[role]} | ({REPORTER} if role == "desk" and reads_reporters is not False else set())
    with admin_connection(admin_dsn) as db, db.transaction():
        if db.execute("SELECT to_regclass('op112.login')").fetchone() == (None,):
            raise problem_of(ServerReason.EMPTY, admin_dsn)
        if db.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone() is None:
            db.execute(sql.SQL("CREATE ROLE {} LOGIN").format(login))
        elif not _is_window(db, name):
            raise ServerProblem(
                ServerReason.OTHER,
                f"The server has a login {name} already that is no window's; choose another name.",
            )
        else:
            _must_be_meant(db, name, role, again=again)
        db.execute(sql.SQL("ALTER ROLE {} RESET ALL").format(login))
        room = sql.Identifier(db.info.dbname)
        db.execute(sql.SQL("ALTER ROLE {} IN DATABASE {} RESET ALL").format(login, room))
        # As the server keeps it, not as it is: a statement that fails stands in the server's log.
        verifier = db.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
        db.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(login, sql.Literal(verifier)))
        for group in (*ROLES.values(), REPORTER):
            wanted = group in groups
            if (_is_member(db, name, group)) != wanted:
                verb = "GRANT {} TO {}" if wanted else "REVOKE {} FROM {}"
                db.execute(sql.SQL(verb).format(sql.Identifier(group), login))
        let_in(db, name)
        bound(db, name, may_bind_files=_is_superuser(db))
        for setting, value in _LOGIN_SETTINGS.items():
            db.execute(
                sql.SQL("ALTER ROLE {} SET {} = {}").format(
                    login, sql.Identifier(setting), sql.Literal(value)
                )
            )
        db.execute(
            "INSERT INTO op112.login (name, role) VALUES (%s, %s)"
            " ON CONFLICT (name) DO UPDATE SET role = excluded.role",
            (name, role),
        )
    return password


def _must_be_meant(db: psycopg.Connection[tuple[object, ...]], name: str, role: str, *, again: bool) -> None:
    """A login that a window may be using is changed on purpose only, and never into another role."""
    held = db.execute("SELECT role, made_at::date::text FROM op112.login WHERE name = %s", (name,)).fetchone()
    if held is None:  # of another room on this server, or made by hand
        return
    if held[0] != role:
        raise ServerProblem(
            ServerReason.OTHER,
            f"{name} is the login of a {held[0]} since {held[1]}, not of a {role}; choose another name.",
        )
    if not again:
        raise ServerProblem(
            ServerReason.OTHER,
            f"{name} exists since {held[1]}; a new password locks its window out at the next connect."
            " Say --again if that is meant.",
        )


def _is_superuser(db: psycopg.Connection[tuple[object, ...]]) -> bool:
    return db.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (True,)


def _is_member(db: psycopg.Connection[tuple[object, ...]], name: str, group: str) -> bool:
    """Whether the login was given that group itself, not by way of another."""
    return (
        db.execute(
            "SELECT FROM pg_auth_members WHERE roleid = %s::regrole AND member = quote_ident(%s)::regrole",
            (group, name),
        ).fetchone()
        is not None
    )


def _is_window(db: psycopg.Connection[tuple[object, ...]], name: str) -> bool:
    held = db.execute(
        "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication FROM pg_roles WHERE rolname = %s",
        (name,),
    ).fetchone()
    return held == (False,) and any(
        db.execute("SELECT pg_has_role(%s, %s, 'MEMBER')", (name, group)).fetchone() == (True,)
        for group in ROLES.values()
    )
