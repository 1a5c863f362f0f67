"""What every phone promises: held by the fake of the tests and by the real engine process alike."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Protocol

import pytest

from operator_app.domain.ids import CallId
from operator_app.domain.line import (
    AudioChoice,
    AudioKind,
    EndedBy,
    HoldState,
    LineCallState,
    LineConnected,
    LineDigit,
    LineEnded,
    LineFault,
    LineLost,
    LineMedia,
    LineOffered,
    LinePlaced,
    LineProgress,
    LineReady,
    LineReplaced,
    LineSignal,
    LineSilence,
    LineSilenceOver,
    LineTransfer,
    LostReason,
    MediaDirection,
    SoundRole,
    TransferState,
)
from operator_app.telephony.engine import LIBRARY_VARIABLE, WHEEL, own_library
from operator_app.telephony.process import kill
from operator_app.workflow.phone_port import Phone, PhoneRefusal, PhoneRefusedError
from tests.e2e.telephony.raw_sip import RawPeer
from tests.e2e.telephony.rig import Rig, Signals, settings, until
from tests.fakes.memory_phone import MemoryPhone


class World(Protocol):
    """A phone and what can happen to it."""

    phone: Phone
    signals: Signals

    async def far_calls(self) -> None: ...
    async def far_hangs_up(self) -> None: ...
    async def far_answers(self) -> None: ...
    async def far_presses(self, digit: str) -> None: ...
    async def far_falls_silent(self) -> None: ...
    async def far_sounds_again(self) -> None: ...
    def far_uri(self) -> str: ...
    async def kill_engine(self) -> None: ...
    async def another_desk_answers(self) -> None: ...
    async def target(self) -> str: ...
    async def target_answers(self) -> None: ...
    async def target_declines(self) -> None: ...
    async def transfer_is_decided(self, done: bool) -> None: ...
    async def transfer_will_fail(self) -> None: ...
    async def far_sends_us_on(self, uri: str) -> None: ...
    async def far_gives_its_place(self) -> None: ...


class MemoryWorld:
    def __init__(self) -> None:
        self.memory = MemoryPhone()
        self.phone: Phone = self.memory
        self.signals = Signals(self.memory)

    async def far_calls(self) -> None:
        self.memory.offer("0811223344")

    async def far_hangs_up(self) -> None:
        self.memory.far_ends(self.memory.calls()[0].call_id)

    async def far_answers(self) -> None:
        call_id = self.memory.calls()[0].call_id
        self.memory.far_rings(call_id)
        self.memory.far_answers(call_id)

    async def far_presses(self, digit: str) -> None:
        self.memory.far_presses(self.memory.calls()[0].call_id, digit)

    async def far_falls_silent(self) -> None:
        self.memory.far_falls_silent(self.memory.calls()[0].call_id)

    async def far_sounds_again(self) -> None:
        self.memory.far_sounds_again(self.memory.calls()[0].call_id)

    def far_uri(self) -> str:
        return "sip:0811223344@127.0.0.1"

    async def kill_engine(self) -> None:
        self.memory.die()
        asyncio.get_running_loop().call_later(0.05, self.memory.come_back)

    async def another_desk_answers(self) -> None:
        self.memory.taken_elsewhere(self.memory.offer("0899"))

    async def target(self) -> str:
        return "sip:113@127.0.0.1"

    async def target_answers(self) -> None:
        for call in self.memory.calls():
            if not call.incoming and call.state is not LineCallState.CONNECTED:
                self.memory.far_answers(call.call_id)

    async def target_declines(self) -> None:
        for call in self.memory.calls():
            if not call.incoming and call.state is not LineCallState.CONNECTED:
                self.memory.far_declines(call.call_id)

    async def transfer_will_fail(self) -> None:
        pass

    async def transfer_is_decided(self, done: bool) -> None:
        call_id = next(call.call_id for call in self.memory.calls() if call.transfer_to)
        if done:
            self.memory.transfer_succeeds(call_id)
        else:
            self.memory.transfer_fails(call_id, 603)

    async def far_sends_us_on(self, uri: str) -> None:
        call_id = self.memory.calls()[0].call_id
        self.memory.far_answers(self.memory.far_sends_us_on(call_id, uri))
        self.memory.far_ends(call_id)

    async def far_gives_its_place(self) -> None:
        self.memory.far_is_replaced(self.memory.calls()[0].call_id, "113")


class EngineWorld:
    """The far end is a second engine."""

    def __init__(self, seat: Rig, far: Rig, folder: Path, parts: AsyncExitStack) -> None:
        self._seat, self._far, self._folder, self._parts = seat, far, folder, parts
        self._third: Rig | None = None
        self.phone: Phone = seat.phone
        self.signals = seat.signals

    async def far_calls(self) -> None:
        await self._far.phone.dial(f"sip:112@{self._seat.address}")

    async def far_hangs_up(self) -> None:
        await self._far.phone.end(self._far.phone.calls()[0].call_id)

    async def far_answers(self) -> None:
        await self._far.answer_next()

    async def far_presses(self, digit: str) -> None:
        await self._far.phone.send_dtmf(self._far.phone.calls()[0].call_id, digit)

    async def far_falls_silent(self) -> None:
        os.kill(self._far.pid, signal.SIGSTOP)

    async def far_sounds_again(self) -> None:
        os.kill(self._far.pid, signal.SIGCONT)

    def far_uri(self) -> str:
        return f"sip:0811223344@{self._far.address}"

    async def kill_engine(self) -> None:
        kill(self._seat.pid)

    async def another_desk_answers(self) -> None:
        with RawPeer(self._seat.address) as peer:
            invite = peer.invite()
            peer.send(invite)
            await peer.response(f"{peer.last} INVITE", "180")
            cancel = peer.request(
                "CANCEL", 'Reason: SIP;cause=200;text="Call completed elsewhere"', call=peer.last
            )
            via = next(line for line in invite.splitlines() if line.startswith("Via:"))
            lines = [via if line.startswith("Via:") else line for line in cancel.split("\r\n")]
            peer.send("\r\n".join(lines).replace(f"CSeq: {peer.last} ", f"CSeq: {peer.last - 1} "))
            await self.signals.wait(LineEnded)

    async def target(self) -> str:
        if self._third is None:
            self._third = Rig(self._folder, settings(user="113"), "target")
            await self._parts.enter_async_context(self._third)
        return f"sip:113@{self._third.address}"

    @property
    def _target(self) -> Rig:
        assert self._third is not None
        return self._third

    async def target_answers(self) -> None:
        await self._target.answer_next()

    async def target_declines(self) -> None:
        offered = await self._target.signals.wait(LineOffered)
        await self._target.phone.end(offered.call_id)

    async def transfer_is_decided(self, done: bool) -> None:
        pass

    async def transfer_will_fail(self) -> None:
        """The far end has all its lines taken, so that it can place no call for us."""
        for _ in range(self._far.ready.max_calls - 1):
            await self._far.phone.dial(await self.target())

    async def far_sends_us_on(self, uri: str) -> None:
        await self._far.phone.transfer(self._far.phone.calls()[0].call_id, uri)
        await self._target.answer_next()

    async def far_gives_its_place(self) -> None:
        first = self._far.phone.calls()[0].call_id
        second = await self._far.phone.dial(await self.target())
        await self._target.answer_next()
        await self._far.signals.wait(LineConnected, lambda each: each.call_id == second)
        await self._far.phone.transfer_to(second, first)


Start = Callable[[], AbstractAsyncContextManager[World]]


@asynccontextmanager
async def memory_world() -> AsyncIterator[World]:
    world = MemoryWorld()
    await world.phone.start()
    yield world
    await world.phone.aclose()


LIBRARIES = [] if own_library() is None else ["engine on the wheel"]
"""Where a build of our own is in use the wheel is held to its promises as well: a clone without one runs on it."""


@pytest.fixture(params=["memory", "engine", *LIBRARIES])
def start(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    if request.param == "engine on the wheel":
        monkeypatch.setenv(LIBRARY_VARIABLE, WHEEL)

    @asynccontextmanager
    async def engine_world() -> AsyncIterator[World]:
        seat = Rig(tmp_path, settings(), "seat")
        far = Rig(tmp_path, settings(user="0811223344"), "far")
        async with AsyncExitStack() as parts:
            await parts.enter_async_context(seat)
            await parts.enter_async_context(far)
            yield EngineWorld(seat, far, tmp_path, parts)

    return memory_world if request.param == "memory" else engine_world


def run(start: Start, story: Callable[[World], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with start() as world:
            await story(world)

    asyncio.run(whole())


async def refusal(order: Awaitable[object]) -> PhoneRefusal:
    with pytest.raises(PhoneRefusedError) as caught:
        await order
    return caught.value.code


async def incoming(world: World) -> CallId:
    await world.far_calls()
    return (await world.signals.wait(LineOffered)).call_id


async def connected(world: World) -> CallId:
    call_id = await incoming(world)
    await world.phone.answer(call_id)
    await world.signals.wait(LineConnected)
    return call_id


def test_says_that_it_is_ready_and_has_no_calls(start: Start) -> None:
    async def story(world: World) -> None:
        ready = await world.signals.wait(LineReady)
        assert ready.max_calls >= 4
        assert ready.codecs
        assert ":" in ready.address
        assert not ready.took_over
        assert world.phone.calls() == ()

    run(start, story)


def test_a_call_is_offered_answered_and_ended_by_the_caller(start: Start) -> None:
    async def story(world: World) -> None:
        call_id = await incoming(world)
        offered = world.signals.of(LineOffered)[0]
        assert offered.number == "0811223344"
        assert not offered.withheld
        assert offered.offered_at.tzinfo is not None
        (call,) = world.phone.calls()
        assert (call.call_id, call.state, call.incoming) == (call_id, LineCallState.OFFERED, True)
        assert call.offered_at == offered.offered_at

        await world.phone.answer(call_id)
        at = (await world.signals.wait(LineConnected)).at
        media = await world.signals.wait(LineMedia, lambda each: each.active)
        assert media.direction is MediaDirection.BOTH
        assert media.codec == "PCMA"
        (call,) = world.phone.calls()
        assert (call.state, call.answered_at, call.media_active) == (LineCallState.CONNECTED, at, True)

        await world.far_hangs_up()
        ended = await world.signals.wait(LineEnded)
        assert (ended.call_id, ended.by, ended.code, ended.answered_at) == (call_id, EndedBy.REMOTE, 200, at)
        assert world.phone.calls() == ()

    run(start, story)


def test_a_connected_call_is_ended_here(start: Start) -> None:
    async def story(world: World) -> None:
        call_id = await connected(world)
        await world.phone.end(call_id)
        ended = await world.signals.wait(LineEnded)
        assert (ended.call_id, ended.by) == (call_id, EndedBy.LOCAL)

    run(start, story)


@pytest.mark.parametrize(("busy", "code"), [(False, 603), (True, 486)])
def test_a_ringing_call_is_turned_away(start: Start, busy: bool, code: int) -> None:
    async def story(world: World) -> None:
        await world.phone.end(await incoming(world), busy=busy)
        ended = await world.signals.wait(LineEnded)
        assert (ended.by, ended.code, ended.answered_at) == (EndedBy.LOCAL, code, None)
        assert not world.signals.of(LineConnected)

    run(start, story)


def test_a_caller_who_gives_up_is_an_end_without_an_answer(start: Start) -> None:
    async def story(world: World) -> None:
        await incoming(world)
        await world.far_hangs_up()
        ended = await world.signals.wait(LineEnded)
        assert (ended.by, ended.code, ended.answered_at) == (EndedBy.REMOTE, 487, None)

    run(start, story)


def test_dials_and_talks(start: Start) -> None:
    async def story(world: World) -> None:
        call_id = await world.phone.dial(world.far_uri())
        placed = await world.signals.wait(LinePlaced)
        assert (placed.call_id, placed.number) == (call_id, "0811223344")
        assert world.phone.calls()[0].state is LineCallState.DIALLING or world.signals.of(LineProgress)
        await world.far_answers()
        progress = await world.signals.wait(LineProgress)
        assert (progress.state, progress.code) == (LineCallState.RINGING, 180)
        await world.signals.wait(LineConnected, lambda each: each.call_id == call_id)
        assert not world.phone.calls()[0].incoming
        await world.phone.end(call_id)
        assert (await world.signals.wait(LineEnded)).by is EndedBy.LOCAL

    run(start, story)


def test_gives_up_dialling(start: Start) -> None:
    async def story(world: World) -> None:
        call_id = await world.phone.dial(world.far_uri())
        await world.phone.end(call_id)
        ended = await world.signals.wait(LineEnded)
        assert (ended.call_id, ended.by, ended.answered_at) == (call_id, EndedBy.LOCAL, None)

    run(start, story)


def test_what_cannot_be_dialled_is_refused_and_leaves_no_call(start: Start) -> None:
    async def story(world: World) -> None:
        assert await refusal(world.phone.dial("tidak ada")) is PhoneRefusal.BAD_NUMBER
        assert await refusal(world.phone.dial("")) is PhoneRefusal.BAD_NUMBER
        assert await refusal(world.phone.dial("0811223344")) is PhoneRefusal.NO_ROUTE
        assert world.phone.calls() == ()

    run(start, story)


def test_hold_and_mute_are_told_and_taken_back(start: Start) -> None:
    async def story(world: World) -> None:
        call_id = await connected(world)
        await world.signals.wait(LineMedia, lambda each: each.direction is MediaDirection.BOTH)
        await world.phone.hold(call_id, True)
        held = await world.signals.wait(
            LineMedia, lambda each: each.hold is HoldState.LOCAL and each.direction is MediaDirection.SEND
        )
        assert world.phone.calls()[0].hold is HoldState.LOCAL
        so_far = world.signals.all.index(held) + 1
        await world.phone.hold(call_id, False)
        await world.signals.wait(
            LineMedia,
            lambda each: each.hold is HoldState.NONE and each.direction is MediaDirection.BOTH,
            after=so_far,
        )
        await world.phone.mute(call_id, True)
        await world.signals.wait(LineMedia, lambda each: each.muted)
        await until("muted", lambda: world.phone.calls()[0].muted)
        await world.phone.mute(call_id, False)
        await until("not muted", lambda: not world.phone.calls()[0].muted)

    run(start, story)


def test_a_far_end_that_falls_silent_is_told_and_its_return_too(start: Start) -> None:
    async def story(world: World) -> None:
        call_id = await connected(world)
        await world.signals.wait(LineMedia, lambda each: each.active)
        await world.far_falls_silent()
        silence = await world.signals.wait(LineSilence)
        assert silence.call_id == call_id
        assert world.phone.calls()[0].silent_since == silence.since
        await world.far_sounds_again()
        assert (await world.signals.wait(LineSilenceOver)).call_id == call_id
        assert world.phone.calls()[0].silent_since is None

    run(start, story)


def test_keys_of_the_far_end_are_told(start: Start) -> None:
    async def story(world: World) -> None:
        call_id = await connected(world)
        await world.far_presses("5")
        digit = await world.signals.wait(LineDigit)
        assert digit == LineDigit(call_id, "5")

    run(start, story)


def test_orders_that_fit_no_call_are_refused(start: Start) -> None:
    async def story(world: World) -> None:
        nobody = CallId("nobody")
        assert await refusal(world.phone.answer(nobody)) is PhoneRefusal.UNKNOWN_CALL
        assert await refusal(world.phone.end(nobody)) is PhoneRefusal.UNKNOWN_CALL
        call_id = await incoming(world)
        assert await refusal(world.phone.hold(call_id, True)) is PhoneRefusal.WRONG_STATE
        assert await refusal(world.phone.send_dtmf(call_id, "1")) is PhoneRefusal.WRONG_STATE
        await world.phone.answer(call_id)
        assert await refusal(world.phone.answer(call_id)) is PhoneRefusal.WRONG_STATE
        assert await refusal(world.phone.send_dtmf(call_id, "x")) is PhoneRefusal.BAD_NUMBER

    run(start, story)


def test_a_dead_engine_is_told_at_once_with_the_calls_that_it_cut(start: Start) -> None:
    async def story(world: World) -> None:
        call_id = await connected(world)
        so_far = len(world.signals.all)
        await world.kill_engine()
        lost = await world.signals.wait(LineLost, limit_s=1.0)
        assert (lost.reason, lost.cut) == (LostReason.DIED, (call_id,))
        assert world.phone.calls() == ()
        assert await refusal(world.phone.answer(call_id)) is PhoneRefusal.PHONE_LOST
        await world.signals.wait(LineReady, after=so_far)
        await incoming_again(world)

    async def incoming_again(world: World) -> None:
        with pytest.raises(PhoneRefusedError):
            await world.phone.answer(CallId("nobody"))

    run(start, story)


def test_a_listener_that_fails_is_told_and_stops_nobody_else(start: Start) -> None:
    async def story(world: World) -> None:
        def fails(signal: LineSignal) -> None:
            if not isinstance(signal, LineOffered):
                return
            raise AssertionError("a listener's own mistake")

        end = world.phone.subscribe(fails)
        await incoming(world)
        fault = await world.signals.wait(LineFault)
        assert "a listener's own mistake" in fault.detail
        end()
        end()
        await world.far_hangs_up()
        await world.signals.wait(LineEnded)
        assert len(world.signals.of(LineFault)) == 1

    run(start, story)


async def second_call(world: World, first: CallId) -> CallId:
    """Have a second call, to somebody else, for the sake of the first one."""
    second = await world.phone.dial(await world.target(), for_call=first)
    placed = await world.signals.wait(LinePlaced)
    assert (placed.call_id, placed.for_call) == (second, first)
    await until("the first one is held", lambda: hold_of(world, first) is HoldState.LOCAL)
    await world.target_answers()
    await world.signals.wait(LineConnected, lambda each: each.call_id == second)
    return second


def hold_of(world: World, call_id: CallId) -> HoldState | None:
    return next((call.hold for call in world.phone.calls() if call.call_id == call_id), None)


def joined(world: World) -> dict[CallId, bool]:
    return {call.call_id: call.joined for call in world.phone.calls()}


def test_a_second_call_while_the_first_is_held_and_the_two_exchanged(start: Start) -> None:
    async def story(world: World) -> None:
        first = await connected(world)
        second = await second_call(world, first)
        assert [call.call_id for call in world.phone.calls()] == [first, second]
        assert (hold_of(world, first), hold_of(world, second)) == (HoldState.LOCAL, HoldState.NONE)
        await world.phone.hold(second, True)
        await world.phone.hold(first, False)
        await until("exchanged", lambda: hold_of(world, second) is HoldState.LOCAL)
        await until("exchanged", lambda: hold_of(world, first) is HoldState.NONE)

    run(start, story)


def test_a_conference_and_the_rest_goes_on_when_one_leaves(start: Start) -> None:
    async def story(world: World) -> None:
        first = await connected(world)
        second = await second_call(world, first)
        for call_id in (first, second):
            await world.phone.join(call_id, True)
        await until("joined", lambda: joined(world) == {first: True, second: True})
        assert (hold_of(world, first), hold_of(world, second)) == (HoldState.NONE, HoldState.NONE)
        await world.phone.end(second)
        await world.signals.wait(LineEnded, lambda each: each.call_id == second)
        await until("a conference of one is none", lambda: joined(world) == {first: False})
        assert world.phone.calls()[0].state is LineCallState.CONNECTED

    run(start, story)


@pytest.mark.parametrize("how", ["declined", "given up", "hung up"])
def test_however_a_call_for_a_caller_s_sake_ends_the_caller_comes_back(start: Start, how: str) -> None:
    async def story(world: World) -> None:
        first = await connected(world)
        if how == "hung up":
            second = await second_call(world, first)
            await world.phone.end(second)
        else:
            second = await world.phone.dial(await world.target(), for_call=first)
            assert hold_of(world, first) is HoldState.LOCAL
            if how == "declined":
                await world.target_declines()
            else:
                await world.phone.end(second)
        await world.signals.wait(LineEnded, lambda each: each.call_id == second)
        await until("the caller is back", lambda: hold_of(world, first) is HoldState.NONE)
        assert [call.call_id for call in world.phone.calls()] == [first]

    run(start, story)


def test_a_call_that_cannot_be_placed_leaves_the_caller_where_he_was(start: Start) -> None:
    async def story(world: World) -> None:
        first = await connected(world)
        assert await refusal(world.phone.dial("x y", for_call=first)) is PhoneRefusal.BAD_NUMBER
        nobody = CallId("nobody")
        assert await refusal(world.phone.dial(world.far_uri(), for_call=nobody)) is PhoneRefusal.UNKNOWN_CALL
        assert hold_of(world, first) is HoldState.NONE
        assert [call.call_id for call in world.phone.calls()] == [first]

    run(start, story)


def test_when_an_attended_transfer_fails_the_caller_is_back_and_the_other_waits(start: Start) -> None:
    async def story(world: World) -> None:
        first = await connected(world)
        second = await second_call(world, first)
        await world.transfer_will_fail()
        await world.phone.transfer_to(first, second)
        await world.transfer_is_decided(False)
        failed = await world.signals.wait(LineTransfer, lambda each: each.state is TransferState.FAILED)
        assert failed.call_id == first
        await until("the caller is back", lambda: hold_of(world, first) is HoldState.NONE)
        if second in [call.call_id for call in world.phone.calls()]:
            assert hold_of(world, second) is HoldState.LOCAL

    run(start, story)


def test_a_call_is_kept_apart_again(start: Start) -> None:
    async def story(world: World) -> None:
        first = await connected(world)
        second = await second_call(world, first)
        for call_id in (first, second):
            await world.phone.join(call_id, True)
        await world.phone.join(second, False)
        await until("apart", lambda: not joined(world)[second])

    run(start, story)


def test_a_blind_transfer_takes_the_caller_to_the_target_and_ends_our_leg(start: Start) -> None:
    async def story(world: World) -> None:
        call_id, target = await connected(world), await world.target()
        await world.phone.transfer(call_id, target)
        asked = await world.signals.wait(LineTransfer)
        assert (asked.call_id, asked.state, asked.to) == (call_id, TransferState.ASKED, target)
        assert hold_of(world, call_id) is HoldState.LOCAL
        assert world.phone.calls()[0].transfer_to == target
        await world.target_answers()
        await world.transfer_is_decided(True)
        done = await world.signals.wait(LineTransfer, lambda each: each.state is TransferState.DONE)
        assert (done.call_id, done.code) == (call_id, 200)
        ended = await world.signals.wait(LineEnded)
        assert (ended.by, ended.reason) == (EndedBy.LOCAL, "transferred")

    run(start, story)


def test_a_transfer_that_the_target_declines_brings_the_caller_back(start: Start) -> None:
    async def story(world: World) -> None:
        call_id = await connected(world)
        await world.phone.transfer(call_id, await world.target())
        await world.target_declines()
        await world.transfer_is_decided(False)
        failed = await world.signals.wait(LineTransfer, lambda each: each.state is TransferState.FAILED)
        assert (failed.call_id, failed.code) == (call_id, 603)
        await until("off hold", lambda: hold_of(world, call_id) is HoldState.NONE)
        assert world.phone.calls()[0].transfer_to == ""
        assert not world.signals.of(LineEnded)

    run(start, story)


def test_a_caller_whom_nobody_took_waits_while_another_one_is_spoken_with(start: Start) -> None:
    async def story(world: World) -> None:
        first = await connected(world)
        await world.phone.transfer(first, await world.target())
        await world.far_calls()
        second = (await world.signals.wait(LineOffered, lambda each: each.call_id != first)).call_id
        await world.phone.answer(second)
        await world.signals.wait(LineConnected, lambda each: each.call_id == second)
        await world.target_declines()
        await world.transfer_is_decided(False)
        await world.signals.wait(LineTransfer, lambda each: each.state is TransferState.FAILED)
        await world.phone.mute(second, True)  # answered only after what followed from the failure
        assert (hold_of(world, first), hold_of(world, second)) == (HoldState.LOCAL, HoldState.NONE)

    run(start, story)


def test_a_transfer_to_what_cannot_be_dialled_leaves_the_call_as_it_was(start: Start) -> None:
    async def story(world: World) -> None:
        call_id = await connected(world)
        assert await refusal(world.phone.transfer(call_id, "tidak ada")) is PhoneRefusal.BAD_NUMBER
        assert await refusal(world.phone.transfer_to(call_id, call_id)) is PhoneRefusal.WRONG_STATE
        assert await refusal(world.phone.transfer_to(call_id, CallId("nobody"))) is PhoneRefusal.UNKNOWN_CALL
        assert hold_of(world, call_id) is HoldState.NONE
        assert not world.signals.of(LineTransfer)

    run(start, story)


def test_an_attended_transfer_ends_both_calls(start: Start) -> None:
    async def story(world: World) -> None:
        first = await connected(world)
        second = await second_call(world, first)
        await world.phone.transfer_to(first, second)
        await world.transfer_is_decided(True)
        done = await world.signals.wait(LineTransfer, lambda each: each.state is TransferState.DONE)
        assert (done.call_id, done.with_call) == (first, second)
        for call_id in (first, second):
            await world.signals.wait(LineEnded, lambda each, c=call_id: each.call_id == c)  # type: ignore[misc]
        assert world.phone.calls() == ()

    run(start, story)


def test_a_far_end_that_sends_us_on_is_followed(start: Start) -> None:
    async def story(world: World) -> None:
        first = await connected(world)
        target = await world.target()
        await world.far_sends_us_on(target)
        placed = await world.signals.wait(LinePlaced)
        assert placed.referred_by
        replaced = await world.signals.wait(LineReplaced)
        assert (replaced.call_id, replaced.by_call) == (first, placed.call_id)
        await world.signals.wait(LineEnded, lambda each: each.call_id == first)
        assert [call.call_id for call in world.phone.calls()] == [placed.call_id]

    run(start, story)


def test_a_far_end_that_gives_its_place_to_another(start: Start) -> None:
    async def story(world: World) -> None:
        first = await connected(world)
        await world.far_gives_its_place()
        replaced = await world.signals.wait(LineReplaced)
        assert replaced.call_id == first
        offered = await world.signals.wait(LineOffered, lambda each: each.call_id == replaced.by_call)
        assert offered.number == "113"
        ended = await world.signals.wait(LineEnded, lambda each: each.call_id == first)
        assert ended.reason == "replaced"
        (call,) = world.phone.calls()
        assert (call.call_id, call.state) == (replaced.by_call, LineCallState.CONNECTED)

    run(start, story)


def test_a_call_that_another_desk_answered_is_told_as_such(start: Start) -> None:
    async def story(world: World) -> None:
        await world.another_desk_answers()
        ended = await world.signals.wait(LineEnded)
        assert (ended.elsewhere, ended.by, ended.answered_at) == (True, EndedBy.REMOTE, None)

    run(start, story)


def test_a_call_answered_by_rule_is_answered_with_a_notice(start: Start) -> None:
    async def story(world: World) -> None:
        call_id = await incoming(world)
        await world.phone.answer(call_id, notice=True)
        assert (await world.signals.wait(LineConnected)).call_id == call_id

    run(start, story)


def test_a_seat_without_sound_devices_says_so_and_refuses_what_needs_them(start: Start) -> None:
    async def story(world: World) -> None:
        desk = await world.phone.audio()
        assert (desk.devices, desk.fixed) == ((), True)
        assert desk.audio.kind is AudioKind.NONE
        for order in (
            world.phone.choose_audio(AudioChoice()),
            world.phone.test_sound(SoundRole.RING),
            world.phone.recall(CallId("nobody"), 0.0),
        ):
            with pytest.raises(PhoneRefusedError) as refused:
                await order
            assert refused.value.code is PhoneRefusal.NO_SOUND
        await world.phone.listen(True)
        await world.phone.stop_recall()

    run(start, story)
