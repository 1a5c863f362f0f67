"""The states of calls, incidents, dispatches and seats, and which moves are legal (product.md, "The words")."""

from enum import StrEnum


class Classification(StrEnum):
    """What a call turned out to be."""

    EMERGENCY = "emergency"
    NON_EMERGENCY = "non_emergency"
    INFORMATION = "information"
    PRANK = "prank"
    GHOST = "ghost"
    MISDIRECTED = "misdirected"
    TEST = "test"


NOISE = frozenset(
    {Classification.PRANK, Classification.GHOST, Classification.MISDIRECTED, Classification.TEST}
)


class CallState(StrEnum):
    """Where a call is in its life; the last three are final."""

    RINGING = "ringing"
    DIALLING = "dialling"
    CONNECTED = "connected"
    ENDED = "ended"
    ABANDONED = "abandoned"
    CUT = "cut"


class IncidentStatus(StrEnum):
    """Baru, Diteruskan, Ditangani, Selesai, Ditutup; Batal and Digabung end it too."""

    NEW = "new"
    FORWARDED = "forwarded"
    HANDLED = "handled"
    DONE = "done"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"


class DispatchState(StrEnum):
    """Dikirim, Diterima, Menuju lokasi, Di lokasi, Selesai; or Ditolak."""

    SENT = "sent"
    ACCEPTED = "accepted"
    UNDER_WAY = "under_way"
    ON_SCENE = "on_scene"
    DONE = "done"
    DECLINED = "declined"


class SeatState(StrEnum):
    """Siap, Menerima, Pasca-panggilan, Istirahat, Luar."""

    READY = "ready"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    BREAK = "break"
    AWAY = "away"


ENDED_INCIDENT = frozenset({IncidentStatus.CLOSED, IncidentStatus.CANCELLED, IncidentStatus.MERGED})

INCIDENT_MOVES: dict[IncidentStatus, frozenset[IncidentStatus]] = {
    IncidentStatus.NEW: frozenset(
        {IncidentStatus.FORWARDED, IncidentStatus.CLOSED, IncidentStatus.CANCELLED, IncidentStatus.MERGED}
    ),
    IncidentStatus.FORWARDED: frozenset(
        {IncidentStatus.HANDLED, IncidentStatus.DONE, IncidentStatus.CANCELLED, IncidentStatus.MERGED}
    ),
    IncidentStatus.HANDLED: frozenset({IncidentStatus.DONE, IncidentStatus.CANCELLED, IncidentStatus.MERGED}),
    IncidentStatus.DONE: frozenset({IncidentStatus.CLOSED, IncidentStatus.HANDLED}),
    IncidentStatus.CLOSED: frozenset(),
    IncidentStatus.CANCELLED: frozenset(),
    IncidentStatus.MERGED: frozenset(
        {IncidentStatus.NEW, IncidentStatus.FORWARDED, IncidentStatus.HANDLED}
    ),  # a merging can be taken back
}

REASON_NEEDED = frozenset({IncidentStatus.CANCELLED, IncidentStatus.MERGED})

DISPATCH_MOVES: dict[DispatchState, frozenset[DispatchState]] = {
    DispatchState.SENT: frozenset({DispatchState.ACCEPTED, DispatchState.DECLINED}),
    DispatchState.ACCEPTED: frozenset(
        {DispatchState.UNDER_WAY, DispatchState.ON_SCENE, DispatchState.DONE, DispatchState.DECLINED}
    ),
    DispatchState.UNDER_WAY: frozenset({DispatchState.ON_SCENE, DispatchState.DONE}),
    DispatchState.ON_SCENE: frozenset({DispatchState.DONE}),
    DispatchState.DONE: frozenset(),
    DispatchState.DECLINED: frozenset(),
}


class Refusal(StrEnum):
    """Why a wish was not carried out; the catalogue has the words for each."""

    ILLEGAL_MOVE = "illegal_move"
    REASON_MISSING = "reason_missing"
    UNKNOWN_INCIDENT = "unknown_incident"
    UNKNOWN_DISPATCH = "unknown_dispatch"
    UNKNOWN_CALL = "unknown_call"
    UNKNOWN_AGENCY = "unknown_agency"
    AGENCIES_UNAVAILABLE = "agencies_unavailable"
    UNTIL_UNCLEAR = "until_unclear"
    ALREADY_SENT = "already_sent"
    NO_INCIDENT = "no_incident"
    NO_CALL_WAITING = "no_call_waiting"
    NO_CALL = "no_call"
    CALL_AT_HAND = "call_at_hand"
    READY_ALREADY = "ready_already"
    CALL_JUST_CAME = "call_just_came"
    OTHER_INCIDENT = "other_incident"
    NOBODY_CONSULTED = "nobody_consulted"
    NO_NUMBER = "no_number"
    PLACE_MISSING = "place_missing"
    KIND_MISSING = "kind_missing"
    BAD_POSITION = "bad_position"
    NOT_CLASSIFIABLE = "not_classifiable"
    LANDMARK_NAME_MISSING = "landmark_name_missing"
    LANDMARK_NAME_LONG = "landmark_name_long"
    LANDMARK_POINT_MISSING = "landmark_point_missing"
    LANDMARK_KEPT_ALREADY = "landmark_kept_already"
    LANDMARK_IN_SITE = "landmark_in_site"
    LANDMARK_OF_SITE = "landmark_of_site"
    NO_PLACE_BEFORE = "no_place_before"
    NO_CALL_LOCATION = "no_call_location"
    CALL_LOCATION_WITHOUT_POINT = "call_location_without_point"
    NO_CLASH = "no_clash"
    NOTHING_TO_TAKE = "nothing_to_take"
    NOTHING_TO_UNLINK = "nothing_to_unlink"
    SAME_INCIDENT = "same_incident"
    INCIDENT_ENDED = "incident_ended"
    NO_CANDIDATE = "no_candidate"
    NO_RIGHT = "no_right"
    NO_REMINDER = "no_reminder"
    BAD_MINUTES = "bad_minutes"
    BAD_CARD = "bad_card"
    OUT_OF_BOUNDS = "out_of_bounds"


class RefusedError(Exception):
    """A wish that cannot be carried out, with the reason as a value."""

    def __init__(self, refusal: Refusal, detail: str = "") -> None:
        super().__init__(refusal.value if not detail else f"{refusal.value}: {detail}")
        self.refusal = refusal
        self.detail = detail
