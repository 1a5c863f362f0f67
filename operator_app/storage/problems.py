"""What can be wrong with a store, each as a value for the screen and as one sentence for the person who set it up."""

import sqlite3
from enum import StrEnum
from pathlib import Path


class StoreReason(StrEnum):
    """Why a seat's own store cannot be used."""

    BUSY = "busy"
    DAMAGED = "damaged"
    NEWER = "newer"
    FOREIGN = "foreign"
    FULL = "full"
    READ_ONLY = "read_only"
    GONE = "gone"
    LOCKED = "locked"
    FAILED = "failed"
    UNUSABLE = "unusable"


class StoreProblemError(Exception):
    """The seat's own store cannot be used; the text is one sentence with the cause and what to do."""

    def __init__(self, reason: StoreReason, path: Path, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.path = path
        self.sentence = sentence


class StoreBusyError(StoreProblemError):
    """Another window has the store open."""

    def __init__(self, folder: Path, holder: str) -> None:
        who = f" (process {holder})" if holder else ""
        super().__init__(
            StoreReason.BUSY,
            folder,
            f"Another window{who} is open on the seat in {folder}; use that one, or close it first.",
        )


class ServerReason(StrEnum):
    """Why the shared server cannot be used."""

    NO_SERVER = "no_server"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105
    NO_DATABASE = "no_database"
    NOT_ALLOWED = "not_allowed"
    FOREIGN = "foreign"
    EMPTY = "empty"
    TOO_OLD = "too_old"
    TOO_NEW = "too_new"
    BAD_DSN = "bad_dsn"
    PORT_IN_USE = "port_in_use"
    CANNOT_RUN = "cannot_run"
    SILENT = "silent"
    STANDBY = "standby"
    READ_ONLY = "read_only"
    FULL = "full"
    BUSY = "busy"
    NOT_TRUSTED = "not_trusted"
    OTHER = "other"


class ServerProblem(Exception):  # noqa: N818  (a state of the server that is told, as often as an error that is raised)
    """The shared server cannot be used; `sentence` names the cause and what to do, `detail` is for the log."""

    def __init__(self, reason: ServerReason, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence
        self.detail = detail


def store_problem(path: Path, error: Exception) -> StoreProblemError:
    """What an error of SQLite on the store at `path` means for a person."""
    name = getattr(error, "sqlite_errorname", "")
    folder = path.parent
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or type(error) is sqlite3.DatabaseError:
        reason = StoreReason.DAMAGED
        sentence = (
            f"The seat's store {path} is damaged ({' '.join(str(error).split())}); keep it, and move it aside with "
            f"`operator-app doctor --set-aside {folder}` to start with an empty store."
        )
    elif name == "SQLITE_FULL":
        reason = StoreReason.FULL
        sentence = f"The disk with {folder} is full; free some space there."
    elif name == "SQLITE_READONLY_DBMOVED":
        reason = StoreReason.GONE
        sentence = (
            f"The seat's store {path} was moved or deleted while it was open; put it back, and start again."
        )
    elif name.startswith("SQLITE_READONLY"):
        reason = StoreReason.READ_ONLY
        sentence = f"The seat's store {path} is read-only; give this user the right to write there."
    elif name.startswith("SQLITE_CANTOPEN"):
        reason = StoreReason.GONE
        sentence = (
            f"The seat's store {path} cannot be opened; check that its folder exists and may be written."
        )
    elif name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        reason = StoreReason.LOCKED
        sentence = f"Another program keeps the seat's store {path} locked; close it."
    else:
        reason = StoreReason.FAILED
        sentence = f"The disk failed on the seat's store {path} ({name or error}); check the disk."
    return StoreProblemError(reason, path, sentence)
