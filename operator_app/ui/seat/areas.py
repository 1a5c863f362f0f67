"""The areas of the operator's window: which there are, and what each is given. A new one is registered here."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from operator_app.ui.company.area import CompanyArea, UnsentArea
from operator_app.ui.finder.area import FinderArea
from operator_app.ui.form.area import FormArea
from operator_app.ui.form.finders import PlaceSearch
from operator_app.ui.form.hand_over_area import HandOverArea
from operator_app.ui.form.known_area import KnownArea
from operator_app.ui.frame.area import Area, Hand
from operator_app.ui.incidents.area import IncidentsArea
from operator_app.ui.incidents.presenters.incidents import IncidentsPresenter
from operator_app.ui.keys.deeds import Deed
from operator_app.ui.map.area import MapArea
from operator_app.ui.map.map_view import MapView
from operator_app.ui.orders.commands import SeatCommands
from operator_app.ui.orders.places import PlaceTies
from operator_app.ui.orders.seat_draft import SeatDraft
from operator_app.ui.phone.area import PhoneArea
from operator_app.ui.phone.presenters.past import NumberPast
from operator_app.ui.phone.quick_area import QuickArea
from operator_app.ui.seat.area import TopArea
from operator_app.ui.seat.sounds import SeatSounds
from operator_app.ui.sound.area import SoundArea
from operator_app.ui.supervisor.area import SupervisorArea
from operator_app.ui.timeline.area import TimelineArea
from operator_app.ui.words.wording import Say

AREAS: tuple[type[Area], ...] = (
    FinderArea,
    PhoneArea,
    QuickArea,
    TopArea,
    SoundArea,
    FormArea,
    CompanyArea,
    IncidentsArea,
    KnownArea,
    HandOverArea,
    TimelineArea,
    MapArea,
    UnsentArea,
    SupervisorArea,
)
"""In the order in which they are told what has changed, and in which their deeds stand in a group of the key help."""


SEAT_DEEDS: tuple[Deed[Any], ...] = tuple(deed for area in AREAS for deed in area.deeds)
"""Everything that can be done in the operator's window."""


class SeatAreas:
    """The areas of one window."""

    def __init__(
        self,
        hand: Hand,
        draft: SeatDraft,
        places: PlaceTies,
        search: PlaceSearch,
        map_view: MapView | None,
        sounds: SeatSounds | None,
        other_says: Callable[[], Sequence[Say]],
    ) -> None:
        """See `SeatWindow`."""
        seat, site = hand.seat, places.site
        commands = SeatCommands(seat, draft, places, search)
        table = IncidentsPresenter(seat, hand.say, hand.words)
        past = NumberPast(seat.room.board.calls)
        self.finder = FinderArea(hand, table, past, search, other_says)
        self.phone = PhoneArea(hand, commands, past)
        self.quick = QuickArea(hand)
        self.top = TopArea(hand, commands, None if sounds is None else sounds.ring)
        self.sound = SoundArea(hand)
        self.form = FormArea(hand, commands, draft, search, site)
        self.known = KnownArea(hand, self.form.pane, draft)
        self.hand_over = HandOverArea(hand, self.form.pane, self.form.view)
        self.timeline = TimelineArea(hand, None if sounds is None else sounds.chime)
        self.incidents = IncidentsArea(hand, table)
        self.map = MapArea(hand, commands, site, table, map_view)
        self.company = CompanyArea(hand, commands)
        self.unsent = UnsentArea(hand)
        self.supervisor = SupervisorArea(hand)

    def __iter__(self) -> Iterator[Area]:
        """All of them, in the order of `AREAS`."""
        made = {type(each): each for each in vars(self).values()}
        return (made[kind] for kind in AREAS)
