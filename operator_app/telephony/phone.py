"""The `Phone` port over the engine process: finds or starts it, watches it, and brings it back."""

import asyncio
import contextlib
import logging
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from operator_app.domain.ids import CallId
from operator_app.domain.line import (
    AudioChoice,
    AudioDesk,
    LineCall,
    LineFault,
    LineLost,
    LineReady,
    LineRegistration,
    LineSignal,
    LostReason,
    SoundRole,
)
from operator_app.telephony.calls import CallBook
from operator_app.telephony.codec import MisfitError, from_plain, signal_from_plain, to_plain
from operator_app.telephony.launch import ENGINE_COMMAND
from operator_app.telephony.link import EngineLink
from operator_app.telephony.process import START_S, EngineProcess, kill
from operator_app.telephony.settings import EngineSettings
from operator_app.telephony.wire import Frame, WireError
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError, SignalListener

T = TypeVar("T", bound=Any)

UNSEEN = timedelta(milliseconds=500)

_log = logging.getLogger(__name__)

_PING_EVERY_S = 2.0
_BACK_OFF_S = (0.0, 0.5, 1.0, 2.0, 5.0)
_STEADY_S = 30.0
_HOPELESS = frozenset({PhoneRefusal.BAD_SETTINGS, PhoneRefusal.TOO_MANY_ACCOUNTS, PhoneRefusal.NO_TLS})
_END_S = 8.0


class EnginePhone:
    """This seat's phone. Implements `Phone`; lane: the event loop (asyncio or qasync).

    `run_dir` belongs to the seat: an engine found there is taken over with its calls, else one is started. Orders are
    refused with PHONE_LOST while the engine is away. One that does not reply for `patience_s` is ended, started anew.
    """

    def __init__(
        self,
        settings: EngineSettings,
        run_dir: Path,
        *,
        on_signal: SignalListener | None = None,
        command: Sequence[str] = ENGINE_COMMAND,
        patience_s: float = 6.0,
        started: "subprocess.Popen[bytes] | None" = None,
        moment: Callable[[float], datetime] | None = None,
    ) -> None:
        """`moment` tells the window's time when `time.monotonic` stood there; else it is the engine's, this PC's."""
        self._settings, self._moment = settings, moment
        self._engine = EngineProcess(run_dir, command, started)
        self._patience_s = patience_s
        self._listeners: list[SignalListener] = [on_signal] if on_signal else []
        self._book = CallBook()
        self._link: EngineLink | None = None
        self._task: asyncio.Task[None] | None = None
        self._ready: LineReady | None = None
        self._snapshot_seq = 0
        self._held_back: list[Frame] | None = None
        self._settings_wait = False
        self._closing = False

    # --- the port ---------------------------------------------------------------------------------------------------

    def subscribe(self, listener: SignalListener) -> Callable[[], None]:
        """Call `listener` with every signal from now on; the returned function ends that."""
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    @property
    def ready(self) -> LineReady | None:
        """What the engine said of itself, None while it is away."""
        return self._ready

    @property
    def engine_pid(self) -> int | None:
        """The engine's process, None while it is away."""
        return self._link.pid if self._link and self._ready else None

    async def start(self) -> None:
        """Bring the phone up or attach to a living one.

        Raises `PhoneRefusedError` when that fails now. Where trying again can help (the port is in use, the network is
        not up) it is tried further until `aclose`, and `LineReady` tells when it came.
        """
        if self._task is not None:
            raise RuntimeError("the phone was started already")
        self._settings.check()
        first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._supervise(first), name="phone supervisor")
        await first

    async def answer(self, call_id: CallId, *, notice: bool = False) -> None:
        """Answer a call that rings here; with `notice` the operator hears two pips first."""
        await self._order("answer", call_id=call_id, notice=notice)

    async def end(self, call_id: CallId, *, busy: bool = False) -> None:
        """End a call in whatever state."""
        await self._order("end", call_id=call_id, busy=busy)

    async def dial(
        self,
        number_or_uri: str,
        *,
        for_call: CallId | None = None,
        headers: dict[str, str] | None = None,
    ) -> CallId:
        """Place a call to a number or a sip: URI; `headers` go into the INVITE (simulated callers)."""
        result = await self._order("dial", to=number_or_uri, headers=headers or {}, for_call=for_call)
        return CallId(str(result["call_id"]))

    async def hold(self, call_id: CallId, on: bool) -> None:
        """Put a connected call on hold, or take it back."""
        await self._order("hold", call_id=call_id, on=on)

    async def mute(self, call_id: CallId, on: bool) -> None:
        """Keep the operator's voice from a call, or let it through again."""
        await self._order("mute", call_id=call_id, on=on)

    async def join(self, call_id: CallId, on: bool) -> None:
        """Bring a connected call into the conference, or keep it apart again."""
        await self._order("join", call_id=call_id, on=on)

    async def transfer(self, call_id: CallId, to: str) -> None:
        """Ask the far end of a call to call `to` in our place."""
        await self._order("transfer", call_id=call_id, to=to)

    async def transfer_to(self, call_id: CallId, other: CallId) -> None:
        """Ask the far end of a call to take our place in another one."""
        await self._order("transfer_to", call_id=call_id, other=other)

    async def send_dtmf(self, call_id: CallId, digits: str) -> None:
        """Send keys into a connected call."""
        await self._order("dtmf", call_id=call_id, digits=digits)

    async def audio(self) -> AudioDesk:
        """Return which sound devices there are, which are chosen, and how they stand."""
        return _desk(await self._order("audio"))

    async def choose_audio(self, choice: AudioChoice) -> AudioDesk:
        """Use these devices from now on; an engine started later is told so, too."""
        desk = _desk(await self._order("choose_audio", choice=to_plain(choice)))
        self._settings = replace(
            self._settings,
            audio=replace(
                self._settings.audio,
                microphone=choice.microphone,
                earpiece=choice.earpiece,
                ring=choice.ring,
                recall=choice.recall,
                ring_volume=choice.ring_volume,
            ),
        )
        return desk

    async def test_sound(self, role: SoundRole) -> None:
        """Test that role's device."""
        await self._order("test_sound", role=role.value)

    async def listen(self, on: bool) -> None:
        """Have levels told also without a call."""
        await self._order("listen", on=on)

    async def recall(self, call_id: CallId, from_s: float) -> None:
        """Play that call's recording on the recall device."""
        await self._order("recall", call_id=call_id, from_s=from_s)

    async def stop_recall(self) -> None:
        """Stop playing."""
        await self._order("recall_stop")

    def calls(self) -> tuple[LineCall, ...]:
        """Return the living calls, oldest first."""
        return self._book.calls

    async def aclose(self, *, keep_calls: bool = False) -> None:
        """Let go of the phone: end its calls and the engine, or leave both running for the next window."""
        self._closing = True
        link = self._link
        if link is not None and not link.ended.done() and not keep_calls:
            with contextlib.suppress(PhoneRefusedError):
                await link.order("shutdown")
                # Its last signals (calls ended, recordings finished) still come.
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(link.ended), _END_S)
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        if link is not None:
            await link.aclose()
            self._link = None
            if not keep_calls:
                await self._engine.wait_gone(link.pid)
        self._engine.let_go()
        self._ready = None

    # --- supervision ------------------------------------------------------------------------------------------------

    async def _supervise(self, first: "asyncio.Future[None]") -> None:
        failures = 0
        while True:
            try:
                link = await self._bring_up()
            except Exception as problem:  # noqa: BLE001 # whatever it is, the phone is tried again
                if not isinstance(problem, PhoneRefusedError):
                    _log.exception("the phone cannot be brought up")
                if not first.done():
                    first.set_exception(problem)
                else:
                    self._emit(LineLost(LostReason.NOT_STARTED, (), str(problem)))
                if isinstance(problem, PhoneRefusedError) and problem.code in _HOPELESS:
                    return
            else:
                if not first.done():
                    first.set_result(None)
                began = asyncio.get_running_loop().time()
                reason, detail = await self._watch(link)
                if self._closing:
                    return
                self._lost(reason, detail)
                if reason is LostReason.REPLACED:
                    return
                if asyncio.get_running_loop().time() - began > _STEADY_S or reason is LostReason.SETTINGS:
                    failures = 0
            await asyncio.sleep(_BACK_OFF_S[min(failures, len(_BACK_OFF_S) - 1)])
            failures += 1

    async def _bring_up(self) -> EngineLink:
        """Attach to the living engine or start one, and put the settings in force there."""
        while True:
            self._held_back = []
            self._link = link = await self._engine.reach(self._on_event)
            try:
                result = await link.order(
                    "configure", {"settings": to_plain(self._settings)}, within_s=START_S
                )
                if result["state"] == "restart":
                    await link.ended
                    await self._engine.wait_gone(link.pid)
                    continue
                self._settings_wait = result["state"] == "later"
                took_over = result["state"] != "fresh"
                ready = replace(
                    from_plain(LineReady, result["ready"]),
                    took_over=took_over,
                    accounts=tuple(each.name for each in self._settings.accounts),
                )
                calls = from_plain(tuple[LineCall, ...], link.welcome["calls"])
                if self._moment is not None:
                    by = self._moment(time.monotonic()) - datetime.now(UTC)
                    calls = tuple(set_on(call, by) for call in calls)
                accounts = from_plain(tuple[LineRegistration, ...], link.welcome["registrations"])
            except (MisfitError, KeyError) as problem:
                self._link = None
                await link.aclose()
                raise PhoneRefusedError(PhoneRefusal.NOT_STARTED, f"bad snapshot: {problem}") from problem
            except PhoneRefusedError:
                self._link = None
                await link.aclose()
                # An engine that cannot be brought up ends itself, and its port must be free for the next try.
                await self._engine.wait_gone(link.pid)
                raise
            self._begin(link, ready, calls, accounts)
            return link

    def _begin(
        self,
        link: EngineLink,
        ready: LineReady,
        calls: tuple[LineCall, ...],
        accounts: tuple[LineRegistration, ...],
    ) -> None:
        """Take the snapshot, and tell in this order: what happened without a window, that all is ready, the rest."""
        self._ready = ready
        self._book.reset(calls)
        self._snapshot_seq = int(link.welcome["seq"])
        held, self._held_back = self._held_back or [], None
        past = sum(1 for frame in held if int(frame.get("seq", 0)) <= self._snapshot_seq)
        for frame in held[:past]:
            self._on_event(frame)
        self._emit(ready)
        for account in accounts:
            self._emit(account)
        for frame in held[past:]:
            self._on_event(frame)

    async def _watch(self, link: EngineLink) -> tuple[LostReason, str]:
        """Return when the engine is lost, with the reason."""
        while True:
            with contextlib.suppress(TimeoutError):
                return await asyncio.wait_for(asyncio.shield(link.ended), _PING_EVERY_S)
            try:
                await link.order("ping", within_s=self._patience_s)
                if self._settings_wait and not self._book.calls:
                    await self._settle(link)
            except PhoneRefusedError as refusal:
                if refusal.code is PhoneRefusal.NO_ANSWER:
                    kill(link.pid)
                    link.give_up(LostReason.HUNG, refusal.detail)

    async def _settle(self, link: EngineLink) -> None:
        """Ask again for settings that had to wait for the last call's end."""
        result = await link.order("configure", {"settings": to_plain(self._settings)}, within_s=START_S)
        if result["state"] == "restart":
            self._settings_wait = False
            await link.ended

    def _lost(self, reason: LostReason, detail: str) -> None:
        self._ready = None
        cut = tuple(call.call_id for call in self._book.calls)
        if reason in (LostReason.REPLACED, LostReason.BAD_MESSAGE):
            cut = ()  # the engine lives, and so do they
        self._book.reset(())
        detail += self._engine.exit_note()
        _log.warning("phone lost: %s (%s), %d calls cut", reason.value, detail, len(cut))
        self._emit(LineLost(reason, cut, detail))

    # --- signals ----------------------------------------------------------------------------------------------------

    async def _order(self, op: str, **args: object) -> dict[str, object]:
        if self._link is None or self._ready is None:
            raise PhoneRefusedError(PhoneRefusal.PHONE_LOST, "the engine is away")
        return await self._link.order(op, args)

    def _on_event(self, frame: Frame) -> None:
        if self._held_back is not None:
            self._held_back.append(frame)
            return
        try:
            seq = int(frame["seq"])
        except (KeyError, TypeError, ValueError) as problem:
            raise WireError(f"a frame that is no event: {problem!r}") from problem
        try:
            signal = self._in_our_time(signal_from_plain(frame.get("signal")), frame)
        except MisfitError as problem:
            # An engine of another version, perhaps with a call up: told, and not asked for again.
            _log.error("a signal that cannot be read: %s", problem)
            self._emit(LineFault("signal", str(problem)))
        else:
            if seq > self._snapshot_seq:
                self._book.fold(signal)
            self._emit(signal)
        if self._link is not None:
            self._link.send({"seen": seq})

    def _in_our_time(self, signal: LineSignal, frame: Frame) -> LineSignal:
        """The engine's times by the window's clock: they stand beside its own on the screen and in the record."""
        if self._moment is None:
            return signal
        try:
            counted, wall = float(frame["mono"]), datetime.fromisoformat(frame["wall"])
        except (KeyError, TypeError, ValueError) as problem:
            _log.warning("a signal without its time: %r", problem)
            return signal
        return set_on(signal, self._moment(counted) - wall)

    def _emit(self, signal: LineSignal) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(signal)
            except Exception as problem:  # noqa: BLE001
                _log.exception("a listener of the phone failed")
                if not isinstance(signal, LineFault):
                    self._emit(LineFault("listener", repr(problem)))


def set_on(told: T, by: timedelta) -> T:
    """The same signal or call with each of its moments set on by so much, if that can be seen at all."""
    if abs(by) < UNSEEN:
        return told
    moments = {
        field.name: value + by
        for field in fields(told)
        if isinstance(value := getattr(told, field.name), datetime) and field.name not in _OTHERS_TIMES
    }
    return replace(told, **moments) if moments else told


_OTHERS_TIMES = frozenset({"sent_at"})
"""Moments by the clock of whoever sent the call."""


def _desk(result: dict[str, object]) -> AudioDesk:
    try:
        return from_plain(AudioDesk, result.get("desk"))
    except MisfitError as problem:
        raise PhoneRefusedError(PhoneRefusal.LIBRARY, str(problem)) from problem
