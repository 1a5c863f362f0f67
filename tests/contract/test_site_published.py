"""The site's own data through the shared server: imported once, in force in every window, and back again."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import psycopg
import pytest

from operator_app.bootstrap.cli import MENDABLE, run
from operator_app.bootstrap.local_site import LocalSite
from operator_app.config.settings import parse_settings
from operator_app.domain.facts.site import CardPublished, PartPublished
from operator_app.room.settings_file import write_settings
from tests.fakes.link_at_work import Ears, SeatAtWork, WallAtWork
from tests.postgres_fixtures import Database
from tests.unit.maps.sample_pack import write_pack
from tests.unit.maps.sample_tiles import pictures, write_mbtiles

SITE = Path(__file__).parents[2] / "resources" / "site"
LIMITS = "[late_minutes]\nP1 = {p1}\n"


class Room:
    """A database, the settings of one seat, and the command line."""

    def __init__(self, folder: Path, database: Database, role: str = "seat") -> None:
        self.dsn = database.login(role)
        self.config = folder / "m1.toml"
        seat: dict[str, str | int | float | bool | list[str]] = {
            "name": "M1",
            "operator": "Sari",
            "data": str(folder / "m1"),
        }
        if role == "desk":
            seat |= {"role": "desk", "agency": "DAMKAR"}
        write_settings(self.config, {"seat": seat, "server": {"dsn": self.dsn}})
        self.pack = folder / "pack"
        self.pack.mkdir()

    def put(self, **parts: str) -> None:
        for part, text in parts.items():
            (self.pack / f"{part}.toml").write_text(text, encoding="utf-8")

    def site(self, *args: str) -> int:
        return run(["site", args[0], *args[1:], "--config", str(self.config)])

    def bring(self, *args: str) -> int:
        return self.site("import", str(self.pack), *args)


def knows_both(window: Ears) -> bool:
    return set(window.board.published) == {"limits", "cards"}


@pytest.fixture
def room(tmp_path: Path, any_database: Database) -> Room:
    return Room(tmp_path, any_database)


def test_an_import_publishes_what_changed_once(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    room.put(limits=LIMITS.format(p1=7))
    assert room.bring("--why", "malam") == 0
    assert "limits: version 1 is published for every window" in capsys.readouterr().out
    assert room.bring() == 0
    assert "limits: version 1 counts already" in capsys.readouterr().out
    room.put(limits=LIMITS.format(p1=8), known=(SITE / "known.toml").read_text())
    assert room.bring() == 0
    told = capsys.readouterr().out
    assert "limits: version 2 is published" in told
    assert "known: version 1 is published" in told
    assert room.site("list") == 0
    listed = capsys.readouterr().out.splitlines()
    assert len(listed) == 3
    assert "Sari  malam" in listed[0]
    assert room.site("back", "limits", "1") == 0
    assert "limits: version 3 is published" in capsys.readouterr().out
    assert room.site("export", str(room.pack / "out")) == 0
    assert (room.pack / "out" / "limits.toml").read_text() == LIMITS.format(p1=7)
    assert (room.pack / "out" / "kinds.toml").read_text() == (SITE / "kinds.toml").read_text()
    assert room.site("back", "limits", "9") == MENDABLE


async def test_every_window_hears_of_it_also_one_that_comes_later(
    room: Room, tmp_path: Path, any_database: Database
) -> None:
    async with AsyncExitStack() as parts:
        early = SeatAtWork(tmp_path / "w1", any_database.login(), "M2", "seat")
        parts.push_async_callback(early.aclose)
        await early.until(lambda: early.is_connected)
        room.put(limits=LIMITS.format(p1=7), cards=(SITE / "cards.toml").read_text())
        assert await asyncio.to_thread(room.bring) == 0
        late = SeatAtWork(tmp_path / "w2", any_database.login(), "M3", "seat")
        parts.push_async_callback(late.aclose)
        wall = WallAtWork(any_database.login("wall"))
        parts.push_async_callback(wall.aclose)
        for window in (early, late, wall):
            await window.until(partial(knows_both, window))
            fact = window.board.published["cards"].fact
            assert isinstance(fact, PartPublished)
            assert fact.text() == (SITE / "cards.toml").read_text()


def test_a_fault_is_told_with_the_packs_own_line_and_publishes_nothing(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    kinds = (SITE / "kinds.toml").read_text().replace('primary = ["DAMKAR"]', 'primary = ["PMK"]', 1)
    room.put(kinds=kinds, limits=LIMITS.format(p1=7))
    assert room.bring() == MENDABLE
    assert (
        f"{room.pack / 'kinds.toml'}, baris 12, kind[1].primary[1]: tidak ada OPD PMK"
        in capsys.readouterr().err
    )
    room.site("list")
    assert "Nothing is published" in capsys.readouterr().out


def test_a_part_must_go_with_what_counts_already(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    agencies = (SITE / "agencies.toml").read_text()
    more = agencies + '\n[[agency]]\ncode = "PMI"\nname = "PMI"\nhas_desk = false\n'
    kinds = (SITE / "kinds.toml").read_text().replace('primary = ["DAMKAR"]', 'primary = ["PMI"]', 1)
    room.put(agencies=more, kinds=kinds)
    assert room.bring() == 0
    (room.pack / "kinds.toml").unlink()
    room.put(agencies=agencies)
    capsys.readouterr()
    assert room.bring() == MENDABLE
    assert "kinds.toml v1, baris 12, kind[1].primary[1]: tidak ada OPD PMI di" in capsys.readouterr().err
    assert room.site("back", "agencies", "1") == 0


def test_with_the_first_import_goes_what_lies_beside_the_window(
    room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    beside = tmp_path / "m1" / "site"
    beside.mkdir(parents=True)
    (beside / "known.toml").write_text(
        (SITE / "known.toml").read_text().replace("near_m = 300", "near_m = 250")
    )
    room.put(limits=LIMITS.format(p1=7))
    assert room.bring() == 0
    assert "known: version 1 is published" in capsys.readouterr().out


def test_a_card_that_changes_needs_a_version_of_its_own(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    cards = (SITE / "cards.toml").read_text()
    changed = cards.replace("Bagian apa yang terbakar?", "Apa yang terbakar?")
    assert changed != cards
    room.put(cards=changed)
    assert room.bring() == MENDABLE
    assert "kartu ini berubah; beri versi" in capsys.readouterr().err


async def test_cards_that_were_edited_in_windows_are_counted_and_must_stay_readable(
    room: Room, tmp_path: Path, any_database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    site = LocalSite(parse_settings('[seat]\nname = "M2"\n'), tmp_path / "none")
    book = site.rules.cards
    kind = next(
        each for each in site.rules.kinds if each.card and any("PLN" in r.agencies for r in each.card.rules)
    )
    assert book is not None
    assert kind.card is not None
    source = book.write(kind.card)
    seat = SeatAtWork(tmp_path / "w1", any_database.login(), "M2", "seat")
    try:
        old = seat.writer.event(CardPublished(kind.code, 2, source))
        new = seat.writer.event(PartPublished.of(f"card/{kind.code}", 3, source))
        await seat.write([old, new])
        await seat.until(lambda: len(seat.shared) == 2)
    finally:
        await seat.aclose()
    agencies = (SITE / "agencies.toml").read_text().replace('"PLN"', '"PLN2"')
    kinds = (SITE / "kinds.toml").read_text().replace('"PLN"', '"PLN2"')
    cards = (SITE / "cards.toml").read_text().replace('"PLN"', '"PLN2"')
    room.put(agencies=agencies, kinds=kinds, cards=cards)
    assert await asyncio.to_thread(room.bring) == MENDABLE
    told = capsys.readouterr().err
    assert f"card/{kind.code} v3, baris" in told
    assert "beri versi" in told
    assert await asyncio.to_thread(room.site, "back", f"card/{kind.code}", "2") == 0
    assert "version 4 is published" in capsys.readouterr().out


def test_a_desks_login_may_not_publish(
    tmp_path: Path, any_database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    room = Room(tmp_path, any_database, "desk")
    room.put(limits=LIMITS.format(p1=7))
    assert room.bring() == MENDABLE
    assert "use the settings of a seat" in capsys.readouterr().err


def test_without_a_server_it_says_so_and_changes_nothing(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    text = room.config.read_text()
    room.config.write_text(text.replace(room.dsn, "host=127.0.0.1 port=9 dbname=none"))
    room.put(limits=LIMITS.format(p1=7))
    assert room.bring() == MENDABLE
    assert "127.0.0.1" in capsys.readouterr().err


def test_the_log_stays_provable(room: Room, any_database: Database) -> None:
    room.put(limits=LIMITS.format(p1=7))
    assert room.bring() == 0
    assert run(["server", "verify", "--dsn", any_database.admin_dsn]) == 0
    with psycopg.connect(any_database.admin_dsn) as db:
        assert db.execute("SELECT count(*) FROM op112.event WHERE op = 'site.part'").fetchone() == (1,)


def test_the_tables_for_reports_are_told_what_is_published(room: Room, any_database: Database) -> None:
    more = (
        SITE / "agencies.toml"
    ).read_text() + '\n[[agency]]\ncode = "PMI"\nname = "PMI"\nhas_desk = false\n'
    room.put(agencies=more)
    assert room.bring() == 0
    beside = room.config.parent / "m1" / "site"
    assert not (beside / "published").exists(), "no window has taken it yet"
    assert run(["server", "site", "--config", str(room.config), "--dsn", any_database.admin_dsn]) == 0
    with psycopg.connect(any_database.admin_dsn) as db:
        assert db.execute("SELECT count(*) FROM op112.agency WHERE code = 'PMI'").fetchone() == (1,)


def test_which_boundaries_and_base_map_count_is_published_by_their_digests(
    room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pack(tmp_path / "map")
    bounds = (1.0, 110.0, 1.5, 112.0)
    write_mbtiles(tmp_path / "map" / "foto.mbtiles", pictures(bounds, (7, 8)), "png", bounds)
    assert room.site("import", str(tmp_path / "map")) == 0
    told = capsys.readouterr().out
    assert "borders: version 1 is published" in told
    assert "base_map: version 1 is published" in told
    assert room.site("import", str(tmp_path / "map")) == 0
    assert "version 2" not in capsys.readouterr().out
    room.config.write_text(room.config.read_text().replace(room.dsn, "host=127.0.0.1 port=9 dbname=none"))
    assert room.site("import", str(tmp_path / "map")) == 0, "the maps of a window need no server"
    assert "note: not told to the room" in capsys.readouterr().out
