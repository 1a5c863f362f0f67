"""Words, point and village of an incident's place hang together: when one changes, the others follow or say so."""

from collections.abc import Mapping

from operator_app.domain.ids import IncidentId
from operator_app.domain.incident import Incident, format_position
from operator_app.domain.place.location import CallArea, PositionOrigin, PositionSource, centre_of
from operator_app.domain.words import words_of
from operator_app.maps.call_area import touched_by
from operator_app.maps.names import PlaceHit
from operator_app.maps.site import Site
from operator_app.workflow.seat import Seat

Values = dict[str, str | None]
_TIED = (PositionOrigin.PLACE, PositionOrigin.TYPED)
"""Origins of a point that came with the words of the place."""
_LANDMARK_LONGEST = 400


class PlaceTies:
    """What else changes with a place, a point or typed words, as values of the incident's fields. Changes nothing."""

    def __init__(self, seat: Seat, site: Site) -> None:
        self._seat = seat
        self.site = site
        self._named: dict[IncidentId | None, str] = {}
        """By incident the words that its point and village belong to."""
        self._before: tuple[IncidentId | None, Values] | None = None

    def of_hit(self, hit: PlaceHit) -> Values:
        """Return the fields of a place that was picked.

        What was typed and is nothing of the place goes to the landmark, its RT to the RT. A point comes along only when
        it is a true one; the old one stays only if it lies in the area now named.
        """
        incident = self._seat.hand.incident
        values: Values = {"place": hit.label, "village": hit.desa, "district": hit.kecamatan}
        values |= self._left_over(hit, incident)
        if not hit.area:
            values["position"] = format_position(hit.lat, hit.lon)
            values["position_source"] = str(hit.source or PositionSource(PositionOrigin.PLACE, hit.kind))
        elif incident is not None and incident.position is not None:
            under = self.site.locate(*incident.position)
            if under is None or (hit.desa or under.desa, hit.kecamatan) != (under.desa, under.kecamatan):
                values["position"] = values["position_source"] = None
        return values

    def of_point(self, lat: float, lon: float, source: PositionSource) -> Values:
        """Return the fields of a point: with the village under it, or without one that it does not lie in."""
        values: Values = {"position": format_position(lat, lon), "position_source": str(source)}
        under = self.site.locate(lat, lon)
        if under is not None:
            return values | {"village": under.desa, "district": under.kecamatan}
        return values | _without_village(self._seat.hand.incident)

    def of_area(self, area: CallArea) -> Values:
        """Return the fields of a call's own place; one that is larger than a village fills none."""
        centre = centre_of(area)
        source = PositionSource(PositionOrigin.CALL, area.shape, centre.accuracy_m)
        values = self.of_point(centre.lat, centre.lon, source)
        touched = touched_by(area, self.site)
        if not touched.is_larger_than_a_village:
            return values
        districts = {each.kecamatan for each in touched.villages}
        values = {name: values[name] for name in ("position", "position_source")} | _without_village(
            self._seat.hand.incident
        )
        if len(districts) == 1 and not touched.neighbours:
            values["district"] = districts.pop()
        return values

    def of_typed(self, values: Mapping[str, str | None], incident: Incident | None) -> Values:
        """Return values typed for that incident with what they settle: new words leave the old point and village."""
        settled = dict(values)
        if "place" not in values or incident is None:
            return settled
        named = self._named.setdefault(incident.id, incident.value("place"))
        words = values["place"] or ""
        if not named or _belongs(words, named):
            return settled
        self._named[incident.id] = words
        source = PositionSource.read(incident.value("position_source"))
        if incident.position is None or (source is not None and source.origin in _TIED):
            settled |= {
                name: value for name, value in _without_village(incident).items() if name not in values
            }
        if incident.position is not None and source is not None and source.origin in _TIED:
            before = PositionSource(PositionOrigin.BEFORE, source.form, source.accuracy_m)
            settled["position_source"] = str(before)
        return settled

    def taken(self, values: Mapping[str, str | None], typed: Mapping[str, str | None]) -> None:
        """Remember what the fields held, `typed` words first, before those values are taken over."""
        incident = self._seat.hand.incident
        held: Values = {name: None if incident is None else incident.value(name) or None for name in values}
        self._before = (self._seat.hand.incident_id, held | {k: v for k, v in typed.items() if k in values})

    def took(self, words: str | None = None) -> None:
        """They were taken over; with `words`, the incident's point and village belong to those from now on."""
        if self._before is not None:
            self._before = (self._seat.hand.incident_id, self._before[1])
        if words is not None:
            self._named[self._seat.hand.incident_id] = words

    def back(self) -> Values | None:
        """Return what the fields held before the last place was taken over, once; None when there is nothing."""
        held, self._before = self._before, None
        if held is None or held[0] is None or held[0] != self._seat.hand.incident_id:
            return None
        return held[1]

    def _left_over(self, hit: PlaceHit, incident: Incident | None) -> Values:
        values: Values = {}
        held = (
            {} if incident is None else {name: incident.value(name) for name in ("landmark", "neighbourhood")}
        )
        left = hit.left
        if hit.rt and held.get("neighbourhood") in (None, "", hit.rt):
            values["neighbourhood"] = hit.rt
        elif hit.rt:
            left = f"{left}, RT {hit.rt}" if left else f"RT {hit.rt}"
        landmark = held.get("landmark") or ""
        if left and left.casefold() not in landmark.casefold():
            values["landmark"] = (f"{landmark}, {left}" if landmark else left)[:_LANDMARK_LONGEST]
        return values


def _without_village(incident: Incident | None) -> Values:
    """A village that stands with its kecamatan was filled in; one that was typed alone stays the caller's word."""
    if incident is None or not incident.value("district"):
        return {}
    return {"village": None, "district": None}


def _belongs(words: str, named: str) -> bool:
    """Whether words are an addition to what was named, or the beginning of it on its way to be one."""
    typed, old = words_of(words), words_of(named)
    if not typed:
        return False
    return " ".join(old) in " ".join(typed) or " ".join(old).startswith(" ".join(typed))
