"""How this phone stands at its phone servers, in words: which one, and why not."""

from dataclasses import dataclass

from operator_app.domain.line import LineRegistration, PresenceState, RegistrationProblem, RegistrationState
from operator_app.ui.words.wording import Say
from operator_app.workflow.seat import Seat

_UNHEARD = (RegistrationProblem.TIMEOUT, RegistrationProblem.UNREACHABLE, RegistrationProblem.CERTIFICATE)
"""No server has spoken: the code beside these is one that the library made up."""


def server_lines(seat: Seat, say: Say) -> tuple[str, ...]:
    """One line for each phone server of the settings that has been heard of, those that fail first."""
    told = seat.calls.registrations.values()
    ordered = sorted(told, key=lambda each: each.state is not RegistrationState.FAILED)
    return tuple(_line(each, say) for each in ordered)


@dataclass(frozen=True, slots=True)
class OtherPhone:
    """How somebody else's phone stands, for the eye and in words."""

    state: PresenceState
    words: str


def other_phone(seat: Seat, say: Say, number: str) -> OtherPhone | None:
    """Say whether that number is free, rings, speaks; None when it is not watched."""
    told = seat.calls.presence.get(number)
    return None if told is None else OtherPhone(told.state, say(f"presence.{told.state.value}"))


def watched_lines(seat: Seat, say: Say) -> tuple[str, ...]:
    """One line for each watched number: whether it is free, rings, speaks."""
    names = {each.number: each.name for each in seat.room.rules.now.watched}
    names |= {each.phone: each.name for each in seat.cards.agencies if each.phone}
    told = seat.calls.presence.values()
    return tuple(f"{names.get(each.who, each.who)}: {say(f'presence.{each.state.value}')}" for each in told)


def failing_servers(seat: Seat, say: Say) -> str:
    """What is wrong with the phone servers, one sentence for each that fails; empty when nothing is."""
    told = seat.calls.registrations.values()
    return " ".join(_line(each, say) for each in told if each.state is RegistrationState.FAILED)


def _line(told: LineRegistration, say: Say) -> str:
    server = told.account.rpartition("@")[2]
    if told.state is RegistrationState.FAILED and told.problem is not None:
        why = say(f"phone_server.{told.problem.value}")
        code = f" ({told.code})" if told.code and told.problem not in _UNHEARD else ""
        return say("phone_server.failed", server=server, why=why, code=code)
    return say(f"phone_server.{told.state.value}", server=server)
