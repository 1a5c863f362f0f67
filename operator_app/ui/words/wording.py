"""Small things that desk and wall say alike: running times, local times, tones of attention."""

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from operator_app.ui.words.plain import one_line


class Say(Protocol):
    """The catalogue: words of the screen's language by key, with values put in."""

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the words of `key`."""
        ...

    def has(self, key: str, /) -> bool:
        """Whether there are words of that key."""
        ...


class Tone(StrEnum):
    """How much attention a word wants; each screen gives it a colour, never the colour alone."""

    QUIET = "quiet"
    PLAIN = "plain"
    GOOD = "good"
    BUSY = "busy"
    WATCH = "watch"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line of text with a tone of its own; whoever wrote the text, it is fit to be drawn."""

    text: str
    tone: Tone = Tone.PLAIN
    strong: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", one_line(self.text))


NO_TIME = "–"
CLOCKS_DIFFER_S = 60.0
PRIORITY_TONES = {1: Tone.ALARM, 2: Tone.WATCH, 3: Tone.BUSY, 4: Tone.QUIET, 5: Tone.QUIET, None: Tone.QUIET}


def running(seconds: float) -> str:
    """Write a duration as m:ss, from one hour on as h:mm:ss; never negative, and never an error.

    What begins only later than clocks differ has no age: somebody's clock was wrong.
    """
    if not math.isfinite(seconds) or seconds < -CLOCKS_DIFFER_S:
        return NO_TIME
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def local_time(moment: datetime, zone: ZoneInfo) -> str:
    """Write the local time of day as hh:mm:ss."""
    return written(moment, zone, "%H:%M:%S")


def written(moment: datetime, zone: ZoneInfo, form: str) -> str:
    """Write a moment in local time by the marks of `strftime`; "–" where the calendar ends."""
    try:
        return moment.astimezone(zone).strftime(form)
    except (OverflowError, ValueError):
        return NO_TIME


def day_of(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Write the local day, e.g. 22.11.; empty for today: a time alone is taken for one of today."""
    day = written(moment, zone, "%d.%m.%Y")
    return "" if day == written(now, zone, "%d.%m.%Y") else day[:6]


def until_time(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Write when something ends, e.g. 14.00; before it the day when that is not today."""
    return f"{day_of(moment, now, zone)} {written(moment, zone, '%H.%M')}".lstrip()


def zone_name(moment: datetime, zone: ZoneInfo) -> str:
    """Write the short name of local time, e.g. WITA."""
    return written(moment, zone, "%Z")


def named(say: Say, key: str, word: str) -> str:
    """Return the words for what another window recorded, such as a field's name; `word` itself where there are none."""
    return say(key) if say.has(key) else word


def number_text(number: str) -> str:
    """Write a phone number in groups of four, as it is read out; anything unusual stays as it is."""
    if not number.isdigit() or len(number) < 9:
        return number
    return "-".join(number[start : start + 4] for start in range(0, len(number), 4))


def is_table(name: str) -> bool:
    """Whether that is the name of an operator's seat."""
    return name[:1] == "M" and name[1:].isdigit()


def seat_name(say: Say, name: str) -> str:
    """Write a seat's name: M3 is read as table 3."""
    return say("seat.number", n=name[1:]) if is_table(name) else name
