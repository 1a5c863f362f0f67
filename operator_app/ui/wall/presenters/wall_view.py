"""What stands on the wall at one moment, as values."""

from dataclasses import dataclass

from operator_app.domain.figures import HourCount
from operator_app.ui.words.wording import Tone


@dataclass(frozen=True, slots=True)
class DataAge:
    """The truth about the data: how old the last word of the server is; `stale` data is shouted about."""

    text: str
    stale: bool
    warning: tuple[str, ...]
    tone: Tone = Tone.GOOD


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure: `titles` and `foots` from the fullest to the shortest wording."""

    name: str
    titles: tuple[str, ...]
    figure: str
    unit: str
    foots: tuple[str, ...]
    tone: Tone


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """One open incident; `kinds` and `states` from the fullest to the shortest wording."""

    id: str
    priority: str
    priority_tone: Tone
    kinds: tuple[str, ...]
    places: tuple[str, ...]
    states: tuple[str, ...]
    tone: Tone
    age: str


@dataclass(frozen=True, slots=True)
class SeatLine:
    """One seat, what it does, since how long."""

    id: str
    name: str
    state: str
    tone: Tone
    time: str


@dataclass(frozen=True, slots=True)
class Mark:
    """An incident on the wall's map; a masked one is not there at all."""

    id: str
    lat: float
    lon: float
    priority: int | None
    label: str
    state: str


@dataclass(frozen=True, slots=True)
class WallView:
    """Everything that stands on the wall at one moment."""

    clock: str
    data: DataAge
    tiles: tuple[Tile, ...]
    incidents: tuple[IncidentLine, ...]
    seats: tuple[SeatLine, ...]
    empty_words: tuple[str, str]
    """What stands where there is no incident, and where there is no seat."""
    day: tuple[tuple[str, str], ...]
    hours: tuple[HourCount, ...]
    marks: tuple[Mark, ...]
