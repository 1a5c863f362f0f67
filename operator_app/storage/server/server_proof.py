"""Proof that the shared log is what was written: its chains, heads kept elsewhere, and the tables made from it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from operator_app.storage.problems import ServerProblem, ServerReason
from operator_app.storage.server.closing import OWNER, what_is_open
from operator_app.storage.server.server_errors import problem_of
from operator_app.storage.server.server_setup import admin_connection


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found whole; `unchained` events are of before there were chains, `anchored` heads were compared.

    `still_open` says what every login of the server may do there that none should, in words.
    """

    journals: int
    events: int
    unchained: int
    anchored: int
    still_open: tuple[str, ...] = ()


def prove_log(admin_dsn: str, anchors: Path | None = None) -> Proof:
    """Compute every journal's chain anew. Raises `ServerProblem` naming journals whose events are not as written.

    Whoever owns the server could also cut off the newest events. `anchors` is a file kept elsewhere: each head in there
    must still be in the log; then today's heads are added to it.
    """
    with admin_connection(admin_dsn) as db:
        if db.execute("SELECT to_regclass('op112.event')").fetchone() == (None,):
            raise problem_of(ServerReason.EMPTY, admin_dsn)
        still_open = what_is_open(db)
        db.execute(f"SET ROLE {OWNER}")
        chains = db.execute(
            "SELECT journal_id::text, links, unchained, encode(hash, 'hex') FROM op112.verify_chain()"
        )
        heads = chains.fetchall()
        wrong = broken_chains(db)
        known = [] if anchors is None else _read(anchors)
        wrong += tuple(_missing(db, known))
    if wrong:
        raise ServerProblem(
            ServerReason.OTHER, f"The log was changed after it was written: {'; '.join(wrong)}."
        )
    if anchors is not None:
        _add(anchors, known, heads)
    return Proof(
        len(heads),
        sum(_int(row[1]) for row in heads),
        sum(_int(row[2]) for row in heads),
        len(known),
        still_open,
    )


def broken_chains(db: psycopg.Connection[Any]) -> tuple[str, ...]:
    """Return which journals have a link that is not what it was, or a row without one among linked rows, in words.

    The door links each row it takes: rows without a link are of before the chains, none comes after a linked one.
    """
    rows = db.execute(
        "SELECT seat, journal_id::text, broken_at FROM op112.verify_chain() WHERE broken_at IS NOT NULL"
    )
    broken = tuple(f"seat {seat}, journal {journal}, from link {at} on" for seat, journal, at in rows)
    forged = db.execute(
        "SELECT seat, journal_id::text, count(*) FROM op112.event WHERE link IS NULL"
        " AND seq > (SELECT min(seq) FROM op112.event WHERE link IS NOT NULL) GROUP BY 1, 2 ORDER BY 1, 2"
    )
    return broken + tuple(
        f"seat {seat}, journal {journal}, {count} rows without a link that came after the chains began"
        for seat, journal, count in forged
    )


def rebuild(admin_dsn: str) -> int:
    """Make every readable table anew from the log; returns how many incidents there are. Raises `ServerProblem`.

    Windows that write meanwhile wait, and keep on saving on their own disks.
    """
    with admin_connection(admin_dsn) as db:
        if db.execute("SELECT to_regclass('op112.event')").fetchone() == (None,):
            raise problem_of(ServerReason.EMPTY, admin_dsn)
        db.execute(f"SET ROLE {OWNER}")
        db.execute("SELECT op112.rebuild_projections()")
        row = db.execute("SELECT count(*) FROM op112.incident").fetchone()
    assert row is not None
    return _int(row[0])


def set_event_aside(admin_dsn: str, event_id: str, reason: str, *, back: bool = False) -> None:
    """Take an event from all readers, or give it back to them; the log and its chain stay. Raises `ServerProblem`.

    Windows that are open load anew within a second and forget it at their next start.
    """
    with admin_connection(admin_dsn) as db:
        if db.execute("SELECT to_regclass('op112.set_aside')").fetchone() == (None,):
            raise problem_of(ServerReason.EMPTY, admin_dsn)
        db.execute(f"SET ROLE {OWNER}")
        try:
            found = db.execute(
                "SELECT op112.set_event_aside(%s::uuid, %s, %s)", (event_id, reason, back)
            ).fetchone()
        except psycopg.errors.InvalidTextRepresentation:
            found = None
    if found != (True,):
        raise ServerProblem(ServerReason.OTHER, f"The log has no event {event_id}.")


def _read(anchors: Path) -> list[dict[str, Any]]:
    if not anchors.exists():
        return []
    try:
        lines = anchors.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise ServerProblem(
            ServerReason.OTHER, f"The anchors in {anchors} cannot be read: {error}."
        ) from None


def _missing(db: psycopg.Connection[Any], known: list[dict[str, Any]]) -> list[str]:
    missing = []
    for each in known:
        held = db.execute(
            "SELECT FROM op112.event WHERE journal_id = %s AND link = %s AND hash = decode(%s, 'hex')",
            (each["journal"], each["link"], each["hash"]),
        ).fetchone()
        if held is None:
            missing.append(f"journal {each['journal']} lacks its anchored link {each['link']}")
    return missing


def _add(anchors: Path, known: list[dict[str, Any]], heads: list[tuple[Any, ...]]) -> None:
    fresh = [
        {"journal": journal, "link": links, "hash": digest} for journal, links, _, digest in heads if links
    ]
    lines = [json.dumps(each) + "\n" for each in fresh if each not in known]
    try:
        with anchors.open("a", encoding="utf-8") as file:
            file.writelines(lines)
    except OSError as error:
        raise ServerProblem(
            ServerReason.OTHER, f"The anchors cannot be written to {anchors}: {error.strerror}."
        ) from None


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value
