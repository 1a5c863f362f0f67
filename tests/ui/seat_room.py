"""A seat in the middle of a shift: incidents of three seats, earlier calls, two callers waiting, one on the line."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from operator_app.bootstrap.rules import site_rules
from operator_app.config.settings import parse_settings
from operator_app.domain.event import Event
from operator_app.domain.facts.call import (
    CallAnswered,
    CallClassified,
    CallEnded,
    CallIdentified,
    CallMeasured,
    CallOffered,
)
from operator_app.domain.facts.dispatch import DispatchDelivered, DispatchMoved, DispatchSent
from operator_app.domain.facts.incident import FieldSet, IncidentMoved, IncidentOpened
from operator_app.domain.ids import AgencyCode, CallId, DispatchId, IncidentId, SeatName
from operator_app.domain.line import PresenceState
from operator_app.domain.states import Classification, DispatchState, IncidentStatus
from operator_app.workflow.board import Board
from operator_app.workflow.bus import Bus
from operator_app.workflow.ports import LinkState, Shared
from operator_app.workflow.recorder import Recorder
from operator_app.workflow.seat import Seat
from operator_app.workflow.site_rules import SiteRules
from tests.fakes.memory_journal import MemoryJournal
from tests.fakes.memory_phone import MemoryPhone
from tests.fakes.writer import Writer, fresh_id
from tests.unit.workflow.room import HandClock

RESOURCES = Path(__file__).parents[2] / "resources"
NOW = datetime(2026, 11, 23, 6, 22, 7, tzinfo=UTC)
CALLER = "081255440199"
IMEI = "352099001761481"
EMERGENCY_IDS = (
    "urn:emergency:uid:callid:a56e556d871:esrp.example",
    "urn:emergency:uid:incidentid:9f4e2:esrp.example",
)


OTHER_PHONES = (
    ("113", PresenceState.FREE),
    ("117", PresenceState.BUSY),
    ("119", PresenceState.RINGING),
    ("110", PresenceState.AWAY),
    ("101", PresenceState.BUSY),
    ("102", PresenceState.FREE),
    ("104", PresenceState.UNKNOWN),
)
"""How the phone server tells of others: agencies first, then the other seats."""


@lru_cache
def default_rules() -> SiteRules:
    """Kinds with their cards, and agencies as the program brings them."""
    watch = [*(number for number, _ in OTHER_PHONES[:4]), "101 M1", "102 M2", "104 Pos Utara", "105 M5"]
    text = f'[seat]\nname = "M3"\n[site]\nprefix = "KTM"\n[phone]\nwatch = {json.dumps(watch)}'
    return site_rules(parse_settings(text), RESOURCES / "none")


class PastWriter(Writer):
    """Writes events of the past."""

    def back(self, minutes: float) -> "PastWriter":
        """Write from that many minutes before now on."""
        self._time = NOW - timedelta(minutes=minutes)
        return self


@dataclass
class Room:
    """One seat with everything around it in the test's hand."""

    seat: Seat
    phone: MemoryPhone
    clock: HandClock
    journal: MemoryJournal

    def share_all(self) -> None:
        """The server has confirmed everything."""
        self.seat.room.on_shared(tuple(event.id for event in self.journal.kept))

    def connect(self) -> None:
        """The server is there."""
        self.seat.room.on_link(LinkState(True, NOW - timedelta(hours=3), 0))

    def cut(self, waiting: int = 3) -> None:
        """The server is gone since two minutes."""
        self.seat.room.on_link(LinkState(False, NOW - timedelta(minutes=2), waiting, "unreachable"))


def make_room() -> Room:
    """A seat that has just been started, without any past."""
    journal, clock, board, bus, phone = MemoryJournal(), HandClock(NOW), Board(), Bus(), MemoryPhone()
    phone._now = clock.now
    recorder = Recorder(journal, clock, board, bus, SeatName("M3"), "Operator shift 2")
    seat = Seat(recorder, board, bus, phone, default_rules())
    return Room(seat, phone, clock, journal)


def incident(
    writer: PastWriter,
    minutes: float,
    number: str,
    kind: str,
    place: tuple[str, str, str],
    position: str = "",
) -> tuple[IncidentId, list[Event]]:
    """An incident opened that long ago with its kind and place."""
    writer.back(minutes)
    incident_id = IncidentId(fresh_id(NOW - timedelta(minutes=minutes)))
    known = {each.code: each for each in default_rules().kinds}[kind]
    events = [writer.event(IncidentOpened(incident_id, number, None))]
    fields = {
        "place": place[0],
        "village": place[1],
        "district": place[2],
        "kind": kind,
        "priority": str(known.priority),
        "position": position,
    }
    events += [writer.event(FieldSet(incident_id, name, value)) for name, value in fields.items() if value]
    return incident_id, events


def sent(
    writer: PastWriter, incident_id: IncidentId, agency: str, *steps: DispatchState, limit: int = 60
) -> list[Event]:
    """A dispatch to that agency that has gone that far."""
    dispatch_id = DispatchId(fresh_id())
    events = [writer.event(DispatchSent(incident_id, dispatch_id, AgencyCode(agency), limit))]
    events.append(writer.event(IncidentMoved(incident_id, IncidentStatus.FORWARDED, "")))
    events.append(writer.event(DispatchDelivered(incident_id, dispatch_id)))
    events += [writer.event(DispatchMoved(incident_id, dispatch_id, step, "")) for step in steps]
    return events


def past_call(
    writer: PastWriter,
    minutes: float,
    number: str | None,
    classification: Classification | None,
    *,
    vain: bool = False,
    mos: float | None = None,
) -> list[Event]:
    """A call of the past, answered or in vain; with `mos` its line was measured."""
    writer.back(minutes)
    call_id = CallId(fresh_id(NOW - timedelta(minutes=minutes)))
    events = [writer.event(CallOffered(call_id, "in", number, ""))]
    if not vain:
        events.append(writer.event(CallAnswered(call_id)))
    events.append(writer.event(CallEnded(call_id, "remote", 200 if not vain else 487, "")))
    if classification is not None:
        events.append(writer.event(CallClassified(call_id, classification)))
    if mos is not None:
        lost = round((4.4 - mos) * 8, 1)
        events.append(
            writer.event(CallMeasured(call_id, 42, mos, mos - 0.3, lost, 4.0, 21.0, 62.0, 140.0, 0.0))
        )
    if number is None:
        events.append(writer.event(CallIdentified(call_id, EMERGENCY_IDS, IMEI)))
    return events


def room_past() -> list[Event]:
    """What the room has seen so far today."""
    one, two, three = PastWriter("M1"), PastWriter("M2"), PastWriter("M3")
    done = DispatchState
    events: list[Event] = []
    for writer, minutes, number, kind, place, position, dispatches in (
        (one, 12.7, "KTM-261123-M1-013", "SAT-01", ("", "Sangatta Lama", "Sangatta Utara"), "0.51,117.55",
         [("DAMKAR", done.ACCEPTED, done.UNDER_WAY)]),
        (two, 48.0, "KTM-261123-M2-011", "BEN-01", ("", "Muara Bengkal Ilir", "Muara Bengkal"), "0.6,116.9",
         [("BPBD", done.ACCEPTED, done.UNDER_WAY, done.ON_SCENE)]),
        (one, 65.5, "KTM-261123-M1-010", "BEN-03", ("Jl. Poros Bontang km 12", "Teluk Pandan", "Teluk Pandan"),
         "", [("BPBD", done.ACCEPTED)]),
        (two, 200.2, "KTM-261123-M2-006", "UTL-02", ("Perum Griya", "Teluk Lingga", "Sangatta Utara"), "", []),
    ):  # fmt: skip
        incident_id, made = incident(writer, minutes, number, kind, place, position)
        events += made
        for agency, *steps in dispatches:
            events += sent(writer, incident_id, agency, *steps)
    for days, kind_ in (
        (20, Classification.PRANK),
        (35, Classification.INFORMATION),
        (60, Classification.NON_EMERGENCY),
    ):
        events += past_call(three, days * 1440, CALLER, kind_)
    for number_, count in (("081346007781", 4), ("085244710032", 0)):
        for each in range(count):
            events += past_call(three, 3000 + each * 777, number_, Classification.PRANK)
    for minutes_, number__ in ((7, "081250001122"), (16, "082151117788"), (31, None), (44, "081347772211")):
        events += past_call(three, minutes_, number__, None, vain=True)
    events += past_call(three, 43, "081347772211", None, vain=True)
    for minutes_, cls, mos in (
        (25, Classification.PRANK, 4.3),
        (52, Classification.EMERGENCY, 3.1),
        (60, Classification.MISDIRECTED, 3.8),
        (70, None, None),
    ):
        events += past_call(three, minutes_, "081299887766", cls, mos=mos)
    events += past_call(three, 90, None, Classification.INFORMATION, mos=4.1)
    return events


async def busy_room() -> Room:
    """The seat of the design picture: a house fire on the line, two callers waiting, Damkar not answering yet."""
    room = make_room()
    room.connect()
    room.seat.room.on_events(room_past())
    await room.phone.start()
    await room.seat.open()
    for who, state in OTHER_PHONES:
        room.phone.other_is(who, state)
    room.clock.at = NOW - timedelta(seconds=78)
    room.phone.offer(CALLER, display_name="Telkomsel")
    room.clock.pass_s(4)
    await room.seat.answer()
    await settled(room)
    room.clock.pass_s(30)
    await room.seat.form.edit(
        {"place": "Singa Geweh", "village": "Singa Geweh", "district": "Sangatta Selatan"}
    )
    await room.seat.form.choose_kind("KEB-01")
    room.clock.pass_s(20)
    await room.seat.form.edit(
        {
            "landmark": "seberang masjid, gang kecil",
            "neighbourhood": "12",
            "position": "0.47851,117.56320",
            "text": "Dapur terbakar, dua orang belum keluar. Tetangga mulai menyiram.",
            "caller_name": "Bpk. (tidak disebutkan)",
        }
    )
    room.clock.at = NOW - timedelta(seconds=16)
    await room.seat.handover.dispatch([AgencyCode("DAMKAR")])
    room.clock.at = NOW - timedelta(seconds=8)
    room.phone.offer("085244710032")
    room.clock.at = NOW - timedelta(seconds=3)
    room.phone.offer("081346007781")
    room.clock.at = NOW
    await settled(room)
    room.share_all()
    return room


async def settled(room: Room) -> None:
    """Everything noted is in the journal."""
    await room.seat._recorder.settle()


def confirm(room: Room, events: tuple[Event, ...]) -> None:
    """The server confirms those events."""
    room.seat.room.bus.publish(Shared(tuple(event.id for event in events)))
