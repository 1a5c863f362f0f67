"""`operator-app doctor`: what this machine and one window's settings can do, line by line, and what is wrong."""

import argparse
import importlib.metadata
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from operator_app import __version__
from operator_app.bootstrap.doctor_phone import Finding, phone_findings
from operator_app.bootstrap.faults import sentences
from operator_app.bootstrap.local_site import LocalSite
from operator_app.bootstrap.own_devices import device_findings, load_devices
from operator_app.bootstrap.own_keys import load_keys
from operator_app.bootstrap.parts import CannotStartError, data_folder, resources_folder
from operator_app.bootstrap.private import is_open_to_others
from operator_app.bootstrap.rules import own_agency
from operator_app.bootstrap.site import SITE_FOLDER
from operator_app.bootstrap.store_key import store_key
from operator_app.config.settings import Settings, load_settings
from operator_app.maps.base_map import load_base
from operator_app.maps.site import SitePackError, default_site, has_site, load_site
from operator_app.reading.fault import BadFileError
from operator_app.storage.problems import ServerProblem, StoreProblemError
from operator_app.storage.seat.seat_store import SeatStore, set_aside
from operator_app.storage.server.closing import open_to
from operator_app.storage.server.secrecy import what_is_in_clear
from operator_app.storage.server.server_link import check_server

LOW_SPACE_BYTES = 2 * 1024**3
LIBRARIES = ("PySide6", "pjsua2-python", "SQLAlchemy", "psycopg", "folium", "pyqtgraph", "qasync")


def run(args: argparse.Namespace) -> int:
    """Print the findings; exit code 1 when something is wrong."""
    if args.set_aside is not None:
        return _set_aside(args.set_aside)
    wrong = False
    for finding in examine(args.config):
        mark = {True: "ok   ", False: "WRONG", None: "     "}[finding.good]
        wrong = wrong or finding.good is False
        print(f"{mark} {finding.subject:<10} {finding.words}", flush=True)
    return 1 if wrong else 0


def examine(config: Path | None) -> Iterator[Finding]:
    """Look at the program, the machine and, with a settings file, at everything that window needs."""
    yield Finding("program", f"operator-app {__version__}, Python {sys.version.split()[0]}", None)
    yield Finding("libraries", ", ".join(f"{name} {_version(name)}" for name in LIBRARIES), None)
    try:
        yield Finding("resources", str(resources_folder()))
    except BadFileError as error:
        yield from _faults("resources", error, None)
    if config is None:
        yield Finding("settings", "none given; --config FILE looks at a window", None)
        return
    try:
        settings = load_settings(config)
        folder = data_folder(settings)
    except BadFileError as error:
        yield from _faults("settings", error, config)
        return
    yield Finding("settings", f"{settings.seat.role} {settings.seat.name} in {folder}")
    if is_open_to_others(config):
        words = "can be read by every user of this PC, and passwords stand in it; close it by: chmod 600"
        yield Finding("rights", f"{config} {words} {config}", good=False)
    yield from _disk(folder)
    yield from _site(config, settings, folder)
    if settings.seat.role != "wall":
        yield _store(settings, folder)
    if settings.seat.role == "seat":
        yield from phone_findings(settings)
        yield from device_findings(folder)
        from operator_app.ui.seat.areas import SEAT_DEEDS  # noqa: PLC0415  (all of the window, for a seat alone)

        own = (*load_keys(folder, SEAT_DEEDS)[1], *load_devices(folder)[1])
        if own:
            yield from _faults("own files", BadFileError(*own), config)
    yield from _server(settings)


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "missing"


def _disk(folder: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free
    words = f"{free / 1024**3:.1f} GB free for journal and recordings"
    yield Finding(
        "disk", words if free >= LOW_SPACE_BYTES else f"only {words}; make room", free >= LOW_SPACE_BYTES
    )


def _site(config: Path, settings: Settings, folder: Path) -> Iterator[Finding]:
    place = folder / SITE_FOLDER
    try:
        if has_site(place):
            site = load_site(place)
            yield Finding("site", f"{site.name}, version {site.version}, {len(site.villages)} villages")
        else:
            site = default_site(resources_folder())
            yield Finding("site", "plain default: no site pack imported (operator-app site import)", None)
        if settings.map.enabled:
            base = load_base(place)
            words = (
                "none: the map shows borders only (operator-app site import FILE)"
                if base is None
                else base.words
            )
            yield Finding("base map", words, None if base is None else True)
    except SitePackError as error:
        yield Finding("site", str(error), good=False)
    try:
        local = LocalSite(settings, place)
        rules = local.rules
        if settings.seat.role == "desk":
            own_agency(config, settings, rules)
    except BadFileError as error:
        yield from _faults("rules", error, config)
        return
    yield Finding("rules", f"{len(rules.kinds)} kinds, {len(rules.agencies)} agencies")
    versions = ", ".join(f"{part} v{each.version}" for part, each in local.published.items())
    yield Finding("published", versions or "nothing: this window goes by the files beside it", None)
    strange = (*local.faults, *local.strays())
    if strange:
        yield from _faults("site files", BadFileError(*strange), config)


def _faults(subject: str, error: BadFileError, config: Path | None) -> Iterator[Finding]:
    for sentence in sentences(error, config):
        yield Finding(subject, sentence, good=False)


def _store(settings: Settings, folder: Path) -> Finding:
    try:
        store = SeatStore.open(folder, store_key(settings, folder))
    except CannotStartError as error:
        return Finding("journal", str(error), good=False)
    except StoreProblemError as error:
        return Finding("journal", error.sentence, good=False)
    try:
        words = f"{store.next_seq - 1} events of its own, {store.waiting()} not yet at the server"
        quarantined = store.quarantined()
        if quarantined:
            return Finding("journal", f"{words}, {quarantined} refused by the server", good=False)
        return Finding("journal", words)
    finally:
        store.close()


def _server(settings: Settings) -> Iterator[Finding]:
    dsn = settings.server.dsn
    if not dsn:
        yield Finding("server", "none configured: this window works alone", None)
        return
    try:
        if clear := what_is_in_clear(dsn):
            yield Finding("server", f"WARNING, the way to the server is open: {clear}", None)
        yield Finding("server", check_server(dsn, reads_only=settings.seat.role == "wall"))
        for door in open_to(dsn):
            yield Finding(
                "server", f"open to every login: {door} (a superuser closes it by `server init`)", None
            )
    except ServerProblem as problem:
        yield Finding("server", problem.sentence, good=False)


def _set_aside(folder: Path) -> int:
    try:
        place = set_aside(folder)
    except (StoreProblemError, OSError) as error:
        raise CannotStartError(str(error)) from None
    print(f"The store was moved, whole, to {place}; the next start founds an empty one.")
    return 0
