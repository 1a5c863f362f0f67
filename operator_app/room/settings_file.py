"""Writes the settings file of a window of the room, as IT would, and checks that the program can read it."""

from collections.abc import Mapping
from pathlib import Path

from operator_app.config.settings import load_settings

Value = str | int | float | bool | list[str]
Sections = Mapping[str, Mapping[str, Value]]


def write_settings(path: Path, sections: Sections, accounts: list[Mapping[str, Value]] | None = None) -> None:
    """Write TOML sections and the phone's accounts. Raises `BadFileError` when the program would refuse them."""
    lines: list[str] = []
    for name, values in sections.items():
        lines += [f"[{name}]", *(f"{key} = {_toml(value)}" for key, value in values.items()), ""]
    for account in accounts or []:
        lines += ["[[phone.account]]", *(f"{key} = {_toml(value)}" for key, value in account.items()), ""]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")
    path.chmod(0o600)  # passwords of the database and of phone accounts are in it
    load_settings(path)


def _toml(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    if isinstance(value, list):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    return str(value)
