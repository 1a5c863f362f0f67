"""F5, F6: a house fire from the answer to the first hand-over, and a prank until ready again, by keys alone."""

import contextlib
import time
from collections.abc import Sequence

from operator_app.room.room import Room
from operator_app.room.waiting import wait_for
from operator_app.room.window import Window
from tests.perf import history
from tests.perf.figures import Figure, count, spread
from tests.perf.hands import KeySender
from tests.perf.uac import WireCaller

CHARACTERS_A_MINUTE = 200
KEY_S = 60 / CHARACTERS_A_MINUTE
PLACE, KIND, BURNING, ANSWERS = "singa", "ke", "dapur", "y3"
TEXT = "api dari dapur, dua orang belum keluar, tetangga mulai menyiram"
CALLS, PRANKS = 3, 10


def house_fire() -> list[str]:
    """The whole script: answer, place, kind, card, description, hand-over."""
    return [
        "F2", *letters(PLACE), "Return", *letters(KIND), "Return", *letters(BURNING), "Return",
        *letters(ANSWERS), "Escape", *letters(TEXT), "F7",
    ]  # fmt: skip


def sent_early() -> list[str]:
    """As soon as place and kind are there."""
    return ["F2", *letters(PLACE), "Return", *letters(KIND), "Return", "F7"]


def letters(words: str) -> list[str]:
    """The keys of a text of small letters."""
    return [{" ": "space", ",": "comma"}.get(each, each) for each in words]


def measure(room: Room) -> list[Figure]:
    """Type at a seat with a server, a map and 5,000 incidents of history."""
    seat = room.seat("M1", start=False)
    history.fill(seat.data)
    seat.start()
    seat.wait_text("topState", "Siap")
    seat.wait_gone("mapCover")
    host, _, port = room.phone_address("M1").partition("@")[2].rpartition(":")
    with (
        contextlib.closing(WireCaller(host, int(port))) as caller,
        contextlib.closing(KeySender(seat.display.name)) as keys,
    ):
        whole = [_call(seat, caller, keys, house_fire(), number) for number in range(CALLS)]
        early = [_call(seat, caller, keys, sent_early(), 100 + number) for number in range(CALLS)]
        pranks = [_prank(seat, caller, keys, number, hung_up=number % 2 == 1) for number in range(PRANKS)]
    note = f"{len(house_fire())} keys at {CHARACTERS_A_MINUTE} a minute"
    return [
        spread("F5 house fire: answer → first dispatch, keyboard only", "s", whole, most=45, note=note),
        spread("F5 sent early: place and kind alone", "s", early, most=45, note=f"{len(sent_early())} keys"),
        count("F5 mouse clicks", 0, of=CALLS),
        spread("F6 prank: key → ready again", "s", pranks, most=3, note="half of them hung up by the caller"),
        count("F6 keys after the answer", 1, of=PRANKS, target=1, note="limit 2"),
    ]


def _call(seat: Window, caller: WireCaller, keys: KeySender, script: Sequence[str], number: int) -> float:
    """Type the script as a person does, one key after the other; return seconds from F2 to the dispatch on screen."""
    call = caller.invite(f"08125555{number:04d}")
    seat.wait_text("callState", "Panggilan masuk")
    begun_ns = keys.press(script[0])
    for place, key in enumerate(script[1:], 1):
        due = begun_ns / 1e9 + place * KEY_S
        time.sleep(max(0.0, due - time.monotonic()))
        keys.press(key)
    seat.wait_text("timeline", "Damkar: dikirim")
    took = (time.monotonic_ns() - begun_ns) / 1e9
    seat.wait_text("kind", "KEB-01")
    keys.press("F12")
    wait_for("the call is over", lambda: call.ended)
    seat.wait_text("topState", "Pasca-panggilan")
    keys.press("F11")
    seat.wait_text("topState", "Siap")
    seat.wait_text("incidentNumber", "Kejadian baru")
    return took


def _prank(seat: Window, caller: WireCaller, keys: KeySender, number: int, *, hung_up: bool) -> float:
    """Answer, then one key says that it was a prank: it ends the call, or finds it ended."""
    call = caller.invite(f"08127777{number:04d}")
    seat.wait_text("callState", "Panggilan masuk")
    keys.press("F2")
    seat.wait_text("topState", "Menerima")
    if hung_up:
        caller.end(call)
        seat.wait_text("topState", "Pasca-panggilan")
    begun_ns = keys.press("alt+4")
    seat.wait_text("topState", "Siap")
    took = (time.monotonic_ns() - begun_ns) / 1e9
    wait_for("the call is over", lambda: call.ended)
    return took
