"""Where a call says that it comes from, as the network or the handset told it with the call."""

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self


class AreaShape(StrEnum):
    """The form of a stated area (RFC 5491 section 5, reduced to the ground)."""

    POINT = "point"
    CIRCLE = "circle"
    ELLIPSE = "ellipse"
    POLYGON = "polygon"
    ARC_BAND = "arc_band"


class LocationProblem(StrEnum):
    """What was wrong with what came; the catalogue has the words for each."""

    BODY_MISSING = "body_missing"
    """The header points into the message and nothing is there."""
    NOT_ANNOUNCED = "not_announced"
    """A place came in the body without a header that names it; it is used all the same."""
    TOO_LARGE = "too_large"
    BAD_XML = "bad_xml"
    FORBIDDEN_XML = "forbidden_xml"
    """Entities or a document type, which have no business here."""
    BAD_POSITION = "bad_position"
    UNKNOWN_DATUM = "unknown_datum"
    """Coordinates on another datum than WGS 84 are not guessed at."""
    UNKNOWN_UNIT = "unknown_unit"
    """A radius or an axis without a usable length: the size of the area is not known."""
    UNKNOWN_SHAPE = "unknown_shape"


@dataclass(frozen=True, slots=True)
class AreaPoint:
    """A position on WGS 84 in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class CallArea:
    """An area in which the caller is. Lengths in metres; None where the shape has none or none was readable.

    `points` holds the centre, or the corners of a polygon without the closing one. An arc band keeps its centre and
    its outer radius. `orientation_deg` is the direction of the longer axis, clockwise from north.
    """

    shape: AreaShape
    points: tuple[AreaPoint, ...]
    radius_m: float | None = None
    semi_major_m: float | None = None
    semi_minor_m: float | None = None
    orientation_deg: float | None = None
    confidence_percent: float | None = None


@dataclass(frozen=True, slots=True)
class CivicPart:
    """One element of an address by the names of RFC 5139, such as A3 (city), RD (road), HNO (house number)."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class PlaceSource:
    """How a place was found, when and by whom it was put into the call; empty where nobody said."""

    method: str = ""
    measured_at: datetime | None = None
    inserted_by: str = ""


@dataclass(frozen=True, slots=True)
class CallLocation:
    """What came with a call about its place; `references` are addresses at which it has to be asked for.

    A call may bring several places. Method, time and inserter are those of the one that the area came from, without an
    area of the one that the address came from; `civic_source` is set when the address is of another place than the
    area.
    """

    area: CallArea | None = None
    civic: tuple[CivicPart, ...] = ()
    references: tuple[str, ...] = ()
    method: str = ""
    """How it was found, in the network's word (GPS, Cell, 802.11, Manual ...)."""
    measured_at: datetime | None = None
    inserted_by: str = ""
    problems: tuple[LocationProblem, ...] = ()
    civic_source: PlaceSource | None = None


METRES_A_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Centre:
    """The middle of a stated area in degrees; `accuracy_m` is how far its edge lies off, None when nobody said."""

    lat: float
    lon: float
    accuracy_m: float | None


def centre_of(area: CallArea) -> Centre:
    """Return the middle of an area: its stated centre, of a polygon the mean of its corners."""
    if area.shape is AreaShape.POLYGON:
        lat = sum(each.latitude for each in area.points) / len(area.points)
        lon = sum(each.longitude for each in area.points) / len(area.points)
        return Centre(lat, lon, max(metres_between(lat, lon, p.latitude, p.longitude) for p in area.points))
    at = area.points[0]
    return Centre(at.latitude, at.longitude, area.semi_major_m or area.radius_m)


def metres_between(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the distance in metres on a sphere."""
    one, two = math.radians(lat), math.radians(other_lat)
    half = math.sin((two - one) / 2) ** 2
    half += math.cos(one) * math.cos(two) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(min(1.0, math.sqrt(half)))


class PositionOrigin(StrEnum):
    """Who said where it is."""

    CALL = "call"
    """The network or the handset, with the call."""
    MAP = "map"
    """A click on the map."""
    PLACE = "place"
    """A place that was found by name."""
    TYPED = "typed"
    """Coordinates that were typed or pasted."""
    BEFORE = "before"
    """A place whose words have been replaced by others since."""


@dataclass(frozen=True, slots=True)
class PositionSource:
    """Where an incident's position came from: `form` is the shape or the writing, `accuracy_m` None when unknown."""

    origin: PositionOrigin
    form: str = ""
    accuracy_m: float | None = None

    def __str__(self) -> str:
        """Write it as the field `position_source` holds it, e.g. "call:circle:850"."""
        accuracy = "" if self.accuracy_m is None else f"{self.accuracy_m:.0f}"
        return f"{self.origin}:{self.form}:{accuracy}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read what `str` wrote; None for anything else."""
        parts = text.split(":")
        if len(parts) != 3 or parts[0] not in set(PositionOrigin):
            return None
        digits = parts[2].isascii() and parts[2].isdigit()
        return cls(PositionOrigin(parts[0]), parts[1], float(parts[2]) if digits else None)
