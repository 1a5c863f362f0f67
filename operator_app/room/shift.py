"""The scripted shift: what the people of a room do in one evening, each step seen on the real screens and timed."""

import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from operator_app.room.caller import Caller
from operator_app.room.room import Room
from operator_app.room.sound import HEARD, level
from operator_app.room.telling import Telling
from operator_app.room.waiting import RoomError, wait_for
from operator_app.room.window import Window
from operator_app.ui.words.texts import load_texts
from operator_app.ui.words.wording import number_text

FIRE, PRANK, GONE = "081200000112", "081200000013", "081200000007"
"""Numbers of nobody: 0812-0000-... is given to no one."""
PLACE, PLACE_TYPED = "Teluk Lingga", "tlk lingga"
KIND, KIND_NAME, KIND_TYPED = "KEB-01", "Kebakaran", "keb rum"
CARD_WORDS, CARD_KEYS = "dapur", "y3"
"""What burns, in words; somebody is inside; a big fire."""
TEXT = "Dapur terbakar, dua orang belum keluar."
ROLES = {"seat": "Seat", "desk": "Desk", "wall": "Wall"}
NEXT_CALL_S = 15.0
LATER = ("buaya", "iseng", "rumah-terbakar")


class Shift:
    """Two seats, a desk, a wall and their callers. Each method plays one scene; raises `StepMissedError`."""

    def __init__(self, room: Room, resources: Path, telling: Telling) -> None:
        """`telling` prints each step and takes the pictures."""
        self._room = room
        self._telling = telling
        self._step, self._shots = telling.step, telling.shots
        self._voices = resources / "demo"
        self._say = load_texts(resources, room.language)
        self._number = ""

    # ---- the scenes

    def open(self) -> None:
        """Start the server and every window; all are on their screens when it returns."""
        room = self._room
        self._step("PostgreSQL runs and has the schema", room.start_server)
        begun = time.monotonic()
        self.m1 = room.seat("M1", operator="Operator 1", voice=self._voices / "operator.wav", start=False)
        self.m2 = room.seat("M2", operator="Operator 2", audio="auto", start=False)
        self.desk = room.desk("DAMKAR", start=False)
        self.wall = room.wall(start=False)
        for window in room.windows.values():
            window.start(wait=False)
        for window in room.windows.values():
            self._step(f"{ROLES[window.role]} {window.name} is on its screen", window.wait_shown, since=begun)
        for window in (self.m1, self.m2):
            self._step(
                f"Seat {window.name} is ready for calls, its phone up",
                partial(self._ready, window),
                since=begun,
            )
        for window, lamp, words in (
            (self.m1, "lampServer", self._say("lamp.server")),
            (self.m2, "lampServer", self._say("lamp.server")),
            (self.desk, "lamp_server", self._say("desk.server_up")),
        ):
            self._step(
                f"{ROLES[window.role]} {window.name} is joined to the server",
                partial(window.wait_exactly, lamp, words),
                since=begun,
            )
        self._step("The map of seat M1 is drawn", lambda: self.m1.wait_gone("mapCover"), since=begun)
        self._step("The map of the wall is drawn", lambda: self.wall.wait_gone("mapCover"), since=begun)
        self._shots("ready")

    def house_fire(self) -> None:
        """A house burns: from the ring to the agency on its way, seen by all, read back from the database."""
        m1, m2, desk, wall = self.m1, self.m2, self.desk, self.wall
        caller = self._caller(FIRE, "rumah-terbakar")
        self._ring(caller, m1)
        self._shots("ringing")
        self._answer(caller, m1)
        self._hear(caller)
        self._step(f'Place typed and picked: "{PLACE_TYPED}" is {PLACE}', self._pick_place)
        self._number = m1.text("incidentNumber")
        self._step(f'Kind typed and picked: "{KIND_TYPED}" is {KIND}, priority 1', self._pick_kind)
        self._step("The caller's words typed, saved on this seat and at the server", self._type_text)
        self._step("The point set by a click on the map", self._click_map)
        self._shots("form")
        before = {window.name: window.last_mark() for window in (m2, desk, wall)}
        pressed_ns = time.monotonic_ns()
        m1.press("F7")

        def seen(window: Window, mark: str, *words: str) -> float:
            """Return the milliseconds from the key to the painted screen, once it shows these words."""
            painted = window.wait_mark(mark, before[window.name])
            for each in words:
                window.wait_words(each)
            return (painted.at_ns - pressed_ns) / 1e6

        alarm = self._say("desk.alarm_one")
        self._step("F7: desk DAMKAR shows the alarm", partial(seen, desk, "incident", alarm))
        self._step(
            "It is in the list of seat M2", partial(seen, m2, "incident_row_painted", self._number, "Damkar")
        )
        self._step("It is on the wall", partial(seen, wall, "incident", KIND_NAME))
        delivered = self._say("timeline.delivered", agency="Damkar")
        self._step(
            "Seat M1 sees that the desk has it on its screen",
            lambda: m1.wait_text("timeline", delivered),
            since=pressed_ns / 1e9,
        )
        self._shots("dispatched")
        self._agency_state("F2", "accepted")
        self._shots("accepted")
        self._agency_state("F3", "under_way")
        hung_up = time.monotonic()
        caller.hang_up()
        self._step(
            "The caller hangs up: seat M1 is in wrap-up", lambda: self._state(m1, "wrap_up"), since=hung_up
        )
        self._shots("wrap-up")
        self._step("The record read back with psql is the one on the screens", self._read_back)
        done = self._key(m1, "alt+1", "F11")
        self._step(
            "Classified as an emergency; seat M1 is ready again", lambda: self._state(m1, "ready"), since=done
        )
        self._drop(caller)

    def prank(self) -> None:
        """Somebody orders fried rice: answered, one key, ready again."""
        caller = self._caller(PRANK, "iseng")
        self._ring(caller, self.m1)
        self._answer(caller, self.m1)
        pressed = self._key(self.m1, "alt+4")
        self._step(
            "A prank, ended and classified by one key: ready again",
            lambda: self._state(self.m1, "ready"),
            since=pressed,
        )
        caller.wait_ended()
        self._shots("prank")
        self._step(
            "psql knows it as a prank",
            lambda: self._wait_sql("classification", PRANK, "prank"),
        )
        self._drop(caller)

    def abandoned(self) -> None:
        """A caller hangs up before anybody answers: the number is kept to be called back."""
        caller = self._caller(GONE, None)
        self._ring(caller, self.m1)
        gone = time.monotonic()
        caller.hang_up()
        self._step(
            "Hung up before an answer: listed at seat M1 to be called back",
            lambda: self.m1.wait_text("tab_abandoned", "1"),
            since=gone,
        )
        self._step("The wall counts it", lambda: self.wall.wait_text("figure_abandoned", "1"), since=gone)
        self.m1.press("ctrl+l")
        self._step(
            "Its number stands in the list", lambda: self.m1.wait_text("list_abandoned", number_text(GONE))
        )
        self._step(
            "psql knows it as abandoned",
            lambda: self._wait_sql("state", GONE, "abandoned"),
        )
        self._shots("abandoned")
        self._drop(caller)

    def keep_calling(self) -> None:
        """Let one caller after the other ring at the seats until the window of seat M1 is closed."""
        seats = (self.m1, self.m2)
        number = 0
        while self.m1.is_running:
            number += 1
            seat = seats[number % 2] if self.m2.is_running else self.m1
            caller = self._room.caller(
                f"0812000001{number % 100:02d}", self._voices / f"{LATER[number % len(LATER)]}.wav"
            )
            caller.dial(self._room.phone_address(seat.name))
            self._telling.tell(f"{number_text(caller.number)} calls seat {seat.name}")
            self._until(partial(self._over, caller), 300.0)
            if caller.is_in_call:
                caller.hang_up()
            self._drop(caller)
            self._until(lambda: not self.m1.is_running, NEXT_CALL_S)

    # ---- what people do

    def _caller(self, number: str, voice: str | None) -> Caller:
        return self._room.caller(number, None if voice is None else self._voices / f"{voice}.wav")

    def _drop(self, caller: Caller) -> None:
        self._room.callers.remove(caller)
        caller.close()

    def _ring(self, caller: Caller, seat: Window) -> None:
        before = seat.last_mark()
        dialled_ns = time.monotonic_ns()
        caller.dial(self._room.phone_address(seat.name))

        def painted() -> float:
            mark = seat.wait_mark("call_pop_painted", before)
            for shown in ("callNumber", "list_waiting"):
                seat.wait_text(shown, number_text(caller.number))
            return (mark.at_ns - dialled_ns) / 1e6

        self._step(f"Call from {number_text(caller.number)} shown at seat {seat.name}", painted)

    def _answer(self, caller: Caller, seat: Window) -> None:
        pressed_ns = time.monotonic_ns()
        seat.press("F2")
        self._step(f"F2: seat {seat.name} has answered", lambda: (caller.wait_answered() - pressed_ns) / 1e6)
        self._step(
            "Seat shows the call as connected",
            lambda: seat.wait_text("callState", self._say("standing.talking")),
        )

    def _hear(self, caller: Caller) -> None:
        """Prove sound both ways: in the caller's ear, and in the seat's recording while it is written."""
        begun = time.monotonic()
        recordings = self.m1.data / "recordings"

        def voices() -> tuple[float, ...] | None:
            found = sorted(recordings.rglob("*.wav"), key=lambda path: path.name)
            levels = tuple(level(path, 32_000) for path in found)
            return levels if len(levels) > 1 and all(each > HEARD for each in levels) else None

        self._step(
            "The caller hears the operator",
            lambda: wait_for("sound in the caller's ear", lambda: caller.loudness() > HEARD),
            since=begun,
        )
        self._step(
            "The recording grows: caller and operator are on it",
            lambda: wait_for("both voices on the recording", voices),
            since=begun,
        )

    def _pick_place(self) -> None:
        self.m1.type(PLACE_TYPED)
        if self._room.site_source is not None:
            self.m1.wait_text("placeHits", PLACE)
        else:
            self.m1.type(f" ({PLACE})")  # the plain default knows no villages: what is typed is the place
        self.m1.press("Return")
        self.m1.wait_text("place", PLACE)
        self.m1.wait("the incident has a number", lambda: "KTM-" in self.m1.text("incidentNumber"))

    def _pick_kind(self) -> None:
        self.m1.press("F6")
        self.m1.type(KIND_TYPED)
        self.m1.wait_text("kindHits", KIND)
        self.m1.press("Return")
        self.m1.wait_text("kind", KIND)
        self.m1.wait_text("priority", "1")
        self.m1.wait_text("card", KIND)
        for keys in (CARD_WORDS, CARD_KEYS):
            self.m1.type(keys)
            if keys == CARD_WORDS:
                self.m1.press("Return")
        self.m1.press("Escape")
        self.m1.wait("the description has the keyboard", self._in_text)

    def _in_text(self) -> bool:
        found = self.m1.find("text")
        return found is not None and found.focus

    def _type_text(self) -> None:
        self.m1.type(TEXT)
        self.m1.wait_text("text", TEXT)
        at_server = re.compile(re.escape(self._say("form.shared")).replace(r"\{time\}", r"\d\d:\d\d:\d\d"))
        self.m1.wait(
            "it is said to be at the server", lambda: at_server.search(self.m1.text("saved")) is not None
        )

    def _click_map(self) -> None:
        """Click beside the middle, and find the very point of that click in the database, said to be of the map."""
        before = self._point()
        self.m1.click("map", 0.45, 0.45)
        wait_for(
            "the clicked point is in the record", lambda: self._point() not in (before, ("", "")), every_s=0.2
        )
        latitude, longitude = self._point()
        words = f"{float(latitude):.5f}, {float(longitude):.5f}"
        self.m1.wait_text("pointLine", words)

    def _over(self, caller: Caller) -> bool:
        return not caller.is_in_call or not self.m1.is_running

    def _point(self) -> tuple[str, ...]:
        """The incident's latitude and longitude as the database has them; empty without a point."""
        found = self._room.sql(f"SELECT lat, lon FROM op112.incident WHERE number = '{self._number}'")  # noqa: S608
        return found[0] if found else ("", "")

    # ---- what people see

    def _agency_state(self, key: str, state: str) -> None:
        words = self._say(f"dispatch_state.{state}")
        pressed = self._key(self.desk, key)
        self._step(
            f'{key} at desk DAMKAR; seat M1 sees: Damkar "{words}"',
            lambda: self.m1.wait_text("timeline", f"Damkar: {words}"),
            since=pressed,
        )

    def _ready(self, seat: Window) -> None:
        self._state(seat, "ready")
        seat.wait_other("lampPhone", self._say("lamp.phone_starting"), self._say("lamp.phone_lost"))

    def _state(self, seat: Window, state: str) -> None:
        seat.wait_text("topState", self._say(f"seat_state.{state}"))

    def _read_back(self) -> None:
        found = self._room.sql(
            "SELECT i.number, i.kind, i.priority, i.place, i.text, d.agency, d.state, c.number"
            " FROM op112.incident i JOIN op112.dispatch d ON d.incident_id = i.id"
            " JOIN op112.incident_call ic ON ic.incident_id = i.id JOIN op112.call c ON c.id = ic.call_id"
        )
        mine = [row for row in found if row[5] == "DAMKAR"]
        if (
            len(mine) != 1
            or mine[0][:3] != (self._number, KIND, "1")
            or mine[0][4:] != (TEXT, "DAMKAR", "under_way", FIRE)
        ):
            raise RoomError(f"psql reads something else: {found}")

    def _wait_sql(self, column: str, number: str, wanted: str) -> None:
        statement = f"SELECT {column} FROM op112.call WHERE number = '{number}'"  # noqa: S608  (our own words)
        wait_for(f"{statement} gives {wanted}", lambda: self._room.sql(statement) == [(wanted,)], every_s=0.2)

    # ---- telling

    def _key(self, window: Window, *keys: str) -> float:
        """Press keys and return when."""
        begun = time.monotonic()
        window.press(*keys)
        return begun

    def _until(self, look: Callable[[], bool], limit_s: float) -> None:
        """Wait for it, or until the time is over: both are fine."""
        end = time.monotonic() + limit_s
        while not look() and time.monotonic() < end:
            time.sleep(0.1)
