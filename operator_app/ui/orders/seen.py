"""What the operator has before the eyes in each field: the edit that a new one replaces knowingly."""

from collections.abc import Mapping

from operator_app.domain.ids import EventId, IncidentId
from operator_app.domain.incident import Incident
from operator_app.ui.words.plain import in_editor


class SeenValues:
    """Remembers per field the event whose value stood in the editor last.

    A field under the hand is not overwritten by what others write; its next edit must then say that it saw the older
    value, so that the difference is shown as a clash and not lost.
    """

    def __init__(self) -> None:
        self._incident: IncidentId | None = None
        self._seen: dict[str, EventId | None] = {}

    def shown(self, incident: Incident | None, texts: Mapping[str, str]) -> None:
        """Take in what the editors of the form hold now."""
        incident_id = None if incident is None else incident.id
        if incident_id != self._incident:
            self._incident, self._seen = incident_id, {}
        if incident is None:
            return
        for name, text in texts.items():
            held = incident.fields.get(name)
            if text == in_editor(name, incident.value(name)):
                self._seen[name] = None if held is None else held.event_id

    def bases(self, incident_id: IncidentId | None) -> Mapping[str, EventId | None]:
        """Return what was seen of that incident's fields; a field that is missing was not shown yet."""
        return dict(self._seen) if incident_id is not None and incident_id == self._incident else {}
