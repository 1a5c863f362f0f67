"""The logins of windows: who is let in, in which role, with which settings. For the administrator."""

import re
import secrets

import psycopg
from psycopg import sql

from operator_app.storage.problems import ServerProblem, ServerReason
from operator_app.storage.server.closing import bound, let_in
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


def create_login(admin_dsn: str, name: str, role: str, *, reads_reporters: bool | None = None) -> str:
    """Make the database login of one window, or give an existing one a new password; returns the password.

    `role` is "seat", "desk" or "wall". Whether it may read callers' names and numbers is a choice for desks alone, who
    may unless told otherwise. Raises `ServerProblem`.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,39}", name):
        raise ServerProblem(
            ServerReason.OTHER,
            f'"{name}" cannot be a login; use up to 40 letters, digits, - and _, first a letter.',
        )
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
        db.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(login, sql.Literal(password)))
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
