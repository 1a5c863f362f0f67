"""Reads the age limits of a site."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

from operator_app.config.settings import SettingsError
from operator_app.domain.limits import AgeLimits

LIMITS_FILE = "limits.toml"
_TABLES = ("late_minutes", "overdue_minutes")


def age_limits(source: Path) -> AgeLimits:
    """Read the limits of that file. Raises `SettingsError` naming file and key."""
    try:
        table = tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{source}: cannot be read: {error}.") from None
    for key in table:
        if key not in _TABLES:
            raise SettingsError(f"{source}: has the unknown key {key!r}.")
    late, overdue = (_by_priority(source, name, table.get(name, {})) for name in _TABLES)
    for priority, limit in late.items():
        if overdue.get(priority, limit) < limit:
            raise SettingsError(f"{source}: P{priority} is overdue before it is late.")
    return AgeLimits(late, overdue)


def _by_priority(source: Path, name: str, table: Any) -> dict[int, timedelta]:
    if not isinstance(table, dict):
        raise SettingsError(f"{source}: {name} must be a table.")
    found = {}
    for key, value in table.items():
        if key not in ("P1", "P2", "P3", "P4", "P5"):
            raise SettingsError(f"{source}: {name} names {key!r}; it must be P1 to P5.")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1_000_000:
            raise SettingsError(f"{source}: {name} {key} is {value!r}; it must be a number above 0.")
        found[int(key[1:])] = timedelta(minutes=value)
    return found
