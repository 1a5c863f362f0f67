"""What the map shows right now, held on this side: whole for a fresh page, as differences for a running one."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from operator_app.maps.site import Site

_FONT = re.compile(r"^/fonts/(?P<family>[A-Za-z0-9]+)-(?P<weight>Regular|Medium|SemiBold|Bold)\.(ttf|woff2)$")
_WEIGHTS = {"Regular": "400", "Medium": "500", "SemiBold": "600", "Bold": "700"}


@dataclass(frozen=True, slots=True)
class MapIncident:
    """An open incident as the map needs it: `priority` 1 to 5 or None while unknown, texts ready for the screen.

    One that is not `exact` stands where its village has its name.
    """

    id: str
    lat: float
    lon: float
    priority: int | None
    label: str
    state: str
    selected: bool = False
    exact: bool = True


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """Where something was once; `priority` 1 to 5 or None."""

    lat: float
    lon: float
    priority: int | None


class HistoryLook(StrEnum):
    """How past incidents are drawn: as warmth, or as discs with their number."""

    HEAT = "heat"
    CLUSTERS = "clusters"


@dataclass(frozen=True, slots=True)
class StatedArea:
    """The area that a call says it comes from, as a line around it in degrees; without a line only a point is known."""

    lat: float
    lon: float
    outline: tuple[tuple[float, float], ...]
    label: str


MapTexts = Mapping[str, str]
"""The words of the page by name, in the language of the screen: `TEXT_NAMES`; {n} and {name} stand for values."""

TEXT_NAMES = (
    "language", "title", "head", "head_base", "head_plain", "no_base", "base_broken", "count", "unplaced",
    "blocked", "pin", "zoom_in", "zoom_out", "whole", "follow", "measure", "measure_hint", "measure_total",
    "measure_none", "history", "history_count", "legend", "p0", "p1", "p2", "p3", "p4", "p5",
    "village_only", "post", "from_call", "decimal", "pick_hint",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MapLook:
    """How a map is shown: a wall map is not interactive; `scale` enlarges texts and shapes; `theme` dark or light."""

    interactive: bool = True
    scale: float = 1.0
    theme: str = "dark"


_NO_AREAS = frozenset({"pulau", "pos"})


class LiveMap:
    """Incidents, pin and view of one map; numbers each message, so that a drawn one can be told from a waiting one."""

    def __init__(self, look: MapLook, texts: MapTexts, site: Site, fonts: Iterable[str] = ()) -> None:
        self._look = look
        self._texts = texts
        self._site = site
        self._fonts = _described(fonts)
        self._incidents: dict[str, MapIncident] = {}
        self._pin: tuple[float, float] | None = None
        self._view: tuple[float, float, float] | None = None
        self._aim: tuple[float, float, float] | None = None
        self._held = False
        self._overlays: dict[str, Any] = {}
        self._seq = 0
        self._changed: dict[str, MapIncident | None] = {}
        self._orders: dict[str, Any] = {}

    @property
    def next_seq(self) -> int:
        """Return the number that the next message will carry."""
        return self._seq + 1

    @property
    def has_changes(self) -> bool:
        """Return whether there is anything to tell a running page."""
        return bool(self._changed or self._orders)

    def set_site(self, site: Site, texts: MapTexts) -> None:
        """Change the region; the view starts anew from the whole of it. The page must be loaded again."""
        self._site, self._texts = site, texts
        self._view, self._aim, self._held = None, None, False

    def set_incidents(self, incidents: Iterable[MapIncident]) -> None:
        """Take the full list of what is to be seen; only what differs will be sent. A later double id wins."""
        fresh = {incident.id: incident for incident in incidents}
        for gone in self._incidents.keys() - fresh.keys():
            self._changed[gone] = None
        for name, incident in fresh.items():
            if self._incidents.get(name) != incident:
                self._changed[name] = incident
        self._incidents = fresh

    def set_pin(self, at: tuple[float, float] | None) -> None:
        """Put the one pin of the form's place, or take it away."""
        if at != self._pin:
            self._pin = at
            self._orders["pin"] = at

    def fly_to(self, lat: float, lon: float, zoom: float) -> None:
        """Order the view to a place; the only way it moves once a hand took hold of it. From then on it follows."""
        self._aim, self._view, self._held = (lat, lon, zoom), None, False
        self._orders["fly"] = self._aim

    def incident(self, incident_id: str) -> MapIncident | None:
        """Return the incident as it is on the map, None when it is not there."""
        return self._incidents.get(incident_id)

    def let_go(self) -> None:
        """Aim at nothing any more: an untouched map shows the whole region."""
        if "fly" not in self._orders:
            self._aim = None

    def set_history(
        self, points: Sequence[HistoryPoint] | None, look: HistoryLook = HistoryLook.HEAT
    ) -> None:
        """Show where things were, or no longer; None takes the layer away."""
        value = None
        if points is not None:
            value = {"look": look, "points": [[p.lat, p.lon, p.priority or 0] for p in points]}
        self._overlay("history", value)

    def set_area(self, area: StatedArea | None) -> None:
        """Show the area that the call at hand came from, or none."""
        value = None
        if area is not None:
            outline = [list(at) for at in area.outline]
            value = {"at": [area.lat, area.lon], "outline": outline, "label": area.label}
        self._overlay("area", value)

    def set_notes(
        self, *, unplaced: int | None = None, blocked: int | None = None, base_broken: bool | None = None
    ) -> None:
        """Say how many incidents have no place, how many requests were refused, that the base map cannot be read."""
        for name, value in (("unplaced", unplaced), ("blocked", blocked), ("base_broken", base_broken)):
            if value is not None:
                self._overlay(name, value)

    def order(self, name: str, value: object) -> None:
        """Send an order that leaves no state behind."""
        self._orders[name] = value

    def _overlay(self, name: str, value: object) -> None:
        if self._overlays.get(name) != value:
            self._overlays[name] = self._orders[name] = value

    def viewed(self, lat: float, lon: float, zoom: float, held: bool) -> None:
        """Take note of where the page now looks, to bring a fresh page back there; an order under way stands."""
        if "fly" not in self._orders:
            self._view, self._held = (lat, lon, zoom) if held else None, held

    def whole(self) -> dict[str, Any]:
        """Return the message that sets up a fresh page; nothing is left to tell after it."""
        self._changed.clear()
        self._orders.clear()
        bounds = self._site.bounds
        return self._numbered(
            whole=True,
            site={
                "attribution": self._site.attribution,
                "bounds": [bounds.south, bounds.west, bounds.north, bounds.east],
                "layers": [name for name in self._site.layers if name not in _NO_AREAS],
                "posts": "pos" in self._site.layers,
                "base": None if self._site.base is None else self._site.base.for_page(),
            },
            texts=dict(self._texts),
            fonts=self._fonts,
            interactive=self._look.interactive,
            scale=self._look.scale,
            theme=self._look.theme,
            put=[_shown(incident) for incident in self._incidents.values()],
            pin=self._pin,
            view=self._view,
            aim=self._aim,
            held=self._held,
            **self._overlays,
        )

    def changes(self) -> dict[str, Any]:
        """Return the message with all that changed since the last one."""
        message = self._numbered(**self._orders)
        put = [_shown(incident) for incident in self._changed.values() if incident]
        gone = [name for name, incident in self._changed.items() if not incident]
        if put:
            message["put"] = put
        if gone:
            message["gone"] = gone
        self._changed.clear()
        self._orders.clear()
        return message

    def _numbered(self, **content: object) -> dict[str, Any]:
        self._seq += 1
        return {"seq": self._seq, **content}


def _shown(incident: MapIncident) -> list[Any]:
    """A row as map.js reads it; short, for the page reads a thousand of them in one turn. A millionth is 0.1 m."""
    return [
        incident.id,
        round(incident.lat, 6),
        round(incident.lon, 6),
        incident.priority,
        incident.label,
        incident.state,
        incident.selected,
    ]


def _described(paths: Iterable[str]) -> Sequence[Mapping[str, str]]:
    found = (_FONT.match(path) for path in sorted(paths))
    return [
        {"path": match.string, "family": match["family"], "weight": _WEIGHTS[match["weight"]]}
        for match in found
        if match
    ]
