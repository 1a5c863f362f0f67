"""Orders to the seat that have a rule of their own: places and points, clashes, reading back, voice and state."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from operator_app.domain.clash import Slot
from operator_app.domain.place.location import PositionOrigin, PositionSource
from operator_app.domain.states import Refusal, RefusedError, SeatState
from operator_app.domain.words import words_of
from operator_app.maps.names import PlaceHit
from operator_app.maps.places import INCIDENT_KIND, OWN_MARK
from operator_app.ui.orders.places import PlaceTies
from operator_app.ui.orders.seat_draft import SeatDraft
from operator_app.ui.words.civic import civic_words
from operator_app.workflow.seat import Seat

NEXT_STATE = {
    SeatState.READY: SeatState.BREAK,
    SeatState.WRAP_UP: SeatState.READY,
    SeatState.BREAK: SeatState.READY,
    SeatState.AWAY: SeatState.READY,
}
"""What the state key does; while talking it does nothing."""

WORDS_ALONE = "words"
"""Source of a place that was read back without a point."""


class SeatCommands:
    """Orders to one seat, carried out by `Errands`, which save what was typed before. Raises what the seat raises."""

    def __init__(
        self,
        seat: Seat,
        draft: SeatDraft,
        places: PlaceTies,
        find_places: Callable[[str], Sequence[PlaceHit]],
    ) -> None:
        self._seat = seat
        self._draft = draft
        self._places = places
        self._find_places = find_places

    async def next_state(self) -> None:
        """Do what the state key does: break and back; a wrap-up ends and puts the form away.

        Once a call is over the first press in a ready seat only says so: one key too many sends nobody away.
        """
        state = self._seat.duty.state
        if state not in NEXT_STATE:
            raise RefusedError(Refusal.CALL_AT_HAND)
        if state is SeatState.READY and self._seat.duty.freed_by_call:
            self._seat.duty.read_ready()
            raise RefusedError(Refusal.READY_ALREADY)
        if state is SeatState.WRAP_UP:
            await self._seat.finish()
        else:
            await self._seat.duty.set(NEXT_STATE[state])

    async def mute(self) -> None:
        """Keep the operator's voice from all that are spoken with, or let it through."""
        lines = self._seat.calls.lines
        heard = lines.spoken_with or lines.held
        await self._seat.calls.mute(not (heard and all(call.muted for call in heard)))

    def pick_place(self, hit: PlaceHit) -> Coroutine[Any, Any, Mapping[str, str | None]]:
        """Take over a place that was found, and what was typed beside it: see `PlaceTies.of_hit`.

        What was typed into the place is dropped at once: the place and the landmark hold it from now on. Returns the
        fields that were filled.
        """
        typed = dict(self._draft.values)
        for name in ("place", "village", "district"):
            self._draft.settle(name)
        return self._take(hit, typed)

    async def _take(self, hit: PlaceHit, typed: Mapping[str, str | None]) -> Mapping[str, str | None]:
        values = self._places.of_hit(hit)
        self._places.taken(values, typed)
        await self._seat.form.edit(values)
        self._places.took(hit.label)
        return values

    async def place_back(self) -> Mapping[str, str | None]:
        """Give the fields back what they held before the last place was taken over; returns it."""
        values = self._places.back()
        if values is None:
            raise RefusedError(Refusal.NO_PLACE_BEFORE)
        await self._seat.form.edit(values)
        self._places.took(values.get("place") or "")
        return values

    async def set_point(self, lat: float, lon: float) -> None:
        """Set the incident's point with the village and district under it. Needs a call or an incident at hand."""
        if self._seat.hand.incident_id is None and self._seat.hand.call is None:
            raise RefusedError(Refusal.NO_INCIDENT)
        await self._put(self._places.of_point(lat, lon, PositionSource(PositionOrigin.MAP)))

    async def take_call_location(self) -> str:
        """Take the place that came with the call over into the form, with its source; returns an address, if one came.

        Only ever at the operator's wish. A point goes into the position; an address alone into an empty place.
        """
        call = self._seat.calls.live_at_hand
        location = None if call is None else call.location
        if location is None:
            raise RefusedError(Refusal.NO_CALL_LOCATION)
        if location.area is not None:
            await self._put(self._places.of_area(location.area))
            return ""
        address = civic_words(location.civic)
        incident = self._seat.hand.incident
        if not address or (incident is not None and incident.value("place")):
            raise RefusedError(Refusal.CALL_LOCATION_WITHOUT_POINT)
        await self._seat.form.edit({"place": address})
        return address

    async def keep_place(self) -> str:
        """Keep the place of the incident at hand for the search of every seat; returns its name."""
        return await self._seat.form.landmarks.keep(self._seat.hand.incident, self._site_has)

    def _site_has(self, label: str, lat: float, lon: float) -> bool:
        """Whether the site has a place of that name in the same kecamatan."""
        named = [each for each in self._find_places(label) if words_of(each.label) == words_of(label)]
        under = self._places.site.locate(lat, lon)
        district = "" if under is None else under.kecamatan
        return any(
            each.kecamatan == district
            for each in named
            if each.kind != INCIDENT_KIND and not each.kode.startswith(OWN_MARK)
        )

    async def _put(self, values: Mapping[str, str | None]) -> None:
        self._places.taken(values, {})
        await self._seat.form.edit(values)
        self._places.took()

    async def decide_clash(self, *, keep: bool) -> Slot:
        """Let the word that stands, or the other one, stand from now on; of several clashes the first is decided.

        Returns what it was about.
        """
        contests = () if self._seat.hand.incident is None else self._seat.hand.incident.contests
        if not contests:
            raise RefusedError(Refusal.NO_CLASH)
        first = contests[0]
        await self._seat.form.clashes.decide(first.slot, first.stands if keep else first.others[-1])
        return first.slot

    async def read_back(self) -> None:
        """Record that the caller heard the place and agreed."""
        incident = self._seat.hand.incident
        source = None if incident is None else PositionSource.read(incident.value("position_source"))
        if source is None or incident is None or incident.position is None:
            await self._seat.form.read_back(WORDS_ALONE, None)
        else:
            await self._seat.form.read_back(source.origin, source.accuracy_m)
