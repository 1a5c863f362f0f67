"""What an agency's desk says: its dispatches, the incident in view, what may be done next, where it is saved."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from operator_app.domain.ids import DispatchId
from operator_app.domain.incident import Dispatch, Incident
from operator_app.domain.messages import (
    DispatchDelivered,
    DispatchMoved,
    DispatchOverdue,
    DispatchSent,
    Event,
    FieldSet,
    IncidentMoved,
    IncidentNoted,
)
from operator_app.domain.states import DISPATCH_MOVES, ENDED_INCIDENT, DispatchState
from operator_app.ui.presenters.wording import (
    PRIORITY_TONES,
    Say,
    Tone,
    local_time,
    number_text,
    running,
    zone_name,
)
from operator_app.workflow.desk import Desk, Share
from operator_app.workflow.ports import LinkTrouble

ENDED_SHOWN = timedelta(hours=12)
CHANGED_TOGETHER = timedelta(minutes=1)


class Action(StrEnum):
    """What the desk can do with the dispatch in view."""

    ACCEPT = "accept"
    UNDER_WAY = "under_way"
    ON_SCENE = "on_scene"
    DONE = "done"
    DECLINE = "decline"


TARGETS = {
    Action.ACCEPT: DispatchState.ACCEPTED,
    Action.UNDER_WAY: DispatchState.UNDER_WAY,
    Action.ON_SCENE: DispatchState.ON_SCENE,
    Action.DONE: DispatchState.DONE,
    Action.DECLINE: DispatchState.DECLINED,
}

STATE_TONES = {
    DispatchState.SENT: Tone.WATCH,
    DispatchState.ACCEPTED: Tone.BUSY,
    DispatchState.UNDER_WAY: Tone.BUSY,
    DispatchState.ON_SCENE: Tone.GOOD,
    DispatchState.DONE: Tone.QUIET,
    DispatchState.DECLINED: Tone.QUIET,
}


@dataclass(frozen=True, slots=True)
class DispatchLine:
    """One dispatch in the list; `time` runs, `limit` is empty once the agency has answered."""

    id: DispatchId
    priority: str
    priority_tone: Tone
    kind: str
    place: str
    number: str
    state: str
    tone: Tone
    time: str
    limit: str
    selected: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the timeline; `saved` says where an own step is, empty for the steps of others."""

    id: str
    time: str
    text: str
    who: str
    saved: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class IncidentSheet:
    """The incident in view, in words; empty texts where nothing was told."""

    dispatch_id: DispatchId
    number: str
    kind: str
    priority: str
    priority_tone: Tone
    state: str
    tone: Tone
    place: str
    landmark: str
    area: str
    position: str
    caller: str
    text: str
    others: str
    steps: tuple[Step, ...]
    allowed: frozenset[Action]


@dataclass(frozen=True, slots=True)
class Alarm:
    """Dispatches that nobody has answered: `count` of them, `first` is the one that has waited longest."""

    count: int
    first: DispatchId
    headline: str
    detail: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class DeskView:
    """Everything that stands in the desk's window at one moment."""

    agency: str
    seat: str
    clock: str
    zone: str
    server: str
    server_tone: Tone
    cut_off: str
    record: str
    alarm: Alarm | None
    open_lines: tuple[DispatchLine, ...]
    ended_lines: tuple[DispatchLine, ...]
    sheet: IncidentSheet | None


class DeskPresenter:
    """Turns the desk into words and remembers which dispatch is in view."""

    def __init__(self, desk: Desk, say: Say) -> None:
        """Speak about `desk` in the language of `say`."""
        self._desk = desk
        self._say = say
        self._kinds = {kind.code: kind for kind in desk.kinds}
        self._selected: DispatchId | None = None
        self._waiting: set[DispatchId] = set()
        self._open: set[DispatchId] = set()

    @property
    def selected(self) -> DispatchId | None:
        """The dispatch in view."""
        return self._selected

    def select(self, dispatch_id: DispatchId) -> None:
        """Bring a dispatch into view."""
        self._selected = dispatch_id

    def step_selection(self, by: int) -> None:
        """Bring the next (1) or the previous (-1) open dispatch of the list into view."""
        ids = [share.dispatch.id for share in self._desk.dispatches()]
        if ids:
            here = ids.index(self._selected) if self._selected in ids else -by
            self._selected = ids[max(0, min(len(ids) - 1, here + by))]

    def settle_selection(self, *, typing: bool) -> None:
        """Choose what is in view when the room has changed.

        A dispatch that has just come in, or the next one after an answer, comes into view by itself; but never in
        place of another unanswered one, and never under the hand of somebody who is typing a reason.
        """
        shares = self._desk.dispatches()
        held = next((share for share in shares if share.dispatch.id == self._selected), None)
        waiting = [share.dispatch.id for share in shares if share.dispatch.is_waiting]
        fresh = not self._waiting.issuperset(waiting)
        answered = self._selected in self._waiting and self._selected not in waiting
        self._waiting = set(waiting)
        if typing:
            return
        if waiting and self._selected not in waiting and (held is None or fresh or answered):
            self._selected = waiting[-1]
        elif held is None and self._find(self._selected) is None:
            self._selected = shares[0].dispatch.id if shares else None

    def withdrawn(self) -> str:
        """Name the dispatches whose incident 112 has ended since this was last asked; empty for none.

        A crew may be under way to it: it must not just vanish from the list.
        """
        shares = {share.dispatch.id: share for share in self._desk.all_shares()}
        gone = [shares[each] for each in self._open if each in shares and not shares[each].incident.is_open]
        self._open = {share.dispatch.id for share in shares.values() if share.is_open}
        return " · ".join(
            f"{self._say(f'desk.status_{share.incident.status}')}: {share.incident.number} {self._kind(share.incident)}"
            for share in gone
        )

    def view(self) -> DeskView:
        """Return the window as it has to look now."""
        now = self._desk.now()
        shown = self._find(self._selected)
        server, server_tone = self._server()
        return DeskView(
            agency=self._desk.agency.name,
            seat=self._desk.name,
            clock=local_time(now, self._desk.timezone),
            zone=zone_name(now, self._desk.timezone),
            server=server,
            server_tone=server_tone,
            cut_off=self._cut_off(),
            record=self._record(),
            alarm=self._alarm(now),
            open_lines=tuple(self._line(share, now) for share in self._desk.dispatches()),
            ended_lines=tuple(self._line(share, now) for share in self._desk.ended(now - ENDED_SHOWN)),
            sheet=None if shown is None else self._sheet(shown),
        )

    # ---- where things are

    def _server(self) -> tuple[str, Tone]:
        link = self._desk.link
        if link.connected and not link.waiting:
            return self._say("desk.server_up"), Tone.GOOD
        if link.connected:
            return self._say("desk.server_waiting", n=link.waiting), Tone.WATCH
        none = link.reason == LinkTrouble.NOT_CONFIGURED
        return self._say("desk.server_none" if none else "desk.server_down"), Tone.ALARM

    def _cut_off(self) -> str:
        """Say what a lost server means here: no dispatch can come in; empty while the line is up."""
        link = self._desk.link
        if link.connected:
            return ""
        if link.reason == LinkTrouble.NOT_CONFIGURED:
            return self._say("desk.cut_off_none")
        words = self._say("desk.cut_off", time=local_time(link.since, self._desk.timezone))
        return f"{words} {self._say('desk.cut_off_waiting', n=link.waiting)}" if link.waiting else words

    def _record(self) -> str:
        standing, zone = self._desk.record_standing(), self._desk.timezone
        if standing.saved_at is None:
            return ""
        saved = local_time(standing.saved_at, zone)
        if standing.shared_at is None:
            return self._say("desk.saved_here", time=saved)
        return self._say("desk.saved_shared", time=saved, server=local_time(standing.shared_at, zone))

    # ---- the list

    def _alarm(self, now: datetime) -> Alarm | None:
        waiting = [share for share in self._desk.dispatches() if share.dispatch.is_waiting]
        if not waiting:
            return None
        first = waiting[-1]
        waited_s = (now - first.dispatch.sent_at).total_seconds()
        overdue = any(_overdue(share.dispatch, now) for share in waiting)
        headline = (
            self._say("desk.alarm_one") if len(waiting) == 1 else self._say("desk.alarm_many", n=len(waiting))
        )
        detail = self._say(
            "desk.alarm_detail",
            kind=self._kind(first.incident),
            place=self._short_place(first.incident),
            time=running(waited_s),
            limit=running(first.dispatch.ack_within_s),
        )
        if overdue:
            headline = self._say("desk.alarm_overdue", text=headline)
        return Alarm(len(waiting), first.dispatch.id, headline, detail, overdue)

    def _line(self, share: Share, now: datetime) -> DispatchLine:
        incident, dispatch = share.incident, share.dispatch
        state, tone = self._state(share, now)
        return DispatchLine(
            id=dispatch.id,
            priority=_priority(incident),
            priority_tone=PRIORITY_TONES[incident.priority],
            kind=self._kind(incident),
            place=self._short_place(incident),
            number=incident.number,
            state=state,
            tone=tone,
            time=running((now - _since(dispatch)).total_seconds())
            if share.is_open
            else self._ended_at(share),
            limit=self._say("desk.limit", time=running(dispatch.ack_within_s)) if _asked(share) else "",
            selected=dispatch.id == self._selected,
            is_open=share.is_open,
        )

    def _state(self, share: Share, now: datetime) -> tuple[str, Tone]:
        if not share.incident.is_open and share.dispatch.state not in (
            DispatchState.DONE,
            DispatchState.DECLINED,
        ):
            return self._say(f"desk.status_{share.incident.status}"), Tone.QUIET
        if _asked(share) and _overdue(share.dispatch, now):
            return self._say("desk.state_overdue"), Tone.ALARM
        return self._say(f"desk.state_{share.dispatch.state}"), STATE_TONES[share.dispatch.state]

    def _ended_at(self, share: Share) -> str:
        return local_time(_since(share.dispatch), self._desk.timezone)[:5]

    # ---- the incident in view

    def _sheet(self, share: Share) -> IncidentSheet:
        incident, dispatch = share.incident, share.dispatch
        state, tone = self._state(share, self._desk.now())
        name, number = incident.value("caller_name"), number_text(incident.value("caller_number"))
        return IncidentSheet(
            dispatch_id=dispatch.id,
            number=incident.number,
            kind=self._kind(incident),
            priority=self._priority_words(incident),
            priority_tone=PRIORITY_TONES[incident.priority],
            state=state,
            tone=tone,
            place=incident.value("place"),
            landmark=incident.value("landmark"),
            area=self._area(incident),
            position=_position(incident),
            caller=" · ".join(part for part in (name, number) if part) or self._say("desk.caller_unknown"),
            text=incident.value("text"),
            others=self._others(incident),
            steps=self._steps(incident, dispatch),
            allowed=allowed(share),
        )

    def _priority_words(self, incident: Incident) -> str:
        if incident.priority is None:
            return self._say("desk.priority_none")
        return self._say(f"desk.priority_{incident.priority}")

    def _kind(self, incident: Incident) -> str:
        code = incident.value("kind")
        kind = self._kinds.get(code)
        return kind.name if kind else code or self._say("desk.kind_unknown")

    def _short_place(self, incident: Incident) -> str:
        village, district = incident.value("village"), incident.value("district")
        return village or incident.value("place") or district or self._say("desk.place_unknown")

    def _area(self, incident: Incident) -> str:
        neighbourhood = incident.value("neighbourhood")
        parts = (incident.value("village"), incident.value("district"))
        area = ", ".join(part for part in parts if part)
        return f"{area} · {neighbourhood}" if area and neighbourhood else area or neighbourhood

    def _others(self, incident: Incident) -> str:
        names = {agency.code: agency.name for agency in self._desk.agencies}
        others = (each for each in incident.dispatches if each.agency != self._desk.agency.code)
        return " · ".join(
            f"{names.get(each.agency, each.agency)}: {self._say(f'desk.state_{each.state}')}"
            for each in others
        )

    # ---- the timeline

    def _steps(self, incident: Incident, dispatch: Dispatch) -> tuple[Step, ...]:
        """Tell what concerns this agency, newest first; words changed together are one step."""
        steps: list[Step] = []
        fields: list[str] = []
        together: Event | None = None
        sent = False
        for event in incident.timeline:
            sent = sent or (isinstance(event.fact, DispatchSent) and event.fact.dispatch_id == dispatch.id)
            if isinstance(event.fact, FieldSet):
                if not sent:
                    continue
                word = self._say(f"desk.field_{event.fact.field}")
                if together is not None and _one_act(together, event):
                    steps.pop()
                else:
                    fields = []
                fields = [*(each for each in fields if each != word), word]
                together = event
                steps.append(
                    self._step(event, self._say("desk.step_changed", field=", ".join(fields)), Tone.WATCH)
                )
                continue
            told = self._told(event, dispatch)
            if told is not None:
                together = None
                text, tone = told
                if event.id in incident.rejected:
                    text, tone = self._say("desk.step_rejected", text=text), Tone.QUIET
                steps.append(self._step(event, text, tone))
        return tuple(reversed(steps))

    def _step(self, event: Event, text: str, tone: Tone) -> Step:
        time = local_time(event.occurred_at, self._desk.timezone)
        who = self._say("desk.here") if event.seat == self._desk.name else self._seat_name(event.seat)
        return Step(event.id, time, text, who, self._where(event), tone)

    def _seat_name(self, name: str) -> str:
        is_number = name[:1] == "M" and name[1:].isdigit()
        return self._say("desk.seat_number", n=name[1:]) if is_number else name

    def _where(self, event: Event) -> str:
        if event.seat != self._desk.name:
            return ""
        return self._say("desk.step_shared" if self._desk.is_shared(event.id) else "desk.step_here")

    def _told(self, event: Event, dispatch: Dispatch) -> tuple[str, Tone] | None:
        match event.fact:
            case DispatchSent(dispatch_id=own) if own == dispatch.id:
                return self._say("desk.step_sent", limit=running(dispatch.ack_within_s)), Tone.PLAIN
            case DispatchDelivered(dispatch_id=own) if own == dispatch.id:
                return self._say("desk.step_delivered"), Tone.PLAIN
            case DispatchOverdue(dispatch_id=own) if own == dispatch.id:
                return self._say("desk.step_overdue"), Tone.ALARM
            case DispatchMoved(dispatch_id=own, to=DispatchState.DECLINED, reason=reason) if (
                own == dispatch.id
            ):
                return self._say("desk.step_declined", reason=reason), Tone.WATCH
            case DispatchMoved(dispatch_id=own, to=to) if own == dispatch.id:
                return self._say(f"desk.state_{to}"), Tone.PLAIN
            case IncidentNoted(text=text):
                return self._say("desk.step_note", text=text), Tone.PLAIN
            case IncidentMoved(to=to, reason=reason) if to in ENDED_INCIDENT:
                words = self._say(f"desk.status_{to}")
                return (f"{words}: {reason}" if reason else words), Tone.WATCH
        return None

    def _find(self, dispatch_id: DispatchId | None) -> Share | None:
        if dispatch_id is None:
            return None
        return next((share for share in self._desk.all_shares() if share.dispatch.id == dispatch_id), None)


def allowed(share: Share) -> frozenset[Action]:
    """Return what may be done next with a dispatch."""
    if not share.incident.is_open:
        return frozenset()
    return frozenset(action for action, to in TARGETS.items() if to in DISPATCH_MOVES[share.dispatch.state])


def _one_act(one: Event, other: Event) -> bool:
    return one.seat == other.seat and other.occurred_at - one.occurred_at < CHANGED_TOGETHER


def _asked(share: Share) -> bool:
    return share.is_open and share.dispatch.is_waiting


def _overdue(dispatch: Dispatch, now: datetime) -> bool:
    waited_s = (now - dispatch.sent_at).total_seconds()
    return dispatch.overdue_at is not None or waited_s >= dispatch.ack_within_s


def _since(dispatch: Dispatch) -> datetime:
    """Return when the dispatch came to its present state."""
    reached = {
        DispatchState.ACCEPTED: dispatch.accepted_at,
        DispatchState.UNDER_WAY: dispatch.under_way_at,
        DispatchState.ON_SCENE: dispatch.on_scene_at,
        DispatchState.DONE: dispatch.done_at,
        DispatchState.DECLINED: dispatch.declined_at,
    }
    return reached.get(dispatch.state) or dispatch.sent_at


def _priority(incident: Incident) -> str:
    return "–" if incident.priority is None else f"P{incident.priority}"


def _position(incident: Incident) -> str:
    position = incident.position
    return "" if position is None else f"{position[0]:.5f}, {position[1]:.5f}"
