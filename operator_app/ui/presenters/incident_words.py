"""The words by which an incident is found: written once for each state of it, in bites while nothing else happens."""

from collections.abc import Iterable

from operator_app.domain.figures import number_key
from operator_app.domain.ids import IncidentId
from operator_app.domain.incident import Incident
from operator_app.ui.presenters.site_words import SiteWords
from operator_app.ui.presenters.wording import Say

SEARCHED_FIELDS = ("place", "landmark", "village", "district", "text", "caller_number")


class IncidentWords:
    """Text of each incident in small letters; the filter and the command bar look into it. Loop thread only."""

    def __init__(self, say: Say, words: SiteWords) -> None:
        self._say, self._words = say, words
        self._held: dict[IncidentId, tuple[Incident, str]] = {}

    def of(self, incident: Incident) -> str:
        """Return everything that the incident can be found by."""
        held = self._held.get(incident.id)
        if held is not None and held[0] is incident:
            return held[1]
        number = number_key(incident.value("caller_number"))
        agencies = dict.fromkeys(self._words.agency(each.agency) for each in incident.dispatches)
        parts = (
            f"p{incident.priority}",
            incident.number,
            self._words.kind_label(incident.value("kind")),
            *(incident.value(name) for name in SEARCHED_FIELDS),
            number,
            *agencies,
            self._words.seat(incident.seat or ""),
            self._say(f"incident_status.{incident.status}"),
        )
        text = " ".join(part for part in parts if part).casefold()
        self._held[incident.id] = (incident, text)
        return text

    def holds(self, incident: Incident, parts: Iterable[str]) -> bool:
        """Whether the incident holds each of these small-lettered parts."""
        text = self.of(incident)
        return all(part in text for part in parts)

    def prepare(self, incidents: Iterable[Incident], count: int) -> bool:
        """Make up to `count` incidents ready; returns whether there are more to do."""
        made = 0
        for incident in incidents:
            held = self._held.get(incident.id)
            if held is not None and held[0] is incident:
                continue
            if made == count:
                return True
            made += 1
            self.of(incident)
        return False
