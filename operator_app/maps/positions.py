"""A typed or pasted position held against the site: taken with the village under it, or refused with the reason."""

from dataclasses import dataclass, replace

from operator_app.domain.place.coordinates import NoPosition, Position, PositionTrouble, read_position
from operator_app.domain.words import words_of
from operator_app.maps.site import Place, Site

_ADMINISTRATIVE = ("kabupaten", "kota", "kecamatan", "desa", "kelurahan")


@dataclass(frozen=True, slots=True)
class Located:
    """A position in the site's region; `place` is None at sea and without a site pack."""

    position: Position
    place: Place | None


def find_position(text: str, site: Site) -> Located | NoPosition:
    """Read the position in a text; one outside the region is refused by the name of the neighbour, if it has one."""
    found = read_position(text, lambda name: town_point(name, site))
    if isinstance(found, NoPosition):
        return found
    place = site.locate(found.lat, found.lon)
    if place is not None or not site.villages:
        return Located(found, place)
    neighbour = site.neighbour_at(found.lat, found.lon)
    if neighbour is None and site.bounds.holds(found.lat, found.lon):
        return Located(found, None)
    return NoPosition(PositionTrouble.OUTSIDE, neighbour or "", _meant(found, site), found)


def town_point(name: str, site: Site) -> tuple[float, float] | None:
    """A point of the kecamatan, village or neighbour that a place's address begins with; None when none is known."""
    wanted = [word for word in words_of(name.partition(",")[0]) if word not in _ADMINISTRATIVE]
    if not wanted:
        return None
    for hit in site.search(" ".join(wanted), 10):
        if hit.area and list(words_of(hit.label)[: len(wanted)]) == wanted:
            return hit.lat, hit.lon
    for each in site.neighbours:
        if [word for word in words_of(each.name) if word not in _ADMINISTRATIVE] == wanted:
            box = each.area.box
            return (box.south + box.north) / 2, (box.west + box.east) / 2
    return None


def _meant(found: Position, site: Site) -> Position | None:
    """The same figures with another sign or turned round, if that lies in a village: the usual slips."""
    turned = ((-found.lat, found.lon), (found.lat, -found.lon), (found.lon, found.lat))
    for lat, lon in turned:
        if abs(lat) <= 90 and site.locate(lat, lon) is not None:
            return replace(found, lat=lat, lon=lon)
    return None
