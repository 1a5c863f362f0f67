"""What a window goes by: what the site says and what its own settings say."""

from pathlib import Path

from operator_app.bootstrap.parts import resources_folder
from operator_app.config.settings import Settings
from operator_app.domain.triage import Agency
from operator_app.reading.shape import Misfit
from operator_app.reading.toml import TomlFile
from operator_app.site.files import files_beside
from operator_app.site.rules import read_rules
from operator_app.workflow.lines import colleague
from operator_app.workflow.site_rules import SiteRules


def site_rules(settings: Settings, site: Path) -> SiteRules:
    """The rules out of the site folder, or of the plain default for a part that it lacks. Raises `BadFileError`."""
    local = read_rules(files_beside(site, resources_folder() / "site"))
    return SiteRules(
        cards=local.cards,
        prefix=settings.site.prefix,
        timezone=settings.site.zone,
        kinds=local.kinds,
        agencies=local.agencies,
        known=local.known,
        ages=local.ages,
        accept=local.accept,
        goal=local.goal,
        auto_answer_s=settings.phone.auto_answer_s if settings.phone.auto_answer else None,
        watched=tuple(colleague(each) for each in settings.phone.watch),
    )


def own_agency(config: Path, settings: Settings, rules: SiteRules) -> Agency:
    """The agency that a desk is of. Raises `BadFileError`: the site may not have it."""
    wanted = settings.seat.agency
    for agency in rules.agencies:
        if agency.code == wanted:
            return agency
    said = {"agency": wanted, "known": ", ".join(each.code for each in rules.agencies)}
    raise TomlFile.load(config).refusal([Misfit(("seat", "agency"), "unknown_agency", said)])
