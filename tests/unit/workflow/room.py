"""A seat's use cases on a journal in memory, with a clock that the test moves."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from operator_app.domain.ids import AgencyCode, SeatName
from operator_app.domain.triage import Agency, Kind
from operator_app.workflow.board import Board
from operator_app.workflow.bus import Bus
from operator_app.workflow.phone_port import Phone
from operator_app.workflow.recorder import Recorder
from operator_app.workflow.seat import Seat
from operator_app.workflow.site_rules import SiteRules
from tests.fakes.memory_journal import MemoryJournal

DAMKAR, BPBD, RSUD, PLN = (AgencyCode(code) for code in ("DAMKAR", "BPBD", "RSUD", "PLN"))

RULES = SiteRules(
    prefix="KTM",
    timezone=ZoneInfo("Asia/Makassar"),
    kinds=(
        Kind("KEB-01", "Kebakaran", "Kebakaran rumah/bangunan", 1, (DAMKAR,), (RSUD, PLN)),
        Kind("BEN-01", "Bencana", "Banjir", 2, (BPBD,), (DAMKAR,)),
        Kind("UTL-01", "Utilitas", "Listrik padam/kabel", 4, (PLN,), ()),
    ),
    agencies=(
        Agency(DAMKAR, "Damkar", True, "113"),
        Agency(BPBD, "BPBD", True),
        Agency(RSUD, "RSUD", True),
        Agency(PLN, "PLN", False),
    ),
)


class HandClock:
    """Time that stands still until it is moved; random bytes that count up."""

    def __init__(self, at: datetime = datetime(2026, 11, 23, 6, 22, 7, tzinfo=UTC)) -> None:
        self.at = at
        self._count = 0

    def now(self) -> datetime:
        return self.at

    def random_bytes(self, count: int) -> bytes:
        self._count += 1
        return self._count.to_bytes(count, "big")

    def pc_off_s(self) -> float:
        return 0.0

    def pc_doubt_s(self) -> float:
        return 0.0

    def pc_step_s(self) -> float:
        return 0.0

    def pass_s(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Bench:
    """One seat and what stands around it."""

    seat: Seat
    journal: MemoryJournal
    clock: HandClock
    recorder: Recorder
    bus: Bus
    board: Board


def make_seat(phone: Phone | None = None, name: str = "M3", rules: SiteRules = RULES) -> Bench:
    """A seat that has recorded nothing yet."""
    journal, clock, board, bus = MemoryJournal(), HandClock(), Board(), Bus()
    recorder = Recorder(journal, clock, board, bus, SeatName(name), "Operator shift 2")
    return Bench(Seat(recorder, board, bus, phone, rules), journal, clock, recorder, bus, board)


class Pair:
    """Two seats and the wire between them, that carries only when it is told to."""

    def __init__(self, rules: SiteRules = RULES) -> None:
        self.one, self.two = make_seat(name="M1", rules=rules), make_seat(name="M2", rules=rules)
        for number, bench in enumerate((self.one, self.two), 1):
            bench.clock.pass_s(number / 1000)
            bench.clock._count = number * 1_000_000
        self._told = {id(self.one): 0, id(self.two): 0}

    def carry(self) -> None:
        for bench, other in ((self.one, self.two), (self.two, self.one)):
            kept = bench.journal.kept
            other.seat.room.on_events(kept[self._told[id(bench)] :])
            self._told[id(bench)] = len(kept)

    def pass_s(self, seconds: float) -> None:
        self.one.clock.pass_s(seconds)
        self.two.clock.pass_s(seconds)

    async def opened(self) -> None:
        await self.one.seat.form.edit({"place": "Jl. Poros"})
        self.carry()
        self.two.seat.hand.select(self.one.seat.hand.incident_id)
