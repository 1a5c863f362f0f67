"""Keeping a place for the whole room, and dropping it again."""

from collections.abc import Callable

from operator_app.domain.facts.site import PlaceDropped, PlaceKept
from operator_app.domain.incident import Incident
from operator_app.domain.place.coordinates import NoPosition, read_position
from operator_app.domain.place.landmarks import LONGEST_NAME, landmark_id
from operator_app.domain.states import Refusal, RefusedError
from operator_app.workflow.board import Board
from operator_app.workflow.recorder import Recorder

LANDMARK_KIND = "patokan"
SiteHas = Callable[[str, float, float], bool]
"""Whether the site brings a place of that name there."""


class LandmarkDesk:
    """Wishes about kept places, recorded like everything else; the board tells the outcome. Loop thread only."""

    def __init__(self, recorder: Recorder, board: Board) -> None:
        self._recorder = recorder
        self._board = board

    async def keep(self, incident: Incident | None, site_has: SiteHas) -> str:
        """Keep the incident's place under its own words, or its landmark's where it has only figures; returns them.

        Raises `RefusedError` without name or point, for a name that is only figures, for one kept already, and for
        one that the site brings.
        """
        if incident is None:
            raise RefusedError(Refusal.NO_INCIDENT)
        words = (" ".join(incident.value(field).split()) for field in ("place", "landmark"))
        label = next((each for each in words if _is_name(each)), "")
        if not label:
            raise RefusedError(Refusal.LANDMARK_NAME_MISSING)
        if len(label) > LONGEST_NAME:
            raise RefusedError(Refusal.LANDMARK_NAME_LONG)
        if incident.position is None:
            raise RefusedError(Refusal.LANDMARK_POINT_MISSING)
        lat, lon = incident.position
        place_id = landmark_id(label, lat, lon)
        if place_id in self._board.landmarks:
            raise RefusedError(Refusal.LANDMARK_KEPT_ALREADY)
        if site_has(label, lat, lon):
            raise RefusedError(Refusal.LANDMARK_IN_SITE)
        await self._recorder.record([PlaceKept(place_id, label, LANDMARK_KIND, lat, lon)])
        return label

    async def drop(self, place_id: str) -> str:
        """Drop a kept place for the whole room; returns its name. Raises `RefusedError` for any other place."""
        held = self._board.landmarks.get(place_id)
        if held is None:
            raise RefusedError(Refusal.LANDMARK_OF_SITE)
        await self._recorder.record([PlaceDropped(place_id)])
        return held.label


def _is_name(words: str) -> bool:
    """Whether the words are a name and not a position."""
    return any(letter.isalpha() for letter in words) and isinstance(read_position(words), NoPosition)
