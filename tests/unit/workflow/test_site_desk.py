"""The site's data of a running window: taken as it is published, recorded, and compared with other windows."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from operator_app.domain.facts.site import PartPublished, SiteTaken
from operator_app.domain.ids import SeatName
from operator_app.domain.limits import AnswerGoal
from operator_app.workflow.site_desk import SiteDesk, SiteReading, SiteStanding
from tests.fakes.writer import Writer
from tests.unit.workflow.room import RULES, Bench, make_seat


class Reader:
    """Reads "percent N" into rules, refuses "bad", has "later" wait."""

    def __init__(self) -> None:
        self.read_times = 0
        self.absent: tuple[str, ...] = ()

    def words(self) -> tuple[str, ...]:
        return ("limits 0 default",)

    def read(self, published: Mapping[str, PartPublished]) -> SiteReading:
        self.read_times += 1
        fact = published["limits"]
        body = fact.text() or ""
        if body == "bad":
            return SiteReading(None, self.words(), error=ValueError("bad"))
        if body == "later":
            return SiteReading(None, self.words(), waiting=("limits",))
        rules = replace(RULES, goal=AnswerGoal(10.0, int(body)))
        return SiteReading(rules, (f"limits {fact.version} {body}",), absent=self.absent)


class Desk:
    """A site desk beside a seat, and what it told."""

    def __init__(self) -> None:
        self.bench: Bench = make_seat()
        self.reader = Reader()
        seat = self.bench.seat
        self.site = SiteDesk(
            seat.room.rules,
            self.bench.board,
            self.bench.bus,
            self.reader,
            seat.duty.name,
            self.bench.recorder.note,
        )
        self.told: list[SiteStanding] = []
        self.bench.bus.subscribe(SiteStanding, self.told.append)

    async def settle(self) -> None:
        taking = self.site._taking
        if taking is not None:
            await taking
        await self.bench.recorder.settle()

    async def publish(self, version: int, body: str, writer: Writer | None = None) -> None:
        self.bench.seat.room.on_events([(writer or OTHER).event(part(version, body))])
        await self.settle()

    def recorded(self) -> list[tuple[str, ...]]:
        facts = (event.fact for event in self.bench.journal.kept)
        return [fact.parts for fact in facts if isinstance(fact, SiteTaken)]


OTHER = Writer("M2")


def part(version: int, body: str) -> PartPublished:
    return PartPublished.of("limits", version, body, "trial")


async def test_a_window_records_what_it_starts_with_once() -> None:
    desk = Desk()
    desk.site.begin()
    await desk.settle()
    assert desk.recorded() == [("limits 0 default",)]
    again = SiteDesk(
        desk.bench.seat.room.rules,
        desk.bench.board,
        desk.bench.bus,
        desk.reader,
        desk.bench.seat.duty.name,
        desk.bench.recorder.note,
    )
    again.begin()
    assert again._taking is not None
    await again._taking
    await desk.settle()
    assert len(desk.recorded()) == 1
    assert desk.reader.read_times == 0, "nothing was published"


async def test_what_is_published_counts_at_once_and_is_told_and_recorded() -> None:
    desk = Desk()
    desk.site.begin()
    await desk.publish(1, "95")
    assert desk.bench.seat.room.rules.now.goal.percent == 95
    (standing,) = [each for each in desk.told if each.taken]
    assert [each.fact for each in standing.taken] == [part(1, "95")]
    assert desk.recorded()[-1] == ("limits 1 95",)
    assert desk.site.standing == SiteStanding()


async def test_going_back_is_a_new_version_of_the_old_text() -> None:
    desk = Desk()
    desk.site.begin()
    for version, body in enumerate(("95", "80", "95"), 1):
        await desk.publish(version, body)
    assert desk.bench.seat.room.rules.now.goal.percent == 95
    assert desk.recorded()[-1] == ("limits 3 95",)


async def test_an_older_publication_that_comes_later_changes_nothing() -> None:
    desk = Desk()
    desk.site.begin()
    writer = Writer("M3")
    early, late = writer.event(part(1, "80")), writer.event(part(2, "95"))
    desk.bench.seat.room.on_events([late])
    await desk.settle()
    desk.bench.seat.room.on_events([early])
    await desk.settle()
    assert desk.bench.seat.room.rules.now.goal.percent == 95


async def test_what_cannot_be_used_is_told_until_something_better_comes() -> None:
    desk = Desk()
    desk.site.begin()
    await desk.publish(1, "bad")
    assert desk.bench.seat.room.rules.now.goal == RULES.goal
    assert str(desk.site.standing.error) == "bad"
    assert desk.told[-1].error is desk.site.standing.error
    await desk.publish(2, "95")
    assert desk.site.standing.error is None
    assert desk.told[-1].error is None


async def test_what_waits_for_a_start_is_told() -> None:
    desk = Desk()
    desk.site.begin()
    await desk.publish(1, "later")
    assert desk.told[-1].waiting == ("limits",)
    assert desk.recorded() == [("limits 0 default",)]


async def test_windows_that_differ_for_a_while_are_told_by_name_and_part() -> None:
    desk = Desk()
    desk.site.begin()
    await desk.settle()
    seat, clock = desk.bench.seat, desk.bench.clock
    seat.room.on_events([OTHER.event(SiteTaken(("limits 0 other",)))])
    desk.site.tick(clock.now(), ["M2"])
    assert not desk.site.standing.differing, "word travels"
    clock.pass_s(60)
    desk.site.tick(clock.now(), [])
    assert not desk.site.standing.differing, "that window is not there"
    desk.site.tick(clock.now(), ["M1", "M2"])
    assert desk.told[-1].differing == {SeatName("M2"): ("limits",)}
    told = len(desk.told)
    desk.site.tick(clock.now(), ["M1", "M2"])
    assert len(desk.told) == told, "once"
    seat.room.on_events([OTHER.event(SiteTaken(("limits 0 default",)))])
    desk.site.tick(clock.now(), ["M1", "M2"])
    assert not desk.told[-1].differing


async def test_a_part_that_only_one_of_two_windows_has_is_no_difference() -> None:
    desk = Desk()
    desk.site.begin()
    await desk.settle()
    desk.bench.seat.room.on_events([OTHER.event(SiteTaken(("limits 0 default", "base_map 0 abc")))])
    desk.bench.clock.pass_s(60)
    desk.site.tick(desk.bench.clock.now(), ["M2"])
    assert not desk.site.standing.differing


async def test_files_that_are_not_here_are_told() -> None:
    desk = Desk()
    desk.reader.absent = ("base_map",)
    desk.site.begin()
    await desk.publish(1, "95")
    assert desk.told[-1].absent == ("base_map",)


async def test_a_difference_does_not_hide_what_waits() -> None:
    desk = Desk()
    desk.site.begin()
    await desk.publish(1, "later")
    desk.bench.seat.room.on_events([OTHER.event(SiteTaken(("limits 0 other",)))])
    desk.bench.clock.pass_s(60)
    desk.site.tick(desk.bench.clock.now(), ["M2"])
    assert (desk.site.standing.waiting, list(desk.site.standing.differing)) == (("limits",), ["M2"])


async def test_two_publications_in_one_breath_are_both_taken() -> None:
    desk = Desk()
    desk.site.begin()
    desk.bench.seat.room.on_events([OTHER.event(part(1, "80"))])
    await asyncio.sleep(0)
    desk.bench.seat.room.on_events([OTHER.event(part(2, "95"))])
    await desk.settle()
    assert desk.bench.seat.room.rules.now.goal.percent == 95
