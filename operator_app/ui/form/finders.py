"""Hits of the two search fields as rows: places of the site and typed positions, kinds of incidents."""

from collections.abc import Callable, Sequence

from operator_app.domain.place.coordinates import (
    NoPosition,
    PositionForm,
    PositionTrouble,
    write_position,
)
from operator_app.domain.place.location import PositionOrigin, PositionSource
from operator_app.domain.triage import Kind, find_kinds
from operator_app.maps.names import PlaceHit
from operator_app.maps.positions import Located, find_position
from operator_app.maps.site import Site
from operator_app.ui.kit.search_field import HITS_SHOWN, Finder, Hit
from operator_app.ui.map.presenters.call_place import distance_words
from operator_app.ui.words.rows import Row, cell, chip
from operator_app.ui.words.site_words import SiteWords
from operator_app.ui.words.wording import PRIORITY_TONES, Say, Tone

PlaceSearch = Callable[[str], Sequence[PlaceHit]]
LEAST_LETTERS = 2
POINT_KIND = "titik"
"""Kind of a hit that was stated by its coordinates."""


def place_finder(search: PlaceSearch, say: Say, site: Site) -> Finder[PlaceHit]:
    """Find places from the second letter on; beside each its village and district, and what it is.

    A position in any usual writing, a pasted link or message among them, comes first; one that cannot be used comes as
    a row that says why and cannot be picked (its value is None).
    """

    def find(typed: str) -> Sequence[Hit[PlaceHit]]:
        if len(typed.strip()) < LEAST_LETTERS:
            return ()
        stated = find_position(typed, site)
        if isinstance(stated, Located):
            return [_point(stated, site, say, typed)]
        if stated.trouble is not PositionTrouble.NO_POSITION:
            return _refused(stated, site, say)
        return [_place(number, hit, say) for number, hit in enumerate(search(typed)[:HITS_SHOWN])]

    return find


def kind_finder(kinds: Sequence[Kind], words: SiteWords) -> Finder[Kind]:
    """Find kinds by letters of code or name; the kind that is chosen already is no search."""
    labels = {words.kind_label(kind.code) for kind in kinds}

    def find(typed: str) -> Sequence[Hit[Kind]]:
        found = () if typed in labels else find_kinds(kinds, typed, HITS_SHOWN)
        return [_kind(kind) for kind in found]

    return find


def _place(number: int, hit: PlaceHit, say: Say) -> Hit[PlaceHit]:
    area = " · ".join(dict.fromkeys(part for part in (hit.desa, hit.kecamatan) if part and part != hit.label))
    kind = say(f"place_kind.{hit.kind}") if hit.kind in PLACE_KINDS else hit.kind
    row = Row(
        f"{number} {hit.kode}",
        (cell(hit.label, strong=number == 0), cell(area, Tone.QUIET), cell(kind, Tone.QUIET)),
    )
    return Hit(hit, row)


def _point(found: Located, site: Site, say: Say, typed: str, note: str = "") -> Hit[PlaceHit]:
    at = found.position
    form = PositionForm.DECIMAL if at.form in _LINKS else at.form
    label = write_position(at.lat, at.lon, form, english=say("map.language") == "en")
    place = found.place
    where = (
        f"{place.desa} · {place.kecamatan}"
        if place
        else say("position.at_sea" if site.villages else "position.no_site")
    )
    kind = note or say(f"position.form_{at.form}")
    precision = f" ±{distance_words(at.precision_m, say)}" if at.precision_m >= 1 else ""
    hit = PlaceHit(
        label,
        POINT_KIND,
        f"{POINT_KIND}:{typed}",
        place.desa if place else "",
        place.kecamatan if place else "",
        at.lat,
        at.lon,
        area=False,
        source=PositionSource(PositionOrigin.TYPED, at.form, at.precision_m),
    )
    row = Row(
        f"0 {hit.kode}",
        (cell(label, strong=True), cell(where, Tone.QUIET), cell(kind + precision, Tone.QUIET)),
    )
    return Hit(hit, row)


def _refused(stated: NoPosition, site: Site, say: Say) -> list[Hit[PlaceHit]]:
    words = say(f"position.trouble_{stated.trouble}", detail=stated.detail or say("position.somewhere"))
    why: Hit[PlaceHit] = Hit(
        None, Row("0 refused", (cell(words, Tone.WATCH, strong=True), cell(""), cell("")))
    )
    rows = [why]
    if stated.proposal is not None:
        meant = Located(stated.proposal, site.locate(stated.proposal.lat, stated.proposal.lon))
        rows.append(_point(meant, site, say, "meant", say("position.meant")))
    return rows


def _kind(kind: Kind) -> Hit[Kind]:
    priority = chip(f"P{kind.priority}", PRIORITY_TONES[kind.priority])
    row = Row(kind.code, (priority, cell(f"{kind.code}  {kind.name}"), cell(kind.category, Tone.QUIET)))
    return Hit(kind, row)


_LINKS = (PositionForm.MAP_LINK, PositionForm.MAP_VIEW, PositionForm.GEO_URI)
PLACE_KINDS = frozenset({"kecamatan", "kelurahan", "desa", "pulau", "kejadian", "patokan", "pos"})
"""Kinds of places that the catalogue has words for; others stand as the site wrote them."""

__all__ = ["LEAST_LETTERS", "POINT_KIND", "PlaceSearch", "kind_finder", "place_finder"]
