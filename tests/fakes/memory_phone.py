"""A phone that is only memory: the real one's promises (tests/contract/test_phone.py), levers in place of callers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from operator_app.domain.ids import CallId
from operator_app.domain.line import (
    AudioChoice,
    AudioDesk,
    AudioKind,
    EndedBy,
    HoldState,
    LineAudio,
    LineAudioChanged,
    LineCall,
    LineCallState,
    LineConnected,
    LineDigit,
    LineDiverted,
    LineEnded,
    LineFault,
    LineIdentity,
    LineLevels,
    LineLost,
    LineMedia,
    LineOffered,
    LinePlaced,
    LinePresence,
    LineProgress,
    LineQuality,
    LineQualitySummary,
    LineReady,
    LineRecall,
    LineRecorded,
    LineRecordingFailed,
    LineRefused,
    LineReplaced,
    LineSignal,
    LineSilence,
    LineSilenceOver,
    LineSoundTest,
    LineTransfer,
    LostReason,
    MediaDirection,
    PresenceState,
    RecordingProblem,
    RoleState,
    SoundDevice,
    SoundRole,
    TransferState,
    TrialStep,
    why_refused,
)
from operator_app.domain.place.location import CallLocation
from operator_app.telephony.calls import in_place_of
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError, SignalListener

MAX_CALLS = 4


def utc_now() -> datetime:
    return datetime.now(UTC)


class MemoryPhone:
    """Implements `Phone`. The levers below the port are what the world does to a phone; signals come at once."""

    def __init__(self, now: Callable[[], datetime] = utc_now) -> None:
        self._now = now
        self._listeners: list[SignalListener] = []
        self._calls: dict[CallId, LineCall] = {}
        self._up = False
        self._next = 1
        self._refused = 0
        self._tries: dict[CallId, int] = {}
        self.refuse_start: PhoneRefusedError | None = None
        self.listens = False
        self.choice = AudioChoice()
        self.devices: tuple[SoundDevice, ...] = ()
        self.recordings: set[CallId] = set()
        self.recalled: list[tuple[CallId, float]] = []
        self.sent_digits: list[tuple[CallId, str]] = []
        self.noticed: list[CallId] = []
        self.dialled: list[str] = []
        self.routed = False
        """Whether plain numbers can be dialled, as with an account at a phone server."""
        self._transfers: dict[CallId, LineTransfer] = {}
        self._replaces: dict[CallId, CallId] = {}

    # --- the port ---------------------------------------------------------------------------------------------------

    def subscribe(self, listener: SignalListener) -> Callable[[], None]:
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    async def start(self) -> None:
        if self.refuse_start is not None:
            raise self.refuse_start
        self.come_back()

    async def answer(self, call_id: CallId, *, notice: bool = False) -> None:
        self._need(call_id, LineCallState.OFFERED)
        if notice:
            self.noticed.append(call_id)
        self._connect(call_id)

    async def end(self, call_id: CallId, *, busy: bool = False) -> None:
        call = self._need(call_id)
        code = 200
        if call.state is LineCallState.OFFERED:
            code = 486 if busy else 603
        elif call.state is not LineCallState.CONNECTED:
            code = 487
        self._over(call_id, EndedBy.LOCAL, code)

    async def dial(self, number_or_uri: str, *, for_call: CallId | None = None) -> CallId:
        self._need_up()
        wish = number_or_uri.strip()
        self._check_number(wish)
        if len(self._calls) >= MAX_CALLS:
            raise PhoneRefusedError(PhoneRefusal.TOO_MANY_CALLS)
        if for_call is not None:
            await self.hold(for_call, True)
        call_id, at, number = self._new_id(), self._now(), wish.removeprefix("sip:").partition("@")[0]
        self._calls[call_id] = LineCall(
            call_id,
            False,
            LineCallState.DIALLING,
            number,
            False,
            "",
            wish,
            wish,
            "direct",
            at,
            for_call=for_call,
        )
        self.dialled.append(number)
        self._emit(LinePlaced(call_id, number, wish, "direct", at, for_call=for_call))
        return call_id

    async def join(self, call_id: CallId, on: bool) -> None:
        self._need(call_id, LineCallState.CONNECTED)
        if on:
            await self.hold(call_id, False)
        self._join(call_id, on)

    async def transfer(self, call_id: CallId, to: str) -> None:
        self._need(call_id, LineCallState.CONNECTED)
        self._check_number(to.strip())
        await self._begin_transfer(LineTransfer(call_id, TransferState.ASKED, to))

    async def transfer_to(self, call_id: CallId, other: CallId) -> None:
        self._need(call_id, LineCallState.CONNECTED)
        target = self._need(other, LineCallState.CONNECTED)
        if call_id == other:
            raise PhoneRefusedError(PhoneRefusal.WRONG_STATE, "a call cannot be transferred to itself")
        to = target.number or target.uri
        await self._begin_transfer(LineTransfer(call_id, TransferState.ASKED, to, with_call=other))

    async def hold(self, call_id: CallId, on: bool) -> None:
        call = self._need(call_id, LineCallState.CONNECTED)
        if (call.hold is HoldState.LOCAL) == on:
            return
        direction = MediaDirection.SEND if on else MediaDirection.BOTH
        self._calls[call_id] = replace(
            call, hold=HoldState.LOCAL if on else HoldState.NONE, direction=direction
        )
        self._media(call_id)

    async def mute(self, call_id: CallId, on: bool) -> None:
        call = self._need(call_id, LineCallState.CONNECTED)
        self._calls[call_id] = replace(call, muted=on)
        self._media(call_id)

    async def send_dtmf(self, call_id: CallId, digits: str) -> None:
        self._need(call_id, LineCallState.CONNECTED)
        if not digits or not set(digits.upper()) <= set("0123456789*#ABCD"):
            raise PhoneRefusedError(PhoneRefusal.BAD_NUMBER, "keys are 0-9 * # A-D")
        self.sent_digits.append((call_id, digits))

    async def audio(self) -> AudioDesk:
        self._need_up()
        return AudioDesk(self.devices, self.choice, self.sound(), fixed=not self.devices)

    def sound(self) -> LineAudio:
        """How the roles stand: each device that is there serves, the others are away."""
        if not self.devices:
            return LineAudio(AudioKind.NONE, reason="a fake")
        there = {each.name for each in self.devices}
        roles = []
        for role in SoundRole:
            wanted = str(getattr(self.choice, role.value))
            name = wanted or self.devices[0].name
            works = name in there
            roles.append(RoleState(role, wanted, name if works else "", "" if works else "stopped"))
        talk = all(each.works for each in roles[:2])
        return LineAudio(AudioKind.DEVICE if talk else AudioKind.NONE, "fake", roles=tuple(roles))

    def hear(self, microphone: float, earpiece: float) -> None:
        """It is that loud."""
        self._emit(LineLevels(microphone, earpiece))

    def measure(self, call_id: CallId, received: int, lost: int, mos: float, jitter_ms: float = 4.0) -> None:
        """A second of the line has been measured."""
        self._emit(LineQuality(call_id, received, lost, 0, jitter_ms, 20.0, 30.0, mos))

    def sound_changes(self) -> None:
        """Devices have come or gone."""
        self._emit(LineAudioChanged(self.sound()))

    async def choose_audio(self, choice: AudioChoice) -> AudioDesk:
        self._need_sound()
        if not 0.2 <= choice.ring_volume <= 1.0:
            raise PhoneRefusedError(PhoneRefusal.BAD_SETTINGS, "ring volume")
        self.choice = choice
        return await self.audio()

    async def test_sound(self, role: SoundRole) -> None:
        self._need_sound()
        if self._calls:
            raise PhoneRefusedError(PhoneRefusal.WRONG_STATE, "a call is up")
        self._emit(LineSoundTest(role, TrialStep.PLAYING))
        self._emit(LineSoundTest(role, TrialStep.DONE))

    async def listen(self, on: bool) -> None:
        self._need_up()
        self.listens = on

    async def recall(self, call_id: CallId, from_s: float) -> None:
        self._need_sound()
        if call_id not in self.recordings:
            raise PhoneRefusedError(PhoneRefusal.NO_RECORDING, call_id)
        self.recalled.append((call_id, from_s))
        self._emit(LineRecall(call_id, True, max(0.0, from_s), 20.0))

    async def stop_recall(self) -> None:
        self._need_up()
        if self.recalled:
            self._emit(LineRecall(self.recalled[-1][0], False, 3.0, 20.0))

    def calls(self) -> tuple[LineCall, ...]:
        return tuple(self._calls.values())

    async def aclose(self, *, keep_calls: bool = False) -> None:
        if not keep_calls:
            for call_id in tuple(self._calls):
                self._over(call_id, EndedBy.LOCAL, 200)
        self._up = False

    # --- levers -----------------------------------------------------------------------------------------------------

    def offer(
        self,
        number: str | None = "081234567890",
        *,
        withheld: bool = False,
        display_name: str = "",
        location: CallLocation | None = None,
        emergency_ids: tuple[str, ...] = (),
        device: str = "",
        reference: str = "",
    ) -> CallId:
        """Somebody calls; returns the id of the ringing call."""
        call_id, at = self._new_id(), self._now()
        uri = f"sip:{number or 'anonymous'}@127.0.0.1"
        to = "sip:112@127.0.0.1"
        call = LineCall(
            call_id, True, LineCallState.OFFERED, number, withheld, display_name, uri, to, "direct", at,
            location=location, emergency_ids=emergency_ids, device=device, reference=reference,
        )  # fmt: skip
        self._calls[call_id] = call
        self._emit(
            LineOffered(
                call_id,
                number,
                withheld,
                display_name,
                uri,
                call.to,
                call.account,
                at,
                location=location,
                reference=reference,
                emergency_ids=emergency_ids,
                device=device,
            )
        )
        return call_id

    def turn_away(
        self, number: str | None = None, *, code: int = 486, reference: str = "", again: CallId | None = None
    ) -> CallId:
        """A call comes that the phone refuses, as when all lines are taken; or the one of that id tries `again`."""
        self._refused += 1
        row = again or self._new_id()
        self._tries[row] = self._tries.get(row, 0) + 1
        self._emit(
            LineRefused(
                self._refused, code, number, self._now(), "", why_refused(code),
                reference=reference, source="10.0.0.5", call_id=row, times=self._tries[row],
            )
        )  # fmt: skip
        return row

    def names_another(self, call_id: CallId, number: str | None, name: str = "") -> None:
        """An exchange has handed the call over: its network names somebody else."""
        call = self._calls[call_id] = replace(self._calls[call_id], number=number, display_name=name)
        self._emit(LineIdentity(call_id, number, withheld=False, display_name=name, uri=call.uri))

    def far_diverts(self, call_id: CallId, to: str) -> None:
        """Whom we call is to be found elsewhere, and is called there."""
        self._calls[call_id] = replace(self._calls[call_id], diverted_to=to)
        self._emit(LineDiverted(call_id, to, followed=True))

    def far_rings(self, call_id: CallId) -> None:
        """The one we call rings."""
        self._calls[call_id] = replace(self._calls[call_id], state=LineCallState.RINGING)
        self._emit(LineProgress(call_id, LineCallState.RINGING, 180))

    def measured(self, call_id: CallId, *, mos: float, lost: float) -> None:
        """How the line of a call that is over was."""
        self._emit(LineQualitySummary(call_id, 60, mos, mos - 0.4, lost, 6.0, 31.0, 70.0, 180.0))

    def other_is(self, who: str, state: PresenceState) -> None:
        """The phone server tells how a watched phone stands."""
        self._emit(LinePresence(who, state))

    def far_answers(self, call_id: CallId) -> None:
        """The one we call answers."""
        self._connect(call_id)

    def far_declines(self, call_id: CallId) -> None:
        """The one we call does not want to speak."""
        self._over(call_id, EndedBy.REMOTE, 603)

    def far_ends(self, call_id: CallId) -> None:
        """The far end hangs up, or gives up before an answer."""
        answered = self._calls[call_id].state is LineCallState.CONNECTED
        self._over(call_id, EndedBy.REMOTE, 200 if answered else 487)

    def taken_elsewhere(self, call_id: CallId) -> None:
        """Another desk answers a call that rings here, or that was answered here in the same moment."""
        call = self._calls.pop(call_id)
        code = 487 if call.answered_at is None else 200
        self._emit(
            LineEnded(call_id, self._now(), EndedBy.REMOTE, code, "", call.answered_at, elsewhere=True)
        )

    def transfer_rings(self, call_id: CallId) -> None:
        """It rings at the target of a transfer."""
        told = replace(self._transfers[call_id], state=TransferState.RINGING, code=180)
        self._emit(told)

    def transfer_succeeds(self, call_id: CallId) -> None:
        """The target of a transfer has the caller."""
        told = replace(self._transfers.pop(call_id), state=TransferState.DONE, code=200)
        self._emit(told)
        self._over(call_id, EndedBy.LOCAL, 200, "transferred")
        if told.with_call in self._calls:
            self._over(told.with_call, EndedBy.REMOTE, 200)

    def transfer_fails(self, call_id: CallId, code: int = 486) -> None:
        """The target of a transfer does not take the caller, who is with us again."""
        told = replace(self._transfers.pop(call_id), state=TransferState.FAILED, code=code)
        self._calls[call_id] = replace(self._calls[call_id], transfer_to="")
        self._emit(told)
        if told.with_call in self._calls:
            self._calls[told.with_call] = replace(self._calls[told.with_call], hold=HoldState.LOCAL)
            self._media(told.with_call)
        if not self._speaks():
            self._unhold(call_id)

    def far_sends_us_on(self, call_id: CallId, uri: str) -> CallId:
        """The far end asks us to call somebody in its place; returns that call, which `far_answers` connects."""
        new_id, at, number = self._new_id(), self._now(), uri.removeprefix("sip:").partition("@")[0]
        by = self._calls[call_id].uri
        self._calls[new_id] = LineCall(
            new_id, False, LineCallState.DIALLING, number, False, "", uri, uri, "direct", at, referred_by=by
        )
        self._replaces[new_id] = call_id
        self._emit(LinePlaced(new_id, number, uri, "direct", at, referred_by=by))
        return new_id

    def far_is_replaced(self, call_id: CallId, number: str) -> CallId:
        """Somebody else takes the far end's place; returns the call that goes on."""
        new_id = self.offer(number)
        self._replaces[new_id] = call_id
        self._connect(new_id)
        self._over(call_id, EndedBy.REMOTE, 200, "replaced")
        return new_id

    def far_presses(self, call_id: CallId, digit: str) -> None:
        """The far end presses a key."""
        self._emit(LineDigit(call_id, digit))

    def far_falls_silent(self, call_id: CallId) -> None:
        """Nothing arrives from the far end any more."""
        at = self._now()
        self._calls[call_id] = replace(self._calls[call_id], silent_since=at)
        self._emit(LineSilence(call_id, at))

    def far_sounds_again(self, call_id: CallId) -> None:
        """Packets of the far end arrive again."""
        self._calls[call_id] = replace(self._calls[call_id], silent_since=None)
        self._emit(LineSilenceOver(call_id))

    def recorded(self, call_id: CallId, seconds: float = 1.0) -> None:
        """The recording of an ended call is safe."""
        names = tuple(f"/recordings/{call_id}-{part}.wav" for part in ("caller", "operator", "both"))
        self._emit(LineRecorded(call_id, names, ("0" * 64,) * 3, seconds))

    def recording_fails(
        self, call_id: CallId, problem: RecordingProblem = RecordingProblem.DISK_FULL
    ) -> None:
        """A call goes on without its recording."""
        self._calls[call_id] = replace(self._calls[call_id], recording=False)
        self._emit(LineRecordingFailed(call_id, problem, "a fake"))

    def die(self, reason: LostReason = LostReason.DIED) -> None:
        """The engine dies with its calls."""
        cut = tuple(self._calls)
        self._calls.clear()
        self._up = False
        self._emit(LineLost(reason, cut, "killed"))

    def come_back(self) -> None:
        """The engine is up (again)."""
        self._up = True
        audio = LineAudio(AudioKind.NONE, reason="a fake")
        self._emit(LineReady("fake", audio, MAX_CALLS, ("PCMA",), "127.0.0.1:5060", ("udp", "tcp")))

    # --- inside -----------------------------------------------------------------------------------------------------

    def _new_id(self) -> CallId:
        call_id = CallId(f"call-{self._next}")
        self._next += 1
        return call_id

    def _need_up(self) -> None:
        if not self._up:
            raise PhoneRefusedError(PhoneRefusal.PHONE_LOST, "the engine is away")

    def _need_sound(self) -> None:
        self._need_up()
        if not self.devices:
            raise PhoneRefusedError(PhoneRefusal.NO_SOUND, "a fake without devices")

    def _need(self, call_id: CallId, state: LineCallState | None = None) -> LineCall:
        self._need_up()
        call = self._calls.get(call_id)
        if call is None:
            raise PhoneRefusedError(PhoneRefusal.UNKNOWN_CALL, call_id)
        if state is not None and call.state is not state:
            raise PhoneRefusedError(PhoneRefusal.WRONG_STATE, f"the call is {call.state.value}")
        return call

    def _connect(self, call_id: CallId) -> None:
        at = self._now()
        self._calls[call_id] = replace(
            self._calls[call_id],
            state=LineCallState.CONNECTED,
            answered_at=at,
            media_active=True,
            direction=MediaDirection.BOTH,
            codec="PCMA",
        )
        self._media(call_id)
        self._emit(LineConnected(call_id, at))
        if call_id in self._replaces:
            old = self._replaces.pop(call_id)
            self._calls = {
                each.call_id: in_place_of(each, old, call_id, self._calls) for each in self.calls()
            }
            self._emit(LineReplaced(old, call_id))

    def _check_number(self, wish: str) -> None:
        if wish.startswith("sip:"):
            return
        if not wish or not set(wish) <= set("+0123456789*# -.()/"):
            raise PhoneRefusedError(PhoneRefusal.BAD_NUMBER, "no number")
        if not self.routed:
            raise PhoneRefusedError(PhoneRefusal.NO_ROUTE, "no account is registered at a phone server")

    def _join(self, call_id: CallId, on: bool) -> None:
        if self._calls[call_id].joined != on:
            self._calls[call_id] = replace(self._calls[call_id], joined=on)
            self._media(call_id)

    async def _begin_transfer(self, told: LineTransfer) -> None:
        if told.call_id in self._transfers:
            raise PhoneRefusedError(PhoneRefusal.WRONG_STATE, "a transfer is under way")
        await self.hold(told.call_id, True)
        self._transfers[told.call_id] = told
        self._calls[told.call_id] = replace(self._calls[told.call_id], transfer_to=told.to)
        self._emit(told)

    def _media(self, call_id: CallId) -> None:
        call = self._calls[call_id]
        self._emit(
            LineMedia(
                call_id,
                call.media_active,
                call.direction,
                call.codec,
                call.hold,
                call.muted,
                call.joined,
            )
        )

    def _over(self, call_id: CallId, by: EndedBy, code: int, reason: str = "") -> None:
        call = self._calls.pop(call_id)
        undecided = self._transfers.pop(call_id, None)
        if undecided is not None:
            self._emit(replace(undecided, state=TransferState.UNKNOWN))
        self._emit(LineEnded(call_id, self._now(), by, code, reason, call.answered_at))
        joined = [each.call_id for each in self._calls.values() if each.joined]
        if len(joined) == 1:
            self._join(joined[0], False)
        if call.for_call in self._calls and not self._speaks():
            self._unhold(call.for_call)

    def _speaks(self) -> bool:
        return any(
            each.state is not LineCallState.OFFERED and each.hold is HoldState.NONE for each in self.calls()
        )

    def _unhold(self, call_id: CallId) -> None:
        if self._calls[call_id].hold is HoldState.LOCAL and call_id not in self._transfers:
            self._calls[call_id] = replace(
                self._calls[call_id], hold=HoldState.NONE, direction=MediaDirection.BOTH
            )
            self._media(call_id)

    def _emit(self, signal: LineSignal) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(signal)
            except Exception as problem:  # noqa: BLE001
                if not isinstance(signal, LineFault):
                    self._emit(LineFault("listener", repr(problem)))
