"""Reads what a window stands on, and hands over to the builder of its role."""

import subprocess
from importlib import import_module
from pathlib import Path

from operator_app.bootstrap.frame import Frame
from operator_app.bootstrap.parts import CannotStartError, resources_folder
from operator_app.bootstrap.rules import site_rules
from operator_app.bootstrap.site import SITE_FOLDER
from operator_app.config.settings import Settings
from operator_app.maps.site import Site, SitePackError, default_site, has_site, load_site, with_base
from operator_app.storage.problems import StoreProblemError
from operator_app.storage.seat_store import SeatStore
from operator_app.ui.app import run_qt
from operator_app.ui.map_setup import prepare_environment
from operator_app.ui.texts import load_texts
from operator_app.ui.theme import Theme


def open_window(
    settings: Settings,
    folder: Path,
    control: Path | None,
    engine: "subprocess.Popen[bytes] | None" = None,
) -> int:
    """Run the window to its end; `engine` is the phone's, on its way up. Raises `SettingsError`, `CannotStartError`."""
    resources = resources_folder()
    site_folder = folder / SITE_FOLDER
    site, site_trouble = _site(site_folder, resources)
    frame = Frame(
        settings=settings,
        folder=folder,
        rules=site_rules(settings, site_folder),
        site=site,
        texts=load_texts(resources, settings.site.language),
        theme=Theme.named(settings.screen.theme, settings.screen.text_scale),
        control=control,
        site_trouble=site_trouble,
        engine=engine,
    )
    prepare_environment()
    # Each role is loaded only by its own window: a desk does not pay for the phone, nor a seat for the wall's plots.
    role = import_module(f"operator_app.bootstrap.{settings.seat.role}")
    role.check(frame)
    if settings.seat.role == "wall":
        return run_qt(lambda app: role.run_window(app, frame))
    try:
        store = SeatStore.open(folder, _key(settings, folder))
    except StoreProblemError as error:
        raise CannotStartError(error.sentence) from None
    try:
        return run_qt(lambda app: role.run_window(app, frame, store))
    finally:
        store.close()


def _key(settings: Settings, folder: Path) -> str | None:
    if not settings.seat.encrypted:
        return None  # whoever needs no keyring does not pay for loading it
    key: str | None = import_module("operator_app.bootstrap.store_key").store_key(settings, folder)
    return key


def _site(folder: Path, resources: Path) -> tuple[Site, SitePackError | None]:
    """Load the site in use; a damaged one must not keep a seat from taking calls, so the plain default stands in."""
    try:
        site = load_site(folder) if has_site(folder) else default_site(resources)
    except SitePackError as error:
        return default_site(resources), error
    return with_base(site, folder)
