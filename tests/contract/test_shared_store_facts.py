"""What the program says of each kind of fact, the server holds: shape, writers, readers, what outlasts its moment."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from operator_app.domain.event import to_record
from operator_app.domain.facts import FACTS
from operator_app.domain.facts.agency import AgencyUnavailable
from operator_app.domain.facts.fact import Fact, Lasts, ToldTo
from operator_app.domain.facts.fact import Writer as MayWrite
from operator_app.domain.facts.shape import words_of
from operator_app.domain.ids import AgencyCode
from tests.contract.test_shared_store_doors import apply, inside, login_of
from tests.fakes.each_fact import event_of, value_of
from tests.fakes.link_at_work import SeatAtWork, WallAtWork
from tests.fakes.writer import START, Writer
from tests.postgres_fixtures import Database


def lasts_beside(kind: type[Fact]) -> bool:
    """Whether it has to be told to a window that is opened later, though no incident or call leads to it."""
    return any(about.sort not in ("incident", "call") for about in kind.about)


def test_every_fact_is_taken_and_each_of_its_words_is_held_to_what_it_must_be(any_database: Database) -> None:
    check = "SELECT op112.check_fact(%s, %s, %s, %s::jsonb)"
    with inside(any_database.login("seat")) as seat, inside(any_database.admin_dsn) as db:
        db.execute("SET search_path = op112")
        for kind in FACTS:
            event = event_of(kind, writer := Writer("M1"))
            assert apply(seat, writer, [event]) == ["new"], kind.op
            record, bad = to_record(event), list[tuple[str, Any]]()
            for name, rule in words_of(kind).items():
                bad += [(name, {}), (name, [[]])]
                if not rule.get("may_lack"):
                    bad.append((name, None))
                if "one_of" in rule:
                    bad.append((name, "moon"))
                if rule["is"] == "whole":
                    bad += [(name, 1.5), (name, 10**12)]
                if rule["is"] != "text":
                    bad.append((name, "x"))
            for name, value in bad:
                body = json.dumps(record["body"] | {name: value})
                with pytest.raises(psycopg.Error, match=name) as refused:
                    db.execute(check, (kind.op, kind.v, record["incident_id"], body))
                assert refused.value.sqlstate == "OP002", (kind.op, name, value)
            for name, rule in words_of(kind).items():
                if rule.get("may_lack"):
                    lacking = {word: value_of(each) for word, each in words_of(kind).items() if word != name}
                    db.execute(check, (kind.op, kind.v, record["incident_id"], json.dumps(lacking)))
            db.execute(check, (kind.op, kind.v + 1, None, '{"newer": [1]}'))
            if to_record(event)["incident_id"] is not None:
                with pytest.raises(psycopg.Error, match="names no incident"):
                    db.execute(check, (kind.op, kind.v, None, json.dumps(record["body"])))


def test_a_desk_writes_what_a_fact_lets_desks_write(any_database: Database) -> None:
    with inside(any_database.login("desk")) as db:
        for kind in FACTS:
            writer = Writer("DAMKAR")
            event = event_of(kind, writer)
            if MayWrite.DESK in kind.written_by:
                assert apply(db, writer, [event]) == ["new"]
            else:
                with pytest.raises(psycopg.Error, match="may not write") as refused:
                    apply(db, writer, [event])
                assert refused.value.sqlstate == "OP001"


@pytest.mark.parametrize("who", ["seat", "desk", "plain_desk", "wall"])
def test_a_fact_is_told_to_whom_it_says(any_database: Database, who: str) -> None:
    with inside(any_database.login("seat")) as seat:
        for kind in FACTS:
            apply(seat, writer := Writer("M1"), [event_of(kind, writer)])
    whole = who in ("seat", "desk")
    with inside(login_of(any_database, who)) as db:
        told = {row[0]: row[1:] for row in db.execute("SELECT op, v, body FROM op112.room_event")}
    for kind in FACTS:
        v, body = told[kind.op]
        hidden = not whole and kind.told_to is ToldTo.REPORTERS
        assert (v > kind.v, body == {}) == (hidden, hidden), kind.op
        if kind.told_to is ToldTo.ALL or whole:
            assert body == to_record(event_of(kind, Writer("M1")))["body"]
    if not whole:
        number, name = told["call.offered"][1]["number"], told["call.offered"][1]["display_name"]
        assert (number[:1], name) == ("•", "")
        assert (told["incident.noted"][1]["text"] == "•••") == (who == "wall")


async def test_what_outlasts_its_moment_reaches_a_window_that_is_opened_afterwards(
    any_database: Database, tmp_path: Path
) -> None:
    """Whatever the fact is about: nobody has to name it again anywhere."""
    kinds = [kind for kind in FACTS if lasts_beside(kind)]
    assert len(kinds) >= 4
    writers = (Writer("M8"), Writer("M9"))
    writers[1].notes(len(kinds))  # so that what the second writes is later than all of the first
    old, new = ([event_of(kind, writer) for kind in kinds] for writer in writers)
    with inside(any_database.login("seat")) as db:
        for writer, events in zip(writers, (old, new), strict=True):
            apply(db, writer, events)
    wanted = {event.id for event in new} | {
        event.id
        for kind, event in zip(kinds, old, strict=True)
        if kind.lasts is not Lasts.UNTIL_NEXT or any(about.by == "" for about in kind.about)
    }

    plain_desk = login_of(any_database, "plain_desk")
    for opened in (
        lambda: SeatAtWork(tmp_path / "M1", any_database.login(), "M1"),
        lambda: SeatAtWork(tmp_path / "D", plain_desk, "BPBD", "desk"),
        lambda: WallAtWork(any_database.login("wall")),
    ):
        window: SeatAtWork | WallAtWork = opened()
        await window.until(lambda window=window: window.is_connected and wanted <= window.ids)  # type: ignore[misc]
        await window.aclose()


def test_of_one_seats_states_only_the_newest_is_kept_for_later_whatever_comes_first(
    any_database: Database,
) -> None:
    kind = next(kind for kind in FACTS if kind.lasts is Lasts.UNTIL_NEXT)
    writer = Writer("M1")
    first, second, third = (event_of(kind, writer) for _ in range(3))
    read = "SELECT event_id::text FROM op112.lasting"
    with inside(any_database.login("seat")) as db:
        apply(db, writer, [third])
        apply(db, writer, [first, second])
        assert db.execute(read).fetchall() == [(third.id,)]


async def test_an_agency_that_can_send_nobody_is_found_in_sql_and_by_a_wall_that_is_started_later(
    any_database: Database,
) -> None:
    writer = Writer("BPBD")
    until_when = START + timedelta(hours=8)
    with inside(login_of(any_database, "plain_desk")) as desk:
        for until in (until_when, None, until_when):
            told = writer.event(AgencyUnavailable(AgencyCode("BPBD"), until, "perahu bocor"))
            assert apply(desk, writer, [told]) == ["new"]
    read = "SELECT about, which, op, until::timestamptz, seat, body->>'reason' FROM op112.standing"
    for who, reason in (("seat", "perahu bocor"), ("wall", "•••")):
        with inside(any_database.login(who)) as db:
            assert db.execute(read).fetchall() == [
                ("agency", "BPBD", AgencyUnavailable.op, until_when, "BPBD", reason)
            ]
    for _ in range(2):
        wall = WallAtWork(any_database.login("wall"))
        await wall.until(lambda wall=wall: wall.is_connected and bool(wall.board.unavailable(START)))  # type: ignore[misc]
        assert not wall.board.unavailable(until_when)
        await wall.aclose()
