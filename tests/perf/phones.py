"""C2, C7, C8, C9: this phone's engine beside baresip and linphone, behind two servers, in 2,000 calls, in a flood."""

import asyncio
import contextlib
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from operator_app.domain.line import (
    LineEnded,
    LineLost,
    LineOffered,
    LineQuality,
    LineRecorded,
    LineRefused,
    LineRegistration,
    RegistrationState,
)
from operator_app.room.peers import BaresipCaller, KamailioServer, SippCall, SippCaller
from operator_app.room.processes import Crew
from tests.e2e.telephony.raw_sip import RawPeer, mutated, paced
from tests.e2e.telephony.rfc4475 import messages
from tests.e2e.telephony.rig import Rig, settings, silent_frames, tone_level, until, write_tone
from tests.e2e.telephony.test_hostile import BAD_SDP, TONE_HZ, TurnAway, busy_seat, torture
from tests.e2e.telephony.test_phone_server import account_is, at_two_servers
from tests.e2e.telephony.test_survival import AutoAnswer
from tests.perf.figures import Figure, count, percentile, spread
from tests.perf.linphone import LinphoneConsole
from tests.perf.uac import WireCaller

RINGS, LINPHONE_RINGS = 120, 8
CALLS, WARM_CALLS, CALLS_PER_S = 2000, 900, 25
"""Warm is after 36 s: the library keeps each call's transactions for 32 s (64 × T1), so that long its memory grows."""
FLOOD_S, FLOOD_PER_S = 30, 200
MUTATED = 2500
REST_S = 0.03
"""Between two calls of one phone, so that its sockets close in time."""


def measure() -> list[Figure]:
    """Measure on real parts of the loopback; long: about four minutes."""
    figures: list[Figure] = []
    for part in (_ringing, _failover, _many_calls, _flood, _hostile):
        folder = Path(tempfile.mkdtemp(prefix="operator-112-phones-"))
        try:
            with _crew(folder) as crew:
                figures += asyncio.run(part(folder, crew))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return figures


@contextlib.contextmanager
def _crew(folder: Path) -> Iterator[Crew]:
    crew = Crew(folder)
    try:
        yield crew
    finally:
        crew.close()


# --- C2 -------------------------------------------------------------------------------------------------------------


async def _ringing(folder: Path, crew: Crew) -> list[Figure]:
    voice = write_tone(folder / "voice.wav", TONE_HZ, rate=8000)
    baresip = BaresipCaller(crew, "baresip", speak=voice)
    linphone = LinphoneConsole(crew, "linphone") if LinphoneConsole.program() else None
    async with Rig(folder, settings()) as seat:
        ports = {
            "this phone": (int(seat.address.rpartition(":")[2]), "112"),
            "baresip": (baresip.sip_port, "baresip"),
        }
        taken = await asyncio.to_thread(_interleaved, ports, RINGS)
    baresip.close()
    figures = [spread(f"C2 INVITE → 180: {name}", "ms", values) for name, values in taken.items()]
    ours, theirs = taken["this phone"], taken["baresip"]
    ratios = [percentile(ours, 0.5) / percentile(theirs, 0.5)]
    note = "where ours goes: docs/phone-rules.md"
    figures.append(
        spread("C2 this phone : baresip, medians of the same run", "×", ratios, most=1.5, note=note)
    )
    if linphone is None:
        return figures
    beside = await asyncio.to_thread(
        _interleaved, {"linphone": (linphone.sip_port, "linphone")}, LINPHONE_RINGS
    )
    linphone.close()
    return [*figures, spread("C2 INVITE → 180: linphone's console", "ms", beside["linphone"])]


def _interleaved(phones: dict[str, tuple[int, str]], rings: int) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in phones}
    with contextlib.ExitStack() as stack:
        callers = {
            name: stack.enter_context(contextlib.closing(WireCaller("127.0.0.1", port, user)))
            for name, (port, user) in phones.items()
        }
        for number in range(rings):
            for name, caller in callers.items():
                call = caller.invite(f"0812{number:04d}")
                taken[name].append((caller.wait(call, 180) - call.sent_ns) / 1e6)
                time.sleep(REST_S)
                caller.end(call)
                time.sleep(REST_S)
    return taken


# --- C7 -------------------------------------------------------------------------------------------------------------


async def _failover(folder: Path, crew: Crew) -> list[Figure]:
    figures = []
    for number, what in ((signal.SIGKILL, "killed"), (signal.SIGSTOP, "frozen")):
        place = folder / what
        await asyncio.to_thread(place.mkdir)
        taken, lost = await _one_failover(place, crew, number, what)
        figures.append(
            spread(f"C7 first server {what} → a call goes out by the second", "s", [taken], most=30)
        )
        figures.append(count("   packets lost in the running call", lost, of=1))
    return figures


async def _one_failover(folder: Path, crew: Crew, number: signal.Signals, what: str) -> tuple[float, int]:
    users = {"1": "rahasia", "2": "rahasia"}
    names = (f"one-{what}", f"two-{what}")
    one, two = await asyncio.gather(*(asyncio.to_thread(KamailioServer, crew, name, users) for name in names))
    async with (
        Rig(folder, at_two_servers("1", one, two)) as seat,
        Rig(folder, at_two_servers("2", one, two), "other") as other,
    ):
        for phone in (seat, other):
            for name in ("one", "two"):
                await phone.signals.wait(LineRegistration, account_is(name, RegistrationState.REGISTERED))
        first = await seat.phone.dial("2")
        await other.answer_next()
        await seat.signals.wait(LineQuality, lambda each: each.received > 20)
        so_far, after, began = len(seat.signals.all), len(other.signals.all), time.monotonic()
        os.killpg(one.process.pid, number)
        await seat.signals.wait(
            LineRegistration, account_is("one", RegistrationState.FAILED), after=so_far, limit_s=60.0
        )
        await seat.phone.dial("2")
        await other.signals.wait(LineOffered, after=after)
        taken = time.monotonic() - began
        reading = await seat.signals.wait(
            LineQuality, lambda each: each.call_id == first, after=len(seat.signals.all)
        )
        if number is signal.SIGSTOP:
            os.killpg(one.process.pid, signal.SIGKILL)
        return taken, reading.lost


# --- C8 -------------------------------------------------------------------------------------------------------------


async def _many_calls(folder: Path, crew: Crew) -> list[Figure]:
    async with Rig(folder, settings(record=folder / "recordings")) as seat:
        engine = psutil.Process(seat.pid)
        AutoAnswer(seat)
        await _in_a_row(crew, seat, "warm", WARM_CALLS)
        warm, threads, files = engine.memory_info().rss, engine.num_threads(), engine.num_fds()
        await _in_a_row(crew, seat, "row", CALLS - WARM_CALLS)
        await until("the last sockets are closed", lambda: engine.num_fds() <= files, 60.0)
        grown = 100 * (engine.memory_info().rss - warm) / warm
        # The last recordings are still being synced when the last BYE is answered.
        with contextlib.suppress(AssertionError):
            await until("all recordings", lambda: len(seat.signals.of(LineRecorded)) >= CALLS, 10.0)
        whole = len({each.call_id for each in seat.signals.of(LineRecorded) if len(each.files) == 3})
        failed = sum(1 for each in seat.signals.of(LineEnded) if each.answered_at is None)
        note = f"from call {WARM_CALLS} to {CALLS}, {warm / 1e6:.0f} MB then"
        return [
            count("C8 calls of 2,000 not answered", failed, of=CALLS),
            count("   recordings missing", CALLS - whole, of=CALLS),
            spread("C8 growth of the engine's memory", "%", [grown], most=5, note=note),
            count("   threads more than before", max(0, engine.num_threads() - threads), of=CALLS),
            count("   files more than before", max(0, engine.num_fds() - files), of=CALLS),
            count("   engine restarts", len(seat.signals.of(LineLost)), of=CALLS),
        ]


async def _in_a_row(crew: Crew, seat: Rig, name: str, calls: int) -> None:
    caller = SippCaller(
        crew, name, seat.address, SippCall(talk_ms=60, stamp=False), calls=calls, rate=CALLS_PER_S, at_once=3
    )
    await asyncio.to_thread(caller.wait, 600.0)


# --- C9 -------------------------------------------------------------------------------------------------------------


async def _flood(folder: Path, _crew: Crew) -> list[Figure]:
    sent = FLOOD_S * FLOOD_PER_S
    async with busy_seat(folder) as busy:
        seat = busy.seat
        free = seat.ready.max_calls - 1
        with RawPeer(seat.address) as peer:
            await paced([peer.invite().encode() for _ in range(sent)], peer, FLOOD_PER_S)
            await peer.alive_after_a_flood()
        await busy.still_talks()
        refused = seat.signals.of(LineRefused)[-1].count
        lost = len(seat.signals.of(LineLost))
        reading = seat.signals.of(LineQuality)[-1]
        for call in seat.phone.calls():
            if call.call_id != busy.in_hand.call_id:
                await seat.phone.end(call.call_id)
    recorded = seat.signals.of(LineRecorded)[-1]
    caller = Path(recorded.files[0])
    level = tone_level(caller, TONE_HZ, start_s=recorded.seconds / 2, seconds=0.5)
    silent = silent_frames(caller, start_s=0.5, end_s=recorded.seconds - 0.5)
    return [
        count(f"C9 flood of {FLOOD_PER_S}/s for {FLOOD_S} s: engine restarts", lost, of=sent),
        count("   INVITEs neither offered nor counted as refused", sent - free - refused, of=sent),
        spread(
            "   packets lost in the call in hand", "", [float(reading.lost)], note=f"of {reading.received}"
        ),
        spread(
            "   tone of the call in hand, sent at 0.5", "", [level], note=f"{silent} silent frames of 20 ms"
        ),
    ]


async def _hostile(folder: Path, _crew: Crew) -> list[Figure]:
    chance = random.Random(112)
    async with busy_seat(folder) as busy:
        turn_away = TurnAway(busy.seat)
        with RawPeer(busy.seat.address) as peer:
            for message in (*torture(peer), *(each.data for each in messages())):
                peer.send(message)
                await peer.alive()
            for body in BAD_SDP:
                peer.send(peer.invite(body=body))
                await peer.alive()
            await paced([mutated(peer.invite_with_place(), chance) for _ in range(MUTATED)], peer, 40)
            await peer.alive_after_a_flood()
        await turn_away.stop()
        lost = len(busy.seat.signals.of(LineLost))
    return [
        count(
            f"C9 RFC 4475 and its kinds, bad SDP, {MUTATED} mutated INVITEs: engine restarts",
            lost,
            of=MUTATED,
            note=f"{turn_away.count} of them rang; the call in hand kept its tone",
        )
    ]
