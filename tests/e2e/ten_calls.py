"""Ten calls of different kinds taken by keyboard alone: real SIP from SIPp, real keys through X, the end read by psql.

Five emergencies with an incident and its hand-over, four noise calls that cost one key, one complaint that is written
down and goes to nobody's desk. `python -m tests.e2e.ten_calls [FOLDER]` plays them with a picture after each.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from operator_app.room.peers import SippCall, SippCaller
from operator_app.room.room import Room
from operator_app.room.waiting import wait_for
from operator_app.room.window import Window
from tests.e2e.steps import answer, wait_ready, wait_ring, write_incident


@dataclass(frozen=True, slots=True)
class Taken:
    """One call: what is typed and pressed, and how psql must read it afterwards."""

    name: str
    classification: str
    class_key: str
    place: str = ""
    kind_typed: str = ""
    kind: str = ""
    text: str = ""
    hand_over: bool = False
    agencies: str = ""

    @property
    def is_noise(self) -> bool:
        """Whether one key ends it."""
        return not self.kind


TEN = (
    Taken(
        "house fire", "emergency", "alt+1", "Gang Mawar 3, Teluk Lingga", "keb rum", "KEB-01",
        "Dapur terbakar, dua orang belum keluar.", hand_over=True, agencies="DAMKAR accepted, RSUD sent",
    ),
    Taken(
        "accident", "emergency", "alt+1", "Jalan Poros Sangatta Bontang km 5", "lak", "LAK-01",
        "Dua motor bertabrakan, satu luka berat.", hand_over=True, agencies="DAMKAR accepted, RSUD sent",
    ),
    Taken(
        "crocodile", "emergency", "alt+1", "Tepi sungai Sangatta, Masabang", "buaya", "SAT-01",
        "Buaya tiga meter di bawah rumah.", hand_over=True, agencies="DAMKAR accepted, RSUD sent",
    ),
    Taken(
        "flood", "emergency", "alt+1", "Muara Bengkal Ilir RT 4", "banjir", "BEN-01",
        "Air setinggi lutut dan masih naik.", hand_over=True, agencies="BPBD sent, DAMKAR accepted, RSUD sent",
    ),
    Taken(
        "medical", "emergency", "alt+1", "Perumahan Griya Prima blok C", "med", "MED-01",
        "Laki-laki 60 tahun, nyeri dada.", hand_over=True, agencies="RSUD sent",
    ),
    Taken("silent", "ghost", "alt+5"),
    Taken("prank", "prank", "alt+4"),
    Taken("misdirected", "misdirected", "alt+6"),
    Taken("test", "test", "alt+7"),
    Taken(
        "complaint", "non_emergency", "alt+2", "Teluk Lingga", "utl-02", "UTL-02",
        "Air PDAM mati sejak kemarin.",
    ),
)  # fmt: skip


def number_of(place: int) -> str:
    """Return the caller's number: nobody has it."""
    return f"0812000002{place:02d}"


def take_all(room: Room, seat: Window, desk: Window, done: Callable[[Taken], None]) -> list[str]:
    """Take every call, one after the other; returns the incidents' numbers. Never touches a mouse."""
    numbers = []
    for place, call in enumerate(TEN):
        numbers += list(_take(room, seat, desk, place, call))
        done(call)
    return numbers


def _take(room: Room, seat: Window, desk: Window, place: int, call: Taken) -> Iterator[str]:
    number = number_of(place)
    target = room.phone_address(seat.name).partition("@")[2]
    sipp = SippCaller(room.crew, f"call-{place}", target, SippCall(user=number, talk_ms=None))
    wait_ring(seat, number)
    answer(seat)
    if call.is_noise:
        seat.press(call.class_key)  # ends and classifies
    else:
        incident = write_incident(seat, call.place, call.kind_typed, call.kind, call.text)
        if call.hand_over:
            seat.press("F7")
            seat.wait_text("incidentsTable", "Menunggu")
        if "DAMKAR" in call.agencies:
            desk.wait_words("PENUGASAN BARU")
            desk.press("F6", "F2")  # what was accepted before stays in view until the officer leaves it
            seat.wait_text("timeline", "Damkar: Diterima")
        seat.press("F12")
        seat.wait_text("topState", "Pasca-panggilan")
        seat.press(call.class_key)
        seat.press("F11")
        yield incident
    assert sipp.wait() == 0, sipp.report()
    seat.wait_text("topState", "Siap")


def record_of(room: Room, place: int) -> tuple[str, ...]:
    """Return what psql reads of a call: state, classification, answered, incident's kind, text, status, agencies."""
    found = room.sql(
        "SELECT c.state, c.classification, c.answered_at IS NOT NULL, coalesce(i.kind, ''), coalesce(i.text, ''),"
        " coalesce(i.status, ''), coalesce((SELECT string_agg(d.agency || ' ' || d.state, ', ' ORDER BY d.agency)"
        "  FROM op112.dispatch d WHERE d.incident_id = i.id), '')"
        " FROM op112.call c LEFT JOIN op112.incident i ON i.id::text = c.incident_id::text"
        f" WHERE c.number = '{number_of(place)}'"
    )
    assert len(found) <= 1, found
    return found[0] if found else ()


def wanted_of(call: Taken) -> tuple[str, ...]:
    """Return how the record of a call must read."""
    if call.is_noise:
        status = ""
    elif call.hand_over:
        status = "handled" if "accepted" in call.agencies else "forwarded"
    else:
        status = "new"
    return ("ended", call.classification, "t", call.kind, call.text, status, call.agencies)


def check_all(room: Room, numbers: list[str]) -> None:
    """Hold the record against what was done: every call and incident once, each in its right end state."""
    for place, call in enumerate(TEN):
        wanted = wanted_of(call)
        wait_for(
            f"{call.name} stands in the record as {wanted}",
            lambda p=place, w=wanted: record_of(room, p) == w,  # type: ignore[misc]
            20,
            lambda p=place: str(record_of(room, p)),  # type: ignore[misc]
        )
    assert room.sql("SELECT count(*) FROM op112.call") == [(str(len(TEN)),)]
    kept = [row[0] for row in room.sql("SELECT number FROM op112.incident ORDER BY number")]
    assert kept == sorted(numbers)


def open_room(room: Room) -> tuple[Window, Window]:
    """Open a seat and the desk of Damkar, both ready."""
    seat = room.seat("M1", map_pane=False, start=False)
    desk = room.desk("DAMKAR", start=False)
    for window in (seat, desk):
        window.start(wait=False)
    for window in (seat, desk):
        window.wait_shown()
    wait_ready(seat, desk)
    return seat, desk


def main() -> None:
    """Play the ten calls and leave a picture of each in the folder."""
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "build/ten-calls").absolute()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="operator-112-ten-") as folder, Room(Path(folder)) as room:
        room.start_server()
        seat, desk = open_room(room)

        def done(call: Taken) -> None:
            seat.screenshot(out / f"{TEN.index(call) + 1:02d}-{call.name.replace(' ', '-')}.png")
            print(f"{call.name}: taken", flush=True)

        check_all(room, take_all(room, seat, desk, done))
    print(f"Ten calls taken by keyboard alone, each read back by psql; pictures in {out}")


if __name__ == "__main__":
    main()
