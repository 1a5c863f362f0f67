"""Whatever the reader lets in, boards fold it and the views of seat, desk and wall tell it: nothing raises."""

import asyncio
from collections.abc import Callable, Sequence

from hypothesis import HealthCheck, given, settings

from operator_app.domain.event import Event
from operator_app.maps.site import default_site
from operator_app.ui.company.presenters.together import RoomNews, TogetherPresenter
from operator_app.ui.desk.presenters.desk import DeskPresenter
from operator_app.ui.finder.presenters.finding import CommandFinder
from operator_app.ui.form.presenters.form import FormPresenter
from operator_app.ui.form.presenters.known import KnownPresenter
from operator_app.ui.form.presenters.ready_text import ready_text
from operator_app.ui.form.presenters.saved import SaveTracker
from operator_app.ui.frame.presenters.footer import link_view
from operator_app.ui.incidents.presenters.incidents import IncidentsPresenter, Order
from operator_app.ui.map.presenters.map_history import MapHistory
from operator_app.ui.map.presenters.map_marks import MapMarks
from operator_app.ui.orders.draft import Draft
from operator_app.ui.phone.presenters.lists import ListsPresenter
from operator_app.ui.phone.presenters.past import NumberPast
from operator_app.ui.phone.presenters.phone import PhonePresenter
from operator_app.ui.phone.presenters.quick import QuickPresenter
from operator_app.ui.seat.presenters.top import TopPresenter
from operator_app.ui.timeline.presenters.reminders import ReminderPresenter
from operator_app.ui.timeline.presenters.timeline import Sort, TimelinePresenter
from operator_app.ui.wall.presenters.wall import WallPresenter
from operator_app.ui.words.site_words import SiteWords
from operator_app.ui.words.texts import load_texts
from operator_app.workflow.board import Board
from operator_app.workflow.ports import BoardChanged, LinkState, Presence
from tests.hostile.rooms import hostile_rooms
from tests.ui.seat_room import NOW, RESOURCES, make_room
from tests.unit.desk.room import SetClock, made_desk, made_wall

SAY = load_texts(RESOURCES, "id", strict=True)
SITE = default_site(RESOURCES)
ROOMS = settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])


@given(hostile_rooms())
@ROOMS
def test_a_seat_tells_whatever_was_let_in(events: Sequence[Event]) -> None:
    asyncio.run(_at_a_seat(events))


async def _at_a_seat(events: Sequence[Event]) -> None:
    room = make_room()
    seat = room.seat
    room.connect()
    failed: list[object] = []
    words, past = SiteWords(SAY, seat.cards), NumberPast(seat.room.board.calls)
    news = RoomNews(seat, SAY, words, lambda: "^")
    news.begin()
    table = IncidentsPresenter(seat, SAY, words)

    def changed(message: BoardChanged) -> None:
        past.changed(message.calls)
        failed.extend(news.changed(message.incidents))
        table.changed(message.incidents)

    seat.room.bus.subscribe(BoardChanged, changed)
    draft = Draft(seat.form.edit, lambda: 0.0, lambda: None)
    form = FormPresenter(seat, SAY, words, draft, SaveTracker(), site=SITE)
    timeline, reminders = TimelinePresenter(seat, SAY, words), ReminderPresenter(seat, SAY, words)
    together, known, lists = (
        TogetherPresenter(seat, SAY, words),
        KnownPresenter(seat, SAY, words),
        ListsPresenter(seat, SAY, past),
    )
    finder = CommandFinder(seat, SAY, words, table, past, lambda _: (), lambda: ())
    marks = MapMarks(seat, SITE, words, table)
    for half in (events[: len(events) // 2], events):
        told = seat.room.board.apply(())
        seat.room.on_events(half)
        seat.room.on_presence([Presence(each.seat, "seat", 9.0, str(each.id), "text") for each in half[:3]])
        seat.room.on_link(LinkState(False, NOW, 3, "unreachable", "", 1, 2))
        del told
        for incident_id in (None, *seat.room.board.incidents):
            seat.hand.select(incident_id)
            for view in (form.view, together.view, known.view, lambda: known.look({})):
                view()
            for sort in Sort:
                timeline.sort = sort
                timeline.rows()
            if seat.hand.incident is not None:
                ready_text(seat, SAY, words, seat.hand.incident)
        for order in Order:
            table.order = order
            for wanted in ("", "a", "081"):
                for row in table.rows(wanted):
                    table.cells(row, seat.duty.now())
        lists.gather()
        lists.view()
        for look in (
            PhonePresenter(seat, SAY, past).view, TopPresenter(seat, SAY, words).view, QuickPresenter(seat, SAY).view,
            reminders.changes, marks.marks, MapHistory(seat).points, lambda: link_view(seat, SAY), news.lost,
        ):  # fmt: skip
            look()
        for typed in ("", "a", "0812", "M1"):
            finder.find(typed)
        for call in seat.room.board.calls.values():
            if call.number:
                finder.history(call.number)
        await seat.tick()
    await seat._recorder.settle()


@given(hostile_rooms())
@ROOMS
def test_a_desk_tells_whatever_was_let_in(events: Sequence[Event]) -> None:
    desk, _ = made_desk(SetClock())
    presenter = DeskPresenter(desk, SAY)
    desk.on_link(LinkState(True, NOW, 0, unread=1))
    for half in (events[: len(events) // 2], events):
        desk.on_events(half)
        presenter.settle_selection(typing=False)
        presenter.withdrawn()
        for share in (None, *desk.all_shares()):
            if share is not None:
                presenter.select(share.dispatch.id)
            parts: tuple[Callable[[], object], ...] = (
                presenter.top, presenter.alarm, presenter.lines, presenter.sheet, presenter.allowed, presenter.record,
            )  # fmt: skip
            for part in parts:
                part()


@given(hostile_rooms())
@ROOMS
def test_a_wall_tells_whatever_was_let_in(events: Sequence[Event]) -> None:
    room = made_wall(SetClock())
    presenter = WallPresenter(room, SAY)
    room.on_link(LinkState(True, NOW, 0, unread=1))
    for half in (events[: len(events) // 2], events):
        room.on_events(half)
        room.on_presence([Presence(each.seat, "seat", 9.0) for each in half[:3]])
        presenter.view()


@given(hostile_rooms())
@settings(deadline=None, max_examples=50)
def test_a_board_is_the_same_in_whatever_order_it_was_told(events: Sequence[Event]) -> None:
    one, other = Board(), Board()
    one.apply(events)
    other.apply(reversed(events))
    assert dict(one.incidents) == dict(other.incidents)
    assert dict(one.calls) == dict(other.calls)
