"""All places of a seat by name: those of the site, and what the room has learnt beside them. The door of the search."""

import logging
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Self

from operator_app.domain.incident import Incident
from operator_app.domain.place.landmarks import Landmark
from operator_app.maps.gazetteer import Gazetteer
from operator_app.maps.names import PlaceHit
from operator_app.maps.site import Site, SitePackError

log = logging.getLogger(__name__)

INCIDENT_KIND = "kejadian"
OWN_MARK = "own:"
"""Begins the code of a kept place; the rest is its id."""


class PlacesError(Exception):
    """The places cannot be kept on this seat; the text is one sentence. `Site.search` still finds the villages."""


class Places:
    """Search in the site's places and the kept ones. One thread at a time; `open` on a thread that may wait."""

    def __init__(self, site: Site, gazetteer: Gazetteer) -> None:
        """Use `open`."""
        self._site = site
        self._gazetteer = gazetteer
        self.trouble = ""
        """Why only the villages are found any more; empty while all is well."""

    @classmethod
    def open(cls, path: Path, site: Site) -> Self:
        """Open the file of the places, made anew when the site has another version; kept places move along.

        Raises `PlacesError`, `SitePackError`. Takes 0.1 s, or 5 s for 200,000 new places: not for the window's thread.
        """
        try:
            held = Gazetteer.open(path, site.version, (site.name,))
            if held is None:
                kept = [_moved(hit, site) for hit in _kept_in(path)]
                listed = () if site.listed is None else site.listed.read()
                Gazetteer.build(path, site.version, [*site.places, *listed], kept)
                held = Gazetteer.open(path, site.version, (site.name,))
        except (OSError, sqlite3.Error) as error:
            raise PlacesError(
                f"{path}: the places cannot be kept here ({error}); check space and rights."
            ) from error
        if held is None:
            raise PlacesError(f"{path}: the places were written and cannot be read again; check the disk.")
        return cls(site, held)

    def close(self) -> None:
        """Let go of the file."""
        self._gazetteer.close()

    def __len__(self) -> int:
        """How many places there are."""
        return len(self._gazetteer)

    def search(self, text: str, limit: int = 10, near: str = "") -> tuple[PlaceHit, ...]:
        """Return the best places for what was typed, best first; those of the kecamatan `near` before others alike.

        When the file breaks under it, the villages are still found, and `trouble` says so.
        """
        if not self.trouble:
            try:
                return self._gazetteer.search(text, limit, near)
            except sqlite3.DatabaseError as error:
                log.exception("the file of the places broke; only villages are found until the next start")
                self.trouble = str(error)
        return self._site.search(text, limit)

    def note_landmarks(self, told: Mapping[str, Landmark | None]) -> int:
        """Take over places that the room keeps, by id, None for one that was dropped; return how many changed."""
        changed = 0
        fresh = []
        for place_id, landmark in told.items():
            code = f"{OWN_MARK}{place_id}"
            held = self._gazetteer.get(code)
            if landmark is None:
                changed += self._gazetteer.forget(code)
            else:
                at = (landmark.lat, landmark.lon)
                hit = _moved(
                    PlaceHit(landmark.label, landmark.kind, code, "", "", *at, area=False), self._site
                )
                if hit != held:
                    fresh.append(hit)
        if fresh:
            self._gazetteer.add(fresh)
        return changed + len(fresh)

    def note_incidents(self, incidents: Iterable[Incident], masked: Collection[str] = ()) -> int:
        """Make places that were typed into incidents findable, where the site has none of that name; return how many.

        Only places with a point. Incidents of the kinds `masked` stay out, and leave if they were in.
        """
        fresh = []
        for incident in incidents:
            code = f"{INCIDENT_KIND}:{incident.id}"
            hit = None if incident.value("kind") in masked else self._place_of(incident, code)
            held = self._gazetteer.get(code)
            if hit is None and held is not None:
                self._gazetteer.forget(code)
            elif hit is not None and hit != held:
                fresh.append(hit)
        if fresh:
            self._gazetteer.add(fresh)
        return len(fresh)

    def _place_of(self, incident: Incident, code: str) -> PlaceHit | None:
        label, point = incident.value("place").strip(), incident.position
        if not label or point is None:
            return None
        hit = _moved(PlaceHit(label, INCIDENT_KIND, code, "", "", *point, area=False), self._site)
        known = (each for each in self._gazetteer.named(label) if each.kode != code)
        return None if any(each.kecamatan == hit.kecamatan for each in known) else hit


def _moved(hit: PlaceHit, site: Site) -> PlaceHit:
    """The place with the village that this site has under its point."""
    under = site.locate(hit.lat, hit.lon)
    desa, kecamatan = ("", "") if under is None else (under.desa, under.kecamatan)
    return PlaceHit(hit.label, hit.kind, hit.kode, desa, kecamatan, hit.lat, hit.lon, hit.area)


def _kept_in(path: Path) -> tuple[PlaceHit, ...]:
    """Places kept in a file of another site version; none when it cannot be read."""
    if not path.is_file():
        return ()
    try:
        return Gazetteer.kept_in(path)
    except sqlite3.Error:
        log.warning("the places kept beside the site cannot be read and start anew", exc_info=True)
        return ()


__all__ = ["INCIDENT_KIND", "OWN_MARK", "Places", "PlacesError", "SitePackError"]
