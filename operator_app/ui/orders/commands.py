"""What the operator can order: each wish saves what was typed first, so that nothing lands at the wrong incident."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from operator_app.domain.ids import AgencyCode, CallId, IncidentId
from operator_app.domain.incident import format_position
from operator_app.domain.place.location import PositionOrigin, PositionSource, centre_of
from operator_app.domain.states import (
    Classification,
    DispatchState,
    IncidentStatus,
    Refusal,
    RefusedError,
    SeatState,
)
from operator_app.domain.words import words_of
from operator_app.maps.names import PlaceHit
from operator_app.maps.places import INCIDENT_KIND, OWN_MARK
from operator_app.maps.site import Site
from operator_app.ui.orders.draft import Draft
from operator_app.ui.words.civic import civic_words
from operator_app.workflow.ports import JournalFailedError
from operator_app.workflow.seat import Seat

log = logging.getLogger(__name__)

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
    """The wishes of the window, each a coroutine. Raises what the seat raises."""

    def __init__(
        self,
        seat: Seat,
        draft: Draft,
        site: Site,
        find_places: Callable[[str], Sequence[PlaceHit]],
        unsaved: Callable[[JournalFailedError], None],
    ) -> None:
        """`unsaved` is told when a call goes first although what was typed could not be saved."""
        self._seat = seat
        self._draft = draft
        self._site = site
        self._find_places = find_places
        self._unsaved = unsaved
        self._turn = asyncio.Lock()  # what is done to the form is done in the order in which it was wished

    # ---- the call: it never waits for a broken disk

    async def answer(self, call_id: CallId | None = None) -> None:
        """Answer that call, or the longest-waiting one."""
        await self._keep_typed()
        await self._seat.answer(call_id)

    async def end(self) -> None:
        """Hang up."""
        await self._keep_typed()
        await self._seat.end()

    async def answer_by_rule(self, call_id: CallId) -> None:
        """Answer a call because the site's rule says so; the operator hears two pips first."""
        await self._keep_typed()
        await self._seat.answer(call_id, notice=True)

    async def hold(self) -> None:
        """Put the call on hold, take it back, or exchange it with the one on hold."""
        await self._keep_typed()
        await self._seat.hold_or_swap()

    async def talk_to(self, call_id: CallId) -> None:
        """Speak with that line; the others are held."""
        await self._keep_typed()
        await self._seat.talk_to(call_id)

    async def drop(self, call_id: CallId) -> None:
        """Hang up that line; the others go on."""
        await self._keep_typed()
        await self._seat.end(call_id)

    async def mute(self) -> None:
        """Keep the operator's voice from all that are spoken with, or let it through."""
        lines = self._seat.calls.lines
        heard = lines.spoken_with or lines.held
        await self._seat.mute(not (heard and all(call.muted for call in heard)))

    async def call_back(self, number: str) -> None:
        """Call somebody who hung up before an answer."""
        await self._keep_typed()
        await self._seat.call_back(number)

    async def call_agency(self, code: AgencyCode) -> None:
        """Call an agency's duty desk, for the caller on the line if there is one."""
        await self._keep_typed()
        await self._seat.call_agency(code)

    async def transfer(self, number: str, name: str = "") -> None:
        """Send the caller to that number without asking there first."""
        await self._keep_typed()
        await self._seat.transfer(number, name)

    async def finish_transfer(self) -> None:
        """Give the caller to the one that was called for his sake."""
        await self._keep_typed()
        await self._seat.finish_transfer()

    async def conference(self) -> None:
        """Bring all lines together, or part them."""
        await self._seat.conference()

    async def send_keys(self, keys: str) -> None:
        """Send keys to the one that is spoken with."""
        await self._seat.send_keys(keys)

    async def classify(self, classification: Classification) -> None:
        """Say what the call was; noise also ends it."""
        await self._keep_typed()
        await self._seat.classify(classification)

    async def dial(self, number: str, name: str = "") -> None:
        """Call a number, for the caller on the line if there is one."""
        await self._keep_typed()
        await self._seat.dial(number, name)

    async def next_state(self) -> None:
        """Do what the state key does: break and back; a wrap-up ends and puts the form away."""
        state = self._seat.state
        if state not in NEXT_STATE:
            raise RefusedError(Refusal.CALL_AT_HAND)
        await self._draft.flush()
        if state is SeatState.WRAP_UP:
            await self._seat.finish()
        else:
            await self._seat.set_state(NEXT_STATE[state])

    # ---- the form

    async def choose_kind(self, code: str) -> None:
        """Set the kind."""
        async with self._turn:
            await self._draft.flush()
            await self._seat.choose_kind(code)

    async def pick_place(self, hit: PlaceHit) -> None:
        """Take over a place that was found: its name, village and district; its point only when it is a true one."""
        async with self._turn:
            values: dict[str, str | None] = {
                "place": hit.label,
                "village": hit.desa,
                "district": hit.kecamatan,
            }
            incident = self._seat.incident
            if not hit.area:
                values["position"] = format_position(hit.lat, hit.lon)
                values["position_source"] = str(hit.source or PositionSource(PositionOrigin.PLACE, hit.kind))
            elif incident is not None and incident.position is not None:
                # A point from before stays only if it lies in the area now named.
                under = self._site.locate(*incident.position)
                if under is None or (hit.desa or under.desa, hit.kecamatan) != (under.desa, under.kecamatan):
                    values["position"] = values["position_source"] = None
            for name in values:
                self._draft.settle(name)
            await self._draft.flush()
            await self._seat.edit_many(values)

    async def set_point(self, lat: float, lon: float) -> None:
        """Set the incident's point with the village and district under it. Needs a call or an incident at hand."""
        async with self._turn:
            if self._seat.incident_at_hand is None and self._seat.call_at_hand is None:
                raise RefusedError(Refusal.NO_INCIDENT)
            await self._draft.flush()
            await self._put_point(lat, lon, PositionSource(PositionOrigin.MAP))

    async def take_call_location(self) -> str:
        """Take the place that came with the call over into the form, with its source; returns an address, if one came.

        Only ever at the operator's wish. A point goes into the position; an address alone into an empty place.
        """
        async with self._turn:
            call = self._seat.live_call
            location = None if call is None else call.location
            if location is None:
                raise RefusedError(Refusal.NO_CALL_LOCATION)
            await self._draft.flush()
            if location.area is not None:
                centre = centre_of(location.area)
                source = PositionSource(PositionOrigin.CALL, location.area.shape, centre.accuracy_m)
                await self._put_point(centre.lat, centre.lon, source)
                return ""
            address = civic_words(location.civic)
            incident = self._seat.incident
            if not address or (incident is not None and incident.value("place")):
                raise RefusedError(Refusal.CALL_LOCATION_WITHOUT_POINT)
            await self._seat.edit_many({"place": address})
            return address

    async def keep_place(self) -> str:
        """Keep the place of the incident at hand for the search of every seat; returns its name."""
        async with self._turn:
            await self._draft.flush()
            return await self._seat.landmarks.keep(self._seat.incident, self._site_has)

    def _site_has(self, label: str, lat: float, lon: float) -> bool:
        """Whether the site has a place of that name in the same kecamatan."""
        named = [each for each in self._find_places(label) if words_of(each.label) == words_of(label)]
        under = self._site.locate(lat, lon)
        district = "" if under is None else under.kecamatan
        return any(
            each.kecamatan == district
            for each in named
            if each.kind != INCIDENT_KIND and not each.kode.startswith(OWN_MARK)
        )

    async def drop_place(self, place_id: str) -> str:
        """Drop a kept place for every seat; returns its name."""
        return await self._seat.landmarks.drop(place_id)

    async def _put_point(self, lat: float, lon: float, source: PositionSource) -> None:
        under = self._site.locate(lat, lon)
        values: dict[str, str | None] = {
            "position": format_position(lat, lon),
            "position_source": str(source),
        }
        if under is not None:
            values |= {"village": under.desa, "district": under.kecamatan}
        await self._seat.edit_many(values)

    async def dispatch(self) -> None:
        """Hand over to the proposed agencies."""
        async with self._turn:
            await self._draft.flush()
            await self._seat.dispatch()

    async def dispatch_to(self, code: AgencyCode) -> None:
        """Hand over to one agency."""
        async with self._turn:
            await self._draft.flush()
            await self._seat.dispatch([code])

    async def record_answer(
        self, incident_id: IncidentId, code: AgencyCode, to: DispatchState, reason: str = ""
    ) -> None:
        """Record what an agency said by phone about that incident."""
        async with self._turn:
            await self._draft.flush()
            await self._seat.by_phone.record(incident_id, code, to, reason)

    async def select(self, incident_id: IncidentId | None) -> None:
        """Bring an incident into the form, or empty it for a new one."""
        async with self._turn:
            if incident_id == self._seat.incident_at_hand and incident_id is not None:
                return
            await self._draft.flush()
            self._seat.select(incident_id)

    async def decide_clash(self, *, keep: bool) -> str:
        """Let the value that stands, or the other one, be the field's; of several clashes the first is decided.

        Returns the field.
        """
        async with self._turn:
            await self._draft.flush()
            incident = self._seat.incident
            if incident is None or not incident.clashes:
                raise RefusedError(Refusal.NO_CLASH)
            name, clashes = next(iter(incident.clashes.items()))
            chosen = incident.fields[name].event_id if keep else clashes[-1].event_id
            await self._seat.choose_value(name, chosen)
            return name

    async def take_over(self, incident_id: IncidentId | None) -> None:
        """Look after that incident from now on, in the form; without one the gravest whose seat is lost."""
        async with self._turn:
            await self._draft.flush()
            await self._seat.take_over(incident_id)

    async def answer_question(self, question_id: str, answer: str | None) -> None:
        """Record an answer to the card, after the kind whose card it is."""
        async with self._turn:
            await self._seat.answer_question(question_id, answer)

    async def choose_priority(self, priority: int) -> None:
        """Overrule the proposed priority."""
        async with self._turn:
            await self._draft.flush()
            await self._seat.care.choose_priority(priority)

    async def choose_agency(self, code: AgencyCode) -> None:
        """Leave an agency out of the proposal, or let it in; once more takes it back."""
        async with self._turn:
            await self._draft.flush()
            await self._seat.care.choose_agency(code)

    async def take_proposal(self) -> None:
        """Return to the proposal."""
        async with self._turn:
            await self._seat.care.take_proposal()

    async def link(self, incident_id: IncidentId) -> None:
        """Make the call, and what was begun about it, a further report of that incident."""
        async with self._turn:
            await self._draft.flush()
            await self._seat.link_to(incident_id)

    async def unlink(self) -> None:
        """Take the last linking back."""
        async with self._turn:
            await self._draft.flush()
            await self._seat.unlink()

    async def read_back(self) -> None:
        """Record that the caller heard the place and agreed."""
        async with self._turn:
            await self._draft.flush()
            incident = self._seat.incident
            source = None if incident is None else PositionSource.read(incident.value("position_source"))
            if source is None or incident is None or incident.position is None:
                await self._seat.care.read_back(WORDS_ALONE, None)
            else:
                await self._seat.care.read_back(source.origin, source.accuracy_m)

    async def note(self, words: str) -> None:
        """Put a note on the timeline."""
        async with self._turn:
            await self._draft.flush()
            await self._seat.note(words)

    async def finish(self, reason: str) -> None:
        """Close the incident."""
        async with self._turn:
            await self._draft.flush()
            await self._seat.care.finish(reason)

    async def move(self, to: IncidentStatus, reason: str) -> None:
        """Bring the incident to another status."""
        async with self._turn:
            await self._draft.flush()
            await self._seat.move_incident(to, reason)

    async def save(self) -> None:
        """Save what was typed."""
        async with self._turn:
            await self._draft.flush()

    async def _keep_typed(self) -> None:
        try:
            await self._draft.flush()
        except JournalFailedError as error:
            log.exception("a call goes first; what was typed is still not saved")
            self._unsaved(error)
