"""Behind an Asterisk queue: it rings all seats, the first answer wins, what the network said comes through.

Debian 12 has no package of Asterisk: where there is none these tests are skipped, and say so.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from operator_app.domain.ids import CallId
from operator_app.domain.line import (
    EndedBy,
    HoldState,
    LineConnected,
    LineEnded,
    LineMedia,
    LineOffered,
    LinePresence,
    LineQuality,
    LineRegistration,
    LineTransfer,
    RegistrationState,
    TransferState,
)
from operator_app.domain.line import PresenceState as State
from operator_app.room.peers import SippCall, SippCaller
from operator_app.room.processes import Crew
from operator_app.telephony.settings import EngineAccount, EngineSettings
from tests.e2e.telephony.asterisk import VARIABLE, AsteriskServer, asterisk_program
from tests.e2e.telephony.rig import Rig, settings, until

pytestmark = pytest.mark.skipif(
    asterisk_program() is None, reason=f"no Asterisk on this machine; {VARIABLE} names one that is elsewhere"
)
USERS = {"1": "rahasia", "2": "lain"}
HEADERS = {
    "P-Asserted-Identity": "<tel:+6281234567890>",
    "Geolocation": "<https://lis.example/held/1>;inserted-by=net.example",
    "Call-Info": "<urn:emergency:uid:callid:a1b2:net.example>;purpose=emergency-CallId",
}


def seat_at(server: AsteriskServer, user: str, transport: str = "tcp") -> EngineSettings:
    account = EngineAccount("server", user, USERS[user], server.registrar(transport), expires_s=60, retry_s=1)
    return replace(settings(), accounts=(account,))


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_the_queue_rings_all_seats_and_the_first_answer_has_the_call(
    tmp_path: Path, crew: Crew, transport: str
) -> None:
    async def story() -> None:
        server = await asyncio.to_thread(AsteriskServer, crew, "asterisk", USERS)
        async with (
            Rig(tmp_path, seat_at(server, "1", transport)) as one,
            Rig(tmp_path, seat_at(server, "2", transport), "other") as two,
        ):
            for seat in (one, two):
                told = await seat.signals.wait(LineRegistration)
                assert told.state is RegistrationState.REGISTERED
            call = SippCall(called="112", headers=HEADERS, talk_ms=2_000, stamp=False)
            caller = SippCaller(crew, "sipp", server.address, call, echo=True)
            here, there = [await seat.signals.wait(LineOffered) for seat in (one, two)]
            for offered in (here, there):
                assert offered.number == "+6281234567890"
                assert offered.location is not None
                assert offered.location.references == ("https://lis.example/held/1",)
                assert offered.emergency_ids == ("urn:emergency:uid:callid:a1b2:net.example",)
                assert offered.reference == offered.emergency_ids[0]
            await one.phone.answer(here.call_id)
            await one.signals.wait(LineConnected)
            lost = await two.signals.wait(LineEnded)
            assert lost.answered_at is None
            reading = await one.signals.wait(LineQuality, lambda each: each.received > 10)
            assert reading.lost == 0
            # Held, the caller hears the exchange's music; taken back, they speak on.
            await one.phone.hold(here.call_id, True)
            await one.phone.hold(here.call_id, False)
            await one.signals.wait(LineMedia, lambda each: each.active, after=len(one.signals.all) - 1)
            assert (await one.ended(here)).code == 200
            assert await asyncio.to_thread(caller.wait) == 0, caller.report()

    asyncio.run(story())


def test_a_caller_who_gives_up_in_the_queue_ends_the_ring_everywhere(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        server = await asyncio.to_thread(AsteriskServer, crew, "asterisk", USERS)
        async with (
            Rig(tmp_path, seat_at(server, "1")) as one,
            Rig(tmp_path, seat_at(server, "2"), "other") as two,
        ):
            for seat in (one, two):
                await seat.signals.wait(LineRegistration)
            # The queue answers the trunk, so giving up is a BYE.
            SippCaller(crew, "sipp", server.address, SippCall(called="112", talk_ms=700, stamp=False))
            offers = [await seat.signals.wait(LineOffered) for seat in (one, two)]
            assert offers[0].reference == offers[1].reference, "the queue names the call in X-Call-Ref"
            for seat, offered in zip((one, two), offers, strict=True):
                assert (await seat.ended(offered)).answered_at is None

    asyncio.run(story())


def test_another_seat_is_seen_to_be_free_to_ring_and_to_speak(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        server = await asyncio.to_thread(AsteriskServer, crew, "asterisk", USERS)
        watching = replace(seat_at(server, "1"), watch=("2", "nobody"))
        async with Rig(tmp_path, seat_at(server, "2"), "other") as two, Rig(tmp_path, watching) as one:
            await one.signals.wait(LinePresence, lambda each: (each.who, each.state) == ("2", State.FREE))
            SippCaller(crew, "sipp", server.address, SippCall(called="112", talk_ms=1_500, stamp=False))
            offered = await two.signals.wait(LineOffered)
            await one.signals.wait(LinePresence, lambda each: (each.who, each.state) == ("2", State.RINGING))
            await two.phone.answer(offered.call_id)
            await one.signals.wait(LinePresence, lambda each: (each.who, each.state) == ("2", State.BUSY))
            so_far = len(one.signals.all)
            await two.ended(offered)
            await one.signals.wait(
                LinePresence, lambda each: (each.who, each.state) == ("2", State.FREE), after=so_far
            )
            assert {each.state for each in one.signals.of(LinePresence) if each.who == "nobody"} == {
                State.UNKNOWN
            }

    asyncio.run(story())


@asynccontextmanager
async def queued_caller(folder: Path, crew: Crew) -> AsyncIterator[tuple[Rig, Rig, CallId, SippCaller]]:
    """Two seats behind the queue; the first has its caller, whose voice comes back to it."""
    server = await asyncio.to_thread(AsteriskServer, crew, "asterisk", USERS)
    async with (
        Rig(folder, seat_at(server, "1")) as one,
        Rig(folder, seat_at(server, "2"), "other") as two,
    ):
        for seat in (one, two):
            await seat.signals.wait(LineRegistration)
        call = SippCall(called="112", talk_ms=12_000, stamp=False)
        caller = SippCaller(crew, "sipp", server.address, call, echo=True)
        here = await one.signals.wait(LineOffered)
        await two.signals.wait(LineOffered)
        await one.phone.answer(here.call_id)
        await two.signals.wait(LineEnded)
        await one.signals.wait(LineQuality, lambda each: each.received > 10)
        yield one, two, here.call_id, caller


async def goes_on_at(seat: Rig, call_id: CallId, caller: SippCaller) -> None:
    """The caller is heard there, and hangs up in his own time."""
    await seat.signals.wait(LineQuality, lambda each: each.call_id == call_id and each.received > 40)
    ended = await seat.signals.wait(LineEnded, lambda each: each.call_id == call_id, limit_s=30.0)
    assert (ended.by, ended.code) == (EndedBy.REMOTE, 200)
    assert await asyncio.to_thread(caller.wait) == 0, caller.report()


def test_a_caller_out_of_the_queue_is_sent_to_another_seat_unasked(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        async with queued_caller(tmp_path, crew) as (one, two, here, caller):
            so_far = len(two.signals.all)
            await one.phone.transfer(here, "2")
            there = await two.signals.wait(LineOffered, after=so_far)
            await two.phone.answer(there.call_id)
            done = await one.signals.wait(LineTransfer, lambda each: each.state is TransferState.DONE)
            assert done.call_id == here
            await one.signals.wait(LineEnded, lambda each: each.call_id == here)
            assert one.phone.calls() == ()
            await goes_on_at(two, there.call_id, caller)

    asyncio.run(story())


def test_a_caller_out_of_the_queue_is_handed_to_the_seat_that_was_asked(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        async with queued_caller(tmp_path, crew) as (one, two, here, caller):
            so_far = len(two.signals.all)
            asked = await one.phone.dial("2", for_call=here)
            there = await two.signals.wait(LineOffered, after=so_far)
            await two.phone.answer(there.call_id)
            await one.signals.wait(LineConnected, lambda each: each.call_id == asked)
            await one.phone.transfer_to(here, asked)
            done = await one.signals.wait(LineTransfer, lambda each: each.state is TransferState.DONE)
            assert (done.call_id, done.with_call) == (here, asked)
            await until("its lines are free", lambda: one.phone.calls() == ())
            await goes_on_at(two, there.call_id, caller)

    asyncio.run(story())


def test_a_transfer_that_finds_nobody_brings_the_caller_back(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        async with queued_caller(tmp_path, crew) as (one, _, here, caller):
            await one.phone.transfer(here, "*9")  # the dialplan has no such number
            failed = await one.signals.wait(LineTransfer, lambda each: each.state is TransferState.FAILED)
            assert failed.call_id == here
            await until("the caller is back", lambda: one.phone.calls()[0].hold is HoldState.NONE)
            await goes_on_at(one, here, caller)

    asyncio.run(story())
