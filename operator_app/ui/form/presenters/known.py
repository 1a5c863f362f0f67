"""Is it known already? The likeliest open incident with its reasons, the others behind it, and what was linked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from operator_app.domain.duplicates import Clue, Known, Reason, Report, report_of
from operator_app.domain.ids import IncidentId
from operator_app.ui.words.site_words import SiteWords
from operator_app.ui.words.wording import Say
from operator_app.workflow.seat import Seat

REPORT_FIELDS = ("place", "landmark", "village", "district", "text")


@dataclass(frozen=True, slots=True)
class KnownView:
    """The bar under the form: a candidate, or what is linked; `place` counts it among all, from 1."""

    words: str
    short: str = ""
    """The same with fewer words, for a narrow bar."""
    candidate: IncidentId | None = None
    place: int = 0
    count: int = 0
    can_unlink: bool = False
    suggests_major: bool = False
    is_major: bool = False


class KnownPresenter:
    """Looks for candidates when it is told to, and shows the chosen one. Loop thread only."""

    def __init__(self, seat: Seat, say: Say, words: SiteWords) -> None:
        self._seat, self._say, self._words = seat, say, words
        self._found: tuple[Known, ...] = ()
        self._chosen: IncidentId | None = None

    def look(self, typed: Mapping[str, str | None]) -> None:
        """Look anew; `typed` are words of the form that are not saved yet."""
        incident, call = self._seat.hand.incident, self._seat.calls.live_at_hand
        if incident is not None and not incident.is_open:
            self._found = ()
            return
        report = Report() if incident is None else report_of(incident)
        numbers = report.numbers
        if call is not None and call.number:
            numbers = numbers | {call.number}
        fresh = {name: value or "" for name, value in typed.items() if name in REPORT_FIELDS}
        report = replace(report, numbers=numbers, **fresh)  # type: ignore[arg-type]  # all of them are texts
        known = (
            self._seat.reports.known_already(report)
            if incident is not None or call is not None or fresh
            else ()
        )
        linked = () if incident is None else incident.calls
        here = self._seat.hand.call
        settled = here is not None and here in linked and len(linked) > 1
        self._found = () if settled else known

    def next(self) -> None:
        """Choose the next candidate."""
        if self._found:
            self._chosen = self._found[(self._place() + 1) % len(self._found)].incident.id

    @property
    def candidate(self) -> IncidentId | None:
        """The chosen candidate, or None."""
        return self._found[self._place()].incident.id if self._found else None

    def view(self) -> KnownView:
        """Return the bar as it has to look now."""
        incident = self._seat.hand.incident
        can_unlink = incident is not None and self._seat.reports.can_unlink()
        major = self._seat.reports.major_suggestion()
        is_major = incident is not None and incident.is_major
        reports = 0 if incident is None else len(incident.calls)
        if self._found:
            known = self._found[self._place()]
            told = {"number": known.incident.number, "what": self._what(known), "why": self._why(known)}
            return KnownView(
                self._say("known.candidate", **told),
                self._say("known.candidate_short", **told),
                candidate=known.incident.id,
                place=self._place() + 1,
                count=len(self._found),
                can_unlink=can_unlink,
                suggests_major=major is not None,
                is_major=is_major,
            )
        if is_major:
            words = self._say("known.major", n=reports)
        elif major is not None:
            words = self._say("known.suggest_major", n=reports)
        elif reports > 1 or can_unlink:
            words = self._say("known.linked", n=max(reports, 1))
        else:
            words = self._say("known.none")
        return KnownView(words, can_unlink=can_unlink, suggests_major=major is not None, is_major=is_major)

    def _place(self) -> int:
        ids = [known.incident.id for known in self._found]
        return ids.index(self._chosen) if self._chosen in ids else 0

    def _what(self, known: Known) -> str:
        code = known.incident.value("kind")
        return self._words.category(code) if code else self._say("known.no_kind")

    def _why(self, known: Known) -> str:
        reasons = [self._reason(each) for each in known.reasons]
        reasons.insert(1, self._say("known.ago", n=known.age // timedelta(minutes=1)))
        return ", ".join(reasons)

    def _reason(self, reason: Reason) -> str:
        if reason.clue is Clue.NEAR and reason.metres is not None:
            if reason.metres < 1000:
                return self._say("known.near_m", n=round(reason.metres / 10) * 10)
            return self._say(
                "known.near_km", km=f"{reason.metres / 1000:.1f}".replace(".", self._say("number.decimal"))
            )
        return self._say(f"known.{reason.clue}", words=" ".join(reason.words))
