"""The site's own data of one window: what it starts with, and what is published while it runs."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from operator_app.bootstrap.parts import resources_folder
from operator_app.config.settings import Settings
from operator_app.domain.facts.site import PartPublished
from operator_app.reading.fault import BadFileError, Fault
from operator_app.site.files import (
    AGENCIES,
    PARTS,
    Published,
    SiteFiles,
    parts_beside,
    site_files,
    unread_beside,
)
from operator_app.site.rules import LocalRules, read_rules
from operator_app.site.shelf import Shelf
from operator_app.workflow.lines import colleague
from operator_app.workflow.site_desk import SiteReading
from operator_app.workflow.site_rules import SiteRules

log = logging.getLogger(__name__)

PUBLISHED_FOLDER = "published"
"""Name of the folder of published parts inside the folder of the site."""


class LocalSite:
    """Reads the site's parts for a window. Raises `BadFileError` when what lies beside the window cannot be used."""

    def __init__(self, settings: Settings, folder: Path, maps: Mapping[str, str] | None = None) -> None:
        """`folder` is that of the site, inside the window's own; `maps` the digests of borders and base map in use.

        Without `maps` the window shows no map, and which one it has is nobody's concern. Reads disk: not for the
        window's thread.
        """
        self._settings, self._folder, self._maps = settings, folder, maps or {}
        self._default = resources_folder() / "site"
        self._shelf = Shelf(folder / PUBLISHED_FOLDER)
        self.faults: tuple[Fault, ...] = ()
        """What was published and could not be used at the start; the plain default stands in, and this must be told."""
        self.published = self._shelf.load()
        self._waiting: tuple[str, ...] = ()
        self._all_live = settings.seat.role == "wall"  # it has no keys that could come to mean another agency
        self.files, local = self._start()
        self.rules = self._with_settings(local)
        for fault in self.strays():
            log.warning("%s", fault)

    def strays(self) -> tuple[Fault, ...]:
        """Files beside the window that nothing reads, and those that have no say because the room publishes."""
        unread = [Fault(str(self._folder / name), 0, "", "unread") for name in unread_beside(self._folder)]
        idle = parts_beside(self._folder) if self.published else ()
        return (*unread, *(Fault(str(self._folder / f"{each}.toml"), 0, "", "no_say") for each in idle))

    def words(self) -> tuple[str, ...]:
        """The parts that the window started with."""
        return (*self.files.words(), *(f"{part} 0 {digest or '-'}" for part, digest in self._maps.items()))

    def read(self, published: Mapping[str, PartPublished]) -> SiteReading:
        """Read the newest published parts: agencies have keys and buttons, so others wait for the next start."""
        newest = {
            part: Published(part, fact.version, text)
            for part, fact in published.items()
            if part in PARTS and (text := fact.text()) is not None
        }
        absent = tuple(
            part
            for part, digest in self._maps.items()
            if part in published and published[part].digest != digest
        )
        return replace(self._read(newest), absent=absent)

    def _read(self, newest: Mapping[str, Published]) -> SiteReading:
        if newest == self.published:
            error = BadFileError(*self.faults) if self.faults else None
            return SiteReading(None, self.words(), self._waiting, error)
        try:
            files = site_files(self._folder, self._default, newest)
            local = read_rules(files)
            self._shelf.keep(newest)
        except (BadFileError, OSError) as error:
            return SiteReading(None, self.words(), self._waiting, error)
        self.published, self.faults = dict(newest), ()
        if self._all_live or local.agencies == self.rules.agencies:
            return self._take(files, local)
        held = SiteFiles({**files.files, AGENCIES: self.files[AGENCIES]}, files.own, files.versions)
        try:
            return self._take(held, read_rules(held), waiting=(AGENCIES,))
        except BadFileError:  # the other parts need the new agencies
            fresh = (part for part in PARTS if files[part].text != self.files[part].text)
            self._waiting = tuple(fresh)
            return SiteReading(None, self.words(), self._waiting)

    def _take(self, files: SiteFiles, local: LocalRules, waiting: tuple[str, ...] = ()) -> SiteReading:
        if waiting:
            versions = {**files.versions, AGENCIES: self.files.versions.get(AGENCIES, 0)}
            files = SiteFiles(files.files, files.own, versions)
        self.files, self._waiting = files, waiting
        return SiteReading(self._with_settings(local), self.words(), waiting)

    def _start(self) -> tuple[SiteFiles, LocalRules]:
        """Read what was published last; of that, what cannot be used (a newer program's) is left out and told."""
        published = dict(self.published)
        while True:
            files = None
            try:
                files = site_files(self._folder, self._default, published)
                return files, read_rules(files)
            except BadFileError as error:
                if not published:
                    raise
                self.faults += error.faults
                log.error("what was published cannot be used at this start: %s", error)  # noqa: TRY400
                named = {each.file for each in error.faults}
                spoilt = [p for p, each in published.items() if f"{p}.toml v{each.version}" in named]
                for part in spoilt or list(published):
                    del published[part]

    def _with_settings(self, local: LocalRules) -> SiteRules:
        settings = self._settings
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
