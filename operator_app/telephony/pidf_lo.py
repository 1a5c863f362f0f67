"""The place that comes with a call: Geolocation header (RFC 6442), PIDF-LO (RFC 4119, 5139, 5491). Never raises."""

import base64
import binascii
import math
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from operator_app.domain.place.location import (
    AreaPoint,
    AreaShape,
    CallArea,
    CallLocation,
    CivicPart,
    LocationProblem,
    PlaceSource,
)
from operator_app.telephony.message import commas

MAX_BODY = 65_536
MAX_PARTS = 64
MAX_VALUES = 16
MAX_DEPTH = 3
MAX_POINTS = 256
MAX_CIVIC = 64
MAX_REFERENCES = 8
MAX_TEXT = 200
_MAX_PARAMS = 300

_PIDF = "application/pidf+xml"
_WGS84 = re.compile(r"(?:.*[:/])?EPSG(?:[:/][\d.]*[:/]|:|\.XML#)(?:4326|4979)", re.IGNORECASE)
"""RFC 5491 (5.1) writes urn:ogc:def:crs:EPSG::4326; writers of maps have other names for the same two."""
_METRES = ("", "EPSG::9001", "EPSG:9001", "M", "METRE", "METER")
_RADIANS, _DEGREES = (
    ("EPSG::9101", "EPSG:9101", "RAD", "RADIAN"),
    ("", "EPSG::9102", "EPSG:9102", "DEG", "DEGREE"),
)
_SEXAGESIMAL = re.compile(r"(\d{1,3}):(\d{1,2}):(\d{1,2}(?:\.\d+)?)\s*([NSEW])", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_PARAM = re.compile(r'[;\s]*([\w-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;,\s]+)')
_CENTRED = {"Circle": AreaShape.CIRCLE, "Sphere": AreaShape.CIRCLE, "Ellipse": AreaShape.ELLIPSE,
            "Ellipsoid": AreaShape.ELLIPSE, "Point": AreaShape.POINT, "ArcBand": AreaShape.ARC_BAND}  # fmt: skip
_SHAPES = frozenset({*_CENTRED, "Polygon", "Prism"})


@dataclass(slots=True)
class _Found:
    """What was gathered so far."""

    area: CallArea | None = None
    area_source: PlaceSource | None = None
    civic: tuple[CivicPart, ...] = ()
    civic_source: PlaceSource | None = None
    first_source: PlaceSource | None = None
    """Of the first place there is, readable or not."""
    problems: list[LocationProblem] = field(default_factory=list)

    def complain(self, problem: LocationProblem) -> None:
        if problem not in self.problems:
            self.problems.append(problem)


@dataclass(frozen=True, slots=True)
class _Part:
    content_type: str
    content_id: str
    text: str


def read_location(geolocation: list[str], content_type: str, encoding: str, body: str) -> CallLocation | None:
    """Read the Geolocation headers and the body of a message; None when it says nothing about a place.

    `content_type` and `encoding` (Content-Transfer-Encoding) are those of the whole body.
    """
    found = _Found()
    wanted, references, inserted_by = _header(geolocation)
    documents: list[_Part] = []
    # A body of no concern for the place is not looked at, whatever its size.
    if body and ("pidf" in content_type.lower() or "multipart" in content_type.lower()):
        if len(body) > MAX_BODY:
            if geolocation or "pidf" in content_type.lower():
                found.complain(LocationProblem.TOO_LARGE)
        else:
            parts = _parts(content_type, encoding, "", body, 0, found)
            documents = [part for part in parts if part.content_type == _PIDF]
    # The header's order is that of their worth, not the body's.
    chosen = [part for name in wanted for part in documents if part.content_id == name]
    if documents and not chosen:
        chosen = documents
        found.complain(LocationProblem.NOT_ANNOUNCED)
    elif wanted and not documents and not found.problems:
        found.complain(LocationProblem.BODY_MISSING)
    for part in chosen:
        _read_document(part.text, wanted.get(part.content_id, ""), found)
    if not (geolocation or documents or found.problems):
        return None
    main = found.area_source or found.civic_source or found.first_source or PlaceSource("", None, inserted_by)
    return CallLocation(
        area=found.area,
        civic=found.civic,
        references=references,
        method=main.method,
        measured_at=main.measured_at,
        inserted_by=main.inserted_by,
        problems=tuple(found.problems),
        civic_source=None if found.civic_source in (None, main) else found.civic_source,
    )


def _header(values: list[str]) -> tuple[dict[str, str], tuple[str, ...], str]:
    """Return the Content-IDs that are pointed at with who put each in, the references, and who put the first one in."""
    wanted: dict[str, str] = {}
    references: list[str] = []
    first = ""
    for value in commas(", ".join(values)[:MAX_BODY])[:MAX_VALUES]:
        before, bracket, after = value.partition("<")
        # Brackets are needed by the letter, and left out by some.
        uri, _, rest = after.partition(">") if bracket else before.partition(";")
        scheme, colon, name = uri.strip().partition(":")
        if not colon or not _SCHEME.fullmatch(scheme):
            continue
        by = _params(rest).get("inserted-by", "")[:MAX_TEXT]
        first = first or by
        if scheme.lower() == "cid":
            wanted.setdefault(unquote(name), by)
        elif len(references) < MAX_REFERENCES:
            references.append(uri.strip()[:MAX_TEXT])
    return wanted, tuple(references), first


def _params(text: str) -> dict[str, str]:
    """Read ;name=value pairs; cut short, as the search takes the square of the length on hostile text."""
    return {key.lower(): each.strip('"') for key, each in _PARAM.findall(text[:_MAX_PARAMS])}


# --- the body -------------------------------------------------------------------------------------------------------


def _parts(
    content_type: str, encoding: str, content_id: str, body: str, depth: int, found: _Found
) -> list[_Part]:
    """Return the leaves of a body, in order; splitting is flat and bounded, unlike the mail parser's."""
    kind = content_type.partition(";")[0].strip().lower()
    if not kind.startswith("multipart/"):
        return [_Part(kind, content_id.strip().strip("<>"), _decoded(body, encoding))]
    boundary = _params(content_type.partition(";")[2]).get("boundary", "")
    if not boundary or depth >= MAX_DEPTH:
        return []
    leaves: list[_Part] = []
    pieces = ("\n" + body).split(f"\n--{boundary}")[1:]
    if len(pieces) > MAX_PARTS + 1:  # the last one is the end
        found.complain(LocationProblem.TOO_LARGE)
    for piece in pieces[:MAX_PARTS]:
        if piece.startswith("--"):
            break
        head, _, inner = piece.partition("\n")[2].partition("\n\n")
        headers = {
            name.strip().lower(): text.strip()
            for name, _, text in (line.partition(":") for line in re.sub(r"\n[ \t]+", " ", head).split("\n"))
        }
        leaves += _parts(
            headers.get("content-type", headers.get("c", "text/plain")),
            headers.get("content-transfer-encoding", ""),
            headers.get("content-id", ""),
            inner,
            depth + 1,
            found,
        )
    return leaves[:MAX_PARTS]


def _decoded(text: str, encoding: str) -> str:
    way = encoding.strip().lower()
    if way == "quoted-printable":
        return quopri.decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace")
    if way != "base64":
        return text
    try:
        return base64.b64decode(text, validate=False).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


# --- the document ---------------------------------------------------------------------------------------------------


def _read_document(text: str, inserted_by: str, found: _Found) -> None:
    try:
        root: Element = fromstring(text.strip(), forbid_dtd=True)
    except DefusedXmlException:
        found.complain(LocationProblem.FORBIDDEN_XML)
        return
    except (ParseError, ValueError):  # a lone surrogate is a ValueError
        found.complain(LocationProblem.BAD_XML)
        return
    # Several places are given in the order of their worth (RFC 5491 section 3.4): of each kind the first one counts,
    # each with the method, the time and the inserter of its own.
    holders = [each for each in root if any(_named(each, "location-info"))] or [root]
    for holder in holders:
        measured_at = _time(_text(_first(holder, "timestamp")))
        stated_by = [each for each in _named(holder, "geopriv") if any(_named(each, "location-info"))]
        for geopriv in stated_by or [holder]:
            source = PlaceSource(_text(_first(geopriv, "method")), measured_at, inserted_by)
            found.first_source = found.first_source or source
            for element in _named(geopriv, "location-info"):
                _read_place(element, source, found)


def _read_place(element: Element, source: PlaceSource, found: _Found) -> None:
    for stated in element:
        if _name(stated) == "civicAddress":
            if not found.civic and (civic := _civic(stated)):
                found.civic, found.civic_source = civic, source
        elif found.area is None and _name(stated) != "confidence":
            # Older writers wrap the shape (RFC 4119 section 2.3, RFC 6442 section 5.1).
            shape = next((each for each in stated.iter() if _name(each) in _SHAPES), stated)
            found.area = _area(shape, _first(element, "confidence"), found)
            found.area_source = None if found.area is None else source


def _area(stated: Element, confidence: Element | None, found: _Found) -> CallArea | None:
    name = _name(stated)
    if name not in _SHAPES:
        found.complain(LocationProblem.UNKNOWN_SHAPE)
        return None
    datums = [each.get("srsName", "") for each in stated.iter() if each.get("srsName")]
    if any(not _WGS84.fullmatch(datum.strip()) for datum in datums):
        found.complain(LocationProblem.UNKNOWN_DATUM)
        return None
    threefold = any(datum.endswith("4979") for datum in datums)
    points = _corners(stated, threefold) if name in ("Polygon", "Prism") else _centre(stated)
    if points is None:
        found.complain(LocationProblem.BAD_POSITION)
        return None
    sure = _number(_text(confidence))
    shape = _CENTRED.get(name, AreaShape.POLYGON)
    area = CallArea(
        shape,
        points,
        radius_m=_length(stated, "outerRadius" if shape is AreaShape.ARC_BAND else "radius"),
        semi_major_m=_length(stated, "semiMajorAxis"),
        semi_minor_m=_length(stated, "semiMinorAxis"),
        orientation_deg=_angle(stated, "orientation", found),
        confidence_percent=sure if sure is not None and 0 <= sure <= 100 else None,
    )
    needs = {
        AreaShape.CIRCLE: (area.radius_m,),
        AreaShape.ARC_BAND: (area.radius_m,),
        AreaShape.ELLIPSE: (area.semi_major_m, area.semi_minor_m),
    }
    if None in needs.get(shape, ()):
        found.complain(LocationProblem.UNKNOWN_UNIT)
    return area


def _centre(stated: Element) -> tuple[AreaPoint, ...] | None:
    text = _text(_first(stated, "pos"), MAX_BODY) or _text(_first(stated, "coordinates"))
    numbers = _sexagesimal(text) or _numbers(text)
    point = _point(*numbers[:2]) if numbers and len(numbers) in (2, 3) else None
    return None if point is None else (point,)


def _corners(stated: Element, threefold: bool) -> tuple[AreaPoint, ...] | None:
    ring = _first(stated, "LinearRing")
    if ring is None:
        return None
    step = 3 if threefold else 2
    several = _first(ring, "posList")
    if several is not None:
        flat = _numbers(_text(several, MAX_BODY))
        if flat is None or len(flat) % step:
            return None
        pairs = [(flat[at], flat[at + 1]) for at in range(0, len(flat), step)]
    else:
        each = [_numbers(_text(item, MAX_TEXT)) for item in ring.iter() if _name(item) == "pos"]
        pairs = [(item[0], item[1]) for item in each if item is not None and len(item) in (2, 3)]
        if len(pairs) != len(each):
            return None
    if pairs and pairs[0] == pairs[-1]:
        pairs.pop()
    points = [_point(*pair) for pair in pairs[: MAX_POINTS + 1]]
    if not 3 <= len(points) <= MAX_POINTS:
        return None
    whole = tuple(point for point in points if point is not None)
    return whole if len(whole) == len(points) else None


def _point(latitude: float, longitude: float) -> AreaPoint | None:
    if abs(latitude) <= 90 and abs(longitude) <= 180:
        return AreaPoint(latitude, longitude)
    return None


def _sexagesimal(text: str) -> list[float] | None:
    """Read degrees, minutes and seconds with their letters, as the example of RFC 4119 has them."""
    found = _SEXAGESIMAL.findall(text)
    sides = "".join(side.upper() for *_, side in found)
    if (
        len(found) != 2
        or _SEXAGESIMAL.sub("", text).strip(" ,")
        or not re.fullmatch("[NS][EW]|[EW][NS]", sides)
    ):
        return None
    values = []
    for degrees, minutes, seconds, side in found:
        if int(minutes) >= 60 or float(seconds) >= 60:
            return None
        value = int(degrees) + int(minutes) / 60 + float(seconds) / 3600
        values.append(-value if side.upper() in "SW" else value)
    return values if sides[0] in "NS" else values[::-1]


def _angle(stated: Element, name: str, found: _Found) -> float | None:
    """Return an angle in degrees; one in a unit that is not known is none."""
    element = _first(stated, name)
    if element is None:
        return None
    unit, value = element.get("uom", "").upper().rpartition("UOM:")[2], _number(_text(element))
    if unit in _RADIANS and value is not None:
        return math.degrees(value)
    if unit in _DEGREES:
        return value
    found.complain(LocationProblem.UNKNOWN_UNIT)
    return None


def _length(stated: Element, name: str) -> float | None:
    element = _first(stated, name)
    if element is None or element.get("uom", "").upper().rpartition("UOM:")[2] not in _METRES:
        return None
    value = _number(_text(element))
    return value if value is not None and value >= 0 else None


def _civic(stated: Element) -> tuple[CivicPart, ...]:
    lines = ((_name(each)[:MAX_TEXT], _text(each)) for each in stated.iter() if each is not stated)
    return tuple(CivicPart(name, text) for name, text in lines if text)[:MAX_CIVIC]


def _name(element: Element) -> str:
    """Return the name without its namespace: networks differ in those far more than in the names."""
    return str(element.tag).rpartition("}")[2]


def _named(element: Element, name: str) -> Iterator[Element]:
    return (each for each in element.iter() if _name(each) == name)


def _first(element: Element, name: str) -> Element | None:
    return next(_named(element, name), None)


def _text(element: Element | None, limit: int = MAX_TEXT) -> str:
    return "" if element is None else " ".join((element.text or "")[:limit].split())


def _numbers(text: str) -> list[float] | None:
    found = [_number(each) for each in text.replace(",", " ").split()[: 3 * (MAX_POINTS + 2)]]
    whole = [each for each in found if each is not None]
    return whole if whole and len(whole) == len(found) else None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _time(text: str) -> datetime | None:
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return None
    # Without a zone it would be a guess; near the ends of the calendar it cannot be moved to UTC.
    if value.tzinfo is None or not 1970 <= value.year <= 9000:
        return None
    return value.astimezone(UTC)
