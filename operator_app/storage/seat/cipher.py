"""A seat's store that nobody can read without its key: SQLCipher instead of SQLite, loaded only where wanted."""

import contextlib
import os
import sqlite3
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from operator_app.storage.problems import StoreProblemError, StoreReason

_PLAIN = b"SQLite format 3\0"


def store_errors() -> tuple[type[Exception], ...]:
    """What the database under a store may raise: SQLCipher's errors are no kin of SQLite's."""
    other = sys.modules.get("sqlcipher3.dbapi2")
    return (sqlite3.Error,) if other is None else (sqlite3.Error, other.Error)


def connect_encrypted(path: Path, key: str) -> sqlite3.Connection:
    """Connect by that key, 64 hexadecimal digits; a plain file that is there is encrypted first.

    The connection looks like one of sqlite3. Raises `StoreProblemError` and what `store_errors` names.
    """
    driver = _driver(path)
    if path.exists() and path.stat().st_size:
        with path.open("rb") as file:
            plain = file.read(len(_PLAIN)) == _PLAIN
        if plain:
            _encrypt(driver, path, key)
    db = driver.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)
    try:
        _unlock(db, key)
        try:
            db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except driver.DatabaseError as error:
            if getattr(error, "sqlite_errorname", "") != "SQLITE_NOTADB":
                raise
            raise StoreProblemError(
                StoreReason.UNUSABLE,
                path,
                f"The seat's store {path} cannot be read with the key in this user's keyring; start it as the user "
                f"who made it, or move it aside with `operator-app doctor --set-aside {path.parent}`.",
            ) from error
    except BaseException:
        db.close()
        raise
    held: sqlite3.Connection = db
    return held


def must_be_plain(path: Path) -> None:
    """Raise `StoreProblemError` when the store of a window that was not told of a key is an encrypted one."""
    if not path.exists() or not path.stat().st_size:
        return
    with path.open("rb") as file:
        head = file.read(len(_PLAIN))
    marked = path.with_name(f"{path.name}.encrypted").exists()
    if marked and head != _PLAIN:
        raise StoreProblemError(
            StoreReason.UNUSABLE,
            path,
            f"The seat's store {path} is encrypted; set encrypted = true in [seat], or move it aside with "
            f"`operator-app doctor --set-aside {path.parent}`.",
        )


def mark_encrypted(path: Path) -> None:
    """Leave a note beside the file that it is encrypted and not damaged."""
    path.with_name(f"{path.name}.encrypted").touch()


def _driver(path: Path) -> Any:
    try:
        dbapi2: Any = import_module("sqlcipher3.dbapi2")
    except ImportError as error:
        raise StoreProblemError(
            StoreReason.UNUSABLE,
            path,
            "This installation has no SQLCipher; install it again, or leave out encrypted in [seat].",
        ) from error
    with contextlib.closing(dbapi2.connect(":memory:")) as db:
        db.execute(
            "PRAGMA cipher_log_level = NONE"
        )  # it would write to standard error what is told here in words
    return dbapi2


def _unlock(db: Any, key: str) -> None:
    if len(bytes.fromhex(key)) != 32:
        raise ValueError("a key has 64 hexadecimal digits")
    db.execute("PRAGMA cipher_log_level = NONE")
    db.execute(f"PRAGMA key = \"x'{key}'\"")


def _encrypt(driver: Any, path: Path, key: str) -> None:
    """Put an encrypted copy in the place of a plain file; a power cut leaves one of them whole."""
    fresh = path.with_name(f"{path.name}.new")
    for each in (fresh, Path(f"{fresh}-wal"), Path(f"{fresh}-shm"), Path(f"{fresh}-journal")):
        each.unlink(missing_ok=True)
    with contextlib.closing(driver.connect(path, isolation_level=None)) as db:
        marks = {
            name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
        }
        db.execute(f"ATTACH ? AS fresh KEY \"x'{key}'\"", (str(fresh),))
        db.execute("SELECT sqlcipher_export('fresh')").fetchone()
        for name, value in marks.items():
            db.execute(f"PRAGMA fresh.{name} = {value}")
        db.execute("DETACH fresh")
        db.execute(
            "PRAGMA journal_mode = DELETE"
        )  # its write-ahead log must not be taken for that of the new file
    with fresh.open("rb+") as file:
        os.fsync(file.fileno())
    mark_encrypted(path)
    fresh.replace(path)
