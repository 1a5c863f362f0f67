"""Links of maps and places, geo: URIs among them, taken apart without a network: where in them a position may stand."""

import re
from dataclasses import dataclass

_LINK = re.compile(
    r"geo:[^\s<>\"]+"
    r"|(?:https?://|(?<![\w.@/])(?:www\.|maps\.|goo\.gl/|waze\.com|osm\.org|openstreetmap\.org|google\.[a-z.]{2,6}/maps))"
    r"[^\s<>\"]*",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_NUMBER = r"-?\d{1,3}(?:\.\d+)?"
_PIN = re.compile(rf"!3d({_NUMBER})!4d({_NUMBER})")
_PIN_TURNED = re.compile(rf"!2d({_NUMBER})!3d({_NUMBER})")
_MARKER = re.compile(
    rf"[?&]mlat=({_NUMBER})(?:&[^&#]*)*?&mlon=({_NUMBER})|[?&]mlon=({_NUMBER})(?:&[^&#]*)*?&mlat=({_NUMBER})"
)
_ASKED = re.compile(
    r"[?&](?:q|query|ll|sll|coordinate|destination|daddr|center|cp|to|map|viewpoint)=(?:loc:|ll\.)?([^&#]+)",
    re.IGNORECASE,
)
_STEP = re.compile(r"/(?:place|search|dir/[^/]*|l)/([^/?#@]+)", re.IGNORECASE)
_VIEW = re.compile(rf"@({_NUMBER}),({_NUMBER}),(\d+(?:\.\d+)?)([zma])")
_VIEW_HASH = re.compile(rf"#map=(\d+(?:\.\d+)?)/({_NUMBER})/({_NUMBER})")
_GEO = re.compile(rf"geo:({_NUMBER},{_NUMBER})", re.IGNORECASE)
_GEO_SPREAD = re.compile(r";u=(\d+(?:\.\d+)?)")

_PIXEL_M = 156_543.0
"""Metres a pixel at zoom 0 on the equator."""
_VIEW_PIXELS = 300


@dataclass(frozen=True, slots=True)
class LinkPart:
    """A piece of a link that may hold a position; `view_m` when it is only what the screen showed."""

    text: str
    view_m: float | None = None
    uncertainty_m: float | None = None


@dataclass(frozen=True, slots=True)
class MapLink:
    """The first link of a text; `parts` with the surest first, `rest` the text around it."""

    host: str
    is_geo: bool
    parts: tuple[LinkPart, ...]
    rest: str


def find_link(text: str) -> MapLink | None:
    """Find the first link in a text; a link of any host, since many carry a position the same way."""
    found = _LINK.search(text)
    if found is None:
        return None
    link, rest = found[0], f"{text[: found.start()]} {text[found.end() :]}"
    if link.lower().startswith("geo:"):
        return MapLink("geo", True, _geo_parts(link), rest)
    host = re.sub(r"^https?://", "", link, flags=re.IGNORECASE).partition("/")[0].partition("?")[0].lower()
    return MapLink(host, False, _link_parts(link), rest)


def _geo_parts(uri: str) -> tuple[LinkPart, ...]:
    """RFC 5870; some phones write geo:0,0?q=lat,lon instead."""
    spread = _GEO_SPREAD.search(uri)
    asked = _ASKED.search(uri)
    point = _GEO.match(uri)
    parts = [LinkPart(_plain(asked[1]))] if asked else []
    if point and not (asked and point[1] == "0,0"):
        parts.append(
            LinkPart(_exact(*point[1].split(",")), uncertainty_m=float(spread[1]) if spread else None)
        )
    return tuple(parts)


def _link_parts(link: str) -> tuple[LinkPart, ...]:
    link = _unescaped(link)
    parts = [LinkPart(_exact(lat, lon)) for lat, lon in reversed(_PIN.findall(link))]
    parts += [LinkPart(_exact(lat, lon)) for lon, lat in _PIN_TURNED.findall(link)]
    parts += [LinkPart(_exact(a or d, b or c)) for a, b, c, d in _MARKER.findall(link)]
    parts += [LinkPart(_plain(value)) for value in _ASKED.findall(link)]
    parts += [LinkPart(_plain(value)) for value in _STEP.findall(link)]
    for lat, lon, height, unit in _VIEW.findall(link):
        # Street view (a) stands on the spot; a satellite view tells the metres it shows.
        spread = 30.0 if unit == "a" else float(height) / 2 if unit == "m" else _view_m(height)
        parts.append(LinkPart(_exact(lat, lon), view_m=spread))
    parts += [LinkPart(_exact(lat, lon), view_m=_view_m(zoom)) for zoom, lat, lon in _VIEW_HASH.findall(link)]
    return tuple(parts)


def _view_m(zoom: str) -> float:
    return _PIXEL_M / 2 ** min(float(zoom), 25.0) * _VIEW_PIXELS


def _exact(lat: str, lon: str) -> str:
    """A pair that is read as decimal degrees even when it has no decimals."""
    return f"lat {lat} lon {lon}"


def _plain(value: str) -> str:
    return value.replace("~", ",")


def _unescaped(link: str) -> str:
    """Undo percent signs and plus signs; a plus code keeps its plus, which was escaped."""
    spaced = link.replace("+", " ")
    return _ESCAPED.sub(
        lambda found: bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "replace"), spaced
    )
