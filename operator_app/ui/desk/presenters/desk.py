"""What an agency's desk says: its dispatches, the incident in view, what may be done next, where it is saved."""

from datetime import datetime, timedelta

from operator_app.domain.ids import DispatchId
from operator_app.domain.incident import Dispatch, Incident, Reporter
from operator_app.domain.states import DISPATCH_MOVES, DispatchState
from operator_app.ui.desk.presenters.desk_timeline import Timeline
from operator_app.ui.desk.presenters.desk_view import (
    STATE_TONES,
    TARGETS,
    Action,
    Alarm,
    DeskTop,
    DispatchLine,
    IncidentSheet,
)
from operator_app.ui.words.by_itself import EachByItself
from operator_app.ui.words.link_words import WHY, clock_words
from operator_app.ui.words.site_words import KindsByCode
from operator_app.ui.words.wording import (
    PRIORITY_TONES,
    Say,
    Tone,
    local_time,
    number_text,
    running,
    until_time,
    zone_name,
)
from operator_app.workflow.desk import Desk, Share, urgency
from operator_app.workflow.ports import LinkState, LinkTrouble

ENDED_SHOWN = timedelta(hours=12)
UNREAD_S = 1.0


class DeskPresenter:
    """Turns the desk into words and remembers which dispatch is in view."""

    def __init__(self, desk: Desk, say: Say) -> None:
        """Speak about `desk` in the language of `say`."""
        self._desk = desk
        self._say = say
        self._kinds = KindsByCode(desk)
        self._timeline = Timeline(desk, say)
        self._each = EachByItself()
        self._selected: DispatchId | None = None
        self._waiting: set[tuple[DispatchId, int]] = set()
        self._at_work: set[DispatchId] = set()
        self._open: set[DispatchId] = set()
        self._moved_on: tuple[DispatchId, datetime] | None = None

    @property
    def selected(self) -> DispatchId | None:
        """The dispatch in view."""
        return self._selected

    def select(self, dispatch_id: DispatchId) -> None:
        """Bring a dispatch into view."""
        self._selected = dispatch_id

    def is_unread(self) -> bool:
        """Whether the one in view took another's place by itself a moment ago; asked once more, it has been read.

        A tap that means the one before must not answer it.
        """
        moved, self._moved_on = self._moved_on, None
        if moved is None or moved[0] != self._selected:
            return False
        return (self._desk.now() - moved[1]).total_seconds() < UNREAD_S

    def step_selection(self, by: int) -> None:
        """Bring the next (1) or the previous (-1) open dispatch of the list into view."""
        ids = [share.dispatch.id for share in self._desk.dispatches()]
        if ids:
            here = ids.index(self._selected) if self._selected in ids else -by
            self._selected = ids[max(0, min(len(ids) - 1, here + by))]

    def settle_selection(self, *, typing: bool) -> None:
        """Choose what is in view when the room has changed.

        A dispatch that has just come in comes into view by itself where nothing is in view that asks for an answer or
        is being worked on; of unanswered ones only a graver newcomer takes the place. What was accepted stays until
        the officer leaves it or its work ends; then the gravest that waits follows. Nothing moves under the hand of
        somebody who is typing a reason.
        """
        if typing:
            return
        shares = self._desk.dispatches()
        waiting = [share for share in shares if share.dispatch.is_waiting]
        known, self._waiting = self._waiting, {(share.dispatch.id, urgency(share)) for share in waiting}
        was_at_work, self._at_work = self._at_work, {share.dispatch.id for share in shares}
        here, first = self._find(self._selected), waiting[0] if waiting else None
        if here is None:
            self._move_on(first or (shares[0] if shares else None))
        elif first is None or first.dispatch.id == self._selected:
            return
        elif here.dispatch.is_waiting and here.is_open:
            if self._waiting - known and urgency(first) < urgency(here):
                self._move_on(first)
        elif not here.is_open and (self._selected in was_at_work or self._waiting - known):
            self._move_on(first)

    def _move_on(self, share: Share | None) -> None:
        """Bring that one into view unasked: what stood there before makes it unread for a moment."""
        if share is not None and self._selected is not None:
            self._moved_on = (share.dispatch.id, self._desk.now())
        self._selected = None if share is None else share.dispatch.id

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

    # ---- the window, part by part

    def top(self) -> DeskTop:
        """Return the line on top, and what is said below it of a lost server."""
        now = self._desk.now()
        server, server_tone = self._server()
        return DeskTop(
            agency=self._desk.agency.name,
            seat=self._desk.name,
            clock=local_time(now, self._desk.timezone),
            zone=zone_name(now, self._desk.timezone),
            server=server,
            server_tone=server_tone,
            cut_off=self._cut_off(),
        )

    def waits(self) -> bool:
        """Whether a dispatch waits for an answer."""
        return any(share.dispatch.is_waiting for share in self._desk.dispatches())

    def alarm(self) -> Alarm | None:
        """Return what nobody has answered yet, told by its gravest; None where there is nothing."""
        return self._alarm(self._desk.now())

    def lines(self) -> tuple[tuple[DispatchLine, ...], tuple[DispatchLine, ...]]:
        """Return the dispatches that are open, and those that ended of late; one that cannot be told says so."""
        now = self._desk.now()
        shares = self._desk.dispatches(), self._desk.ended(now - ENDED_SHOWN)
        opened, ended = (
            self._each(found, lambda share: self._line(share, now), _share_id, self._untold)
            for found in shares
        )
        return opened, ended

    def sheet(self) -> IncidentSheet | None:
        """Return the incident in view."""
        shown = self._find(self._selected)
        return None if shown is None else self._sheet(shown)

    def allowed(self) -> frozenset[Action]:
        """Return what may be done next with the dispatch in view."""
        shown = self._find(self._selected)
        return frozenset() if shown is None else allowed(shown)

    def number(self) -> str:
        """Return the number of the incident in view."""
        shown = self._find(self._selected)
        return "" if shown is None else shown.incident.number

    def unavailable(self) -> str:
        """Say until when the agency has said that it can send nobody, and why; empty while it can."""
        told = self._desk.unavailable
        if told is None:
            return ""
        until = until_time(told.until, self._desk.now(), self._desk.timezone)
        return self._say("desk.is_unavailable", time=until, reason=told.reason)

    def record(self) -> str:
        """Say where the last step is saved."""
        return self._record()

    # ---- where things are

    def _server(self) -> tuple[str, Tone]:
        words, tone = self._standing()
        clock = clock_words(self._desk.clock, self._say)
        if clock is not None:
            words, tone = (
                f"{words} · {clock[0]}",
                Tone.ALARM if Tone.ALARM in (tone, clock[1]) else Tone.WATCH,
            )
        unread = self._desk.link.unread
        if not unread:
            return words, tone
        words = self._say("desk.unread", server=words, n=unread)
        return words, Tone.ALARM if tone is Tone.ALARM else Tone.WATCH

    def _standing(self) -> tuple[str, Tone]:
        link = self._desk.link
        if link.connected and link.blocked:
            return self._say("desk.server_blocked", n=link.waiting), Tone.ALARM
        if link.connected and not link.waiting:
            return self._say("desk.server_up"), Tone.GOOD
        if link.connected:
            return self._say("desk.server_waiting", n=link.waiting), Tone.WATCH
        if link.reason == LinkTrouble.CONNECTING:
            return self._say("desk.server_connecting"), Tone.QUIET
        none = link.reason == LinkTrouble.NOT_CONFIGURED
        return self._say("desk.server_none" if none else "desk.server_down"), Tone.ALARM

    def _cut_off(self) -> str:
        """Say what a lost server means here: no dispatch can come in; empty while the line is up."""
        link = self._desk.link
        if link.connected and link.blocked:
            return self._blocked(link)
        if link.connected or link.reason == LinkTrouble.CONNECTING:
            return ""
        if link.reason == LinkTrouble.NOT_CONFIGURED:
            return self._say("desk.cut_off_none")
        words = self._say("desk.cut_off", time=local_time(link.since, self._desk.timezone))
        return f"{words} {self._say('desk.cut_off_waiting', n=link.waiting)}" if link.waiting else words

    def _blocked(self, link: LinkState) -> str:
        """Say that answers do not go out though the line is up: dispatches still come in."""
        time = local_time(link.blocked_since or link.since, self._desk.timezone)[:5]
        words = self._say("desk.blocked", n=link.waiting, time=time)
        return f"{words} ({self._say(WHY[link.blocked])})" if link.blocked in WHY else words

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
        first = waiting[0]
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

    def _untold(self, share: Share) -> DispatchLine:
        """A dispatch whose words cannot be made: it is there, and it is not told as shown."""
        words = self._say("row.failed", row=share.incident.number)
        return DispatchLine(
            id=share.dispatch.id,
            priority="",
            priority_tone=Tone.QUIET,
            kind=words,
            place="",
            number=share.incident.number,
            state="",
            tone=Tone.ALARM,
            time="",
            limit="",
            selected=share.dispatch.id == self._selected,
            is_open=share.is_open,
            is_told=False,
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

    def _caller(self, reporter: Reporter) -> str:
        """Name and number; a masked number looks like one and must not be dialled, so it is not shown."""
        if reporter.is_masked:
            return self._say("desk.caller_masked")
        told = (reporter.name, number_text(reporter.number))
        return " · ".join(part for part in told if part) or self._say("desk.caller_unknown")

    # ---- the incident in view

    def _sheet(self, share: Share) -> IncidentSheet:
        incident, dispatch = share.incident, share.dispatch
        state, tone = self._state(share, self._desk.now())
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
            caller=self._caller(incident.reporter),
            text=incident.value("text"),
            others=self._others(incident),
            steps=self._timeline.steps(incident, dispatch),
        )

    def _priority_words(self, incident: Incident) -> str:
        if incident.priority is None:
            return self._say("desk.priority_none")
        return self._say(f"desk.priority_{incident.priority}")

    def _kind(self, incident: Incident) -> str:
        code = incident.value("kind")
        kind = self._kinds.get(code)
        return kind.name_in(self._say("map.language")) if kind else code or self._say("desk.kind_unknown")

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

    def _find(self, dispatch_id: DispatchId | None) -> Share | None:
        if dispatch_id is None:
            return None
        return next((share for share in self._desk.all_shares() if share.dispatch.id == dispatch_id), None)


def _share_id(share: Share) -> str:
    return share.dispatch.id


def allowed(share: Share) -> frozenset[Action]:
    """Return what may be done next with a dispatch."""
    if not share.incident.is_open:
        return frozenset()
    return frozenset(action for action, to in TARGETS.items() if to in DISPATCH_MOVES[share.dispatch.state])


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
