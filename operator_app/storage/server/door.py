"""How a window gets into the shared server: connection settings, version handshake, and what can be wrong with them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from operator_app.domain.ids import EventId
from operator_app.storage.problems import ServerReason
from operator_app.storage.server.secrecy import closed_way
from operator_app.storage.server.server_errors import problem_of, server_problem
from operator_app.storage.server.socket_guard import SocketGuard

PROTO = 5
"""The version of the talk with the server that this program speaks; see table compat."""
CONNECT_S = 2
FIRST_WORDS_S = 2.5

_SPACE = "\\ "
"""How a space stands in libpq's options."""
Connection = psycopg.Connection[tuple[Any, ...]]

_SETTINGS: Mapping[str, str | int] = {
    "connect_timeout": CONNECT_S,
    "keepalives": 1,
    "keepalives_idle": 1,
    "keepalives_interval": 1,
    "keepalives_count": 2,
    "tcp_user_timeout": 2000,  # no effect on Windows; the socket guard is the rule, these are help
    "target_session_attrs": "primary",  # of several hosts; one that is read-only by a setting is still named as such
    "client_encoding": "UTF8",
}
_SESSION: Mapping[str, str] = {
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "standard_conforming_strings": "on",
    "search_path": "op112",
    "plan_cache_mode": "force_custom_plan",
    "jit": "off",
    "role": "none",
    "row_security": "on",
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
    "default_transaction_deferrable": "off",
    "statement_timeout": "15s",
    "lock_timeout": "4s",
    "idle_in_transaction_session_timeout": "5s",
    "idle_session_timeout": "0",
    "client_min_messages": "warning",
}
"""What our statements rely on, whatever an administrator gave the role, the database or this PC's environment."""


@dataclass(frozen=True, slots=True)
class ServerMark:
    """Which server this is: a snapshot taken on one says nothing about another."""

    system: str
    timeline: str
    generation: str
    standby: bool = False


def connect(dsn: str, name: str, *, reads_only: bool = False) -> Connection:
    """Connect in autocommit mode under that application name, by a way that is closed. Raises `ServerProblem`.

    Who `reads_only` takes the first of several hosts that answers, a standby too, unless the dsn says otherwise.
    """
    way = closed_way(dsn)
    attributes = {"target_session_attrs": "any"} if reads_only else {}
    given = {key: value for key, value in conninfo_to_dict(way).items() if value is not None}
    settings: dict[str, Any] = {**_SETTINGS, **attributes, "application_name": name, **given}
    pinned = " ".join(f"-c {name}={value.replace(' ', _SPACE)}" for name, value in _SESSION.items())
    settings |= {"client_encoding": "UTF8", "options": f"{given.get('options', '')} {pinned}".strip()}
    try:
        connection = psycopg.connect(
            make_conninfo(**settings),
            autocommit=True,
            prepare_threshold=None,  # a pooler or a generic plan between us would cost more than it saves
        )
    except psycopg.Error as error:
        raise server_problem(error, dsn) from error
    try:
        _pin_again(connection)
    except psycopg.Error as error:
        connection.close()
        raise server_problem(error, dsn) from error
    return connection


def _pin_again(connection: Connection) -> None:
    """The driver sends what the PC's environment says (PGDATESTYLE, PGTZ) behind our options, so that it wins there."""
    told = {name: connection.info.parameter_status(name) for name in ("DateStyle", "TimeZone")}
    for name, value in told.items():
        if value != _SESSION[name]:
            connection.execute("SELECT set_config(%s, %s, false)", (name, _SESSION[name]))


def greet(connection: Connection, dsn: str, guard: SocketGuard, *, reads_only: bool = False) -> ServerMark:
    """Make sure that it is our schema in a version that we speak. Raises `ServerProblem`."""
    with guard.limit(connection, FIRST_WORDS_S) as limit:
        try:
            return mark_of(_one(connection, "SELECT op112.server_mark_v2()"), dsn, reads_only=reads_only)
        except psycopg.errors.InvalidSchemaName as error:
            others = _one(
                connection,
                "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE c.relkind = 'r' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'",
            )
            raise problem_of(
                ServerReason.FOREIGN if others else ServerReason.EMPTY, dsn, str(error)
            ) from error
        except psycopg.Error as error:
            if limit.passed:
                raise problem_of(ServerReason.SILENT, dsn, "no first word in time") from error
            raise server_problem(error, dsn) from error


def mark_of(told: Mapping[str, Any], dsn: str, *, reads_only: bool = False) -> ServerMark:
    """Read what `server_mark_v2` tells. Raises `ServerProblem` when one side is too old for the other."""
    if told["min_proto"] > PROTO:
        raise problem_of(ServerReason.TOO_NEW, dsn, f"speaks {told['min_proto']} and later, we {PROTO}")
    if told["proto"] < PROTO:
        raise problem_of(ServerReason.TOO_OLD, dsn, f"speaks up to {told['proto']}, we {PROTO}")
    if told["standby"] and not reads_only:
        raise problem_of(ServerReason.STANDBY, dsn)
    return ServerMark(told["system"], told["timeline"], told["generation"], told["standby"])


def there(connection: Connection, ids: Collection[EventId]) -> tuple[EventId, ...]:
    """Return which of these events the log has, by id: a number in a journal alone proves nothing."""
    if not ids:
        return ()
    statement = "SELECT id::text FROM op112.room_event WHERE id = ANY (%s::uuid[])"
    return tuple(EventId(row[0]) for row in connection.execute(statement, (list(ids),)))


def _one(connection: Connection, statement: str) -> Any:
    row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]
