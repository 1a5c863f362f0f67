"""What the areas of a window ask of each other and tell each other, by the seat's bus; none knows another's panes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from operator_app.domain.ids import IncidentId
from operator_app.maps.names import PlaceHit
from operator_app.ui.words.lamp_view import LampView

# ---- asked


@dataclass(frozen=True, slots=True)
class BringIncident:
    """Bring that incident into the form."""

    incident_id: IncidentId


@dataclass(frozen=True, slots=True)
class TakePlace:
    """Take a place that was found over into the form."""

    hit: PlaceHit


@dataclass(frozen=True, slots=True)
class ShowPlace:
    """Show a place on the map, in front."""

    hit: PlaceHit


@dataclass(frozen=True, slots=True)
class FlyTo:
    """Let the map go there, wherever it stands; `area`: what is meant is larger than a point."""

    lat: float
    lon: float
    area: bool = False


@dataclass(frozen=True, slots=True)
class CallNumber:
    """Call that number, for the caller on the line if there is one."""

    number: str


@dataclass(frozen=True, slots=True)
class ShowNumber:
    """Show what is known of that number."""

    number: str


@dataclass(frozen=True, slots=True)
class AskReason:
    """Ask for the reason of an agency's refusal in the one line for words; `give` records it."""

    agency: str
    give: Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class BackToText:
    """Lead the keyboard back to the description: what was done beside the form is done."""


# ---- told


@dataclass(frozen=True, slots=True)
class DraftChanged:
    """There is more or less being typed that is not saved."""


@dataclass(frozen=True, slots=True)
class IncidentBrought:
    """That incident was brought into the form by hand."""

    incident_id: IncidentId


@dataclass(frozen=True, slots=True)
class FieldChosen:
    """That value was chosen for a field of the form: it stands there also under the hand."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class FormShared:
    """Who else is at the incident in the form, in words, and the fields of which two values wait for a choice."""

    company: str
    clashing: frozenset[str]


@dataclass(frozen=True, slots=True)
class MapStands:
    """How the map is now, for its lamp."""

    lamp: LampView


@dataclass(frozen=True, slots=True)
class CallRings:
    """A call begins to ring."""
