"""What every window is built from: the clock, the site's kinds and agencies, folders, the log."""

import faulthandler
import logging
import logging.handlers
import os
import sys
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import platformdirs

from operator_app.config.settings import Settings, SettingsError
from operator_app.domain.ids import AgencyCode
from operator_app.domain.triage import Agency, Kind
from operator_app.workflow.seat import SiteRules

RESOURCES_VARIABLE = "OPERATOR_RESOURCES"


class CannotStartError(Exception):
    """A command cannot do its work; the text is one sentence with the cause and what to do."""


class ServerClock:
    """The seat's clock, corrected by the offset to the server once that is known."""

    def __init__(self, offset_ms: float = 0.0) -> None:
        """Start with the offset that was last measured: what to add to this PC's clock to get the server's."""
        self._offset_ms = offset_ms

    def correct(self, offset_ms: float) -> None:
        """Take a new measurement of what to add to this PC's clock."""
        self._offset_ms = offset_ms

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC) + timedelta(milliseconds=self._offset_ms)

    def random_bytes(self, count: int) -> bytes:
        """Bytes of the system's generator."""
        return os.urandom(count)


def resources_folder() -> Path:
    """Where icons, sounds, translations, map assets and the plain default site lie. Raises `SettingsError`."""
    package = Path(__file__).resolve().parent.parent
    given = os.environ.get(RESOURCES_VARIABLE)
    places = [Path(given)] if given else [package / "resources", package.parent / "resources"]
    for place in places:
        if (place / "translations").is_dir():
            return place
    raise SettingsError(f"{places[-1]}: the program's resources are not there; install it again.")


def data_folder(settings: Settings) -> Path:
    """The window's own folder, made if it is new. Raises `SettingsError`."""
    named = settings.seat.data
    folder = (
        Path(named).expanduser()
        if named
        else Path(platformdirs.user_data_dir("operator-112")) / settings.seat.name
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{folder}: the folder of this seat cannot be made ({error.strerror}).") from None
    if not os.access(folder, os.W_OK):
        raise SettingsError(f"{folder}: the folder of this seat cannot be written to; mend its rights.")
    return folder


def start_log(folder: Path, name: str) -> None:
    """Log to `folder`/name.log, rotated, and to standard error; a crash leaves its stack in name.crash."""
    folder.mkdir(parents=True, exist_ok=True)
    form = logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")
    to_file = logging.handlers.RotatingFileHandler(
        folder / f"{name}.log", maxBytes=5_000_000, backupCount=5, encoding="utf-8"
    )
    to_screen = logging.StreamHandler(sys.stderr)
    to_screen.setLevel(logging.WARNING)
    for handler in (to_file, to_screen):
        handler.setFormatter(form)
    logging.basicConfig(level=logging.INFO, handlers=[to_file, to_screen], force=True)
    crash = (folder / f"{name}.crash").open("a", encoding="utf-8")
    faulthandler.enable(crash)


def site_rules(settings: Settings, site: Path) -> SiteRules:
    """Kinds and agencies from the site folder, or the plain default. Raises `SettingsError` naming the file."""
    default = resources_folder() / "site"
    kinds = _rows(site, default, "kinds.toml", "kind")
    agencies = _rows(site, default, "agencies.toml", "agency")
    return SiteRules(
        prefix=settings.site.prefix,
        timezone=settings.site.zone,
        kinds=tuple(_kind(row, source) for row, source in kinds),
        agencies=tuple(_agency(row, source) for row, source in agencies),
    )


def _rows(site: Path, default: Path, name: str, key: str) -> list[tuple[dict[str, Any], Path]]:
    source = site / name if (site / name).is_file() else default / name
    try:
        table = tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{source}: cannot be read: {error}.") from None
    rows = table.get(key, [])
    if not isinstance(rows, list) or not rows:
        raise SettingsError(f"{source}: holds no [[{key}]].")
    return [(row, source) for row in rows]


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
        return Agency(AgencyCode(str(row["code"])), str(row["name"]), bool(row["has_desk"]))
    except KeyError as error:
        raise SettingsError(f"{source}: the agency {row.get('code', '?')} lacks {error}.") from None
