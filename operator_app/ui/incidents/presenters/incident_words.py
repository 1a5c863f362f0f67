"""The words by which an incident is found: written once for each state of it, in bites while nothing else happens."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from operator_app.domain.ids import IncidentId
from operator_app.domain.incident import Incident
from operator_app.domain.numbers import number_key
from operator_app.ui.words.site_words import SiteWords
from operator_app.ui.words.wording import Say

SEARCHED_FIELDS = ("place", "landmark", "village", "district", "text", "caller_number")


class IncidentWords:
    """Text of each incident in small letters; the filter and the command bar look into it. Loop thread only."""

    def __init__(self, say: Say, words: SiteWords) -> None:
        self._say, self._words = say, words
        self._held: dict[IncidentId, tuple[Incident, str]] = {}
        self._due: dict[IncidentId, None] = {}

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

    def matching(self, incidents: Iterable[Incident], parts: Sequence[str]) -> Iterator[Incident]:
        """Give those that hold each of these small-lettered parts, in their order."""
        first, others = parts[0], parts[1:]
        held, of = self._held, self.of
        for incident in incidents:
            known = held.get(incident.id)
            text = known[1] if known is not None and known[0] is incident else of(incident)
            if first in text and all(part in text for part in others):
                yield incident

    def changed(self, incident_ids: Iterable[IncidentId]) -> None:
        """Take note of incidents whose words are to be written anew."""
        self._due.update(dict.fromkeys(incident_ids))

    def prepare(self, incidents: Mapping[IncidentId, Incident], count: int) -> bool:
        """Make up to `count` changed incidents ready; returns whether there are more to do."""
        for incident_id in list(islice(self._due, count)):
            del self._due[incident_id]
            self.of(incidents[incident_id])
        return bool(self._due)
