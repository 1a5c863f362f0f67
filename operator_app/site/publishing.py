"""What is about to be published: held against what counts already, so that nothing of it can stop a window."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from operator_app.domain.facts.site import CARD_PART
from operator_app.domain.triage import Card
from operator_app.reading.fault import BadFileError, Fault
from operator_app.reading.shape import Misfit
from operator_app.reading.toml import TomlFile
from operator_app.site.cards import CardsFile
from operator_app.site.files import CARDS, PARTS, Published, SiteFiles, parts_beside
from operator_app.site.rules import LocalRules, read_rules


@dataclass(frozen=True, slots=True)
class Present:
    """What counts in the room now: parts by name, `edits` cards by kind as they were edited in windows."""

    parts: Mapping[str, Published] = field(default_factory=dict)
    edits: Mapping[str, Published] = field(default_factory=dict)
    used: Mapping[str, Mapping[int, Card | None]] = field(default_factory=dict)
    """By kind and version the cards that were ever asked; None where the text is that of an edit."""


def parts_in(folder: Path) -> dict[str, TomlFile]:
    """The site's parts that lie in that folder. Raises `BadFileError`."""
    return {part: TomlFile.load(folder / f"{part}.toml") for part in parts_beside(folder)}


def check_whole(fresh: Mapping[str, TomlFile], present: Present, default: Path) -> LocalRules:
    """Read the site as it will be with these parts. Raises `BadFileError` with every fault of the first bad file.

    Cards that were edited in windows must go with it, too; a card that changes needs a version of its own.
    """
    files = {part: _file(part, fresh, present, default) for part in PARTS}
    rules = read_rules(SiteFiles(files, frozenset({*fresh, *present.parts})))
    faults = tuple(_edit_faults(rules, present))
    if CARDS in fresh:
        faults += tuple(fresh[CARDS].fault(each) for each in _used_versions(fresh[CARDS], present))
    if faults:
        raise BadFileError(*faults)
    return rules


def _file(part: str, fresh: Mapping[str, TomlFile], present: Present, default: Path) -> TomlFile:
    if part in fresh:
        return fresh[part]
    if part in present.parts:
        return TomlFile(f"{part}.toml v{present.parts[part].version}", present.parts[part].text)
    return TomlFile.load(default / f"{part}.toml")


def _edit_faults(rules: LocalRules, present: Present) -> Iterator[Fault]:
    """Edited cards of kinds that stay, which would no longer be understood."""
    kinds = {kind.code for kind in rules.kinds}
    for kind, edit in present.edits.items():
        if kind in kinds:
            try:
                rules.cards.read(kind, edit.text)
            except BadFileError as error:
                for fault in error.faults:
                    yield replace(fault, file=f"{CARD_PART}{kind} v{edit.version}")


def _used_versions(fresh: TomlFile, present: Present) -> Iterator[Misfit]:
    """Cards that change and keep a version, or go under one, by which something else was asked already."""
    file = fresh.read(CardsFile)
    cards = file.cards()
    for number, row in enumerate(file.card):
        used, card = present.used.get(row.kind, {}), cards[row.kind]
        is_fresh = card.version > max(used, default=0)
        if not is_fresh and used.get(card.version) != card:
            yield Misfit(("card", number, "version"), "version_used", {"next": str(max(used) + 1)})


def cards_used(texts: Iterable[str], edits: Iterable[tuple[str, int]]) -> dict[str, dict[int, Card | None]]:
    """By kind and version the cards of these files and edits; what this program cannot read is left out."""
    used: dict[str, dict[int, Card | None]] = {}
    for text in texts:
        with contextlib.suppress(BadFileError):
            for kind, card in TomlFile("cards.toml", text).read(CardsFile).cards().items():
                used.setdefault(kind, {})[card.version] = card
    for kind, version in edits:
        used.setdefault(kind, {}).setdefault(version, None)
    return used
