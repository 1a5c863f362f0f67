"""What an agency tells of itself."""

from dataclasses import dataclass
from datetime import datetime

from operator_app.domain.facts.fact import AGENCY, Fact, Lasts, Personal, ToldTo, Writer, words
from operator_app.domain.ids import AgencyCode


@dataclass(frozen=True, slots=True)
class AgencyUnavailable(Fact):
    """The agency can send nobody until then, and why; without a time it can again."""

    op = "agency.unavailable"
    about = (AGENCY,)
    lasts = Lasts.UNTIL_NEXT
    told_to = ToldTo.MASKED
    written_by = (Writer.SEAT, Writer.DESK)
    personal = words(reason=Personal.TEXT)

    agency: AgencyCode
    until: datetime | None
    reason: str
