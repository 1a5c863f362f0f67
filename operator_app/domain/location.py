"""Where a call says that it comes from, as the network or the handset told it with the call."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
class CallLocation:
    """What came with a call about its place; `references` are addresses at which it has to be asked for."""

    area: CallArea | None = None
    civic: tuple[CivicPart, ...] = ()
    references: tuple[str, ...] = ()
    method: str = ""
    """How it was found, in the network's word (GPS, Cell, 802.11, Manual ...)."""
    measured_at: datetime | None = None
    inserted_by: str = ""
    problems: tuple[LocationProblem, ...] = ()
