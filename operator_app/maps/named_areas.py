"""Areas of the site and around it that a text names: villages, kecamatan, neighbours, the site itself."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from operator_app.domain.words import sound_of, words_of
from operator_app.maps.geometry import Area, Box
from operator_app.maps.site import Site

_ADMINISTRATIVE = frozenset(("kabupaten", "kota", "kecamatan", "desa", "kelurahan", "administrasi"))
_PARTS = re.compile(r"[,;\n()/|]")


@dataclass(frozen=True, slots=True)
class NamedArea:
    """An area by its name. `kind` is desa, kecamatan, neighbour or site; `holds` asks whether a point lies in it."""

    name: str
    kind: str
    kecamatan: str
    box: Box
    holds: Callable[[float, float], bool]


def named_areas(text: str, site: Site, *, neighbours_only: bool = False) -> tuple[NamedArea, ...]:
    """Return the areas whose whole names stand in the text, each name within one of its comma parts."""
    parts = [tuple(sound_of(word) for word in words_of(part)) for part in _PARTS.split(text)]
    return tuple(
        area
        for words, area in (_neighbours(site) if neighbours_only else _areas(site))
        if words and any(_stands_in(words, part) for part in parts if len(part) >= len(words))
    )


def _stands_in(words: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return any(part[at : at + len(words)] == words for at in range(len(part) - len(words) + 1))


def _areas(site: Site) -> Iterator[tuple[tuple[str, ...], NamedArea]]:
    districts: dict[str, list[int]] = {}
    for number, village in enumerate(site.villages):
        at = village.place
        districts.setdefault(at.kecamatan, []).append(number)
        area = NamedArea(at.desa, "desa", at.kecamatan, village.area.box, village.area.holds)
        yield _words(at.desa), area
    for name, numbers in districts.items():
        areas = [site.villages[number].area for number in numbers]
        box = Box.around(area.box for area in areas)
        yield _words(name), NamedArea(name, "kecamatan", name, box, _any_of(areas))
    yield from _neighbours(site)
    if site.villages:
        whole = [village.area for village in site.villages]
        yield _words(site.name), NamedArea(site.name, "site", "", site.bounds, _any_of(whole))


def _neighbours(site: Site) -> Iterator[tuple[tuple[str, ...], NamedArea]]:
    for each in site.neighbours:
        yield _words(each.name), NamedArea(each.name, "neighbour", "", each.area.box, each.area.holds)


def _any_of(areas: Sequence[Area]) -> Callable[[float, float], bool]:
    return lambda lat, lon: any(area.holds(lat, lon) for area in areas)


def _words(name: str) -> tuple[str, ...]:
    return tuple(sound_of(word) for word in words_of(name) if word not in _ADMINISTRATIVE)
