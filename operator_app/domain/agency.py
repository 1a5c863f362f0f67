"""Agencies that can send nobody for a while: what they said of it, and how it is typed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from operator_app.domain.event import Event
from operator_app.domain.facts.agency import AgencyUnavailable
from operator_app.domain.ids import AgencyCode

LONGEST = timedelta(days=7)
"""Nobody is unavailable for longer by one word: who forgets it would never be asked again."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """An agency that can send nobody before `until`, and why, in its own words."""

    agency: AgencyCode
    until: datetime
    reason: str
    since: datetime


def fold_agency(events: Sequence[Event]) -> Unavailable | None:
    """What the agency said last of itself; None when it can come again. Its end is for whoever knows the time."""
    last = max(events, key=lambda event: event.order, default=None)
    if last is None or not isinstance(fact := last.fact, AgencyUnavailable) or fact.until is None:
        return None
    return Unavailable(
        fact.agency, min(fact.until, last.occurred_at + LONGEST), fact.reason, last.occurred_at
    )


_CLOCK = re.compile(
    r"(?:(?:sampai|s\.?d\.?|until)\s+)?(jam\s+|pukul\s+)?(\d{1,2})(?:[.:](\d{2}))?(?![\w.:])", re.IGNORECASE
)
_SPAN = re.compile(r"(\d{1,3})\s*(jam|menit|hours?|minutes?)\b", re.IGNORECASE)


def read_until(typed: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, str] | None:
    """Read "14.00 mobil rusak" or "2 jam sopir sakit": the end and what follows; None when no time stands first.

    A time of day that has passed is tomorrow's. A bare figure may count anything ("5 mobil rusak"): it is no time.
    """
    words = typed.strip()
    if span := _SPAN.match(words):
        unit = timedelta(hours=1) if span[2].casefold()[0] in "jh" else timedelta(minutes=1)
        until, rest = now + int(span[1]) * unit, words[span.end() :]
    elif (
        (clock := _CLOCK.match(words))
        and (clock[1] or clock[3])
        and int(clock[2]) < 24
        and int(clock[3] or 0) < 60
    ):
        local = now.astimezone(zone)
        until = local.replace(hour=int(clock[2]), minute=int(clock[3] or 0), second=0, microsecond=0)
        until, rest = until + timedelta(days=until <= local), words[clock.end() :]
    else:
        return None
    return (until, rest.strip(" ,;:-")) if now < until <= now + LONGEST else None
