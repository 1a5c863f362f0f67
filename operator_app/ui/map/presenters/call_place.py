"""Where the call at hand says that it comes from, in words and for the map; it never fills the form unasked."""

from dataclasses import dataclass, replace

from operator_app.domain.ids import CallId
from operator_app.domain.numbers import number_key
from operator_app.domain.place.location import CallArea, CallLocation, centre_of
from operator_app.maps.call_area import touched_by
from operator_app.maps.site import Site
from operator_app.ui.words.civic import civic_words
from operator_app.ui.words.wording import Say
from operator_app.workflow.seat import Seat

_MOST_NAMED = 3
"""So many villages are named of an area that touches more."""


@dataclass(frozen=True, slots=True)
class CallPlaceView:
    """The line about the call's place; `can_take` when there is something to take over into the form.

    `size` stands on the map beside the area.
    """

    words: str
    detail: str
    can_take: bool
    area: CallArea | None
    size: str = ""


class CallPlace:
    """Reads the location of the call at hand. Pure reading."""

    def __init__(self, seat: Seat, site: Site, say: Say) -> None:
        self._seat = seat
        self._site = site
        self._say = say
        self._held: tuple[CallLocation, CallPlaceView] | None = None
        self._past: tuple[CallId, str] | None = None

    def view(self) -> CallPlaceView | None:
        """Return what is to be shown of the call at hand, else of the one that waits longest; None without a place.

        What only rings can be seen and not yet taken over: it belongs to no incident.
        """
        call = self._seat.calls.live_at_hand
        waits = next(iter(self._seat.calls.waiting()), None) if call is None else None
        location = None if (call or waits) is None else (call or waits).location  # type: ignore[union-attr]
        if location is None:
            return None
        if self._held is None or self._held[0] is not location:
            self._held = (location, self._view(location))
        return self._held[1] if waits is None else replace(self._held[1], can_take=False)

    def kecamatan(self) -> str:
        """Return the caller's area, for the search; empty when nothing is known.

        It is the incident's, else that of the call's own place, else where this number called about last.
        """
        incident = self._seat.hand.incident
        if incident is not None and incident.value("district"):
            return incident.value("district")
        call = self._seat.calls.live_at_hand
        if call is None:
            return ""
        if call.location is not None and call.location.area is not None:
            centre = centre_of(call.location.area)
            under = self._site.locate(centre.lat, centre.lon)
            if under is not None:
                return under.kecamatan
        if self._past is None or self._past[0] != call.call_id:
            self._past = (call.call_id, self._last_area(call.number))
        return self._past[1]

    def _last_area(self, number: str | None) -> str:
        key = number_key(number)
        if not key:
            return ""
        board = self._seat.room.board
        calls = (
            each
            for each in board.calls.values()
            if each.incident_id is not None and number_key(each.number) == key
        )
        found = (board.incidents.get(each.incident_id) for each in calls if each.incident_id is not None)
        named = [each for each in found if each is not None and each.value("district") and each.opened_at]
        latest = max(named, key=lambda each: each.opened_at, default=None)  # type: ignore[arg-type,return-value]
        return "" if latest is None else latest.value("district")

    def _view(self, location: CallLocation) -> CallPlaceView:
        say, address = self._say, civic_words(location.civic)
        if location.civic_source is not None and location.civic_source.method:
            address = f"{address} ({say('call_place.method', method=location.civic_source.method)})"
        method = say("call_place.method", method=location.method) if location.method else ""
        problems = [say(f"call_place.problem_{each}") for each in location.problems]
        if location.references:
            problems.append(say("call_place.by_reference"))
        if location.area is not None:
            centre = centre_of(location.area)
            where = self._where(location.area)
            shape = say(f"call_place.shape_{location.area.shape}")
            size = "" if centre.accuracy_m is None else f"±{distance_words(centre.accuracy_m, say)}"
            words = say("call_place.from_call", what=f"{size}, {shape}" if size else shape)
            detail = _joined(where, address, method, *problems)
            return CallPlaceView(words, detail, True, location.area, size or shape)
        if address:
            return CallPlaceView(
                say("call_place.from_call", what=say("call_place.address")),
                _joined(address, method, *problems),
                True,
                None,
            )
        words = say("call_place.only_reference" if location.references else "call_place.unreadable")
        return CallPlaceView(words, _joined(method, *problems), False, None)

    def _where(self, area: CallArea) -> str:
        """Whose land the area touches: one village by name, of several the first ones, and each neighbour."""
        say, touched = self._say, touched_by(area, self._site)
        villages = [each.desa for each in touched.villages]
        if len(villages) == 1 and not touched.neighbours:
            return f"{villages[0]}, {touched.villages[0].kecamatan}"
        parts = [", ".join(villages[:_MOST_NAMED])] if villages else []
        if len(villages) > _MOST_NAMED:
            parts[0] += " " + say("call_place.and_more", count=len(villages) - _MOST_NAMED)
        if touched.neighbours:
            key = "call_place.also_neighbour" if villages else "call_place.in_neighbour"
            parts.append(say(key, name=", ".join(touched.neighbours)))
        if not parts:
            return say("call_place.in_nothing") if self._site.villages else ""
        return say("call_place.touches", what=_joined(*parts)) if villages else parts[0]


def distance_words(metres: float, say: Say) -> str:
    """Write a distance as people say it: 40 m, 850 m, 1,2 km, 12 km."""
    if metres < 995:
        return f"{metres:.0f} m"
    if metres < 9950:
        return f"{metres / 1000:.1f} km".replace(".", say("map.decimal"))
    return f"{metres / 1000:.0f} km"


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
