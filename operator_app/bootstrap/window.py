"""Opens one window. What takes longest comes first: the phone's engine starts while the rest is still being loaded.

Then the first frame is shown: an operator sees at once that the seat is coming, in the window that it will have.
"""

import argparse
import gc
import subprocess
from importlib import import_module
from pathlib import Path

from operator_app.bootstrap.parts import CannotStartError, data_folder, start_log
from operator_app.bootstrap.private import make_privately
from operator_app.config.settings import Settings, load_settings
from operator_app.reading.fault import BadFileError
from operator_app.reading.shape import Misfit
from operator_app.reading.toml import TomlFile
from operator_app.telephony.launch import launch_early

PHONE_FOLDER = "phone"


def run(args: argparse.Namespace) -> int:
    """Open the window that the settings describe. Raises `BadFileError`, `CannotStartError`."""
    make_privately()
    settings = load_settings(args.config)
    if settings.seat.role != args.command:
        other = Misfit(("seat", "role"), "other_role", {"role": settings.seat.role})
        raise TomlFile.load(args.config).refusal([other])
    folder = data_folder(settings)
    start_log(folder / "logs", settings.seat.role)
    engine = _early_engine(settings, folder)
    try:
        # Loaded only now: Qt and the screens take half a second, in which the engine comes up beside them.
        first = None
        if settings.seat.role == "seat":
            gc.disable()  # what a start makes lives on; the window looks for garbage once it stands
            first = import_module("operator_app.bootstrap.first").show(settings)
        opening = import_module("operator_app.bootstrap.opening")
        return int(opening.open_window(args.config, settings, folder, args.control, engine, first))
    except (CannotStartError, BadFileError):
        # Only where no window came: one that stood may leave a call behind, which the next window takes over.
        if engine is not None and engine.poll() is None:
            engine.terminate()
        raise


def _early_engine(settings: Settings, folder: Path) -> "subprocess.Popen[bytes] | None":
    wanted = settings.seat.role == "seat" and settings.phone.enabled
    return launch_early(folder / PHONE_FOLDER) if wanted else None
