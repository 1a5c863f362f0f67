"""Reads what a window stands on, and hands over to the builder of its role."""

import subprocess
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from types import ModuleType

from operator_app.bootstrap.frame import Frame
from operator_app.bootstrap.local_site import LocalSite
from operator_app.bootstrap.parts import CannotStartError, resources_folder
from operator_app.bootstrap.site import SITE_FOLDER
from operator_app.config.settings import Settings
from operator_app.maps.site import Site, SitePackError, default_site, has_site, load_site, with_base
from operator_app.site.files import BASE_MAP, BORDERS
from operator_app.storage.problems import StoreProblemError
from operator_app.storage.seat.seat_store import SeatStore
from operator_app.ui.frame.first_frame import FirstFrame
from operator_app.ui.kit.theme import Theme
from operator_app.ui.program.app import run_qt
from operator_app.ui.program.map_setup import prepare_environment
from operator_app.ui.words.texts import load_texts


def open_window(
    config: Path,
    settings: Settings,
    folder: Path,
    control: Path | None,
    engine: "subprocess.Popen[bytes] | None" = None,
    first: FirstFrame | None = None,
) -> int:
    """Run the window to its end. Raises `BadFileError`, `CannotStartError`.

    `config` is where the settings were read, `engine` is the phone's, on its way up; `first` is the frame that stands
    already.
    """
    if settings.seat.role == "wall":
        frame, role = _frame(config, settings, folder, control, engine, first)
        return run_qt(lambda app: role.run_window(app, frame))
    # The store looks itself over before it opens, some 100 ms: beside the reading of the site and of the screens.
    with ThreadPoolExecutor(1, "opening") as beside:
        opening = beside.submit(SeatStore.open, folder, _key(settings, folder))
        try:
            frame, role = _frame(config, settings, folder, control, engine, first)
        except BaseException:
            opening.add_done_callback(_close)
            raise
        try:
            store = opening.result()
        except StoreProblemError as error:
            raise CannotStartError(error.sentence) from None
    try:
        return run_qt(lambda app: role.run_window(app, frame, store), first.app if first else None)
    finally:
        store.close()


def _close(opened: "Future[SeatStore]") -> None:
    if opened.exception() is None:
        opened.result().close()


def _frame(
    config: Path,
    settings: Settings,
    folder: Path,
    control: Path | None,
    engine: "subprocess.Popen[bytes] | None",
    first: FirstFrame | None,
) -> tuple[Frame, ModuleType]:
    """Read what the window stands on, and load its role: a desk does not pay for the phone, nor a seat for plots."""
    resources = resources_folder()
    site_folder = folder / SITE_FOLDER
    site, site_trouble = _site(site_folder, resources)
    frame = Frame(
        config=config,
        settings=settings,
        folder=folder,
        local=LocalSite(settings, site_folder, _maps(settings, site)),
        site=site,
        texts=first.texts if first else load_texts(resources, settings.site.language),
        theme=first.theme if first else Theme.named(settings.screen.theme, settings.screen.text_scale),
        control=control,
        site_trouble=site_trouble,
        engine=engine,
        first=None if first is None else first.window,
    )
    if first is None:
        prepare_environment()
    role = import_module(f"operator_app.bootstrap.{settings.seat.role}")
    role.check(frame)
    return frame, role


def _maps(settings: Settings, site: Site) -> dict[str, str]:
    """The digests of what a window draws its map from; of one without a map there is nothing to tell."""
    if not settings.map.enabled or settings.seat.role == "desk":
        return {}
    return {BORDERS: site.version.partition("-")[2], BASE_MAP: "" if site.base is None else site.base.version}


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
