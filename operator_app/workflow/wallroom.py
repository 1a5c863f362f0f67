"""The wall's view of the room: what the server told, when it last said a word, and the figures. Writes nothing."""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from operator_app.domain.event import Event
from operator_app.domain.figures import Figures, figures
from operator_app.domain.ids import SeatName
from operator_app.domain.limits import AnswerGoal
from operator_app.domain.triage import Agency, Kind
from operator_app.workflow.board import Board
from operator_app.workflow.bus import Bus
from operator_app.workflow.ports import Clock, LinkState, LinkTrouble, Presence
from operator_app.workflow.site_desk import SiteStanding
from operator_app.workflow.site_rules import InForce, SiteRules

SEAT_ROLE = "seat"


class WallRoom:
    """A read-only copy of the room with the age of what it knows. Loop thread only."""

    def __init__(
        self,
        board: Board,
        bus: Bus,
        clock: Clock,
        rules: SiteRules,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`on_events`, `on_link` and `on_presence` are fed by whoever holds the server link.

        A link calls itself connected when everything missed has been told.
        Ages are taken from `monotonic` (seconds): a clock set back must not make old data look fresh.
        """
        self.board = board
        self.bus = bus
        self._clock = clock
        self._monotonic = monotonic
        self.rules = InForce(rules)
        self.site = SiteStanding()
        """How the wall stands to the site's data as it was published."""
        bus.subscribe(SiteStanding, self._note_site)
        self.link = LinkState(False, clock.now(), 0, LinkTrouble.NOT_CONFIGURED)
        self.presence: tuple[Presence, ...] = ()
        self._presence_s: float | None = None
        self._heard_s: float | None = None

    @property
    def timezone(self) -> ZoneInfo:
        """Local time of the room."""
        return self.rules.now.timezone

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Incident kinds of the site."""
        return self.rules.now.kinds

    @property
    def agencies(self) -> tuple[Agency, ...]:
        """Agencies of the site."""
        return self.rules.now.agencies

    @property
    def goal(self) -> AnswerGoal:
        """How fast the site wants calls to be answered."""
        return self.rules.now.goal

    def now(self) -> datetime:
        """Return the present moment, corrected by the server's clock where it is known."""
        return self._clock.now()

    def data_age_s(self) -> float | None:
        """Seconds since the server last said anything, the whole room having been told; None before that."""
        return None if self._heard_s is None else self._monotonic() - self._heard_s

    def presence_ages(self) -> dict[SeatName, float] | None:
        """Seconds since the server heard from each seat, plus the age of that word; None before the first."""
        if self._presence_s is None:
            return None
        grown = self._monotonic() - self._presence_s
        return {SeatName(each.seat): each.age_s + grown for each in self.presence if each.role == SEAT_ROLE}

    def day_start(self, now: datetime) -> datetime:
        """Local midnight before `now`."""
        return now.astimezone(self.timezone).replace(hour=0, minute=0, second=0, microsecond=0)

    def figures(self, now: datetime) -> Figures:
        """Count the room at `now`; no seat is called lost before the server has told who is there."""
        return figures(
            self.board.calls.values(),
            self.board.incidents.values(),
            self.board.seats.values(),
            now,
            self.day_start(now),
            presence=self.presence_ages(),
            answer_within_s=self.goal.within_s,
        )

    # ---- what the world tells

    def on_events(self, events: Iterable[Event]) -> None:
        """Take in events of the whole room."""
        self._heard()
        self.bus.publish(self.board.apply(events))

    def on_shared(self, event_ids: tuple[str, ...]) -> None:
        """Take in that the server has answered; a wall has no events of its own."""
        del event_ids
        self._heard()

    def on_link(self, state: LinkState) -> None:
        """Take in that the line to the server is up or down."""
        self.link = state
        self._heard()
        self.bus.publish(state)

    def on_presence(self, presence: Sequence[Presence]) -> None:
        """Take in which windows the server has heard of, and how long ago; comes with every heartbeat."""
        self._heard()
        self.presence, self._presence_s = tuple(presence), self._monotonic()

    def _note_site(self, standing: SiteStanding) -> None:
        self.site = standing

    def _heard(self) -> None:
        """Note the word, unless the link is still catching up: until then the picture is old or empty."""
        if self.link.connected:
            self._heard_s = self._monotonic()
