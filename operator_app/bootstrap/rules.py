"""What a site says, read from the files of its folder, or from the plain default for a file that it lacks."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from operator_app.bootstrap.card_book import SiteCardBook
from operator_app.bootstrap.cards import CardReader
from operator_app.bootstrap.limits import LIMITS_FILE, age_limits
from operator_app.bootstrap.parts import resources_folder
from operator_app.config.settings import Settings, SettingsError
from operator_app.domain.duplicates import KnownRules
from operator_app.domain.ids import AgencyCode
from operator_app.domain.triage import Agency, Card, Kind
from operator_app.workflow.lines import colleague
from operator_app.workflow.seat import SiteRules

_DIALLED = re.compile(r"sips?:[^\s<>\"]+|[-+0-9*# ().]*[0-9][-+0-9*# ().]*")


def site_rules(settings: Settings, site: Path) -> SiteRules:
    """Kinds with their cards, agencies and limits of the site folder. Raises `SettingsError` naming file and key."""
    default = resources_folder() / "site"
    kinds = _rows(site, default, "kinds.toml", "kind")
    agencies = tuple(_agency(row, source) for row, source in _rows(site, default, "agencies.toml", "agency"))
    cards = _cards(site, default, agencies)
    carded = tuple(_with_card(_kind(row, source), cards) for row, source in kinds)
    return SiteRules(
        cards=_card_book(site, default, agencies),
        prefix=settings.site.prefix,
        timezone=settings.site.zone,
        kinds=carded,
        agencies=agencies,
        known=_known(site, default, carded),
        ages=age_limits(_file(site, default, LIMITS_FILE)),
        auto_answer_s=settings.phone.auto_answer_s if settings.phone.auto_answer else None,
        watched=tuple(colleague(each) for each in settings.phone.watch),
    )


def _file(site: Path, default: Path, name: str) -> Path:
    return site / name if (site / name).is_file() else default / name


def _table(source: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{source}: cannot be read: {error}.") from None


def _rows(site: Path, default: Path, name: str, key: str) -> list[tuple[dict[str, Any], Path]]:
    source = _file(site, default, name)
    rows = _table(source).get(key, [])
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise SettingsError(f"{source}: holds no [[{key}]] tables.")
    return [(row, source) for row in rows]


def _cards(site: Path, default: Path, agencies: tuple[Agency, ...]) -> Mapping[str, Card]:
    """The cards; a site's own may name only its own agencies, the default ones may name agencies that it lacks."""
    source = _file(site, default, "cards.toml")
    named = {agency.code for agency in agencies} if source.parent == site else None
    return CardReader(source, _table(source), named).cards()


def _card_book(site: Path, default: Path, agencies: tuple[Agency, ...]) -> SiteCardBook:
    answers = _table(_file(site, default, "cards.toml")).get("answers", {})
    return SiteCardBook(answers, {agency.code for agency in agencies})


def _with_card(kind: Kind, cards: Mapping[str, Card]) -> Kind:
    return replace(kind, card=cards.get(kind.code))


def _kind(row: dict[str, Any], source: Path) -> Kind:
    try:
        kind = Kind(
            code=str(row["code"]),
            category=str(row["category"]),
            name=str(row["name"]),
            priority=int(row["priority"]),
            primary=tuple(AgencyCode(code) for code in row["primary"]),
            support=tuple(AgencyCode(code) for code in row["support"]),
            masked=bool(row.get("masked", False)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SettingsError(
            f"{source}: the kind {row.get('code', '?')} lacks or misspells {error}."
        ) from None
    if kind.priority not in range(1, 6):
        raise SettingsError(
            f"{source}: the kind {kind.code} has priority {kind.priority}; it must be 1 to 5."
        )
    return kind


def _agency(row: dict[str, Any], source: Path) -> Agency:
    try:
        agency = Agency(
            AgencyCode(str(row["code"])),
            str(row["name"]),
            bool(row["has_desk"]),
            str(row.get("phone", "")).strip(),
        )
    except (KeyError, TypeError) as error:
        raise SettingsError(f"{source}: the agency {row.get('code', '?')} lacks {error}.") from None
    if agency.phone and not _DIALLED.fullmatch(agency.phone):
        raise SettingsError(
            f"{source}: the agency {agency.code} has the phone {agency.phone!r}; it must be a number or a sip: address."
        )
    return agency


_BY_CATEGORY = "within_minutes_by_category"


def _known(site: Path, default: Path, kinds: tuple[Kind, ...]) -> KnownRules:
    source = _file(site, default, "known.toml")
    table = _table(source)
    needed = (
        "within_minutes",
        "same_number_within_minutes",
        "near_m",
        "far_m",
        "towns",
        "major_reports",
        _BY_CATEGORY,
    )
    for key in table:
        if key not in needed:
            raise SettingsError(f"{source}: has the unknown key {key!r}.")
    for key in needed:
        if key not in table:
            raise SettingsError(f"{source}: lacks {key!r}.")
    by_category, towns = table[_BY_CATEGORY], table["towns"]
    if not isinstance(by_category, dict):
        raise SettingsError(f"{source}: {_BY_CATEGORY} must be a table of categories.")
    if not isinstance(towns, list) or not all(isinstance(town, str) for town in towns):
        raise SettingsError(f"{source}: towns must be a list of kecamatan.")
    categories = {kind.code: kind.category for kind in kinds}
    for category in by_category:
        if source.parent == site and category not in categories.values():
            raise SettingsError(f"{source}: {_BY_CATEGORY} names {category!r}, which no kind belongs to.")
    return KnownRules(
        within=timedelta(minutes=_number(source, "within_minutes", table["within_minutes"])),
        within_by_category=MappingProxyType(
            {
                name: timedelta(minutes=_number(source, f"{_BY_CATEGORY} {name}", minutes))
                for name, minutes in by_category.items()
            }
        ),
        same_number_within=timedelta(
            minutes=_number(source, "same_number_within_minutes", table["same_number_within_minutes"])
        ),
        near_m=_number(source, "near_m", table["near_m"]),
        far_m=_number(source, "far_m", table["far_m"]),
        towns=frozenset(towns),
        major_reports=int(_number(source, "major_reports", table["major_reports"])),
        categories=MappingProxyType(categories),
    )


def _number(source: Path, key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1_000_000:
        raise SettingsError(f"{source}: {key} is {value!r}; it must be a number above 0.")
    return float(value)
