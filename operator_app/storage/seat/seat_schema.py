"""The tables of a seat's own SQLite file; an older file becomes one of today step by step, forward only."""

import sqlite3
from pathlib import Path

from operator_app.storage.problems import StoreProblemError, StoreReason
from operator_app.storage.seat.cipher import connect_encrypted, must_be_plain

FILE_NAME = "seat.db"
APPLICATION_ID = 0x0112_0112
"""Marks the file as ours in its header (SQLite pragma application_id)."""

STEPS = (
    """
    CREATE TABLE store (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        journal_id TEXT NOT NULL,
        clock_offset_ms REAL NOT NULL DEFAULT 0,
        feed_snapshot TEXT, feed_system TEXT, feed_timeline TEXT, feed_generation TEXT
    ) STRICT;
    CREATE TABLE own_event (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        hlc INTEGER NOT NULL,
        record TEXT NOT NULL,
        standing INTEGER NOT NULL DEFAULT 0,
        trouble TEXT
    ) STRICT;
    CREATE INDEX own_event_waiting ON own_event (seq) WHERE standing = 0;
    CREATE INDEX own_event_quarantined ON own_event (seq) WHERE standing = 2;
    CREATE TABLE foreign_event (
        id TEXT PRIMARY KEY,
        hlc INTEGER NOT NULL,
        record TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX foreign_event_hlc ON foreign_event (hlc);
    """,
    """
    ALTER TABLE own_event ADD COLUMN journal TEXT NOT NULL DEFAULT '';
    UPDATE own_event SET journal = (SELECT journal_id FROM store);
    """,
    """
    CREATE TABLE unread (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
    """,
    """
    ALTER TABLE store ADD COLUMN clock_server_ms REAL;
    ALTER TABLE store ADD COLUMN clock_steady_s REAL;
    ALTER TABLE store ADD COLUMN clock_boot TEXT;
    """,
)
"""`own_event.standing`: 0 not yet at the server, 1 there, 2 quarantined (`trouble` says why).
`own_event.journal`: under which identity of this journal it was or is to be sent; see `SeatStore.refound`.
`unread`: events of the server's log that could not be read here; they are asked for again at each connect."""


def connect(path: Path, *, synced: bool, key: str | None = None) -> sqlite3.Connection:
    """Open the file for one lane; `synced` commits reach the disk before they return; `key` opens an encrypted file.

    Checkpoints are made only by `SeatStore`, under its write lock: two connections of one process must not
    checkpoint and write at the same instant (SQLite's WAL-reset defect, fixed in 3.51.3; drop this from there on).
    """
    if key is None:
        must_be_plain(path)
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)
    else:
        db = connect_encrypted(path, key)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = " + ("FULL" if synced else "NORMAL"))
        db.execute("PRAGMA wal_autocheckpoint = 0")
        db.execute("PRAGMA temp_store = MEMORY")
    except BaseException:
        db.close()
        raise
    return db


def bring_up_to_date(db: sqlite3.Connection, path: Path, journal_id: str) -> None:
    """Create or upgrade the tables; a new file gets `journal_id`. Raises `StoreProblemError`, the database's errors."""
    application, version = (
        db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
    )
    tables = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if application != APPLICATION_ID and tables:
        raise StoreProblemError(
            StoreReason.FOREIGN,
            path,
            f"{path} is a database of another program; give this seat a folder of its own.",
        )
    if version > len(STEPS):
        raise StoreProblemError(
            StoreReason.NEWER,
            path,
            f"{path} was written by a newer Operator 112 (store version {version}, known here {len(STEPS)}); "
            "install that version or a later one.",
        )
    for step in range(version, len(STEPS)):
        statements = [each for each in STEPS[step].split(";") if each.strip()]
        db.execute("BEGIN IMMEDIATE")
        try:
            for statement in statements:
                db.execute(statement)
            if step == 0:
                db.execute("INSERT INTO store (one, journal_id) VALUES (1, ?)", (journal_id,))
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {step + 1}")
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
