"""The snapshot cursor loses nothing and doubles nothing while transactions commit late, out of order, or not at all."""

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Sequence

import psycopg

from operator_app.domain.event import Event
from operator_app.storage.problems import ServerProblem
from operator_app.storage.server.door import Connection, ServerMark
from operator_app.storage.server.feed import Feed, MemoryShelf, Window
from operator_app.storage.server.socket_guard import SocketGuard
from operator_app.workflow.ports import ClockMark, Presence
from tests.postgres_fixtures import Database

INSERT = """
    INSERT INTO op112.event (id, journal_id, journal_seq, seat, actor, op, v, body, hlc, occurred_at, incident_id)
    VALUES (%s, %s, %s, 'M1', 'Operator', 'incident.noted', 1, '{"text": "x"}', 1, now(), %s)
"""


class Tally:
    """Counts how often each event was told."""

    def __init__(self) -> None:
        self.told: Counter[str] = Counter()
        self.problems: list[ServerProblem] = []
        self.began = threading.Event()

    def fed(self, events: Sequence[Event]) -> None:
        self.told.update(event.id for event in events)

    def connected(self, connection: Connection, mark: ServerMark) -> None:
        pass

    def lost(self, problem: ServerProblem) -> None:
        self.problems.append(problem)

    def beaten(self, presence: tuple[Presence, ...], offset_ms: float, mark: ClockMark) -> None:
        pass


def deltas(dsn: str, tally: Tally, guard: SocketGuard, done: threading.Event) -> None:
    """Ask for deltas without a pause, far more often than a window does."""
    feed = Feed(dsn, Window("M1", "seat", "0.1"), MemoryShelf(), guard, tally)
    with psycopg.connect(dsn, autocommit=True) as db:
        mark = ServerMark("s", "00000001", "g")
        last = False
        while True:
            feed._catch_up(db, mark)
            tally.began.set()
            if last:
                return
            last = done.is_set()


def write(dsn: str, until: float, committed: list[str], seed: int) -> None:
    """Transactions of all sorts: long ones, rolled back ones, savepoints; notes what was committed."""
    chance = random.Random(seed)
    journal, seq = uuid.uuid4(), 0
    with psycopg.connect(dsn, autocommit=True) as db:
        while time.monotonic() < until:
            made = []
            fate = chance.random()
            try:
                with db.transaction():
                    for _ in range(chance.randint(1, 4)):
                        seq += 1
                        event_id = str(uuid.uuid4())
                        try:
                            with db.transaction():
                                db.execute(INSERT, (event_id, journal, seq, uuid.uuid4()))
                                if chance.random() < 0.1:
                                    raise psycopg.Rollback
                                made.append(event_id)
                        except psycopg.Rollback:
                            pass
                        if fate < 0.2:
                            db.execute("SELECT pg_sleep(%s)", (chance.uniform(0, 0.15),))
                    if fate > 0.9:
                        made.clear()
                        raise psycopg.Rollback
            except psycopg.Rollback:
                pass
            committed += made


def test_nothing_is_lost_and_nothing_doubled(any_database: Database) -> None:
    committed: list[str] = []
    done, guard = threading.Event(), SocketGuard()
    tallies = [Tally() for _ in range(3)]
    seat = any_database.login()
    readers = [threading.Thread(target=deltas, args=(seat, tally, guard, done)) for tally in tallies]
    for thread in readers:
        thread.start()
    assert all(
        tally.began.wait(20) for tally in tallies
    )  # a first load goes by projections, which are not written here
    until = time.monotonic() + 4
    writers = [
        threading.Thread(target=write, args=(any_database.admin_dsn, until, committed, seed))
        for seed in range(5)
    ]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    guard.close()
    assert len(committed) > 200
    for tally in tallies:
        assert set(tally.told) == set(committed)
        assert set(tally.told.values()) == {1}


def test_what_commits_late_is_told_though_later_numbers_were_told_before(any_database: Database) -> None:
    tally, guard = Tally(), SocketGuard()
    early, late = str(uuid.uuid4()), str(uuid.uuid4())
    journal, mark = uuid.uuid4(), ServerMark("s", "00000001", "g")
    feed = Feed(any_database.login(), Window("M1", "seat", "0.1"), MemoryShelf(), guard, tally)
    with (
        psycopg.connect(any_database.login(), autocommit=True) as reader,
        psycopg.connect(any_database.admin_dsn) as slow,
        psycopg.connect(any_database.admin_dsn, autocommit=True) as quick,
    ):
        feed._catch_up(reader, mark)
        slow.execute(INSERT, (early, journal, 1, uuid.uuid4()))
        quick.execute(INSERT, (late, journal, 2, uuid.uuid4()))
        feed._catch_up(reader, mark)
        assert dict(tally.told) == {late: 1}
        slow.commit()
        feed._catch_up(reader, mark)
        feed._catch_up(reader, mark)
        assert dict(tally.told) == {early: 1, late: 1}
    guard.close()
