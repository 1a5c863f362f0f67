"""`operator-app site import`: check a site pack and take it into use."""

import argparse
from pathlib import Path

from operator_app.bootstrap.parts import CannotStartError, data_folder
from operator_app.config.settings import load_settings
from operator_app.maps.base_map import BASE_SUFFIXES, check_base, import_base
from operator_app.maps.site import SitePackError, has_site, import_site, load_site

SITE_FOLDER = "site"
"""Name of the folder of site packs inside a window's own folder."""


def run(args: argparse.Namespace) -> int:
    """Import the pack; on a broken one the site in use stays as it is."""
    into: Path = args.into or data_folder(load_settings(args.config)) / SITE_FOLDER
    try:
        if args.source.suffix.lower() in BASE_SUFFIXES:
            return _import_base(args.source, into)
        maps = _base_in(args.source)
        for path in maps:
            check_base(path, None)  # before anything is taken into use
        report = import_site(args.source, into)
        for warning in report.warnings:
            print(f"note: {warning}")
        print(report.summary)
        return _import_base(maps[0], into) if maps else 0
    except SitePackError as error:
        raise CannotStartError(str(error)) from None


def _base_in(folder: Path) -> list[Path]:
    """The base map of a pack's folder, if it has one; raises `SitePackError` for more than one."""
    if not folder.is_dir():
        return []  # the import says so
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in BASE_SUFFIXES)
    if len(found) > 1:
        raise SitePackError(found[1].name, f"a second base map beside {found[0].name}", "leave one of them")
    return found


def _import_base(source: Path, into: Path) -> int:
    region = load_site(into).bounds if has_site(into) else None
    base = import_base(source, into, region)
    print(f"{base.words}; in use from the next start of the window")
    return 0
