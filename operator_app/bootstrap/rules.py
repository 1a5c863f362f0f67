"""What a window goes by: what the site says and what its own settings say."""

from pathlib import Path

from operator_app.bootstrap.local_site import LocalSite
from operator_app.config.settings import Settings
from operator_app.domain.triage import Agency
from operator_app.reading.shape import Misfit
from operator_app.reading.toml import TomlFile
from operator_app.workflow.site_rules import SiteRules


def site_rules(settings: Settings, site: Path) -> SiteRules:
    """The rules that a window with that site folder starts with. Raises `BadFileError`."""
    return LocalSite(settings, site).rules


def own_agency(config: Path, settings: Settings, rules: SiteRules) -> Agency:
    """The agency that a desk is of. Raises `BadFileError`: the site may not have it."""
    wanted = settings.seat.agency
    for agency in rules.agencies:
        if agency.code == wanted:
            return agency
    said = {"agency": wanted, "known": ", ".join(each.code for each in rules.agencies)}
    raise TomlFile.load(config).refusal([Misfit(("seat", "agency"), "unknown_agency", said)])
