"""R6: a year of a large room on the server, and what a window asks of it.

`./dev bench --only large` loads 20,000 incidents; with `--full` 1,000,000 incidents and 10,000,000 events (about ten
minutes and 10 GB of disk). Rows are made by the server itself, then a sample is folded anew from its events to prove
that the tables hold what the log says.
"""

import asyncio
import math
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from operator_app.storage.postgres.launcher import EmbeddedServer
from operator_app.storage.server.logins import create_login
from operator_app.storage.server.server_setup import init_server
from tests.fakes.link_at_work import SeatAtWork
from tests.perf.figures import Figure, spread
from tests.postgres_fixtures import server_folder

INCIDENTS, FULL = 20_000, 1_000_000
RUNS = 200
TARGET_MS = 20.0
LOAD = Path(__file__).with_name("large_load.sql")
SETTINGS = "shared_buffers = '1GB'\nmax_wal_size = '8GB'\nwork_mem = '16MB'\n"
TABLES = ("event", "incident", "reporter", "incident_call", "dispatch", "call")

Connection = psycopg.Connection[Any]

OPEN = """
    SELECT id, number, status, priority, kind, place, village, district, opened_at FROM op112.incident
    WHERE status NOT IN ('closed', 'cancelled', 'merged') ORDER BY priority, opened_at DESC
"""
BY_NUMBER = "SELECT * FROM op112.incident WHERE number = %s"
BY_PHONE = "SELECT * FROM op112.call WHERE number = %s ORDER BY offered_at DESC LIMIT 50"
REPORTED_BY = """
    SELECT i.* FROM op112.reporter r JOIN op112.incident i ON i.id = r.incident_id
    WHERE r.number = %s ORDER BY r.incident_id DESC LIMIT 50  -- ids begin with their time
"""
NEAR = """
    SELECT id, number, kind, lat, lon, opened_at FROM op112.incident
    WHERE opened_at BETWEEN %(at)s - interval '30 min' AND %(at)s
        AND lat BETWEEN %(lat)s - 0.0045 AND %(lat)s + 0.0045 AND lon BETWEEN %(lon)s - 0.0045 AND %(lon)s + 0.0045
"""
DAY_CALLS = """
    SELECT classification, count(*), count(*) FILTER (WHERE answered_at - offered_at <= interval '10 s'),
        percentile_cont(0.95) WITHIN GROUP (ORDER BY answered_at - offered_at)
    FROM op112.call WHERE offered_at BETWEEN %(at)s - interval '1 day' AND %(at)s AND direction = 'in'
    GROUP BY ROLLUP (classification)
"""
DAY_INCIDENTS = """
    SELECT kind, priority, count(*) FROM op112.incident
    WHERE opened_at BETWEEN %(at)s - interval '1 day' AND %(at)s GROUP BY ROLLUP (kind, priority)
"""
DAY_DISPATCHES = """
    SELECT agency, count(*), count(accepted_at), count(overdue_at),
        percentile_cont(0.95) WITHIN GROUP (ORDER BY accepted_at - sent_at)
    FROM op112.dispatch WHERE sent_at BETWEEN %(at)s - interval '1 day' AND %(at)s GROUP BY agency
"""
WITH_EVENTS = "SELECT * FROM op112.room_event WHERE incident_id = %s"


def measure(full: bool = False) -> list[Figure]:
    """Load, prove a sample, ask each question with random values as a seat does, and let a new seat load its copy."""
    incidents = FULL if full else INCIDENTS
    with server_folder() as folder, EmbeddedServer(folder / "server", durable=False) as server:
        with (server.cluster / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write(SETTINGS)
        server.restart()
        init_server(server.dsn)
        loaded_s = load(server.dsn, incidents)
        seat = make_conninfo(server.dsn, user="M99", password=create_login(server.dsn, "M99", "seat"))
        size = f"{incidents:,} incidents, {incidents * 10:,} events"
        with psycopg.connect(server.dsn, autocommit=True) as db:
            prove(db, incidents)
            stored = db.execute("SELECT pg_database_size(current_database())").fetchone()
        assert stored is not None
        with psycopg.connect(seat, autocommit=True, prepare_threshold=None) as db:
            figures = ask(db, incidents, size)
        return [
            *figures,
            *asyncio.run(first_load(seat, size)),
            spread("R6 load of the room", "s", [loaded_s], note=f"{size}, {stored[0] / 1e9:.1f} GB"),
        ]


def load(dsn: str, incidents: int) -> float:
    """Let the server make the rows, its indexes afterwards; returns the seconds."""
    begun = time.monotonic()
    with psycopg.connect(dsn, autocommit=True) as db:
        db.execute("SET maintenance_work_mem = '1GB'; SET session_replication_role = replica")
        db.execute("SET synchronous_commit = off; SET jit = off; SET timezone = 'UTC'")
        again = drop_indexes(db)
        for statement in (LOAD.read_text(encoding="utf-8") % {"incidents": incidents}).split(";\n"):
            if statement.strip():
                db.execute(statement.encode())
        for statement in again:
            db.execute(statement.encode())
        for table in TABLES:
            db.execute(f"VACUUM (FREEZE, ANALYZE) op112.{table}".encode())
    return time.monotonic() - begun


def drop_indexes(db: Connection) -> list[str]:
    """Drop indexes and constraints of the large tables; returns the statements that make them again."""
    constraints = db.execute(
        "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = ANY (%s::regclass[]) AND contype IN ('p', 'u', 'f') ORDER BY contype <> 'f'",
        ([f"op112.{table}" for table in TABLES],),
    ).fetchall()
    for table, name, _ in constraints:
        db.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
    indexes = db.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'op112' AND tablename = ANY (%s)",
        (list(TABLES),),
    ).fetchall()
    for name, _ in indexes:
        db.execute(f"DROP INDEX op112.{name}".encode())
    made = [
        f"ALTER TABLE {table} ADD CONSTRAINT {name} {what}" for table, name, what in reversed(constraints)
    ]
    return [*made, *(definition for _, definition in indexes)]


def prove(db: Connection, incidents: int, sample: int = 100) -> None:
    """Fold some incidents and calls anew: nothing may change."""
    step = max(1, incidents // sample)
    read = (
        "SELECT to_jsonb(i), to_jsonb(r), to_jsonb(d), to_jsonb(c) FROM op112.incident i"
        " LEFT JOIN op112.reporter r ON r.incident_id = i.id LEFT JOIN op112.dispatch d ON d.incident_id = i.id"
        " LEFT JOIN op112.call c ON c.incident_id = i.id WHERE i.id = ANY (%s) ORDER BY i.id"
    )
    ids = [row[0] for row in db.execute(
        "SELECT incident_id FROM op112.call WHERE id = ANY (%s)", ([f"call-{i}" for i in range(1, incidents, step)],)
    )]  # fmt: skip
    db.execute("SET timezone = 'UTC'")
    before = db.execute(read, (ids,)).fetchall()
    db.execute("SELECT op112.fold_incident(id) FROM unnest(%s::uuid[]) id", (ids,))
    db.execute("SELECT op112.fold_call(id) FROM op112.call WHERE incident_id = ANY (%s)", (ids,))
    after = db.execute(read, (ids,)).fetchall()
    if before != after:
        odd = next((left, right) for left, right in zip(before, after, strict=True) if left != right)
        raise RuntimeError(f"the rows made are not the fold of their events: {odd}")


def ask(db: Connection, incidents: int, size: str) -> list[Figure]:
    """Each question with random values, warm, round trip included."""
    chance = random.Random(112)
    sample = db.execute(
        "SELECT i.id, i.number, r.number, i.lat, i.lon, i.opened_at FROM op112.incident i"
        " JOIN op112.reporter r ON r.incident_id = i.id JOIN op112.call c ON c.incident_id = i.id"
        " WHERE c.id = ANY (%s)",
        ([f"call-{chance.randrange(1, incidents)}" for _ in range(RUNS)],),
    ).fetchall()

    def near(row: Any) -> dict[str, Any]:
        return {"lat": row[3], "lon": row[4], "at": row[5]}

    many = [(f"081255500{chance.randrange(0, 200, 20):03d}",) for _ in range(RUNS)]
    cursor = db.execute("SELECT pg_current_snapshot()::text").fetchone()
    assert cursor is not None
    from operator_app.storage.server.feed import _DELTA  # noqa: PLC0415

    questions: dict[str, tuple[str, Callable[[int], Any]]] = {
        "open list": (OPEN, lambda _: ()),
        "by number": (BY_NUMBER, lambda n: (sample[n % len(sample)][1],)),
        "calls by phone number": (BY_PHONE, lambda n: (sample[n % len(sample)][2],)),
        "calls by the number of a frequent caller": (BY_PHONE, lambda n: many[n]),
        "incidents by their reporter's number": (REPORTED_BY, lambda n: (sample[n % len(sample)][2],)),
        "near-duplicates, 500 m, 30 min": (NEAR, lambda n: near(sample[n % len(sample)])),
        "24 h: calls": (DAY_CALLS, lambda n: near(sample[n % len(sample)])),
        "24 h: incidents": (DAY_INCIDENTS, lambda n: near(sample[n % len(sample)])),
        "24 h: dispatches": (DAY_DISPATCHES, lambda n: near(sample[n % len(sample)])),
        "an incident with its events": (WITH_EVENTS, lambda n: (sample[n % len(sample)][0],)),
        "feed, nothing new": (_DELTA, lambda _: {"old": cursor[0], "limit": 301}),
    }
    figures = []
    for name, (statement, values) in questions.items():
        spent = []
        for number in range(RUNS):
            begun = time.perf_counter()
            db.execute(statement.encode(), values(number)).fetchall()
            spent.append((time.perf_counter() - begun) * 1000)
        figures.append(spread(f"R6 {name}", "ms", spent, p95=TARGET_MS, note=size))
    return figures


def size_of(folder: Path) -> float:
    """Megabytes of a seat's store."""
    return sum(file.stat().st_size for file in folder.glob("seat.db*")) / 1e6


async def first_load(dsn: str, size: str) -> list[Figure]:
    """How long a new seat loads, and how large its copy becomes: bounded, however much the server holds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        begun = time.monotonic()
        seat = SeatAtWork(folder, dsn, "M99")
        await seat.until(lambda: seat.is_connected, limit_s=600)
        took_s = time.monotonic() - begun
        kept = len(await asyncio.to_thread(seat.store.events))
        await asyncio.to_thread(seat.store.tidy)
        left = len(await asyncio.to_thread(seat.store.events))
        await seat.aclose()
        megabytes = await asyncio.to_thread(size_of, folder)
    note = f"{size}; {kept:,} events loaded, {left:,} kept"
    return [
        spread("R6 a new seat loads its copy", "s", [took_s], note=note),
        spread("R6 size of a seat's copy", "MB", [math.ceil(megabytes)], most=300, note=note),
    ]
