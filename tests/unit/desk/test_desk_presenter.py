"""What the agency's desk puts first and keeps in view: by priority, then age, and never out of a hand."""

from operator_app.domain.facts.incident import FieldSet, IncidentMoved
from operator_app.domain.ids import DispatchId, IncidentId
from operator_app.domain.states import DispatchState, IncidentStatus
from operator_app.ui.desk.presenters.desk import DeskPresenter
from operator_app.workflow.desk import Desk
from tests.ui.desk_scene import desk_manner
from tests.unit.desk.room import SeatFeed, SetClock, made_desk


class Officer:
    """One desk as its officer sees it, without a window."""

    def __init__(self) -> None:
        self.clock = SetClock()
        self.feed = SeatFeed(self.clock)
        self.desk: Desk = made_desk(self.clock)[0]
        self.sees = DeskPresenter(self.desk, desk_manner().say)

    async def comes(self, priority: int | str, sent_s: float, *, typing: bool = False) -> DispatchId:
        return (await self.incident(priority, sent_s, typing=typing))[1]

    async def incident(
        self, priority: int | str, sent_s: float, *, typing: bool = False
    ) -> tuple[IncidentId, DispatchId]:
        incident_id, sent = await self.feed.incident(
            priority=str(priority), sent_s=sent_s, village=f"P{priority}"
        )
        self.hears(typing=typing)
        return incident_id, sent[0]

    def hears(self, *, typing: bool = False) -> None:
        self.desk.on_events(self.feed.events)
        self.sees.settle_selection(typing=typing)

    async def moves(self, dispatch_id: DispatchId, *states: DispatchState, reason: str = "") -> None:
        for state in states:
            await self.desk.move(dispatch_id, state, reason)
        self.sees.settle_selection(typing=False)

    def listed(self) -> list[DispatchId]:
        return [line.id for line in self.sees.lines()[0]]

    def alarmed(self) -> DispatchId | None:
        alarm = self.sees.alarm()
        return None if alarm is None else alarm.first


async def test_a_new_fire_leads_alarm_list_and_sheet_before_old_snakes_and_trees() -> None:
    officer = Officer()
    snake = await officer.comes(2, 660)
    tree = await officer.comes(3, 300)
    officer.sees.select(tree)
    fire = await officer.comes(1, 3)
    assert officer.alarmed() == fire
    alarm = officer.sees.alarm()
    assert alarm is not None
    assert "P1" in alarm.detail
    assert officer.listed() == [fire, snake, tree]
    assert officer.sees.selected == fire
    assert officer.sees.is_unread()  # a tap that meant the tree answers nothing
    assert not officer.sees.is_unread()


async def test_of_equals_the_oldest_leads_and_the_sheet_stays() -> None:
    officer = Officer()
    old = await officer.comes(1, 60)
    new = await officer.comes(1, 3)
    assert officer.alarmed() == old
    assert officer.listed() == [old, new]
    assert officer.sees.selected == old
    officer.sees.select(new)
    officer.hears()
    assert officer.sees.selected == new


async def test_a_lesser_newcomer_takes_neither_alarm_nor_sheet() -> None:
    officer = Officer()
    fire = await officer.comes(1, 60)
    await officer.comes(2, 3)
    await officer.comes("", 900)
    assert (officer.alarmed(), officer.sees.selected) == (fire, fire)


async def test_the_accepted_one_stays_in_view_until_the_officer_leaves_it() -> None:
    officer = Officer()
    snake = await officer.comes(2, 660)
    fire = await officer.comes(1, 3)
    await officer.moves(fire, DispatchState.ACCEPTED)
    assert officer.sees.selected == fire
    assert officer.alarmed() == snake
    worse = await officer.comes(1, 1)
    assert officer.sees.selected == fire
    assert officer.alarmed() == worse
    await officer.moves(fire, DispatchState.UNDER_WAY, DispatchState.ON_SCENE)
    assert officer.sees.selected == fire
    await officer.moves(fire, DispatchState.DONE)
    assert officer.sees.selected == worse
    assert officer.sees.is_unread()


async def test_after_a_refusal_the_gravest_waiting_one_follows() -> None:
    officer = Officer()
    tree = await officer.comes(3, 900)
    snake = await officer.comes(2, 660)
    officer.sees.select(tree)
    fire = await officer.comes(1, 30, typing=True)
    assert officer.sees.selected == tree
    await officer.moves(tree, DispatchState.DECLINED, reason="mobil di bengkel")
    assert officer.sees.selected == fire
    assert officer.listed() == [fire, snake]


async def test_a_priority_that_rises_while_it_waits_brings_the_dispatch_to_the_front() -> None:
    officer = Officer()
    snake = await officer.comes(2, 660)
    incident_id, tree = await officer.incident(3, 30)
    assert officer.sees.selected == snake
    await officer.feed.tell("M3", officer.clock.now(), FieldSet(incident_id, "priority", "1"))
    officer.hears()
    assert (officer.alarmed(), officer.sees.selected) == (tree, tree)


async def test_an_ended_one_that_the_officer_opened_is_left_for_something_new_only() -> None:
    officer = Officer()
    ended, gone = await officer.incident(1, 60)
    snake = await officer.comes(2, 30)
    await officer.feed.tell(
        "M3", officer.clock.now(), IncidentMoved(ended, IncidentStatus.CANCELLED, "salah")
    )
    officer.hears()
    assert officer.sees.selected == snake
    officer.sees.select(gone)
    officer.hears()
    assert officer.sees.selected == gone
    tree = await officer.comes(3, 1)
    assert officer.sees.selected == snake
    assert officer.listed() == [snake, tree]
