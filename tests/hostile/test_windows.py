"""Strangers' words in the windows of seat, desk and wall: read letter for letter, no file opened, nothing moved."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QSizePolicy, QWidget

from operator_app.config.settings import MapSettings, ScreenSettings, SeatSettings, Settings, SiteSettings
from operator_app.domain.bounds import LINE_CHARS
from operator_app.domain.event import Event
from operator_app.domain.facts.call import (
    CallAnswered,
    CallConsulted,
    CallEnded,
    CallIdentified,
    CallKeyPressed,
    CallLinked,
    CallOffered,
    CallRecorded,
    CallTransferred,
)
from operator_app.domain.facts.dispatch import DispatchMoved, DispatchSent
from operator_app.domain.facts.fact import Fact
from operator_app.domain.facts.incident import (
    INCIDENT_FIELDS,
    AnswerGiven,
    FieldSet,
    IncidentMoved,
    IncidentNoted,
    IncidentOpened,
    IncidentTaken,
    MajorDeclared,
    Overruled,
    PlaceReadBack,
    ReminderSet,
)
from operator_app.domain.facts.seat import SeatStateChanged
from operator_app.domain.facts.site import CardPublished, PlaceKept
from operator_app.domain.ids import AgencyCode, CallId, DispatchId, IncidentId, SeatName
from operator_app.domain.line import LineFault, SoundDevice
from operator_app.domain.place.location import CallLocation, CivicPart, LocationProblem
from operator_app.domain.states import DispatchState, IncidentStatus, SeatState
from operator_app.domain.triage import Answer, AnswerForm, Card, Phrase, Question
from operator_app.maps.names import PlaceHit
from operator_app.maps.site import default_site
from operator_app.ui.desk.desk_app import build_desk_window
from operator_app.ui.desk.presenters.desk_view import Action
from operator_app.ui.kit.theme import Theme
from operator_app.ui.wall.wall_app import build_wall_window
from operator_app.workflow.board import Board
from operator_app.workflow.bus import Bus
from operator_app.workflow.desk import Desk
from operator_app.workflow.lines import Colleague
from operator_app.workflow.ports import LinkState, ListenerFailed, Presence
from operator_app.workflow.recorder import ClockAhead, JournalTrouble, Recorder
from operator_app.workflow.seat import Seat
from operator_app.workflow.site_rules import SiteRules
from operator_app.workflow.wallroom import WallRoom
from tests.fakes.memory_journal import MemoryJournal
from tests.fakes.memory_phone import MemoryPhone
from tests.fakes.writer import fresh_id
from tests.hostile.strangers import BAIT, PAYLOADS, OpenWatch, by, drawn_faults, hover, markup
from tests.ui.desk_scene import desk_manner, play, texts, until
from tests.ui.scenes import SCENES
from tests.ui.seat_room import NOW, RESOURCES, PastWriter, Room, default_rules, settled
from tests.ui.test_seat_window import Stage, staged
from tests.ui.walk import others
from tests.unit.desk.room import DAMKAR, KINDS, RULES, SetClock
from tests.unit.workflow.room import HandClock

NEEDS_WORDS = frozenset({"known", "major", "card-answered", "raced", "taken-over", "consulted", "places"})
"""Scenes that wait for words of a friendly room."""


def hostile_incident(writer: PastWriter, minutes: float, words: str, kind: str) -> list[Event]:
    """An incident of which everything that is free text is a stranger's."""
    writer.back(minutes)
    at = NOW - timedelta(minutes=minutes)
    where, call, sent = IncidentId(fresh_id(at)), CallId(f"c-{fresh_id(at)}"), DispatchId(fresh_id(at))
    free = [each for each in INCIDENT_FIELDS if each not in ("position", "kind", "priority")]
    facts: list[Fact] = [
        CallOffered(call, "in", words, words, words),
        CallIdentified(call, (words,), words),
        CallAnswered(call),
        IncidentOpened(where, words, call),
        CallLinked(call, where),
        *(FieldSet(where, name, words) for name in free),
        FieldSet(where, words, words),
        FieldSet(where, "kind", kind),
        FieldSet(where, "priority", "1"),
        FieldSet(where, "position", "0.47851,117.56320"),
        IncidentNoted(where, words),
        AnswerGiven(where, 1, words, words),
        Overruled(where, f"agency:{words}", "in", words),
        PlaceReadBack(where, words, words, words, None),
        ReminderSet(where, fresh_id(at), 1, words),
        IncidentTaken(where, SeatName(words)),
        MajorDeclared(where, True),
        DispatchSent(where, sent, AgencyCode("DAMKAR"), 60),
        DispatchSent(where, DispatchId(fresh_id(at)), AgencyCode(words), 60),
        IncidentMoved(where, IncidentStatus.FORWARDED, words),
        DispatchMoved(where, sent, DispatchState.DECLINED, words),
        CallConsulted(call, CallId(words), words),
        CallTransferred(call, words, False, "failed", 486),
        CallKeyPressed(call, words),
        CallEnded(call, words, 200, words),
        CallRecorded(call, (words,), (words,), 3.0),
        PlaceKept(fresh_id(at), words, words, 0.5, 117.5),
        CardPublished("KEB-01", 9, words),
        CardPublished(words, 1, words),
    ]
    return [by(writer.event(fact), words) for fact in facts]


def hostile_rules(words: str) -> SiteRules:
    """The rules of a site whose every word is a stranger's."""
    rules = default_rules()
    phrase = Phrase(words, words)
    questions = (
        Question("burning", phrase, AnswerForm.TEXT),
        Question(
            "inside", phrase, AnswerForm.CHOICE, (Answer("yes", "y", phrase), Answer("no", "t", phrase))
        ),
    )
    kinds = tuple(replace(each, name=words, category=words, card=Card(1, questions)) for each in rules.kinds)
    agencies = tuple(
        replace(each, name=words, phone=each.phone if each.code == "DAMKAR" else each.phone and words)
        for each in rules.agencies
    )
    watched = (Colleague("101", words), Colleague("102", words))
    return replace(rules, kinds=kinds, agencies=agencies, watched=watched)


async def hostile_room(words: str) -> Room:
    """A seat that is told strangers' words by everybody, with such a caller on the line and two waiting."""
    journal, clock, board, bus, phone = MemoryJournal(), HandClock(NOW), Board(), Bus(), MemoryPhone()
    phone._now = clock.now
    recorder = Recorder(journal, clock, board, bus, SeatName("M3"), words)
    room = Room(Seat(recorder, board, bus, phone, hostile_rules(words)), phone, clock, journal)
    room.connect()
    other = PastWriter(words)
    room.seat.room.on_events(
        [
            event
            for minutes, kind in ((12.0, "KEB-01"), (40.0, "SAT-01"), (90.0, words))
            for event in hostile_incident(other, minutes, words, kind)
        ]
    )
    place = CallLocation(
        civic=(CivicPart("A3", words), CivicPart("RD", words), CivicPart(words, words)),
        references=(words,), method=words, problems=(LocationProblem.NOT_ANNOUNCED,),
    )  # fmt: skip
    phone.devices = (SoundDevice(words, hears=True, sounds=True, default=True),)
    await phone.start()
    await room.seat.open()
    phone.offer(words, display_name=words, location=place, emergency_ids=(words,), device=words)
    clock.pass_s(4)
    await room.seat.answer()
    await settled(room)
    typed = ("place", "landmark", "village", "district", "neighbourhood", "caller_name", "text")
    await room.seat.form.edit(dict.fromkeys(typed, words[:LINE_CHARS]))  # the seat's own door
    await room.seat.form.choose_kind("KEB-01")
    await room.seat.handover.dispatch([AgencyCode("DAMKAR")])
    for who in ("M1", words):
        here = str(room.seat.hand.incident_id)
        room.seat.room.on_presence([Presence(who, "seat", 0.2, here, "text"), Presence(words, "seat", 9.0)])
    phone.offer(words, display_name=words)
    phone.offer(None, display_name=words)
    phone.turn_away(words)
    phone._emit(LineFault("library", words))
    await settled(room)
    return room


async def hostile_news(it: Stage, words: str) -> None:
    """What goes wrong is told in strangers' words, too."""
    bus = it.room.seat.room.bus
    bus.publish(ListenerFailed(words, words, words))
    bus.publish(JournalTrouble(3))
    bus.publish(ClockAhead(SeatName(words), 900))
    it.room.seat.room.on_link(LinkState(False, NOW, 3, words, words, 2))
    it.seat_window.screen.second()
    await asyncio.sleep(0)


def find_hostile(words: str) -> Sequence[PlaceHit]:
    """A gazetteer of strangers."""
    return [PlaceHit(words, words, f"{n}", words, words, 0.4, 117.5) for n in range(3)]


def hanging(window: QWidget) -> Iterator[str]:
    """The window if strangers' words have made it wider than its screen."""
    if window.minimumSizeHint().width() <= window.width():
        return
    for each in window.findChildren(QWidget):
        ignored = each.sizePolicy().horizontalPolicy() is QSizePolicy.Policy.Ignored
        wanted = each.minimumWidth() or (0 if ignored else each.minimumSizeHint().width())
        if each.isVisibleTo(window) and wanted > window.width() / 2 and each.layout() is None:
            yield f"{each.objectName() or type(each).__name__} wants {wanted} pixels"


def read_over(windows: Sequence[QWidget], words: str, folder: Path) -> str:
    """What is wrong with how those windows read strangers' words, a line each."""
    with OpenWatch(folder) as watch:
        faults = [fault for window in windows for fault in drawn_faults(window, words)]
        for window in windows:
            window.grab()
            hover(window)
            faults += hanging(window)
        faults += [f"{name} was opened" for name in watch.opened()]
    return "\n".join(sorted({fault[:200] for fault in faults}))


PLAYED = [each for each in SCENES if each not in NEEDS_WORDS]
SEAT = [(name, kind) for kind in ("markup", "long") for name in PLAYED] + [
    ("talking", "entity"),
    ("recent", "entity"),
]


@pytest.mark.parametrize(("name", "kind"), SEAT)
def test_a_seat_reads_strangers_words_letter_for_letter(
    qapp: QApplication, tmp_path: Path, name: str, kind: str
) -> None:
    words = PAYLOADS[kind](tmp_path)

    async def scene(it: Stage) -> None:
        await SCENES[name].play(it)
        await hostile_news(it, words)
        assert read_over([it.window, *others(it.window)], words, tmp_path) == ""

    staged(
        qapp, scene, room=lambda: hostile_room(words), find=lambda _: find_hostile(words), size=(1366, 768)
    )


def hostile_agency(words: str) -> SiteRules:
    """A site of one agency, DAMKAR, whose words are a stranger's."""
    agency = replace(DAMKAR, name=words, phone=words)
    kinds = tuple(replace(each, name=words, category=words) for each in KINDS)
    return replace(RULES, agencies=(agency,), kinds=kinds)


@pytest.mark.parametrize("kind", PAYLOADS)
def test_a_desk_reads_strangers_words_letter_for_letter(
    qapp: QApplication, tmp_path: Path, kind: str
) -> None:
    words = PAYLOADS[kind](tmp_path)

    async def scene() -> None:
        clock, board, bus = SetClock(NOW), Board(), Bus()
        rules = hostile_agency(words)
        recorder = Recorder(MemoryJournal("desk"), clock, board, bus, SeatName(words), words)
        desk = Desk(recorder, board, bus, rules.agencies[0], rules)
        window = build_desk_window(desk, desk_manner(), RESOURCES)
        window.resize(1366, 768)
        QWidget.show(window)
        try:
            desk.on_link(LinkState(True, clock.now(), 0))
            for minutes in (12.0, 40.0):
                desk.on_events(hostile_incident(PastWriter(words), minutes, words, "KEB-01"))
            waiting = [*hostile_incident(PastWriter(words), 2.0, words, words)]
            desk.on_events([each for each in waiting if not isinstance(each.fact, DispatchMoved)])
            await until(lambda: bool(desk.all_shares()) and not window._gather.isActive())
            await window.errands.settle()
            steps: tuple[Callable[[], object], ...] = (
                window._settle, lambda: window._step(1), lambda: window.want(Action.DECLINE),
            )  # fmt: skip
            for step in steps:
                step()
                desk.on_link(LinkState(False, clock.now(), 3, words, words, 2))
                bus.publish(ListenerFailed(words, words, words))
                window._settle()
                await asyncio.sleep(0)
                assert read_over([window], words, tmp_path) == ""
        finally:
            await window.shutdown()
            window.deleteLater()

    play(qapp, scene)


@pytest.mark.parametrize("kind", PAYLOADS)
@pytest.mark.parametrize("distance_m", [2.0, 4.0, 6.0])
def test_a_wall_reads_strangers_words_letter_for_letter(
    qapp: QApplication, tmp_path: Path, kind: str, distance_m: float
) -> None:
    words = PAYLOADS[kind](tmp_path)

    async def scene() -> None:
        clock = SetClock(NOW)
        room = WallRoom(Board(), Bus(), clock, hostile_agency(words), monotonic=clock.monotonic)
        settings = Settings(
            seat=SeatSettings("W1", "wall"),
            site=SiteSettings(name=words, room=words),
            map=MapSettings(enabled=False),
            screen=ScreenSettings(viewing_distance_m=distance_m),
        )
        window = build_wall_window(
            room, texts(), Theme.named("dark"), default_site(RESOURCES), RESOURCES, settings
        )
        window.resize(1920, 1080)
        QWidget.show(window)
        try:
            room.on_link(LinkState(True, clock.now(), 0))
            writer = PastWriter(words)
            room.on_events(hostile_incident(writer, 2.0, words, "KEB-01"))
            room.on_events([writer.event(SeatStateChanged(SeatState.READY))])
            room.on_presence([Presence(words, words, 0.3, words, words)])
            await until(lambda: window._board is not None and not window._gather.isActive())
            assert read_over([window], words, tmp_path) == ""
            room.on_link(LinkState(False, clock.now(), 3, words, words, 2))
            window.read()
            assert read_over([window], words, tmp_path) == ""
        finally:
            await window.shutdown()
            window.deleteLater()

    play(qapp, scene)


def test_the_watch_sees_a_picture_that_a_label_of_qt_opens(qapp: QApplication, tmp_path: Path) -> None:
    words = markup(tmp_path)
    with OpenWatch(tmp_path) as watch:
        label = QLabel(words)
        label.grab()
        assert watch.opened() == [BAIT]
    assert "guesses the format of its text" in "\n".join(drawn_faults(label, words))
    label.deleteLater()
