"""Hits of the two search fields as rows: places of the site, kinds of incidents."""

from collections.abc import Callable, Sequence

from operator_app.domain.triage import Kind, find_kinds
from operator_app.maps.names import PlaceHit
from operator_app.ui.presenters.rows import Row, cell, chip
from operator_app.ui.presenters.site_words import SiteWords
from operator_app.ui.presenters.wording import PRIORITY_TONES, Say, Tone
from operator_app.ui.search_field import HITS_SHOWN, Finder, Hit

PlaceSearch = Callable[[str], Sequence[PlaceHit]]
LEAST_LETTERS = 2


def place_finder(search: PlaceSearch, say: Say) -> Finder[PlaceHit]:
    """Find places from the second letter on; beside each its village and district, and what it is."""

    def find(typed: str) -> Sequence[Hit[PlaceHit]]:
        if len(typed.strip()) < LEAST_LETTERS:
            return ()
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


def _kind(kind: Kind) -> Hit[Kind]:
    priority = chip(f"P{kind.priority}", PRIORITY_TONES[kind.priority])
    row = Row(kind.code, (priority, cell(f"{kind.code}  {kind.name}"), cell(kind.category, Tone.QUIET)))
    return Hit(kind, row)


PLACE_KINDS = frozenset({"kecamatan", "kelurahan", "desa", "pulau"})
