"""The place that comes with a call: Geolocation header (RFC 6442), PIDF-LO (RFC 4119, 5139, 5491). Never raises."""

import base64
import binascii
import math
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
)

MAX_BODY = 65_536
MAX_PARTS = 16
MAX_DEPTH = 3
MAX_POINTS = 256
MAX_CIVIC = 64
MAX_REFERENCES = 8
MAX_TEXT = 200
_MAX_PARAMS = 300

_PIDF = "application/pidf+xml"
_WGS84 = ("EPSG::4326", "EPSG:4326", "EPSG::4979", "EPSG:4979")
_METRES = ("", "EPSG::9001", "EPSG:9001", "M", "METRE", "METER")
_VALUE = re.compile(r"<([^<>]*)>([^<]*)")
_PARAM = re.compile(r'[;\s]*([\w-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;,\s]+)')
_CENTRED = {"Circle": AreaShape.CIRCLE, "Sphere": AreaShape.CIRCLE, "Ellipse": AreaShape.ELLIPSE,
            "Ellipsoid": AreaShape.ELLIPSE, "Point": AreaShape.POINT, "ArcBand": AreaShape.ARC_BAND}  # fmt: skip


@dataclass(slots=True)
class _Found:
    """What was gathered so far."""

    area: CallArea | None = None
    civic: tuple[CivicPart, ...] = ()
    method: str = ""
    measured_at: datetime | None = None
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
    wanted, references, inserted_by = _header(", ".join(geolocation))
    documents: list[_Part] = []
    # A body of no concern for the place is not looked at, whatever its size.
    if body and ("pidf" in content_type.lower() or "multipart" in content_type.lower()):
        if len(body) > MAX_BODY:
            if geolocation or "pidf" in content_type.lower():
                found.complain(LocationProblem.TOO_LARGE)
        else:
            parts = _parts(content_type, encoding, "", body, 0)
            documents = [part for part in parts if part.content_type == _PIDF]
    chosen = [part for part in documents if part.content_id and part.content_id in wanted]
    if documents and not chosen:
        chosen = documents
        found.complain(LocationProblem.NOT_ANNOUNCED)
    elif wanted and not documents and not found.problems:
        found.complain(LocationProblem.BODY_MISSING)
    for part in chosen:
        _read_document(part.text, found)
    if not (geolocation or documents or found.problems):
        return None
    return CallLocation(
        area=found.area,
        civic=found.civic,
        references=references,
        method=found.method,
        measured_at=found.measured_at,
        inserted_by=inserted_by,
        problems=tuple(found.problems),
    )


def _header(value: str) -> tuple[set[str], tuple[str, ...], str]:
    """Return the Content-IDs that are pointed at, the references, and who put the first one in."""
    wanted: set[str] = set()
    references: list[str] = []
    inserted_by = ""
    for uri, rest in _VALUE.findall(value[:MAX_BODY])[:MAX_PARTS]:
        scheme, colon, name = uri.strip().partition(":")
        if not colon:
            continue
        if scheme.lower() == "cid":
            wanted.add(unquote(name))
        elif len(references) < MAX_REFERENCES:
            references.append(uri.strip()[:MAX_TEXT])
        params = _params(rest)
        inserted_by = inserted_by or params.get("inserted-by", "")[:MAX_TEXT]
    return wanted, tuple(references), inserted_by


def _params(text: str) -> dict[str, str]:
    """Read ;name=value pairs; cut short, as the search takes the square of the length on hostile text."""
    return {key.lower(): each.strip('"') for key, each in _PARAM.findall(text[:_MAX_PARAMS])}


# --- the body -------------------------------------------------------------------------------------------------------


def _parts(content_type: str, encoding: str, content_id: str, body: str, depth: int) -> list[_Part]:
    """Return the leaves of a body, in order; splitting is flat and bounded, unlike the mail parser's."""
    kind = content_type.partition(";")[0].strip().lower()
    if not kind.startswith("multipart/"):
        return [_Part(kind, content_id.strip().strip("<>"), _decoded(body, encoding))]
    boundary = _params(content_type.partition(";")[2]).get("boundary", "")
    if not boundary or depth >= MAX_DEPTH:
        return []
    leaves: list[_Part] = []
    for piece in ("\n" + body).split(f"\n--{boundary}")[1 : MAX_PARTS + 1]:
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
        )
    return leaves[:MAX_PARTS]


def _decoded(text: str, encoding: str) -> str:
    if encoding.strip().lower() != "base64":
        return text
    try:
        return base64.b64decode(text, validate=False).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


# --- the document ---------------------------------------------------------------------------------------------------


def _read_document(text: str, found: _Found) -> None:
    try:
        root: Element = fromstring(text.strip(), forbid_dtd=True)
    except DefusedXmlException:
        found.complain(LocationProblem.FORBIDDEN_XML)
        return
    except (ParseError, ValueError):  # a lone surrogate is a ValueError
        found.complain(LocationProblem.BAD_XML)
        return
    # Several places are given in the order of their worth (RFC 5491 section 3.4): of each kind the first one counts.
    for element in root.iter():
        if _name(element) != "location-info":
            continue
        for stated in element:
            if _name(stated) == "civicAddress":
                found.civic = found.civic or _civic(stated)
            elif found.area is None and _name(stated) != "confidence":
                found.area = _area(stated, _first(element, "confidence"), found)
    found.method = found.method or _text(_first(root, "method"))
    found.measured_at = found.measured_at or _time(_text(_first(root, "timestamp")))


def _area(stated: Element, confidence: Element | None, found: _Found) -> CallArea | None:
    name = _name(stated)
    if name not in _CENTRED and name not in ("Polygon", "Prism"):
        found.complain(LocationProblem.UNKNOWN_SHAPE)
        return None
    datums = [each.get("srsName", "") for each in stated.iter() if each.get("srsName")]
    if any(not datum.upper().endswith(_WGS84) for datum in datums):
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
        orientation_deg=_number(_text(_first(stated, "orientation"))),
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
    numbers = _numbers(_text(_first(stated, "pos"), MAX_BODY) or _text(_first(stated, "coordinates")))
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
