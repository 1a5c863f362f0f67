"""What the map shows right now, held on this side: whole for a fresh page, as differences for a running one."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from operator_app.maps.site import Site

_FONT = re.compile(r"^/fonts/(?P<family>[A-Za-z0-9]+)-(?P<weight>Regular|Medium|SemiBold|Bold)\.(ttf|woff2)$")
_WEIGHTS = {"Regular": "400", "Medium": "500", "SemiBold": "600", "Bold": "700"}


@dataclass(frozen=True, slots=True)
class MapIncident:
    """An open incident as the map needs it: `priority` 1 to 5 or None while unknown, texts ready for the screen."""

    id: str
    lat: float
    lon: float
    priority: int | None
    label: str
    state: str
    selected: bool = False


@dataclass(frozen=True, slots=True)
class MapTexts:
    """The words of the page in the language of the screen; `count` holds the mark {n}."""

    language: str
    title: str
    head: str
    no_base: str
    count: str
    pin: str
    zoom_in: str
    zoom_out: str
    whole: str


@dataclass(frozen=True, slots=True)
class MapLook:
    """How a map is shown: a wall map is not interactive; `scale` enlarges texts and shapes."""

    interactive: bool = True
    scale: float = 1.0


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
        self._held = False
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
        self._view, self._held = None, False

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
        """Order the view to a place; the only way it moves once a hand took hold of it."""
        self._view, self._held = (lat, lon, zoom), True
        self._orders["fly"] = self._view

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
                "layers": [name for name in self._site.layers if name != "pulau"],
            },
            texts={name: getattr(self._texts, name) for name in self._texts.__slots__},
            fonts=self._fonts,
            interactive=self._look.interactive,
            scale=self._look.scale,
            put=[_shown(incident) for incident in self._incidents.values()],
            pin=self._pin,
            view=self._view,
            held=self._held,
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


def _shown(incident: MapIncident) -> dict[str, Any]:
    return {
        "id": incident.id,
        "lat": incident.lat,
        "lon": incident.lon,
        "p": incident.priority,
        "label": incident.label,
        "state": incident.state,
        "sel": incident.selected,
    }


def _described(paths: Iterable[str]) -> Sequence[Mapping[str, str]]:
    found = (_FONT.match(path) for path in sorted(paths))
    return [
        {"path": match.string, "family": match["family"], "weight": _WEIGHTS[match["weight"]]}
        for match in found
        if match
    ]
