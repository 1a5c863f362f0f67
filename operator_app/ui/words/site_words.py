"""Names of kinds, agencies and seats as they stand on screen."""

from collections.abc import Iterable

from operator_app.domain.ids import AgencyCode
from operator_app.domain.triage import Agency, Kind
from operator_app.ui.words.plain import one_line
from operator_app.ui.words.wording import Say, is_table, seat_name


class SiteWords:
    """Looks names up by code; a code that this site does not know stands for itself."""

    def __init__(self, say: Say, kinds: Iterable[Kind], agencies: Iterable[Agency]) -> None:
        self._say = say
        self._kinds = {kind.code: kind for kind in kinds}
        self._agencies = {str(agency.code): agency for agency in agencies}

    def kind(self, code: str) -> str:
        """Return the kind's name, empty for an empty code."""
        known = self._kinds.get(code)
        return code if known is None else known.name

    def kind_label(self, code: str) -> str:
        """Return code and name of a kind, empty for an empty code."""
        known = self._kinds.get(code)
        return one_line(code if known is None else f"{known.code} {known.name}")

    def leads(self, code: str) -> tuple[AgencyCode, ...]:
        """Return the agencies that lead in incidents of that kind."""
        known = self._kinds.get(code)
        return () if known is None else tuple(known.primary)

    def category(self, code: str) -> str:
        """Return the kind's category, or the code."""
        known = self._kinds.get(code)
        return code if known is None else known.category

    def agency(self, code: str) -> str:
        """Return the agency's name."""
        known = self._agencies.get(code)
        return code if known is None else known.name

    def is_table(self, name: str) -> bool:
        """Whether that is the name of an operator's seat."""
        return is_table(name)

    def seat(self, name: str) -> str:
        """Return a seat's name: M3 is read as table 3."""
        return seat_name(self._say, name)
