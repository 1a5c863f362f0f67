"""The desk of one agency: the dispatches it was sent, and its answers to them."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from operator_app.domain.agency import Unavailable, read_until
from operator_app.domain.event import Event
from operator_app.domain.facts.agency import AgencyUnavailable
from operator_app.domain.facts.dispatch import DispatchDelivered
from operator_app.domain.ids import DispatchId, EventId, SeatName
from operator_app.domain.incident import Dispatch, Incident
from operator_app.domain.states import DispatchState, Refusal, RefusedError
from operator_app.domain.triage import Agency, Kind
from operator_app.workflow.arrivals import Arrivals
from operator_app.workflow.board import Board
from operator_app.workflow.bus import Bus
from operator_app.workflow.handover import dispatch_move, find_dispatch
from operator_app.workflow.ports import Clock, LinkState, LinkTrouble, Presence, Saved, Shared
from operator_app.workflow.recorder import Recorder
from operator_app.workflow.site_rules import InForce, SiteRules

UNRATED = 9
FINISHED = frozenset({DispatchState.DONE, DispatchState.DECLINED})


@dataclass(frozen=True, slots=True)
class Share:
    """An incident and this agency's part in it."""

    incident: Incident
    dispatch: Dispatch

    @property
    def is_open(self) -> bool:
        """The agency still has to do something about it."""
        return self.incident.is_open and self.dispatch.state not in FINISHED


def urgency(share: Share) -> int:
    """Rank a share by the priority of its incident: 1 is the gravest, one without a priority comes last."""
    return share.incident.priority or UNRATED


@dataclass(frozen=True, slots=True)
class RecordStanding:
    """Where the last thing done at this desk is: on its disk since `saved_at`, at the server since `shared_at`."""

    saved_at: datetime | None
    shared_at: datetime | None


class Desk:
    """The use cases of an agency's desk. Commands raise `RefusedError` and `JournalFailedError`."""

    def __init__(
        self,
        recorder: Recorder,
        board: Board,
        bus: Bus,
        agency: Agency,
        rules: SiteRules,
        unshared: Iterable[EventId] = (),
    ) -> None:
        """The methods `on_…` are fed by whoever holds the server link.

        `unshared` are the events of an earlier run that the server does not have yet.
        """
        self.agency = agency
        self.board = board
        self.bus = bus
        self._recorder = recorder
        self.rules = InForce(rules)
        self._turn = asyncio.Lock()
        self._delivering: set[DispatchId] = set()
        self._arrivals = Arrivals(bus, unshared)
        self._last: tuple[EventId, datetime] | None = None
        self._last_shared_at: datetime | None = None
        self.link = LinkState(False, recorder.clock.now(), 0, LinkTrouble.NOT_CONFIGURED)
        self.presence: tuple[Presence, ...] = ()
        bus.subscribe(Saved, self._saved)

    # ---- what the window reads

    @property
    def name(self) -> SeatName:
        """Name of this desk's seat."""
        return self._recorder.seat

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
    def clock(self) -> Clock:
        """The clock that events are stamped with."""
        return self._recorder.clock

    def tick(self) -> None:
        """Called each second: notice that somebody has set this PC's clock."""
        self._recorder.watch_clock()

    def now(self) -> datetime:
        """Return the present moment by the clock that events are stamped with."""
        return self._recorder.clock.now()

    def dispatches(self) -> tuple[Share, ...]:
        """Return what this agency still has to do something about: the gravest first, then the oldest."""
        found = (share for share in self.all_shares() if share.is_open)
        return tuple(
            sorted(found, key=lambda share: (urgency(share), share.dispatch.sent_at, share.dispatch.id))
        )

    def ended(self, since: datetime) -> tuple[Share, ...]:
        """Return what was sent to this agency since then and asks nothing more of it, the newest first."""
        return tuple(
            share for share in self.all_shares() if not share.is_open and share.dispatch.sent_at >= since
        )

    def all_shares(self) -> tuple[Share, ...]:
        """Return everything ever sent to this agency, the newest first."""
        found = [
            Share(incident, dispatch)
            for incident in self.board.incidents.values()
            if incident.opened_at is not None
            for dispatch in incident.dispatches
            if dispatch.agency == self.agency.code
        ]
        return tuple(
            sorted(found, key=lambda share: (share.dispatch.sent_at, share.dispatch.id), reverse=True)
        )

    @property
    def unavailable(self) -> Unavailable | None:
        """Until when this agency can send nobody; None while it can."""
        return self.board.unavailable(self.now()).get(self.agency.code)

    def is_shared(self, event_id: EventId) -> bool:
        """Whether the server is known to have that event."""
        return self._arrivals.has(event_id)

    def record_standing(self) -> RecordStanding:
        """Where the last thing done here is."""
        if self._last is None:
            return RecordStanding(None, None)
        event_id, saved_at = self._last
        return RecordStanding(saved_at, self._last_shared_at if self.is_shared(event_id) else None)

    # ---- wishes

    async def shown(self, dispatch_id: DispatchId) -> None:
        """Tell the room once that this dispatch was delivered: the window has painted it."""
        _, dispatch = self._own(dispatch_id)
        if dispatch.delivered_at is not None or dispatch_id in self._delivering:
            return
        self._delivering.add(dispatch_id)
        try:
            await self._recorder.record([DispatchDelivered(dispatch.incident_id, dispatch_id)])
        finally:
            self._delivering.discard(dispatch_id)

    async def accept(self, dispatch_id: DispatchId) -> None:
        """Take the dispatch on; the first agency to do so makes the incident handled, in the same record."""
        await self.move(dispatch_id, DispatchState.ACCEPTED)

    async def move(self, dispatch_id: DispatchId, to: DispatchState, reason: str = "") -> None:
        """Report the next step of this agency; declining needs a reason, an ended incident takes no step."""
        async with self._turn:
            incident, dispatch = self._own(dispatch_id)
            if not incident.is_open:
                raise RefusedError(Refusal.ILLEGAL_MOVE, f"incident is {incident.status}")
            await self._recorder.record(dispatch_move(incident, dispatch, to, reason))

    async def cannot_come(self, typed: str) -> None:
        """Tell the room that this agency can send nobody: until when, and why, as it was typed."""
        read = read_until(typed, self.now(), self.timezone)
        if read is None:
            raise RefusedError(Refusal.UNTIL_UNCLEAR)
        if not read[1]:
            raise RefusedError(Refusal.REASON_MISSING)
        await self._recorder.record([AgencyUnavailable(self.agency.code, *read)])

    async def can_come(self) -> None:
        """Tell the room that this agency can send somebody again."""
        if self.unavailable is not None:
            await self._recorder.record([AgencyUnavailable(self.agency.code, None, "")])

    # ---- what the world tells

    def on_events(self, events: Iterable[Event]) -> None:
        """Take in events of the whole room."""
        taken = tuple(events)
        self._recorder.seen(taken)
        self.bus.publish(self.board.apply(taken))

    def on_restamped(self, events: Sequence[Event]) -> None:
        """Take in that events of ours lay ahead of the server's clock, and have other times now."""
        self._recorder.restamped(events)
        self.bus.publish(self.board.restamped(events))

    def on_shared(self, event_ids: tuple[str, ...]) -> None:
        """Take in that events of ours have arrived at the server."""
        if self._last is not None and self._last[0] in event_ids:
            self._last_shared_at = self.now()
        self.bus.publish(Shared(event_ids))

    def on_link(self, state: LinkState) -> None:
        """Take in that the line to the server is up, down, or has more or less waiting."""
        self.link = state
        self.bus.publish(state)

    def on_presence(self, presence: Sequence[Presence]) -> None:
        """Take in which windows of the room the server has heard of, and how long ago."""
        self.presence = tuple(presence)

    def _own(self, dispatch_id: DispatchId) -> tuple[Incident, Dispatch]:
        incident, dispatch = find_dispatch(self.board, dispatch_id)
        if dispatch.agency != self.agency.code:
            raise RefusedError(Refusal.UNKNOWN_DISPATCH, dispatch_id)
        return incident, dispatch

    def _saved(self, saved: Saved) -> None:
        last = saved.events[-1]
        self._last = (last.id, last.occurred_at)
        self._last_shared_at = self.now() if self.is_shared(last.id) else None
