"""Is it known already? Open incidents that a new report may be about: by place, time, kind, number and words.

A candidate lies near enough and was reported lately enough, by limits that the site sets; or it was reported from the
same number. The rest only ranks. Every candidate says why it is one, as values.
"""

import heapq
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from operator_app.domain.facts.call import CallLinked
from operator_app.domain.ids import IncidentId
from operator_app.domain.incident import Incident
from operator_app.domain.numbers import numbers_in
from operator_app.domain.words import sound_of, words_of

EARTH_RADIUS_M = 6_371_008.8


class Clue(StrEnum):
    """What speaks for one and the same incident."""

    NEAR = "near"
    SAME_PLACE = "same_place"
    SAME_VILLAGE = "same_village"
    SAME_KIND = "same_kind"
    SAME_CATEGORY = "same_category"
    SAME_NUMBER = "same_number"
    SHARED_WORDS = "shared_words"


@dataclass(frozen=True, slots=True)
class Reason:
    """One clue; `metres` for NEAR, `words` for SHARED_WORDS and SAME_PLACE, as they stand in the known incident."""

    clue: Clue
    metres: float | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownRules:
    """Limits of the site: how long and how far apart reports of one incident may be.

    `towns` are the kecamatan where `near_m` holds instead of `far_m`; `within_by_category` has categories with a time
    of their own; `categories` names the category of each kind.
    """

    within: timedelta = timedelta(minutes=30)
    within_by_category: Mapping[str, timedelta] = field(default_factory=lambda: MappingProxyType({}))
    same_number_within: timedelta = timedelta(hours=6)
    near_m: float = 300.0
    far_m: float = 2_000.0
    towns: frozenset[str] = frozenset()
    major_reports: int = 3
    categories: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def longest(self) -> timedelta:
        """After that no report is of the same incident, whatever speaks for it."""
        return max(self.within, self.same_number_within, *self.within_by_category.values())


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of the report at hand, saved or still being typed."""

    position: tuple[float, float] | None = None
    place: str = ""
    landmark: str = ""
    village: str = ""
    district: str = ""
    kind: str = ""
    text: str = ""
    numbers: frozenset[str] = frozenset()
    incident_id: IncidentId | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A candidate: `score` 0 to 1 ranks it, `metres` is None unless both have a point, `age` since its last report."""

    incident: Incident
    score: float
    metres: float | None
    age: timedelta
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class MajorSuggestion:
    """So many reports of one incident that it may be a major one."""

    incident_id: IncidentId
    reports: int


def report_of(incident: Incident, numbers: Iterable[str] = ()) -> Report:
    """The saved incident as a report; `numbers` are those of its calls, beside the one in the form."""
    own = _keys(incident.value("caller_number"), *numbers)
    return Report(
        position=incident.position,
        place=incident.value("place"),
        landmark=incident.value("landmark"),
        village=incident.value("village"),
        district=incident.value("district"),
        kind=incident.value("kind"),
        text=incident.value("text"),
        numbers=own,
        incident_id=incident.id,
    )


def known_already(
    report: Report,
    incidents: Iterable[Incident],
    now: datetime,
    rules: KnownRules,
    numbers: Mapping[IncidentId, frozenset[str]] = MappingProxyType({}),
    limit: int = 5,
) -> tuple[Known, ...]:
    """Open incidents that the report may be about, likeliest first; `numbers` are those of each incident's calls.

    `incidents` may hold ended ones as well, which only takes longer.
    """
    earliest = now - rules.longest
    found = []
    for incident in incidents:
        if not incident.is_open or incident.id == report.incident_id:
            continue
        last = last_reported(incident)
        if last is None or last < earliest:
            continue
        known = _compare(report, incident, now - last, rules, numbers.get(incident.id, frozenset()))
        if known is not None:
            found.append(known)
    told = (_with_words(report, each) for each in _within_reach(found, limit))
    return tuple(sorted(told, key=lambda known: (-known.score, known.age, known.incident.id))[:limit])


def suggest_major(incident: Incident, rules: KnownRules) -> MajorSuggestion | None:
    """Whether so many calls are reports of this open incident that it should be led as a major one."""
    reports = len(incident.calls)
    if not incident.is_open or reports < rules.major_reports:
        return None
    return MajorSuggestion(incident.id, reports)


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The way between two points (latitude, longitude in degrees) along the great circle, in metres."""
    lat1, lat2 = math.radians(one[0]), math.radians(other[0])
    half_north, half_east = (lat2 - lat1) / 2, math.radians(other[1] - one[1]) / 2
    chord = math.sin(half_north) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_east) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord)))


def last_reported(incident: Incident) -> datetime | None:
    """When the incident was opened or a further call was last linked to it."""
    if len(incident.calls) < 2 or incident.opened_at is None:
        return incident.opened_at
    linked = (event.occurred_at for event in incident.timeline if isinstance(event.fact, CallLinked))
    return max(linked, default=incident.opened_at)


def _compare(
    report: Report, incident: Incident, age: timedelta, rules: KnownRules, call_numbers: frozenset[str]
) -> Known | None:
    age = max(age, timedelta(0))  # another seat's clock may be a little ahead
    window = max(_window(report.kind, rules), _window(incident.value("kind"), rules))
    theirs = _keys(incident.value("caller_number"), *call_numbers)
    same_number = bool(_keys(*report.numbers) & theirs)
    in_time = age <= window
    if not in_time and not (same_number and age <= rules.same_number_within):
        return None
    place, metres = _place(report, incident, rules)
    if not same_number and not place:
        return None
    kind, kind_share = _kind(report, incident, rules)
    # A point in the same place counts whole, one at the limit by half; a name or a village is vaguer than that.
    score = 0.45 * max(
        (_WORTH[reason.clue] * _nearness(reason, report, incident, rules) for reason in place), default=0.0
    )
    score += 0.20 * kind_share + 0.15 * max(0.0, 1 - age / window)
    reasons = [*place, *kind]
    if same_number:
        score += 0.35
        reasons.insert(0, Reason(Clue.SAME_NUMBER))
    return Known(incident, score, metres, age, tuple(reasons))


_WORDS_WORTH = 0.05


def _within_reach(found: list[Known], limit: int) -> list[Known]:
    """Those that can be among the first `limit` whatever words they share: these are slow to find and count little."""
    if len(found) <= limit:
        return found
    least = min(1.0, heapq.nlargest(limit, (each.score for each in found))[-1])
    return [each for each in found if min(1.0, each.score + _WORDS_WORTH) >= least]


def _with_words(report: Report, known: Known) -> Known:
    words = _shared_words(report, known.incident)
    score = min(1.0, known.score + _WORDS_WORTH * min(len(words), 3) / 3)
    shared = (Reason(Clue.SHARED_WORDS, words=words),) if words else ()
    return replace(known, score=score, reasons=(*known.reasons, *shared))


_WORTH = {Clue.NEAR: 1.0, Clue.SAME_PLACE: 0.9, Clue.SAME_VILLAGE: 0.5}


def _keys(*numbers: str) -> frozenset[str]:
    """Numbers however they are written: networks tell the same one as +62812 and as 0812."""
    return frozenset(key for each in numbers for key in numbers_in(each))


def _window(kind: str, rules: KnownRules) -> timedelta:
    return rules.within_by_category.get(rules.categories.get(kind, ""), rules.within)


def _radius_m(report: Report, incident: Incident, rules: KnownRules) -> float:
    in_town = {report.district, incident.value("district")} & rules.towns
    return rules.near_m if in_town else rules.far_m


def _nearness(reason: Reason, report: Report, incident: Incident, rules: KnownRules) -> float:
    return 1.0 if reason.metres is None else 1 - 0.5 * reason.metres / _radius_m(report, incident, rules)


def _place(report: Report, incident: Incident, rules: KnownRules) -> tuple[list[Reason], float | None]:
    """Clues of the place. Two points decide alone; without both, the same village or a place of the same name does."""
    here, there = report.position, incident.position
    if here is not None and there is not None:
        metres = distance_m(here, there)
        return ([Reason(Clue.NEAR, metres)] if metres <= _radius_m(report, incident, rules) else []), metres
    reasons = []
    district, village = incident.value("district"), incident.value("village")
    elsewhere = bool(report.district and district and report.district != district)
    mine = _names(report.place, report.landmark)
    theirs = _names(incident.value("place"), incident.value("landmark"))
    shared = mine & theirs
    if 2 * len(shared) > min(len(mine), len(theirs)) and not elsewhere:
        said = words_of(f"{incident.value('place')} {incident.value('landmark')}")
        reasons.append(
            Reason(Clue.SAME_PLACE, words=tuple(dict.fromkeys(w for w in said if sound_of(w) in shared)))
        )
    if report.village and report.village == village and not elsewhere:
        reasons.append(Reason(Clue.SAME_VILLAGE))
    return reasons, None


def _kind(report: Report, incident: Incident, rules: KnownRules) -> tuple[list[Reason], float]:
    """Clues of the kind and what they count; while one kind is still open nothing speaks against it."""
    kind = incident.value("kind")
    if not report.kind or not kind:
        return [], 0.5
    if report.kind == kind:
        return [Reason(Clue.SAME_KIND)], 1.0
    category = rules.categories.get(kind)
    if category is not None and category == rules.categories.get(report.kind):
        return [Reason(Clue.SAME_CATEGORY)], 0.7
    return [], 0.0


_COMMON_WORDS = (
    "jalan", "gang", "desa", "kelurahan", "kecamatan", "kabupaten", "dusun", "dekat", "depan", "belakang",
    "samping", "sebelah", "seberang", "simpang", "sungai", "muara", "tanjung", "teluk", "ada", "adalah", "akan",
    "atau", "bapak", "baru", "belum", "besar", "bisa", "dalam", "dari", "dengan", "ibu", "ini", "itu", "juga",
    "karena", "kami", "kejadian", "kecil", "lagi", "lapor", "laporan", "masih", "mereka", "minta", "mohon",
    "oleh", "orang", "pada", "pelapor", "rumah", "saat", "sama", "sangat", "satu", "saya", "sedang", "sekarang",
    "sekitar", "sudah", "tadi", "telah", "tempat", "terjadi", "tidak", "tolong", "untuk", "utara", "selatan",
    "timur", "barat", "warga", "yang", "blok", "nomor", "lokasi",
)  # fmt: skip
_COMMON = frozenset(sound_of(word) for word in _COMMON_WORDS)
"""Words that say nothing about which incident it is."""


def _names(*texts: str) -> frozenset[str]:
    return frozenset().union(*(_names_in(text) for text in texts))


@lru_cache(maxsize=16_384)
def _names_in(text: str) -> frozenset[str]:
    """Worked out once a text: each look goes over all open incidents of the last hours."""
    words = (sound_of(word) for word in words_of(text))
    return frozenset(word for word in words if len(word) > 2 and word not in _COMMON and not word.isdigit())


def _shared_words(report: Report, incident: Incident) -> tuple[str, ...]:
    mine = _names(report.text)
    if not mine:
        return ()
    said = dict.fromkeys(words_of(incident.value("text")))
    return tuple(word for word in said if sound_of(word) in mine and sound_of(word) in _names(word))
