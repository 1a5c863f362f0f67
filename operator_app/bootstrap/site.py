"""`operator-app site import`: check a site pack and take it into use."""

import argparse
from pathlib import Path

from operator_app.bootstrap.parts import CannotStartError, data_folder
from operator_app.config.settings import load_settings
from operator_app.maps.site import SitePackError, import_site

SITE_FOLDER = "site"
"""Name of the folder of site packs inside a window's own folder."""


def run(args: argparse.Namespace) -> int:
    """Import the pack; on a broken one the site in use stays as it is."""
    into: Path = args.into or data_folder(load_settings(args.config)) / SITE_FOLDER
    try:
        report = import_site(args.source, into)
    except SitePackError as error:
        raise CannotStartError(str(error)) from None
    for warning in report.warnings:
        print(f"note: {warning}")
    print(report.summary)
    return 0
