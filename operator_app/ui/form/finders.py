"""Hits of the two search fields as rows: places of the site and typed positions, kinds of incidents."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from operator_app.domain.place.around import words_around
from operator_app.domain.place.coordinates import (
    NoPosition,
    Position,
    PositionForm,
    PositionTrouble,
    words_beside,
    write_position,
)
from operator_app.domain.place.location import PositionOrigin, PositionSource
from operator_app.domain.triage import Kind, find_kinds
from operator_app.domain.words import words_of
from operator_app.maps.named_areas import NamedArea, named_areas
from operator_app.maps.names import PlaceHit
from operator_app.maps.positions import Located, find_position, locate
from operator_app.maps.site import Site
from operator_app.maps.typed import read_typed
from operator_app.ui.kit.search_field import HITS_SHOWN, Finder, Hit
from operator_app.ui.map.presenters.call_place import distance_words
from operator_app.ui.words.rows import Cell, Row, cell, chip
from operator_app.ui.words.site_words import Local, SiteWords
from operator_app.ui.words.wording import PRIORITY_TONES, Say, Tone

PlaceSearch = Callable[[str], Sequence[PlaceHit]]
LEAST_LETTERS = 2
POINT_KIND = "titik"
"""Kind of a hit that was stated by its coordinates."""
NEIGHBOUR_KIND = "tetangga"
"""Kind of a hit that is a regency or town next to the site's."""


def place_finder(search: PlaceSearch, say: Say, site: Site) -> Finder[PlaceHit]:
    """Find places from the second letter on; beside each its village and district, and what it is.

    A position in any usual writing, a pasted link or message among them, comes first. One that cannot be used comes as
    a row that says why and cannot be picked (its value is None), followed by what can: the readings in doubt, the pair
    turned round, the point outside with its neighbour's name, the places that the words beside a link name.
    """

    def find(typed: str) -> Sequence[Hit[PlaceHit]]:
        if len(typed.strip()) < LEAST_LETTERS:
            return ()
        stated = find_position(typed, site)
        if isinstance(stated, Located):
            return _with_words([_point(stated, site, say)], typed)
        if stated.trouble is PositionTrouble.NO_POSITION:
            return _places(typed, search(typed), site, say)
        rows = _with_words(_refused(stated, site, say), typed)
        if len(rows) == 1 and stated.trouble in _WORDS_MAY_TELL:
            beside = search(words_beside(typed))[: HITS_SHOWN - 1]
            rows += [replace(_place(number, hit, say), sure=False) for number, hit in enumerate(beside, 1)]
        return rows

    return find


def kind_finder(site: Local, words: SiteWords) -> Finder[Kind]:
    """Find kinds by letters of code or name; the kind that is chosen already is no search."""

    def find(typed: str) -> Sequence[Hit[Kind]]:
        chosen = any(typed == words.kind_label(kind.code) for kind in site.kinds)
        found = () if chosen else find_kinds(site.kinds, typed, HITS_SHOWN)
        return [_kind(kind, words) for kind in found]

    return find


def _places(typed: str, hits: Sequence[PlaceHit], site: Site, say: Say) -> list[Hit[PlaceHit]]:
    """The places for what was typed; before them a neighbour that it names, and which no place here is called by."""
    best = set(words_of(hits[0].label)) if hits else set()
    named = [
        each for each in named_areas(typed, site, neighbours_only=True) if not best & set(words_of(each.name))
    ]
    rows = [_neighbour(each, typed, say) for each in named]
    rows += [_place(number, hit, say) for number, hit in enumerate(hits, len(rows))]
    return rows[:HITS_SHOWN]


def _neighbour(area: NamedArea, typed: str, say: Say) -> Hit[PlaceHit]:
    box, said = area.box, read_typed(typed)
    middle = ((box.south + box.north) / 2, (box.west + box.east) / 2)
    done = {at for at, piece in enumerate(said.pieces) if set(piece.words) <= set(words_of(area.name))}
    hit = PlaceHit(
        area.name,
        NEIGHBOUR_KIND,
        f"{NEIGHBOUR_KIND}:{area.name}",
        "",
        "",
        *middle,
        left=said.left(done),
        rt=said.rt,
        sure=False,
    )
    words = say("position.in_neighbour", name=area.name)
    row = Row(hit.kode, (cell(area.name, strong=True), cell(words, Tone.WATCH), cell("")))
    return Hit(hit, row, sure=False)


def _place(number: int, hit: PlaceHit, say: Say) -> Hit[PlaceHit]:
    area = " · ".join(dict.fromkeys(part for part in (hit.desa, hit.kecamatan) if part and part != hit.label))
    kind = say(f"place_kind.{hit.kind}") if hit.kind in PLACE_KINDS else hit.kind
    last = (
        cell(say("position.without", words=hit.missing), Tone.WATCH)
        if hit.missing
        else cell(kind, Tone.QUIET)
    )
    row = Row(f"{number} {hit.kode}", (cell(hit.label, strong=number == 0), cell(area, Tone.QUIET), last))
    return Hit(hit, row, sure=hit.sure)


def _point(found: Located, site: Site, say: Say, note: str = "", number: int = 0) -> Hit[PlaceHit]:
    place = found.place
    at_sea = say("position.at_sea" if site.villages else "position.no_site")
    where = f"{place.desa} · {place.kecamatan}" if place else at_sea
    desa, kecamatan = (place.desa, place.kecamatan) if place else ("", "")
    sure = (
        not note
        and found.position.form is not PositionForm.MAP_VIEW
        and (place is not None or not site.villages)
    )
    return _point_hit(
        found.position, ("", desa, kecamatan), cell(where, Tone.QUIET), say, note, number, sure=sure
    )


def _outside(found: NoPosition, say: Say, note: str = "", number: int = 0) -> Hit[PlaceHit] | None:
    """A point outside can be taken, with a warning: the borders of a site pack prove nothing, and boats go far."""
    if found.read is None:
        return None
    words = say("position.in_neighbour", name=found.detail) if found.detail else say("position.outside_all")
    return _point_hit(
        found.read, (found.detail, "", ""), cell(words, Tone.WATCH), say, note, number, sure=False
    )


def _point_hit(
    at: Position, names: tuple[str, str, str], where: Cell, say: Say, note: str, number: int, *, sure: bool
) -> Hit[PlaceHit]:
    """A position as a row; `names` are the neighbour's, the village's and the kecamatan's."""
    form = PositionForm.DECIMAL if at.form in _LINKS else at.form
    label = write_position(at.lat, at.lon, form, english=say("map.language") == "en")
    neighbour, desa, kecamatan = names
    precision = f" ±{distance_words(at.precision_m, say)}" if at.precision_m >= 1 else ""
    kind = note or say(f"position.form_{at.form}") + precision
    hit = PlaceHit(
        f"{label}, {neighbour}" if neighbour else label,
        POINT_KIND,
        f"{POINT_KIND}:{at.lat:.6f},{at.lon:.6f}",
        desa,
        kecamatan,
        at.lat,
        at.lon,
        area=False,
        source=PositionSource(PositionOrigin.TYPED, at.form, at.precision_m),
    )
    row = Row(f"{number} {hit.kode}", (cell(label, strong=True), where, cell(kind, Tone.QUIET)))
    return Hit(hit, row, sure)


def _with_words(rows: Sequence[Hit[PlaceHit]], typed: str) -> list[Hit[PlaceHit]]:
    """The points with what the text says beside its figures: for the landmark and the RT."""
    told = []
    for each in rows:
        point = each.value
        if point is not None and point.source is not None:
            said = read_typed(words_around(typed, PositionForm(point.source.form)))
            each = replace(each, value=replace(point, left=said.left(()), rt=said.rt))  # noqa: PLW2901
        told.append(each)
    return told


def _refused(stated: NoPosition, site: Site, say: Say) -> list[Hit[PlaceHit]]:
    if stated.trouble is PositionTrouble.OUTSIDE and not stated.detail:
        words = say("position.trouble_outside_all")
    else:
        words = say(f"position.trouble_{stated.trouble}", detail=stated.detail)
    why: Hit[PlaceHit] = Hit(
        None, Row("0 refused", (cell(words, Tone.WATCH, strong=True), cell(""), cell(""))), sure=False
    )
    rows = [why]
    if (outside := _outside(stated, say, number=1)) is not None:
        rows.append(outside)
    if stated.proposal is not None:
        meant = Located(stated.proposal, site.locate(stated.proposal.lat, stated.proposal.lon))
        rows.append(_point(meant, site, say, say("position.meant"), 2))
    for number, choice in enumerate(stated.choices, 3):
        located = locate(choice, site)
        hit = (
            _point(located, site, say, number=number)
            if isinstance(located, Located)
            else _outside(located, say, number=number)
        )
        if hit is not None:
            rows.append(replace(hit, sure=False))
    return rows[:HITS_SHOWN]


def _kind(kind: Kind, words: SiteWords) -> Hit[Kind]:
    priority = chip(f"P{kind.priority}", PRIORITY_TONES[kind.priority])
    row = Row(
        kind.code,
        (
            priority,
            cell(f"{kind.code}  {words.kind(kind.code)}"),
            cell(words.category(kind.code), Tone.QUIET),
        ),
    )
    return Hit(kind, row)


_WORDS_MAY_TELL = frozenset(
    (
        PositionTrouble.LINK_HIDES_IT,
        PositionTrouble.LINK_WITHOUT_POINT,
        PositionTrouble.NO_FIX,
        PositionTrouble.NOT_READ,
        PositionTrouble.TOWN_NEEDED,
    )
)
"""Troubles beside which the words of the text may still name a place."""
_LINKS = (PositionForm.MAP_LINK, PositionForm.MAP_VIEW, PositionForm.GEO_URI)
PLACE_KINDS = frozenset({"kecamatan", "kelurahan", "desa", "pulau", "kejadian", "patokan", "pos"})
"""Kinds of places that the catalogue has words for; others stand as the site wrote them."""

__all__ = ["LEAST_LETTERS", "POINT_KIND", "PlaceSearch", "kind_finder", "place_finder"]
