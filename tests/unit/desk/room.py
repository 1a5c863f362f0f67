"""A small room in memory: a clock that is set by hand, journals, and the seat whose events a desk or wall is told."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from operator_app.domain.event import Event
from operator_app.domain.facts.call import CallAnswered, CallClassified, CallEnded, CallOffered
from operator_app.domain.facts.dispatch import DispatchSent
from operator_app.domain.facts.fact import Fact
from operator_app.domain.facts.incident import FieldSet, IncidentMoved, IncidentOpened
from operator_app.domain.facts.seat import SeatStateChanged
from operator_app.domain.ids import AgencyCode, CallId, DispatchId, IncidentId, SeatName
from operator_app.domain.states import Classification, IncidentStatus, SeatState
from operator_app.domain.triage import Agency, Kind
from operator_app.workflow.board import Board
from operator_app.workflow.bus import Bus
from operator_app.workflow.desk import Desk
from operator_app.workflow.recorder import Note, Recorder
from operator_app.workflow.site_rules import SiteRules
from operator_app.workflow.wallroom import WallRoom
from tests.fakes.memory_journal import MemoryJournal

NOW = datetime(2026, 11, 23, 6, 22, 7, tzinfo=UTC)
DAMKAR = Agency(AgencyCode("DAMKAR"), "Damkar", True)
BPBD = Agency(AgencyCode("BPBD"), "BPBD", True)
RSUD = Agency(AgencyCode("RSUD"), "RSUD", True)
KINDS = (
    Kind("KEB-01", "Kebakaran", "Kebakaran rumah/bangunan", 1, (DAMKAR.code,), (RSUD.code,)),
    Kind("SAT-01", "Satwa", "Buaya di permukiman", 2, (DAMKAR.code,), ()),
    Kind("BEN-01", "Bencana", "Banjir", 2, (BPBD.code,), ()),
    Kind("BEN-03", "Bencana", "Pohon tumbang", 3, (BPBD.code,), ()),
    Kind("KAM-03", "Keamanan", "KDRT/kekerasan anak", 1, (RSUD.code,), (), masked=True),
)
RULES = SiteRules("KTM", ZoneInfo("Asia/Makassar"), KINDS, (DAMKAR, BPBD, RSUD))


class SetClock:
    """A clock that stands still until it is moved; its random bytes count upwards."""

    def __init__(self, now: datetime = NOW) -> None:
        self.time = now
        self._count = 0

    def now(self) -> datetime:
        return self.time

    def random_bytes(self, count: int) -> bytes:
        self._count += 1
        return self._count.to_bytes(count, "big")

    def pc_off_s(self) -> float:
        return 0.0

    def pc_doubt_s(self) -> float:
        return 0.0

    def pc_step_s(self) -> float:
        return 0.0

    def monotonic(self) -> float:
        return self.time.timestamp()

    def forward(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class SeatFeed:
    """What the seats of the room do, as events with a time of our choosing."""

    def __init__(self, clock: SetClock) -> None:
        self.clock = clock
        self.events: list[Event] = []
        self._ids = 0
        self._last_hlc = 0

    def fresh(self, kind: str) -> str:
        self._ids += 1
        return f"{kind}-{self._ids}"

    async def tell(self, seat: str, at: datetime, *facts: Fact) -> list[Event]:
        recorder = Recorder(
            MemoryJournal(seat),
            self.clock,
            Board(),
            Bus(),
            SeatName(seat),
            "Operator shift 2",
            self._last_hlc,
        )
        told = list(await recorder.record([Note(fact, at=at) for fact in facts]))
        self.events.extend(told)
        self._last_hlc = told[-1].hlc
        return told

    def ago(self, seconds: float) -> datetime:
        return self.clock.now() - timedelta(seconds=seconds)

    async def incident(
        self,
        kind: str = "KEB-01",
        *,
        seat: str = "M3",
        number: str = "KTM-261123-M3-014",
        age_s: float = 74,
        agencies: Sequence[Agency] = (DAMKAR,),
        sent_s: float = 16,
        limit_s: int = 60,
        **fields: str,
    ) -> tuple[IncidentId, list[DispatchId]]:
        incident_id = IncidentId(self.fresh("incident"))
        values = {
            "kind": kind,
            "priority": "1",
            "village": "Singa Geweh",
            "district": "Sangatta Selatan",
            **fields,
        }
        await self.tell(
            seat,
            self.ago(age_s),
            IncidentOpened(incident_id, number, None),
            *(FieldSet(incident_id, name, value) for name, value in values.items()),
        )
        sent = [DispatchId(self.fresh("dispatch")) for _ in agencies]
        if agencies:
            await self.tell(
                seat,
                self.ago(sent_s),
                *(
                    DispatchSent(incident_id, dispatch_id, agency.code, limit_s)
                    for dispatch_id, agency in zip(sent, agencies, strict=True)
                ),
                IncidentMoved(incident_id, IncidentStatus.FORWARDED, ""),
            )
        return incident_id, sent

    async def call(
        self,
        offered_s: float,
        *,
        seat: str = "M1",
        number: str | None = "081255440199",
        answered_after_s: float | None = None,
        ended_after_s: float | None = None,
        kind: Classification | None = None,
    ) -> CallId:
        call_id = CallId(self.fresh("call"))
        await self.tell(seat, self.ago(offered_s), CallOffered(call_id, "in", number, ""))
        if answered_after_s is not None:
            await self.tell(seat, self.ago(offered_s - answered_after_s), CallAnswered(call_id))
        if ended_after_s is not None:
            await self.tell(seat, self.ago(offered_s - ended_after_s), CallEnded(call_id, "remote", 200, ""))
        if kind is not None:
            await self.tell(seat, self.clock.now(), CallClassified(call_id, kind))
        return call_id

    async def seat_state(self, seat: str, state: SeatState, since_s: float) -> None:
        await self.tell(seat, self.ago(since_s), SeatStateChanged(state))


def made_desk(
    clock: SetClock, agency: Agency = DAMKAR, journal: MemoryJournal | None = None
) -> tuple[Desk, MemoryJournal]:
    board, bus, journal = Board(), Bus(), journal or MemoryJournal("desk")
    recorder = Recorder(journal, clock, board, bus, SeatName(agency.code), "Petugas piket")
    return Desk(recorder, board, bus, agency, RULES), journal


def made_wall(clock: SetClock) -> WallRoom:
    return WallRoom(Board(), Bus(), clock, RULES, monotonic=clock.monotonic)
