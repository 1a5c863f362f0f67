"""Names of kinds, agencies and seats as they stand on screen."""

from collections.abc import Mapping
from typing import Protocol

from operator_app.domain.ids import AgencyCode
from operator_app.domain.triage import Agency, Kind
from operator_app.ui.words.plain import one_line
from operator_app.ui.words.wording import Say, is_table, seat_name


class Local(Protocol):
    """Whoever knows what the site has now: a seat, a desk, a wall's room."""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Its incident kinds."""
        ...

    @property
    def agencies(self) -> tuple[Agency, ...]:
        """Its agencies."""
        ...


class KindsByCode:
    """The site's kinds as they stand now: a new version of them is published while windows run."""

    def __init__(self, site: Local) -> None:
        self._site = site
        self._of: tuple[Kind, ...] = ()
        self._held: Mapping[str, Kind] = {}

    def get(self, code: str) -> Kind | None:
        """The kind of that code, None for one that the site does not know."""
        kinds = self._site.kinds
        if kinds is not self._of:
            self._of, self._held = kinds, {kind.code: kind for kind in kinds}
        return self._held.get(code)


class SiteWords:
    """Looks names up by code; a code that this site does not know stands for itself."""

    def __init__(self, say: Say, site: Local) -> None:
        self._say = say
        self._site = site
        self._kinds = KindsByCode(site)

    def kind(self, code: str) -> str:
        """Return the kind's name, empty for an empty code."""
        known = self._kinds.get(code)
        return code if known is None else known.name_in(self._say("map.language"))

    def kind_label(self, code: str) -> str:
        """Return code and name of a kind, empty for an empty code."""
        known = self._kinds.get(code)
        return one_line(code if known is None else f"{known.code} {self.kind(code)}")

    def leads(self, code: str) -> tuple[AgencyCode, ...]:
        """Return the agencies that lead in incidents of that kind."""
        known = self._kinds.get(code)
        return () if known is None else tuple(known.primary)

    def category(self, code: str) -> str:
        """Return the kind's category, or the code."""
        known = self._kinds.get(code)
        return code if known is None else known.category_in(self._say("map.language"))

    def agency(self, code: str) -> str:
        """Return the agency's name."""
        return next((each.name for each in self._site.agencies if each.code == code), code)

    def has_desk(self, code: str) -> bool:
        """Whether that agency is asked at a desk of its own; one that the site does not know may have one."""
        known = next((each for each in self._site.agencies if each.code == code), None)
        return known is None or known.has_desk

    def is_table(self, name: str) -> bool:
        """Whether that is the name of an operator's seat."""
        return is_table(name)

    def seat(self, name: str) -> str:
        """Return a seat's name: M3 is read as table 3."""
        return seat_name(self._say, name)
