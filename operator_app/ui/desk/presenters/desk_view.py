"""What stands in the window of an agency's desk at one moment, as values, and what can be done there."""

from dataclasses import dataclass
from enum import StrEnum

from operator_app.domain.ids import DispatchId
from operator_app.domain.states import DispatchState
from operator_app.ui.words.wording import Tone


class Action(StrEnum):
    """What the desk can do with the dispatch in view."""

    ACCEPT = "accept"
    UNDER_WAY = "under_way"
    ON_SCENE = "on_scene"
    DONE = "done"
    DECLINE = "decline"


TARGETS = {
    Action.ACCEPT: DispatchState.ACCEPTED,
    Action.UNDER_WAY: DispatchState.UNDER_WAY,
    Action.ON_SCENE: DispatchState.ON_SCENE,
    Action.DONE: DispatchState.DONE,
    Action.DECLINE: DispatchState.DECLINED,
}

STATE_TONES = {
    DispatchState.SENT: Tone.WATCH,
    DispatchState.ACCEPTED: Tone.BUSY,
    DispatchState.UNDER_WAY: Tone.BUSY,
    DispatchState.ON_SCENE: Tone.GOOD,
    DispatchState.DONE: Tone.QUIET,
    DispatchState.DECLINED: Tone.QUIET,
}


@dataclass(frozen=True, slots=True)
class DispatchLine:
    """One dispatch in the list; `time` runs, `limit` is empty once the agency has answered."""

    id: DispatchId
    priority: str
    priority_tone: Tone
    kind: str
    place: str
    number: str
    state: str
    tone: Tone
    time: str
    limit: str
    selected: bool
    is_open: bool
    is_told: bool = True
    """Its words could be made; one that could not be is there, but nobody can say that it was delivered."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the timeline; `saved` says where an own step is, empty for the steps of others."""

    id: str
    time: str
    text: str
    who: str
    saved: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class IncidentSheet:
    """The incident in view, in words; empty texts where nothing was told."""

    dispatch_id: DispatchId
    number: str
    kind: str
    priority: str
    priority_tone: Tone
    state: str
    tone: Tone
    place: str
    landmark: str
    area: str
    position: str
    caller: str
    text: str
    others: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Alarm:
    """Dispatches that nobody has answered: `count` of them, `first` is the one that has waited longest."""

    count: int
    first: DispatchId
    headline: str
    detail: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class DeskTop:
    """The line on top of the desk's window; `cut_off` says what a lost server means here, empty while it is there."""

    agency: str
    seat: str
    clock: str
    zone: str
    server: str
    server_tone: Tone
    cut_off: str
