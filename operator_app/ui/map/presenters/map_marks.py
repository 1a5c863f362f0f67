"""Open incidents on the map: where they are, or where their village lies when nobody has said it closer."""

from operator_app.domain.ids import IncidentId
from operator_app.domain.incident import Incident
from operator_app.maps.live import MapIncident
from operator_app.maps.site import Site
from operator_app.ui.incidents.presenters.incidents import IncidentsPresenter
from operator_app.ui.words.site_words import SiteWords
from operator_app.workflow.seat import Seat


class MapMarks:
    """Makes the map's marks out of the board. Pure reading."""

    def __init__(self, seat: Seat, site: Site, words: SiteWords, table: IncidentsPresenter) -> None:
        self._seat = seat
        self._words = words
        self._table = table
        self._made: dict[IncidentId, tuple[Incident, bool, MapIncident | None]] = {}
        self.unplaced = 0
        """How many open incidents have no place at all, as of the last `marks`."""
        self._villages = {(v.place.desa, v.place.kecamatan): (v.lat, v.lon) for v in site.villages}

    def marks(self) -> tuple[MapIncident, ...]:
        """Return a mark for each open incident that has any place; a village's own point is told by "≈"."""
        at_hand = self._seat.hand.incident_id
        made: dict[IncidentId, tuple[Incident, bool, MapIncident | None]] = {}
        for incident in self._table.all():
            selected = incident.id == at_hand
            held = self._made.get(incident.id)
            if held is None or held[0] is not incident or held[1] is not selected:
                held = (incident, selected, self._mark(incident, selected=selected))
            made[incident.id] = held
        self._made = made
        marks = tuple(mark for _, _, mark in made.values() if mark is not None)
        self.unplaced = len(made) - len(marks)
        return marks

    def _mark(self, incident: Incident, *, selected: bool) -> MapIncident | None:
        exact = incident.position
        at = exact or self._village(incident)
        if at is None:
            return None
        state = self._table.standing(incident)
        label = self._label(incident, exact=exact is not None)
        return MapIncident(incident.id, *at, incident.priority, label, state, selected, exact is not None)

    def _village(self, incident: Incident) -> tuple[float, float] | None:
        return self._villages.get((incident.value("village"), incident.value("district")))

    def _label(self, incident: Incident, *, exact: bool) -> str:
        short = incident.value("kind").partition("-")[0]
        place = incident.value("village") or incident.value("place") or incident.number
        words = f"{short} · {place}" if short else place
        return words if exact else f"≈ {words}"
