"""What the wall says: the figures and the lists of the room in words, with nothing about any person in them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from operator_app.domain.agency import Unavailable
from operator_app.domain.figures import Figures, SeatStanding, Unaccepted
from operator_app.domain.incident import Dispatch, Incident, unmade_refusal
from operator_app.domain.states import Classification, DispatchState, IncidentStatus, SeatState
from operator_app.ui.wall.presenters.wall_view import DataAge, IncidentLine, Mark, SeatLine, Tile, WallView
from operator_app.ui.words.by_itself import EachByItself
from operator_app.ui.words.site_words import KindsByCode
from operator_app.ui.words.wording import PRIORITY_TONES, Say, Tone, local_time, running, until_time
from operator_app.workflow.ports import LinkTrouble
from operator_app.workflow.wallroom import WallRoom

STALE_S = 5.0
"""Older data is announced in red and painted without any reassuring colour."""
MAP_LABEL_LETTERS = 14

SEAT_TONES = {
    SeatState.READY: Tone.GOOD,
    SeatState.TALKING: Tone.BUSY,
    SeatState.WRAP_UP: Tone.WATCH,
    SeatState.BREAK: Tone.QUIET,
    SeatState.AWAY: Tone.QUIET,
}
DAY_ROWS: tuple[tuple[str, frozenset[Classification | None]], ...] = (
    ("wall.day_emergency", frozenset({Classification.EMERGENCY})),
    ("wall.day_non_emergency", frozenset({Classification.NON_EMERGENCY})),
    ("wall.day_noise", frozenset({Classification.PRANK, Classification.GHOST})),
    (
        "wall.day_other",
        frozenset({Classification.INFORMATION, Classification.MISDIRECTED, Classification.TEST, None}),
    ),
)


class WallPresenter:
    """Turns the wall's room into words. Pure reading; makes a whole `WallView` each time it is asked."""

    def __init__(self, room: WallRoom, say: Say) -> None:
        """Speak about `room` in the language of `say`."""
        self._room = room
        self._say = say
        self._kinds = KindsByCode(room)
        self._each = EachByItself()

    def view(self) -> WallView:
        """Return the wall as it has to look now."""
        told = self.figures()
        clock, data = self.head()
        return WallView(
            clock, data, self.tiles(told), self.incidents(told), self.seats(told), self.empty_words(), self.day(told),
            told.per_hour, self.marks(told),
        )  # fmt: skip

    # ---- part by part

    def head(self) -> tuple[str, DataAge]:
        """Return the time of day and the truth about the data."""
        return local_time(self._room.now(), self._room.timezone), self._data()

    def figures(self) -> Figures:
        """Count the room as it is now."""
        return self._room.figures(self._room.now())

    def tiles(self, told: Figures) -> tuple[Tile, ...]:
        """Return the figures on top."""
        return self._tiles(told) if self._known() else self._unknown_tiles(told)

    def incidents(self, told: Figures) -> tuple[IncidentLine, ...]:
        """Return the open incidents; one that cannot be told says so."""
        opened = self._room.board.open_incidents()
        return self._each(opened, lambda each: self._incident(each, told), lambda each: each.id, self._untold)

    def seats(self, told: Figures) -> tuple[SeatLine, ...]:
        """Return agencies that can send nobody, and the seats and what they do."""
        stale, now = self._data().stale, self._room.now()
        missing = (
            [] if stale else sorted(self._room.board.unavailable(now).values(), key=lambda each: each.agency)
        )
        lines = (self._unavailable(each, now) for each in missing)
        return (*lines, *(self._seat(seat, now, stale) for seat in told.seats))

    def empty_words(self) -> tuple[str, str]:
        """What stands where there is no incident, and where there is no seat."""
        if not self._known():
            return self._say("wall.no_data_yet"), self._say("wall.no_data_yet")
        return self._say("wall.no_incidents"), self._say("wall.no_seats")

    def day(self, told: Figures) -> tuple[tuple[str, str], ...]:
        """Return today's calls by what they were."""
        return self._day(told, known=self._known())

    def marks(self, told: Figures) -> tuple[Mark, ...]:
        """Return the incidents of the map."""
        opened = self._room.board.open_incidents()
        found = self._each(opened, lambda each: self._mark(each, told), lambda each: each.id, lambda _: None)
        return tuple(mark for mark in found if mark is not None)

    def _known(self) -> bool:
        return self._room.data_age_s() is not None

    def _data(self) -> DataAge:
        say, age_s, link = self._say, self._room.data_age_s(), self._room.link
        if age_s is None:
            key = "wall.no_server" if link.reason == LinkTrouble.NOT_CONFIGURED else "wall.no_data_yet"
            return DataAge(say(key), True, (say("wall.stale_never"), say("wall.stale_never_short")))
        if age_s > STALE_S:
            return DataAge(
                say("wall.data_old", age=running(age_s)), True, (say("wall.stale"), say("wall.stale_short"))
            )
        fresh = say("wall.data_fresh", n=int(age_s))
        if self._room.site.error is not None or self._room.site.absent:
            return DataAge(say("wall.data_site", data=fresh), False, ("",), Tone.WATCH)
        if link.unread:
            return DataAge(say("wall.data_unread", data=fresh, n=link.unread), False, ("",), Tone.WATCH)
        return DataAge(fresh, False, ("",))

    # ---- tiles

    def _tiles(self, told: Figures) -> tuple[Tile, ...]:
        tiles = (
            self._waiting(told),
            self._answered(told),
            self._open(told),
            self._unaccepted(told.unaccepted),
            self._abandoned(told),
        )
        return tuple(replace(tile, tone=Tone.QUIET) for tile in tiles) if self._data().stale else tiles

    def _unknown_tiles(self, told: Figures) -> tuple[Tile, ...]:
        """Before the first word of the server a zero would be a lie."""
        return tuple(replace(tile, figure="–", unit="", foots=("",)) for tile in self._tiles(told))

    def _waiting(self, told: Figures) -> Tile:
        count, longest_s = told.waiting.count, told.waiting.longest_s
        late = longest_s > self._room.goal.within_s
        tone = Tone.PLAIN if count == 0 else Tone.ALARM if late else Tone.WATCH
        foot = (
            self._say("wall.waiting_longest", time=running(longest_s))
            if count
            else self._say("wall.waiting_none")
        )
        return Tile("waiting", (self._say("wall.waiting"),), str(count), "", (foot,), tone)

    def _answered(self, told: Figures) -> Tile:
        percent, goal = told.answered.percent, self._room.goal
        limit = int(goal.within_s)
        tone = Tone.PLAIN if percent is None else Tone.GOOD if percent >= goal.percent else Tone.WATCH
        return Tile(
            "answered",
            (self._say("wall.answered", s=limit), self._say("wall.answered_short", s=limit)),
            "–" if percent is None else str(percent),
            "" if percent is None else "%",
            (
                self._say("wall.answered_foot", goal=goal.percent, n=told.calls_today),
                self._say("wall.answered_foot_short", goal=goal.percent, n=told.calls_today),
            ),
            tone,
        )

    def _open(self, told: Figures) -> Tile:
        first, second = told.open_by_priority[1], told.open_by_priority[2]
        others = told.open_incidents - first - second
        return Tile(
            "open",
            (self._say("wall.open"), self._say("wall.open_short")),
            str(told.open_incidents),
            "",
            (
                self._say("wall.open_foot", p1=first, p2=second, others=others),
                self._say("wall.open_foot_short", p1=first, p2=second),
            ),
            Tone.PLAIN,
        )

    def _unaccepted(self, waiting: Sequence[Unaccepted]) -> Tile:
        titles = (self._say("wall.unaccepted"), self._say("wall.unaccepted_short"))
        if not waiting:
            foots = (self._say("wall.unaccepted_none"), self._say("wall.unaccepted_none_short"))
            return Tile("unaccepted", titles, "0", "", foots, Tone.PLAIN)
        worst = waiting[0]
        values = {
            "agency": self._agency(worst.agency),
            "time": running(worst.waited_s),
            "limit": running(worst.limit_s),
        }
        foots = (
            self._say("wall.unaccepted_foot", **values),
            self._say("wall.unaccepted_foot_short", **values),
        )
        return Tile(
            "unaccepted", titles, str(len(waiting)), "", foots, Tone.ALARM if worst.overdue else Tone.WATCH
        )

    def _abandoned(self, told: Figures) -> Tile:
        count = len(told.abandoned)
        foots = (
            (self._say("wall.abandoned_foot"), self._say("wall.abandoned_foot_short"))
            if count
            else (self._say("wall.abandoned_none"),)
        )
        tone = Tone.WATCH if count else Tone.PLAIN
        return Tile("abandoned", (self._say("wall.abandoned"),), str(count), "", foots, tone)

    # ---- lists

    def _incident(self, incident: Incident, told: Figures) -> IncidentLine:
        masked = self._masked(incident)
        states, tone = self._state(incident, told.unaccepted)
        age_s = (told.at - incident.opened_at).total_seconds() if incident.opened_at else 0.0
        return IncidentLine(
            incident.id,
            "–" if incident.priority is None else f"P{incident.priority}",
            PRIORITY_TONES[incident.priority],
            self._kind(incident),
            (self._say("wall.place_masked"), "") if masked else self._place(incident),
            states,
            tone,
            running(age_s),
        )

    def _untold(self, incident: Incident) -> IncidentLine:
        """An incident whose words cannot be made: it is there."""
        words = self._say("row.failed", row=incident.number)
        return IncidentLine(incident.id, "–", Tone.QUIET, (words,), ("",), ("",), Tone.ALARM, "")

    def _masked(self, incident: Incident) -> bool:
        """Whether the room must not read what it is: a kind of that sort, or one that this site does not know."""
        code = incident.value("kind")
        kind = self._kinds.get(code)
        return bool(code) and (kind is None or kind.masked)

    def _kind(self, incident: Incident) -> tuple[str, ...]:
        code = incident.value("kind")
        if not code:
            return (self._say("wall.kind_unknown"),)
        kind = self._kinds.get(code)
        if kind is None or kind.masked:
            return (self._say("wall.kind_masked"), self._say("wall.kind_masked_short"))
        language = self._say("map.language")
        name = kind.name_in(language)
        return (name, name.split("/")[0].strip(), kind.category_in(language))

    def _place(self, incident: Incident) -> tuple[str, ...]:
        """Name the village and district; never the place as it was told, which may be somebody's house."""
        village, district = incident.value("village"), incident.value("district")
        if village and district:
            return (f"{village}, {district}", village)
        return (village or district or self._say("wall.place_unknown"),)

    def _state(self, incident: Incident, waiting: Sequence[Unaccepted]) -> tuple[tuple[str, ...], Tone]:
        own = [each for each in waiting if each.incident_id == incident.id]
        if own:
            agency = self._agency(own[0].agency)
            tone = Tone.ALARM if own[0].overdue else Tone.WATCH
            words = (
                self._say("wall.state_waiting", agency=agency),
                self._say("wall.state_waiting_short", agency=agency),
            )
            return words, tone
        kind = self._kinds.get(incident.value("kind"))
        declined = unmade_refusal(incident, () if kind is None else kind.primary)
        if declined is not None:
            agency = self._agency(declined.agency)
            return (self._say("wall.state_declined", agency=agency),), Tone.ALARM
        reached = _furthest(incident)
        if reached is not None and incident.status is not IncidentStatus.DONE:
            return (self._say(f"wall.dispatch_{reached.state}"),), Tone.PLAIN
        tone = Tone.WATCH if incident.status is IncidentStatus.NEW else Tone.PLAIN
        return (
            self._say(f"wall.status_{incident.status}"),
            self._say(f"wall.status_{incident.status}_short"),
        ), tone

    def _mark(self, incident: Incident, told: Figures) -> Mark | None:
        position = incident.position
        if position is None or self._masked(incident):
            return None
        states, _ = self._state(incident, told.unaccepted)
        wordings = self._kind(incident)
        label = next((words for words in wordings if len(words) <= MAP_LABEL_LETTERS), wordings[-1])
        return Mark(incident.id, position[0], position[1], incident.priority, label, states[0])

    def _unavailable(self, told: Unavailable, now: datetime) -> SeatLine:
        """Say that an agency can send nobody; why is free text, which no wall is told."""
        until = until_time(told.until, now, self._room.timezone)
        words = self._say("wall.unavailable", time=until)
        return SeatLine(f"agency {told.agency}", self._agency(told.agency), words, Tone.WATCH, "")

    def _seat(self, seat: SeatStanding, now: datetime, stale: bool) -> SeatLine:
        name = self._seat_name(seat.name)
        if stale:
            return SeatLine(seat.name, name, self._say("wall.seat_unknown"), Tone.QUIET, "")
        if seat.lost:
            return SeatLine(seat.name, name, self._say("wall.seat_lost"), Tone.ALARM, "")
        time = running((now - seat.since).total_seconds())
        return SeatLine(seat.name, name, self._say(f"wall.seat_{seat.state}"), SEAT_TONES[seat.state], time)

    def _seat_name(self, name: str) -> str:
        if name[:1] == "M" and name[1:].isdigit():
            return self._say("wall.seat_number", n=name[1:])
        return name

    def _day(self, told: Figures, *, known: bool) -> tuple[tuple[str, str], ...]:
        def count(kinds: frozenset[Classification | None]) -> str:
            return str(sum(told.by_classification[kind] for kind in kinds)) if known else "–"

        return tuple((self._say(key), count(kinds)) for key, kinds in DAY_ROWS)

    def _agency(self, code: str) -> str:
        return next((each.name for each in self._room.agencies if each.code == code), code)


_STEPS = (DispatchState.ACCEPTED, DispatchState.UNDER_WAY, DispatchState.ON_SCENE)


def _furthest(incident: Incident) -> Dispatch | None:
    """Return the dispatch at work that has got furthest, or a finished one when none is at work any more."""
    at_work = [each for each in incident.dispatches if each.state in _STEPS]
    if at_work:
        return max(at_work, key=lambda each: _STEPS.index(each.state))
    return next((each for each in incident.dispatches if each.state is DispatchState.DONE), None)
