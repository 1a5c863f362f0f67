"""Behind Kamailio: registered, refused, away."""

import asyncio
import os
import re
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from operator_app.domain.line import (
    HoldState,
    LineConnected,
    LineEnded,
    LineOffered,
    LinePlaced,
    LineQuality,
    LineRefused,
    LineRegistration,
    LineTransfer,
    RegistrationProblem,
    RegistrationState,
    TransferState,
)
from operator_app.room.peers import KamailioServer, SippCall, SippCaller, free_port
from operator_app.room.processes import Crew
from operator_app.telephony.settings import EngineAccount, EngineSettings
from tests.e2e.telephony.raw_sip import RawPeer
from tests.e2e.telephony.rig import Rig, engine_limits, settings, until


def registered(user: str, password: str, registrar: str) -> EngineSettings:
    account = EngineAccount("server", user, password, registrar, expires_s=10, retry_s=1)
    return replace(settings(), accounts=(account,))


def test_a_registered_seat_is_called_through_the_server_and_calls_through_it(
    tmp_path: Path, crew: Crew
) -> None:
    async def story() -> None:
        server = await asyncio.to_thread(
            lambda: KamailioServer(crew, "kamailio", {"1": "rahasia", "2": "lain"})
        )
        async with (
            Rig(tmp_path, registered("1", "rahasia", server.registrar("tcp"))) as seat,
            Rig(tmp_path, registered("2", "lain", server.registrar("udp")), "other") as other,
        ):
            for phone in (seat, other):
                told = await phone.signals.wait(LineRegistration)
                assert (told.state, told.account) == (RegistrationState.REGISTERED, "server")

            caller = SippCaller(crew, "sipp", server.address, SippCall(called="1", talk_ms=300))
            offered = await seat.answer_next()
            assert offered.account == "server"
            assert (await seat.ended(offered)).code == 200
            assert await asyncio.to_thread(caller.wait) == 0, caller.report()

            # A plain number goes to the server that the seat is registered at.
            call_id = await seat.phone.dial("2")
            await other.answer_next()
            await seat.signals.wait(LineConnected, lambda each: each.call_id == call_id)
            await seat.phone.end(call_id)
            await other.signals.wait(LineEnded)

    asyncio.run(story())


def test_a_wrong_password_is_told_as_such(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        server = await asyncio.to_thread(lambda: KamailioServer(crew, "kamailio", {"1": "rahasia"}))
        async with Rig(tmp_path, registered("1", "salah", server.registrar())) as seat:
            told = await seat.signals.wait(LineRegistration)
            assert told.state is RegistrationState.FAILED
            assert told.problem is RegistrationProblem.WRONG_PASSWORD
            assert told.code == 401
            # The direct line works all the same.
            caller = SippCaller(crew, "sipp", seat.address, SippCall(talk_ms=50))
            await seat.answer_next()
            assert await asyncio.to_thread(caller.wait) == 0, caller.report()

    asyncio.run(story())


def test_a_server_that_is_not_there_is_told_and_found_when_it_comes(tmp_path: Path, crew: Crew) -> None:
    async def story() -> None:
        port = free_port()
        async with Rig(tmp_path, registered("1", "rahasia", f"sip:127.0.0.1:{port};transport=tcp")) as seat:
            assert seat.ready.accounts == ("server",)
            told = await seat.signals.wait(LineRegistration)
            assert (told.state, told.problem) == (RegistrationState.FAILED, RegistrationProblem.UNREACHABLE)
            await asyncio.to_thread(lambda: KamailioServer(crew, "kamailio", {"1": "rahasia"}, port=port))
            await seat.signals.wait(LineRegistration, lambda each: each.state is RegistrationState.REGISTERED)

    asyncio.run(story())


def test_112_rings_every_registered_seat_and_the_first_answer_ends_the_others(
    tmp_path: Path, crew: Crew
) -> None:
    async def story() -> None:
        users = {"1": "rahasia", "2": "lain", "3": "rahasia"}
        server = await asyncio.to_thread(lambda: KamailioServer(crew, "kamailio", users))
        async with (
            Rig(tmp_path, registered("1", "rahasia", server.registrar("tcp"))) as one,
            Rig(tmp_path, registered("2", "lain", server.registrar("udp")), "other") as two,
        ):
            for seat in (one, two):
                assert (await seat.signals.wait(LineRegistration)).state is RegistrationState.REGISTERED
            identity = {"P-Asserted-Identity": "<tel:+6281234567890>"}
            caller = SippCaller(crew, "sipp", server.address, SippCall(headers=identity, talk_ms=300))
            here, there = [await seat.signals.wait(LineOffered) for seat in (one, two)]
            assert here.number == there.number == "+6281234567890"
            assert here.reference == there.reference, "the offers of one call are told together by it"
            await two.phone.answer(there.call_id)
            assert (await two.ended(there)).code == 200
            assert (await one.ended(here)).answered_at is None
            assert await asyncio.to_thread(caller.wait) == 0, caller.report()

    asyncio.run(story())


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_a_long_call_by_the_server_rings_or_is_refused_and_told_and_the_next_one_rings(
    tmp_path: Path, crew: Crew, transport: str
) -> None:
    """Over TCP the library itself would read the rest of it as new messages, and none after it."""

    async def story() -> None:
        server = await asyncio.to_thread(lambda: KamailioServer(crew, "kamailio", {"1": "rahasia"}))
        async with Rig(tmp_path, registered("1", "rahasia", server.registrar(transport))) as seat:
            await seat.signals.wait(LineRegistration, lambda each: each.state is RegistrationState.REGISTERED)
            longer = {f"X-Subscriber-{number}": "y" * 900 for number in range(6)}
            body = SippCall().body or ""
            body += (
                "a=x-place:" + "y" * 500 + "\n" + "\n\n" * 1_500
            )  # blank lines, as the library takes them out itself
            fits = engine_limits().message_bytes > 6_000
            call = SippCall(
                user="0811000", headers=longer, body=body, talk_ms=50, expect=200 if fits else 513
            )
            caller = SippCaller(crew, "long", server.address, call)
            if fits:
                await seat.answer_next()
            else:
                told = await seat.signals.wait(LineRefused)
                assert (told.code, told.number) == (513, "0811000")
            assert await asyncio.to_thread(caller.wait) == 0, caller.report()
            so_far = len(seat.signals.all)
            caller = SippCaller(crew, "short", server.address, SippCall(talk_ms=50))
            await seat.answer_next(after=so_far)
            assert await asyncio.to_thread(caller.wait) == 0, caller.report()
            assert len(seat.signals.of(LineRegistration)) == 1, "it was never away"

    asyncio.run(story())


def at_two_servers(user: str, one: KamailioServer, two: KamailioServer) -> EngineSettings:
    accounts = tuple(
        EngineAccount(name, user, "rahasia", server.registrar("tcp"), expires_s=120, retry_s=1)
        for name, server in (("one", one), ("two", two))
    )
    return replace(settings(), accounts=accounts)


@pytest.mark.parametrize(
    ("number", "problem"),
    [(signal.SIGKILL, RegistrationProblem.UNREACHABLE), (signal.SIGSTOP, RegistrationProblem.TIMEOUT)],
)
def test_when_the_first_server_goes_the_second_carries_on(
    tmp_path: Path, crew: Crew, number: signal.Signals, problem: RegistrationProblem
) -> None:
    """Killed or frozen: told, the running call keeps its sound, the next number is dialled by the second server."""

    async def story() -> None:
        users = {"1": "rahasia", "2": "rahasia"}
        one, two = await asyncio.gather(
            *(asyncio.to_thread(KamailioServer, crew, name, users) for name in ("one", "two"))
        )
        async with (
            Rig(tmp_path, at_two_servers("1", one, two)) as seat,
            Rig(tmp_path, at_two_servers("2", one, two), "other") as other,
        ):
            for phone in (seat, other):
                for name in ("one", "two"):
                    await phone.signals.wait(LineRegistration, account_is(name, RegistrationState.REGISTERED))
            first = await seat.phone.dial("2")
            await other.answer_next()
            assert seat.signals.of(LinePlaced)[-1].account == "one"
            await seat.signals.wait(LineQuality, lambda each: each.received > 20)

            so_far, began = len(seat.signals.all), asyncio.get_running_loop().time()
            os.killpg(one.process.pid, number)  # its workers too
            told = await seat.signals.wait(
                LineRegistration, account_is("one", RegistrationState.FAILED), after=so_far
            )
            assert asyncio.get_running_loop().time() - began < 10.0
            assert told.problem is problem
            after = len(other.signals.all)
            second = await seat.phone.dial("2")
            assert seat.signals.of(LinePlaced)[-1].account == "two"
            await other.answer_next(after=after)
            await seat.signals.wait(LineConnected, lambda each: each.call_id == second)
            reading = await seat.signals.wait(
                LineQuality, lambda each: each.call_id == first, after=len(seat.signals.all)
            )
            assert reading.lost == 0
            assert seat.phone.calls()[0].silent_since is None
            if number is signal.SIGSTOP:
                os.killpg(one.process.pid, signal.SIGKILL)

    asyncio.run(story())


def account_is(name: str, state: RegistrationState) -> Callable[[LineRegistration], bool]:
    return lambda each: (each.account, each.state) == (name, state)


@pytest.mark.parametrize("attended", [False, True], ids=["blind", "attended"])
def test_a_caller_is_transferred_through_the_server_and_a_busy_target_gives_him_back(
    tmp_path: Path, crew: Crew, attended: bool
) -> None:
    async def story() -> None:
        users = {"1": "a", "2": "b", "3": "c"}
        server = await asyncio.to_thread(lambda: KamailioServer(crew, "kamailio", users))
        async with (
            Rig(tmp_path, registered("1", "a", server.registrar("tcp"))) as seat,
            Rig(tmp_path, registered("2", "b", server.registrar("tcp")), "caller") as caller,
            Rig(tmp_path, registered("3", "c", server.registrar("tcp")), "agency") as agency,
        ):
            for phone in (seat, caller, agency):
                assert (await phone.signals.wait(LineRegistration)).state is RegistrationState.REGISTERED
            await caller.phone.dial("1")
            first = (await seat.answer_next()).call_id
            if attended:
                second = await seat.phone.dial("3", for_call=first)
                await agency.answer_next()
                await seat.signals.wait(LineConnected, lambda each: each.call_id == second)
                await seat.phone.transfer_to(first, second)
            else:
                await seat.phone.transfer(first, "3")
                busy = await agency.signals.wait(LineOffered)
                await agency.phone.end(busy.call_id, busy=True)
                failed = await seat.signals.wait(
                    LineTransfer, lambda each: each.state is TransferState.FAILED
                )
                assert failed.code == 486
                await until("the caller is back", lambda: seat.phone.calls()[0].hold is HoldState.NONE)
                await until("he has one call", lambda: len(caller.phone.calls()) == 1)
                after = len(agency.signals.all)
                await seat.phone.transfer(first, "3")
                await agency.answer_next(after=after)
            await seat.signals.wait(LineTransfer, lambda each: each.state is TransferState.DONE)
            await until("the seat is free", lambda: seat.phone.calls() == ())
            await until("caller and agency have each other", lambda: len(caller.phone.calls()) == 1)
            await until("one call there", lambda: len(agency.phone.calls()) == 1)
            await caller.signals.wait(
                LineQuality, lambda each: each.received > 20, after=len(caller.signals.all)
            )

    asyncio.run(story())


def test_two_seats_that_answer_in_the_same_moment(tmp_path: Path, crew: Crew) -> None:
    """The server is frozen while both answer, so that both 200s reach the caller, who keeps the first."""

    async def story() -> None:
        server = await asyncio.to_thread(lambda: KamailioServer(crew, "kamailio", {"1": "a", "2": "b"}))
        async with (
            Rig(tmp_path, registered("1", "a", server.registrar("udp"))) as one,
            Rig(tmp_path, registered("2", "b", server.registrar("udp")), "other") as two,
        ):
            seats = (one, two)
            for seat in seats:
                assert (await seat.signals.wait(LineRegistration)).state is RegistrationState.REGISTERED
            with RawPeer(server.address) as peer:
                peer.send(peer.invite())
                invite = peer.last
                offers = [await seat.signals.wait(LineOffered) for seat in seats]
                os.killpg(server.process.pid, signal.SIGSTOP)
                for seat, offered in zip(seats, offers, strict=True):
                    await seat.phone.answer(offered.call_id)
                    await seat.signals.wait(LineConnected)
                os.killpg(server.process.pid, signal.SIGCONT)
                tags: dict[str, str] = {}
                while len(tags) < 2:
                    answer = await peer.response(f"{invite} INVITE", "200")
                    contact = re.search(r"\nContact:[^\r]*@([\d.]+:\d+)", answer)
                    tag = re.search(r"\nTo:[^\r]*;tag=([^;\r]+)", answer)
                    assert contact is not None
                    assert tag is not None
                    tags.setdefault(contact[1], tag[1])
                (kept, _), (slower, slower_tag) = tags.items()
                reason = 'Reason: SIP;cause=200;text="Call completed elsewhere"'
                for address, tag_there in tags.items():
                    host, _, port = address.rpartition(":")
                    peer.target = (host, int(port))
                    ack = peer.request("ACK", to_tag=tag_there, call=invite)
                    peer.send(re.sub(r"CSeq: \d+", f"CSeq: {invite}", ack))
                    if address == slower:
                        peer.send(peer.request("BYE", reason, to_tag=slower_tag, call=invite))
                loser = next(seat for seat in seats if seat.address == slower)
                ended = await loser.signals.wait(LineEnded)
                assert ended.answered_at is not None
                assert ended.elsewhere
                winner = next(seat for seat in seats if seat.address == kept)
                assert winner.signals.of(LineEnded) == []

    asyncio.run(story())
