"""What the use cases ask of the world. Each port has one contract suite, run on the fake and the real one."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol

from operator_app.domain.event import Event
from operator_app.domain.facts.fact import CALL, INCIDENT, About, Thing
from operator_app.domain.ids import JournalId
from operator_app.domain.triage import Card


@dataclass(frozen=True, slots=True)
class ClockMark:
    """The server's time at a moment of this PC's counter; worth nothing in another start of the PC."""

    server_ms: float
    steady_s: float
    boot: str


class Clock(Protocol):
    """Time and randomness. The time is the server's where it is known; it never jumps with this PC's clock."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def random_bytes(self, count: int) -> bytes:
        """Unpredictable bytes."""
        ...

    def pc_off_s(self) -> float:
        """What to add to this PC's own clock to get `now`."""
        ...

    def pc_doubt_s(self) -> float:
        """By how much this PC's clock was wrong when the server was heard last, as long as that may still be so."""
        ...

    def pc_step_s(self) -> float:
        """By how much somebody has set this PC's clock on since this was last asked; 0 for none."""
        ...


class JournalReason(StrEnum):
    """Why the journal could not be written; the words are in the catalogue, below `journal_reason`."""

    FULL = "full"
    READ_ONLY = "read_only"
    GONE = "gone"
    LOCKED = "locked"
    DAMAGED = "damaged"
    FAILED = "failed"


class JournalFailedError(Exception):
    """The journal could not be written. `reason` is for the screen; the text names file and cause for the log."""

    def __init__(self, text: str, reason: JournalReason = JournalReason.FAILED) -> None:
        super().__init__(text)
        self.reason = reason


class DiskStanding(StrEnum):
    """How the disk under a window stands; the words are in the catalogue, below `disk`."""

    FINE = "fine"
    LOW = "low"
    ALMOST_FULL = "almost_full"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class DiskState:
    """Told when the disk under this window stands differently; GONE: its store was deleted, moved or replaced."""

    standing: DiskStanding
    free_mb: int


class Journal(Protocol):
    """The seat's own record. What it has taken is safe on this seat, whatever happens to the rest of the room."""

    @property
    def journal_id(self) -> JournalId:
        """Own identity of this journal; a re-installed seat has a new one."""
        ...

    @property
    def next_seq(self) -> int:
        """The sequence number of the next event of our own."""
        ...

    def append(self, events: Sequence[Event]) -> Awaitable[None]:
        """Return once all events are synced to disk, in order and all or none. Raises `JournalFailedError`."""
        ...


class CardBook(Protocol):
    """Question cards as text that a supervisor can edit."""

    def read(self, kind: str, source: str) -> Card:
        """The card of that kind out of its text. Raises an error that names every fault."""
        ...

    def read_kept(self, kind: str, source: str) -> Card | None:
        """The card out of a text that was published once; None when it cannot be read any more."""
        ...

    def write(self, card: Card) -> str:
        """The card as text that `read` understands."""
        ...


@dataclass(frozen=True, slots=True)
class LinkState:
    """How the seat stands to the server: `since` when, `waiting` events of ours not yet there, and why not.

    `reason` is of `LinkTrouble` or empty; `detail` is for the log and the doctor, never the only text on screen.
    """

    connected: bool
    since: datetime
    waiting: int
    reason: str = ""
    detail: str = ""
    quarantined: int = 0
    unread: int = 0
    """Events of the room that this window could not read."""
    blocked: str = ""
    """Why what we write does not arrive although the line is up; of `LinkTrouble`, empty while it does."""
    blocked_since: datetime | None = None

    @property
    def takes(self) -> bool:
        """Whether the server takes what we write, as far as we know."""
        return self.connected and not self.blocked


class LinkTrouble:
    """Reasons of a link that is down, or by which what we write does not arrive."""

    NOT_CONFIGURED = "not_configured"
    CONNECTING = "connecting"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    SILENT = "silent"
    SCHEMA = "schema"
    SERVER_OLD = "server_old"
    SEAT_OLD = "seat_old"
    STANDBY = "standby"
    READ_ONLY = "read_only"
    FULL = "full"
    BUSY = "busy"
    MAY_NOT_WRITE = "may_not_write"
    TAKES_NOTHING = "takes_nothing"


@dataclass(frozen=True, slots=True)
class Presence:
    """A window of the room as the server last heard of it; `age_s` seconds ago by the server's clock.

    `incident_id` is what it has in its form, `field` the one being typed in; both empty when it told nothing.
    """

    seat: str
    role: str
    age_s: float
    incident_id: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class SetAside:
    """An event of ours that the server will not take: its flat record as kept here, and the server's words for it."""

    record: Mapping[str, Any]
    trouble: str


@dataclass(frozen=True, slots=True)
class Saved:
    """Events are safe on this seat (published after the disk said so)."""

    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """Events of ours have arrived at the server."""

    event_ids: tuple[str, ...]


@dataclass(frozen=True)
class BoardChanged:
    """The room looks different: the things that changed."""

    things: frozenset[Thing]

    @cached_property
    def incidents(self) -> frozenset[str]:
        """Ids of the incidents among them."""
        return self.of(INCIDENT)

    @cached_property
    def calls(self) -> frozenset[str]:
        """Ids of the calls among them."""
        return self.of(CALL)

    def of(self, about: About) -> frozenset[str]:
        """Ids of those of that sort."""
        return frozenset(each.id for each in self.things if each.sort == about.sort)


@dataclass(frozen=True, slots=True)
class ListenerFailed:
    """A listener on the bus raised; shown and logged, never dropped."""

    listener: str
    message: str
    error: str
