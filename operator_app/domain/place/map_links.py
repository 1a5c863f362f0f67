"""Links of maps and places, geo: URIs among them, taken apart without a network: where in them a position may stand.

What a link says comes in ranks: where somebody set a pin, then what was asked for or is the goal of a way, then where
the map stood. The last is a view, never a point. Where a search began or a way starts is no position at all.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from operator_app.domain.place.short_codes import (
    Spot,
    read_ge0,
    read_geohash,
    read_here_place,
    read_osm_code,
)

_BARE = (
    r"www\.|maps\.|wego\.|share\.here\.|ul\.waze\.|goo\.gl/|g\.co/|waze\.com|osm\.org|openstreetmap\.org|osmand\.net/|omaps\.app/"
    r"|comaps\.at/|ge0\.me/|om\.me/|plus\.codes/|magicearth\.com|mapy\.com/|mapy\.cz/|what3words\.com|w3w\.co/|s\.id/|bit\.ly/"
    r"|google\.[a-z.]{2,6}/maps|yandex\.[a-z.]{2,6}/maps"
)
_LINK = re.compile(
    r"geo:[^\s<>\"]+"
    rf"|(?:(?<![\w])[a-z][a-z0-9.+-]{{1,24}}://|(?<![\w.@/])(?:{_BARE}))"
    # A bare quote inside is a second of arc; after a comma the link may go on behind a space.
    r"(?:[^\s<>\"]|\"(?=[NSEWU+%,])|(?<=,)[ \n](?=-?\d{1,3}\.\d))*",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_NUMBER = r"[+-]?\d{1,3}(?:\.\d+)?"
_PIN = re.compile(rf"!3d({_NUMBER})!4d({_NUMBER})")
_WAY_POINT = re.compile(rf"!1d({_NUMBER})!2d({_NUMBER})(?!!3d)")
_CAMERA = re.compile(rf"!1d(\d+(?:\.\d+)?)!2d({_NUMBER})!3d({_NUMBER})")
_MARKER = re.compile(
    rf"[?&]mlat=({_NUMBER})(?:&[^&#]*)*?&mlon=({_NUMBER})|[?&]mlon=({_NUMBER})(?:&[^&#]*)*?&mlat=({_NUMBER})"
)
_ASKED = (
    "pin", "finish", "coordinate", "coordinates", "coords", "latlng", "latlon", "marker", "markers", "sp", "dll",
    "q", "query", "daddr", "destination", "to", "point", "loc", "location", "where1", "address",
)  # fmt: skip
"""Names of parameters that tell a point, the surer ones first."""
_VIEWED = ("center", "map", "cp", "viewpoint", "camera")
_VIEW = re.compile(rf"@({_NUMBER}),({_NUMBER})(?:,(\d+(?:\.\d+)?)([zma])?)?(?![\d.])")
_VIEW_HASH = re.compile(rf"#(?:map=)?(\d+(?:\.\d+)?)/({_NUMBER})/({_NUMBER})")
_STEP = re.compile(r"/(?:place|search|l|geo)/([^/?#@]+)", re.IGNORECASE)
_PATH_PAIR = re.compile(rf"/({_NUMBER},[ ]*{_NUMBER})(?=[/?#,]|$)")
_GEO = re.compile(rf"geo:({_NUMBER}) ?, ?({_NUMBER})", re.IGNORECASE)
_GEO_SPREAD = re.compile(r";u=(\d+(?:\.\d+)?)")
_PLUS_CODE_SIGN = re.compile(
    r"(?i)(?<=[2-9CFGHJMPQRVWX]{4})\+(?=[2-9CFGHJMPQRVWX]{2,7}(?![0-9A-Z])|(?=[/?&# ,]|$))"
)
_BARE_VIEW = re.compile(rf"(?<![\w.])@({_NUMBER}),({_NUMBER}),(\d+(?:\.\d+)?)([zma])\b")

_SHORTENERS = (
    "maps.app.goo.gl", "goo.gl", "g.co", "g.page", "maps.apple", "bit.ly", "s.id", "tinyurl.com", "t.co", "her.is",
    "is.gd", "cutt.ly", "rb.gy", "ow.ly", "lnkd.in", "share.google", "maps.google",
)  # fmt: skip
_LON_FIRST = ("yandex", "2gis")
_GE0_HOSTS = ("omaps.app", "comaps.at", "ge0.me", "om.me")
_WORDS_HOSTS = ("what3words.com", "w3w.co")

_PIXEL_M = 156_543.0
"""Metres a pixel at zoom 0 on the equator."""
_VIEW_PIXELS = 300
_DEGREE_M = 111_320.0
_USUAL_ZOOM = "15"


@dataclass(frozen=True, slots=True)
class LinkPart:
    """A piece of a link that may hold a position; `view_m` when it is only what the screen showed."""

    text: str
    view_m: float | None = None
    uncertainty_m: float | None = None


@dataclass(frozen=True, slots=True)
class MapLink:
    """A link of a text, at `start` to `end`; `parts` with the surest first.

    `is_short`: only its maker's server knows what it stands for. `other` names a code that is not read here.
    """

    host: str
    is_geo: bool
    parts: tuple[LinkPart, ...]
    start: int
    end: int
    is_short: bool = False
    other: str = ""


def find_links(text: str) -> tuple[MapLink, ...]:
    """Find the links of a text in order; of any host, since many carry a position the same way."""
    found = [_link(match) for match in _LINK.finditer(text)]
    for match in _BARE_VIEW.finditer(text):
        if not any(each.start <= match.start() < each.end for each in found):
            view = LinkPart(_exact(match[1], match[2]), view_m=_view_m(match[3], match[4]))
            found.append(MapLink("", False, (view,), match.start(), match.end()))
    return tuple(sorted(found, key=lambda each: each.start))


def _link(match: re.Match[str]) -> MapLink:
    link = match[0]
    if link.lower().startswith("geo:"):
        return MapLink("geo", True, tuple(_geo_parts(link)), match.start(), match.end())
    scheme, mark, rest = link.partition("://")
    host = re.split(r"[/?#]", rest if mark else link)[0].lower().removeprefix("www.").rpartition("@")[2]
    parts = tuple(
        _link_parts(link, host if mark != "" or "." in host else "", scheme.lower() if mark else "")
    )
    return MapLink(
        host or scheme.lower(),
        False,
        parts,
        match.start(),
        match.end(),
        is_short=_is_short(host, link),
        other="what3words" if host in _WORDS_HOSTS else "",
    )


def _is_short(host: str, link: str) -> bool:
    path = link.partition("://")[2].partition("/")[2]
    return host in _SHORTENERS or (host.startswith("yandex.") and "maps/-/" in path)


def _geo_parts(uri: str) -> Iterator[LinkPart]:
    """RFC 5870; some phones write geo:0,0?q=lat,lon instead, and some escape what needs none."""
    plain = _undone(uri)
    asked = re.search(r"[?&](?:q|daddr)=(?:loc:)?([^&#]+)", plain)
    point = _GEO.match(plain)
    spread = _GEO_SPREAD.search(plain)
    if asked:
        yield LinkPart(asked[1])
    if point and not (asked and float(point[1]) == 0 == float(point[2])):
        yield LinkPart(_exact(point[1], point[2]), uncertainty_m=float(spread[1]) if spread else None)


def _link_parts(link: str, host: str, scheme: str) -> Iterator[LinkPart]:
    yield from _coded(link, host, scheme)
    link = _undone(_PLUS_CODE_SIGN.sub("%2B", link))
    asked = _parameters(link)
    ends = _way_ends(link)
    if ends:
        yield LinkPart(_last_point(ends[-1]))
        yield from (LinkPart(_exact(lat, lon)) for lon, lat in _WAY_POINT.findall(link)[-1:])
    yield from (LinkPart(_exact(lat, lon)) for lat, lon in reversed(_PIN.findall(link)))
    yield from (LinkPart(_exact(a or d, b or c)) for a, b, c, d in _MARKER.findall(link))
    yield from (LinkPart(_asked_point(value)) for name in _ASKED for value in asked.get(name, ()))
    yield from _lon_first(host, asked)
    yield from _apart_axes(host, asked)
    if not ends:
        yield from (LinkPart(value) for value in _STEP.findall(link))
        yield from (LinkPart(value) for value in _PATH_PAIR.findall(link))
    yield from _centres(host, asked)
    if not ends:
        yield from _views(link, asked, host)


def _lon_first(host: str, asked: dict[str, list[str]]) -> Iterator[LinkPart]:
    """The points of makers who write the longitude first."""
    if any(name in host for name in _LON_FIRST):
        values = [value for name in ("pt", "whatshere[point]") for value in asked.get(name, ())]
        yield from (part for value in values for part in _turned(value))
        yield from (LinkPart(value.rpartition("~")[2]) for value in asked.get("rtext", ()))


def _centres(host: str, asked: dict[str, list[str]]) -> Iterator[LinkPart]:
    """`ll`: a point to most, the middle of the map to Yandex, and to Google beside a search."""
    spread = _view_m(_first(asked, "z") or _USUAL_ZOOM)
    for value in asked.get("ll", ()):
        if any(name in host for name in _LON_FIRST):
            yield from _turned(value, spread)
        elif "google." in host and (asked.get("q") or asked.get("daddr")):
            yield LinkPart(value, view_m=spread)
        else:
            yield LinkPart(value)


def _coded(link: str, host: str, scheme: str) -> Iterator[LinkPart]:
    """Points that a few letters of the link stand for."""
    path = re.split(r"[?#]", link.partition("://")[2] if scheme else link)[0]
    steps = [_percents_undone(step) for step in path.split("/") if step]
    query = link.partition("?")[2]
    if host in ("osm.org", "openstreetmap.org") and len(steps) >= 3 and steps[1] == "go":
        coded = read_osm_code(steps[2])
        if coded is not None:
            spot, zoom = coded
            is_pin = re.search(r"(?:^|&)(?:m|node|way|relation)(?:=|&|$)", query) is not None
            yield _spot_part(spot, None if is_pin else _view_m(str(zoom)))
    elif "waze." in host:
        hashed = re.search(r"/ul/h([0-9a-z]+)|[?&]h=([0-9a-z]+)", link, re.IGNORECASE)
        place = None if hashed is None else read_geohash(hashed[1] or hashed[2])
        if place is not None:
            yield _spot_part(place, None)
    elif host in _GE0_HOSTS or scheme == "ge0":
        code = steps[0] if scheme == "ge0" and steps else steps[1] if len(steps) > 1 else ""
        coded = read_ge0(code)
        if coded is not None:
            yield _spot_part(coded[0], None)
    elif host == "plus.codes":
        yield LinkPart(steps[-1])
    elif host.endswith("here.com") and "p" in steps:
        yield LinkPart(read_here_place(steps[-1]).replace(";", " ; "))


def _spot_part(spot: Spot, view_m: float | None) -> LinkPart:
    lat, lon, half = spot
    return LinkPart(f"lat {lat:.7f} lon {lon:.7f}", view_m, half * _DEGREE_M)


def _parameters(link: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"[?&;]([\w\[\]-]+)=([^&#]*)", link):
        if value:
            found.setdefault(name.lower(), []).append(value)
    return found


def _first(asked: dict[str, list[str]], name: str) -> str:
    value = asked.get(name, [""])[0]
    return value if re.fullmatch(r"\d{1,2}(?:\.\d+)?", value) else ""


def _way_ends(link: str) -> list[str]:
    """The steps of a way in a path, the goal last; none when the link shows no way."""
    if "/dir/" not in link and "/directions/" not in link:
        return []
    path = re.split(r"[?#]", link)[0]
    path = re.split(r"/@|/data=", path)[0]
    steps = re.split(r"/dir/|/directions/(?:mix/|drive/|walk/)?", path)[-1].split("/")
    return [step for step in steps if step.strip()]


def _asked_point(value: str) -> str:
    value = value.removeprefix("loc:").removeprefix("ll.").removeprefix("point.")
    value = re.split(r"\s*\bto:", value)[-1]
    return _last_point(value).replace("_", ",").replace("~", ",")


def _last_point(value: str) -> str:
    """Name:lat,lon or name@lat,lon: what stands last, when that is a pair."""
    found = re.search(rf"[:@]\s*({_NUMBER},\s*{_NUMBER})$", value)
    return found[1] if found else value


def _turned(value: str, view_m: float | None = None) -> Iterator[LinkPart]:
    lon, comma, lat = value.partition("~")[0].partition(",")
    if comma and re.fullmatch(_NUMBER, lon.strip()) and re.fullmatch(_NUMBER, lat.strip()):
        yield LinkPart(_exact(lat, lon), view_m=view_m)


def _apart_axes(host: str, asked: dict[str, list[str]]) -> Iterator[LinkPart]:
    """Latitude and longitude as parameters of their own; on OpenStreetMap's page they are the middle of the map."""
    lats = [value for name in ("lat", "latitude") for value in asked.get(name, ())]
    lons = [value for name in ("lon", "lng", "long", "longitude") for value in asked.get(name, ())]
    zoom = _first(asked, "zoom") or _first(asked, "z") or _USUAL_ZOOM
    for lat, lon in zip(lats[:1], lons[:1], strict=False):
        if re.fullmatch(_NUMBER, lat) and re.fullmatch(_NUMBER, lon):
            is_view = host in ("openstreetmap.org", "osm.org")
            yield LinkPart(_exact(lat, lon), view_m=_view_m(zoom) if is_view else None)


def _views(link: str, asked: dict[str, list[str]], host: str) -> Iterator[LinkPart]:
    """What the screen showed."""
    for lat, lon, height, unit in _VIEW.findall(link):
        yield LinkPart(_exact(lat, lon), view_m=_view_m(height or _USUAL_ZOOM, unit or "z"))
    for zoom, lat, lon in _VIEW_HASH.findall(link):
        yield LinkPart(_exact(lat, lon), view_m=_view_m(zoom))
    for metres, lon, lat in _CAMERA.findall(link):
        yield LinkPart(_exact(lat, lon), view_m=float(metres) / 2)
    zoom = next((_first(asked, name) for name in ("zoom", "z", "lvl") if _first(asked, name)), _USUAL_ZOOM)
    for name in _VIEWED:
        for value in asked.get(name, ()):
            spread = 30.0 if name == "viewpoint" else _view_m(zoom)
            yield LinkPart(value.replace("~", ","), view_m=spread)
    if host.startswith("mapy."):
        for lat, lon in zip(asked.get("y", ()), asked.get("x", ()), strict=False):
            yield LinkPart(_exact(lat, lon), view_m=_view_m(zoom))


def _view_m(height: str, unit: str = "z") -> float:
    """Half of what was to be seen: by zoom, by metres (m); street view (a) stands on the spot."""
    if unit == "a":
        return 30.0
    if unit == "m":
        return float(height) / 2
    return _PIXEL_M / 2 ** min(float(height), 25.0) * _VIEW_PIXELS


def _exact(lat: str, lon: str) -> str:
    """A pair that is read as decimal degrees even when it has no decimals."""
    return f"lat {lat} lon {lon}"


def _undone(link: str) -> str:
    """Undo percent signs, twice where they were made twice, and plus signs that stand for spaces."""
    plain = _percents_undone(link.replace("+", " "))
    return _percents_undone(plain) if re.search(r"%2[0-9a-fA-F]|%3[aA]", plain) else plain


def _percents_undone(text: str) -> str:
    return _ESCAPED.sub(
        lambda found: bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "replace"), text
    )
