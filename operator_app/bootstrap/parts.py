"""What every window is built from: folders, the log."""

import faulthandler
import logging
import logging.handlers
import os
import sys
from pathlib import Path

import platformdirs

from operator_app.bootstrap.private import close_to_others
from operator_app.config.settings import Settings
from operator_app.reading.fault import bad_place

RESOURCES_VARIABLE = "OPERATOR_RESOURCES"


class CannotStartError(Exception):
    """A command cannot do its work; the text is one sentence with the cause and what to do."""


def resources_folder() -> Path:
    """Where icons, sounds, translations, map assets and the plain default site lie. Raises `BadFileError`."""
    package = Path(__file__).resolve().parent.parent
    given = os.environ.get(RESOURCES_VARIABLE)
    places = [Path(given)] if given else [package / "resources", package.parent / "resources"]
    for place in places:
        if (place / "translations").is_dir():
            return place
    raise bad_place(places[-1], "resources_missing")


def data_folder(settings: Settings) -> Path:
    """The window's own folder, made if it is new, and its user's alone. Raises `BadFileError`."""
    named = settings.seat.data or str(Path(platformdirs.user_data_dir("operator-112")) / settings.seat.name)
    try:
        folder = Path(named).expanduser()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.access(folder, os.W_OK):
            close_to_others(folder)
    except (OSError, RuntimeError, ValueError) as error:
        cause = getattr(error, "strerror", None) or error
        raise bad_place(repr(named), "folder_not_made", detail=cause) from None
    if not os.access(folder, os.W_OK):
        raise bad_place(folder, "folder_locked")
    return folder


def start_log(folder: Path, name: str) -> None:
    """Log to `folder`/name.log, rotated, and to standard error; a crash leaves its stack in name.crash.

    Raises `BadFileError` when that folder cannot be written.
    """
    try:
        _start_log(folder, name)
    except OSError as error:
        raise bad_place(folder, "log_locked", detail=error.strerror) from None


def _start_log(folder: Path, name: str) -> None:
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
