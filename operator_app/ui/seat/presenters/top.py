"""The line over the window: who sits here, what the seat does, who waits, and whether each part works."""

from dataclasses import dataclass, replace

from operator_app.domain import line
from operator_app.domain.states import SeatState
from operator_app.ui.orders.commands import NEXT_STATE
from operator_app.ui.phone.presenters.phone_servers import server_lines, watched_lines
from operator_app.ui.words.lamp_view import LampView
from operator_app.ui.words.link_words import clock_words
from operator_app.ui.words.site_words import SiteWords
from operator_app.ui.words.wording import Say, Span, Tone, local_time, running, zone_name
from operator_app.workflow.ports import LinkTrouble
from operator_app.workflow.seat import Seat

STATE_TONES = {
    SeatState.READY: Tone.GOOD,
    SeatState.TALKING: Tone.GOOD,
    SeatState.WRAP_UP: Tone.WATCH,
    SeatState.BREAK: Tone.QUIET,
    SeatState.AWAY: Tone.QUIET,
}
_REGISTERING = line.RegistrationState.REGISTERING


@dataclass(frozen=True, slots=True)
class TopView:
    """The whole line; `waiting` is empty when nobody waits."""

    seat: str
    operator: str
    state: str
    state_tone: Tone
    state_hint: str
    waiting: tuple[Span, ...]
    waiting_tone: Tone
    phone: LampView
    server: LampView
    recording: LampView
    clock: str
    zone: str


class TopPresenter:
    """Makes the top line out of the seat. Pure reading."""

    def __init__(self, seat: Seat, say: Say, words: SiteWords) -> None:
        self._seat = seat
        self._say = say
        self._words = words

    def view(self, *, rings: bool = True) -> TopView:
        """Return the line as it has to look now; `rings` says whether a ring can be heard at this seat."""
        seat, now = self._seat, self._seat.duty.now()
        waiting, tone = self._waiting()
        return TopView(
            seat=self._words.seat(seat.duty.name),
            operator=seat.duty.actor,
            state=self._say(f"seat_state.{seat.duty.state}"),
            state_tone=STATE_TONES[seat.duty.state],
            state_hint=self._state_hint(),
            waiting=waiting,
            waiting_tone=tone,
            phone=self._phone(rings=rings),
            server=self._server(),
            recording=self._recording(),
            clock=local_time(now, seat.room.rules.now.timezone),
            zone=zone_name(now, seat.room.rules.now.timezone),
        )

    def _state_hint(self) -> str:
        after = NEXT_STATE.get(self._seat.duty.state)
        if after is None:
            return self._say("top.state_fixed")
        words = "top.state_twice" if self._seat.duty.freed_by_call else "top.state_next"
        return self._say(words, state=self._say(f"seat_state.{after}"))

    def _waiting(self) -> tuple[tuple[Span, ...], Tone]:
        calls = self._seat.calls.waiting()
        if not calls:
            return (), Tone.QUIET
        longest = (self._seat.duty.now() - calls[0].offered_at).total_seconds()
        tone = Tone.ALARM if longest > self._seat.room.rules.now.goal.within_s else Tone.WATCH
        spans = (
            Span(self._say("top.waiting", n=len(calls)), tone, strong=True),
            Span(" · " + self._say("top.longest") + " "),
            Span(running(longest), tone, strong=True),
        )
        return spans, tone

    def _phone(self, *, rings: bool) -> LampView:
        lamp = self._phone_lamp(rings=rings)
        return replace(
            lamp,
            more="\n".join((*server_lines(self._seat, self._say), *watched_lines(self._seat, self._say))),
        )

    def _phone_lamp(self, *, rings: bool) -> LampView:
        calls = self._seat.calls
        if not calls.has_phone:
            return LampView(self._say("lamp.phone_none"), Tone.QUIET)
        if calls.lost is not None:
            return LampView(self._say("lamp.phone_lost"), Tone.ALARM)
        if calls.ready is None:
            return LampView(self._say("lamp.phone_starting"), Tone.WATCH)
        told = {name: each.state for name, each in calls.registrations.items()}
        unheard = any(told.get(name, _REGISTERING) is _REGISTERING for name in (*calls.ready.accounts, *told))
        up = line.RegistrationState.REGISTERED in told.values()
        failed = any(
            state not in (_REGISTERING, line.RegistrationState.REGISTERED) for state in told.values()
        )
        if not up and unheard:
            return LampView(self._say("lamp.phone_registering"), Tone.WATCH)
        if not up and failed:
            return LampView(self._say("lamp.phone_unregistered"), Tone.ALARM)
        if calls.ready.audio.kind is line.AudioKind.OPENING:
            return LampView(self._say("lamp.phone_starting"), Tone.WATCH)
        if calls.ready.audio.kind is line.AudioKind.NONE:
            return LampView(self._say("lamp.phone_no_sound"), Tone.WATCH)
        if failed:
            return LampView(self._say("lamp.phone_half_registered"), Tone.WATCH)
        if calls.ready.unguarded:
            return LampView(self._say("lamp.phone_unguarded"), Tone.WATCH)
        if not rings:
            return LampView(self._say("lamp.phone_no_ring"), Tone.WATCH)
        return LampView(self._say("lamp.phone"), Tone.GOOD)

    def _server(self) -> LampView:
        link = self._seat.room.link
        clock = clock_words(self._seat.duty.clock, self._say)
        if link.quarantined:
            return LampView(self._say("lamp.server_refuses"), Tone.ALARM)
        if link.connected and link.blocked:
            return LampView(self._say("lamp.server_blocked"), Tone.ALARM)
        if clock is not None and (link.connected or clock[1] is Tone.ALARM):
            return LampView(self._say("lamp.clock_wrong"), clock[1])
        if link.connected:
            return LampView(self._say("lamp.server"), Tone.GOOD)
        if link.reason == LinkTrouble.NOT_CONFIGURED:
            return LampView(self._say("lamp.server_none"), Tone.QUIET)
        if link.reason == LinkTrouble.CONNECTING:
            return LampView(self._say("lamp.server_connecting"), Tone.QUIET)
        if link.reason == LinkTrouble.SEAT_OLD:
            return LampView(self._say("lamp.seat_old"), Tone.WATCH)
        if link.reason == LinkTrouble.SERVER_OLD:
            return LampView(self._say("lamp.server_old"), Tone.WATCH)
        return LampView(self._say("lamp.server_down"), Tone.WATCH)

    def _recording(self) -> LampView:
        calls, call = self._seat.calls, self._seat.calls.live_at_hand
        failed = calls.recording_failed
        if not calls.has_phone:
            return LampView(self._say("lamp.recording_none"), Tone.QUIET)
        if call is not None and call.state is line.LineCallState.CONNECTED:
            if call.recording:
                return LampView(self._say("lamp.recording_on"), Tone.GOOD)
            if failed is not None:
                return LampView(self._say("lamp.recording_failed"), Tone.ALARM)
            return LampView(self._say("lamp.recording_off"), Tone.WATCH)
        if failed is not None and failed.call_id is None:
            return LampView(self._say("lamp.recording_failed"), Tone.ALARM)
        return LampView(self._say("lamp.recording_idle"), Tone.QUIET)
