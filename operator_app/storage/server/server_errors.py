"""From what the driver says to what a person can do about it, and to what the link does next."""

import re
from enum import Enum

import psycopg
import sqlalchemy.exc
from psycopg.conninfo import conninfo_to_dict

from operator_app.storage.problems import ServerProblem, ServerReason
from operator_app.workflow.ports import LinkTrouble

# A refusal while connecting carries no SQLSTATE in libpq, only words: English ones, and PostgreSQL's Indonesian.
_WORDS = {
    ServerReason.WRONG_PASSWORD: r"password authentication failed|no password supplied|otentikasi password",
    ServerReason.NO_DATABASE: r"database \".*\" does not exist|(basis data|database) .*tidak ada",
    ServerReason.NOT_ALLOWED: r"no pg_hba\.conf entry|pg_hba\.conf rejects"
    r"|permission denied for database|not permitted to log in",
    ServerReason.NOT_TRUSTED: r"certificate|does not match host name|root\.crt|SSL error|tlsv1 alert|not support SSL",
    ServerReason.STANDBY: r"server is in hot standby",
    ServerReason.READ_ONLY: r"session is read-only",
    ServerReason.BUSY: r"too many (clients|connections)|remaining connection slots",
    ServerReason.OTHER: r"starting up|shutting down|in recovery mode|not yet accepting",
    ServerReason.NO_SERVER: r"refused|timeout|timed out|could not (translate|resolve)|unreachable|no route"
    r"|reset by peer|name or service|closed the connection|getaddrinfo",
}
_STATES = {
    "28P01": ServerReason.WRONG_PASSWORD,
    "28000": ServerReason.NOT_ALLOWED,
    "3D000": ServerReason.NO_DATABASE,
    "42501": ServerReason.NOT_ALLOWED,
    "42P01": ServerReason.EMPTY,
    "3F000": ServerReason.EMPTY,
    "42883": ServerReason.TOO_OLD,
    "OP001": ServerReason.NOT_ALLOWED,
    "XX001": ServerReason.OTHER,
    "XX002": ServerReason.OTHER,
}

_PASSING = {
    "25006": ServerReason.READ_ONLY,
    "53100": ServerReason.FULL,
    **dict.fromkeys(
        ("53200", "53300", "53400", "54000", "55P03", "57014", "40001", "40P01"), ServerReason.BUSY
    ),
}
"""What may be over by itself, and how a person would call it meanwhile."""
_SENTENCES = {
    r"the login .* may not tell .*": "The server at {server} refuses this window: {found}; "
    "make its login with `operator-app server login`.",
    r"too many connections for role .*": "The server at {server} has all connections of {user} in use; "
    "give every window a login of its own with `operator-app server login`.",
}
"""What a refusal says by itself, in words that tell more than its reason."""

_LATER_CLASSES = {"08", "53", "54", "57", "58"}
_LATER = {"0A000", "25006", "25P03", "40001", "40P01", "55P03", "XX000"}
_SERVER_CLASSES = {"28", "42"}

SqlError = psycopg.Error | sqlalchemy.exc.DBAPIError


class Verdict(Enum):
    """What an error means for events on their way."""

    LATER = "later"
    """The server is away or busy: the same again, later."""
    SERVER = "server"
    """The server is not set up for us; a person has to act, no event is to blame."""
    POISON = "poison"
    """One of these events is to blame."""


def original(error: SqlError) -> psycopg.Error | None:
    """The driver's error below SQLAlchemy's."""
    if isinstance(error, psycopg.Error):
        return error
    return error.orig if isinstance(error.orig, psycopg.Error) else None


def verdict(error: SqlError) -> Verdict:
    """Sort an error of a write by its SQLSTATE; see PostgreSQL's appendix A.

    An event is blamed only for what is its own: never for a full queue or a limit of the server (class 54), nor for
    code and tables that do not fit each other while the server is brought up to date.
    """
    cause = original(error)
    state = None if cause is None else cause.sqlstate
    if cause is None or state is None or state[:2] in _LATER_CLASSES or state in _LATER:
        return Verdict.LATER
    if state == "23502" and cause.diag.table_name != "event":
        return Verdict.LATER
    if state[:2] == "OP":  # the door's own word about this event
        return Verdict.POISON
    return Verdict.SERVER if state in _STATES or state[:2] in _SERVER_CLASSES else Verdict.POISON


def is_ahead(error: SqlError) -> bool:
    """Whether the door refused an event for its time or stamp: its writer's clock is to blame (SQL `check_bounds`)."""
    cause = original(error)
    return cause is not None and cause.sqlstate == "OP004"


def words_of(error: SqlError) -> str:
    """What may stand in a log: neither the statement nor its data, which hold what callers said."""
    cause = original(error)
    if cause is None:
        return type(error).__name__
    if cause.sqlstate is not None:
        return f"{cause.sqlstate}: {cause.diag.message_primary}"
    if isinstance(cause, psycopg.DataError):
        return type(cause).__name__  # its words hold the value that could not be read
    return " ".join(str(cause).split())


def server_problem(error: SqlError, dsn: str) -> ServerProblem:
    """What an error of connecting, or of the first words, means for a person. Names the server, never the password."""
    cause, text = original(error), words_of(error)
    reason = ServerReason.OTHER
    if cause is not None and cause.sqlstate is not None:
        reason = {**_PASSING, **_STATES}.get(cause.sqlstate, ServerReason.OTHER)
    else:
        reason = next(
            (each for each, words in _WORDS.items() if re.search(words, text, re.IGNORECASE)), reason
        )
    return problem_of(reason, dsn, text)


def problem_of(reason: ServerReason, dsn: str, detail: str = "") -> ServerProblem:
    """The sentence for a reason."""
    server, user, database = _parts(dsn)
    sentences = {
        ServerReason.NO_SERVER: f"No PostgreSQL server answers at {server}; "
        "check the address and port, the network, and that the server runs.",
        ServerReason.WRONG_PASSWORD: f"The server at {server} does not accept the password of {user}; "
        "correct the dsn, or make a new password with `operator-app server login`.",
        ServerReason.NO_DATABASE: f"The server at {server} has no database {database}; "
        "correct the dsn, or create the database and run `operator-app server init`.",
        ServerReason.NOT_ALLOWED: f"The server at {server} does not let {user} into {database}; "
        "make its login with `operator-app server login`, or let it in by pg_hba.conf.",
        ServerReason.EMPTY: f"The database {database} at {server} is not set up for Operator 112; "
        "run `operator-app server init`.",
        ServerReason.FOREIGN: f"The database {database} at {server} holds data of another program; "
        "create an empty one for Operator 112.",
        ServerReason.TOO_OLD: f"The database {database} at {server} is of an older Operator 112 than this program; "
        "run `operator-app server init` with this version.",
        ServerReason.TOO_NEW: f"The database {database} at {server} is of a newer Operator 112 than this program; "
        "install that version here.",
        ServerReason.NOT_TRUSTED: f"The server at {server} and this window do not trust each other's certificate, "
        "or the server has none; to another machine sslmode is verify-full unless the dsn says otherwise. Check "
        "sslrootcert (FILE of the authority, or system), sslcert, sslkey and the host name in the dsn.",
        ServerReason.STANDBY: f"The server at {server} is a standby, on which nothing can be written; "
        "name the primary in the dsn as well.",
        ServerReason.READ_ONLY: f"The server at {server} is no standby, but takes no changes: it is set to read-only; "
        "look at its disk and at default_transaction_read_only.",
        ServerReason.FULL: f"The disk of the server at {server} is full; free space there.",
        ServerReason.BUSY: f"The server at {server} is too busy or has no connection left, or somebody holds a lock; "
        "look at its activity.",
        ServerReason.SILENT: f"The server at {server} took the connection and says nothing; "
        "look at the server's load and log.",
    }
    for words, told in _SENTENCES.items():
        if (found := re.search(words, detail)) is not None:
            sentences[reason] = told.format(server=server, user=user, found=found[0])
    sentence = sentences.get(reason, f"The server at {server} cannot be used: {detail or reason.value}.")
    return ServerProblem(reason, sentence, detail)


def trouble_of(problem: ServerProblem) -> str:
    """The `LinkTrouble` that a window shows for a problem."""
    match problem.reason:
        case (
            ServerReason.WRONG_PASSWORD
            | ServerReason.NO_DATABASE
            | ServerReason.NOT_ALLOWED
            | ServerReason.BAD_DSN
            | ServerReason.NOT_TRUSTED
        ):
            return LinkTrouble.REFUSED
        case ServerReason.FOREIGN | ServerReason.EMPTY:
            return LinkTrouble.SCHEMA
        case ServerReason.TOO_OLD:
            return LinkTrouble.SERVER_OLD
        case ServerReason.TOO_NEW:
            return LinkTrouble.SEAT_OLD
        case ServerReason.SILENT:
            return LinkTrouble.SILENT
        case ServerReason.STANDBY:
            return LinkTrouble.STANDBY
        case ServerReason.READ_ONLY:
            return LinkTrouble.READ_ONLY
        case ServerReason.FULL:
            return LinkTrouble.FULL
        case ServerReason.BUSY:
            return LinkTrouble.BUSY
        case _:
            return LinkTrouble.UNREACHABLE


def check_dsn(dsn: str) -> None:
    """Raise `ServerProblem` when the text is no DSN, or an empty one: that would look for a server on this machine."""
    try:
        if not dsn.strip():
            raise psycopg.ProgrammingError("empty")
        conninfo_to_dict(dsn)
    except psycopg.ProgrammingError as error:
        raise ServerProblem(
            ServerReason.BAD_DSN,
            "The server's dsn cannot be read; it looks like postgresql://user:password@host:5432/database.",
            str(error),
        ) from None


def _parts(dsn: str) -> tuple[str, str, str]:
    known = conninfo_to_dict(dsn)
    host, port = known.get("host") or known.get("hostaddr") or "this machine", known.get("port") or "5432"
    user = known.get("user") or "the system's user"
    return f"{host}:{port}", str(user), str(known.get("dbname") or user)
