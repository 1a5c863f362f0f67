"""A server that is silent between two registrations: noticed, told, left aside, taken back."""

from operator_app.domain.line import LineRegistration, LineSignal, RegistrationProblem, RegistrationState
from operator_app.telephony.engine.pings import EVERY_S, PATIENCE_S, Pings
from operator_app.telephony.engine.registrations import Registrations


class Scene:
    def __init__(self) -> None:
        self.told: list[LineSignal] = []
        self.sent: list[str] = []
        self.registrations = Registrations(self.told.append)
        self.pings = Pings(self.registrations, self.sent.append)

    @property
    def last(self) -> LineRegistration:
        last = self.told[-1]
        assert isinstance(last, LineRegistration)
        return last


def registered() -> Scene:
    scene = Scene()
    for account in ("a", "b"):
        scene.registrations.heard(account, 200, "OK", 60, 0)
    return scene


def test_every_registered_server_is_asked_again_and_again() -> None:
    scene = registered()
    scene.registrations.heard("c", 403, "No", 0, 0)
    scene.pings.turn(10.0)
    assert scene.sent == ["a", "b"]
    for account in scene.sent[:]:
        scene.pings.answered(account, 200)
    scene.pings.turn(10.0 + EVERY_S - 0.1)
    assert scene.sent == ["a", "b"]
    scene.pings.turn(10.0 + EVERY_S)
    assert scene.sent == ["a", "b", "a", "b"]


def test_a_silent_server_is_told_once_and_no_call_goes_by_it() -> None:
    scene = registered()
    scene.pings.turn(10.0)
    scene.pings.answered("b", 404)
    scene.pings.turn(10.0 + PATIENCE_S - 0.1)
    assert "a" in scene.registrations.up
    told = len(scene.told)
    for later in (0.0, 1.0, 20.0):
        scene.pings.turn(10.0 + PATIENCE_S + later)
        scene.pings.answered("b", 200)
    assert scene.registrations.up == ("b",)
    assert scene.last == LineRegistration(
        "a", RegistrationState.FAILED, 0, "no answer to OPTIONS", RegistrationProblem.TIMEOUT
    )
    assert len(scene.told) == told + 1
    assert scene.sent.count("a") == 1, "one question at a time"


def test_a_server_that_speaks_again_is_told_and_used_again() -> None:
    scene = registered()
    scene.pings.turn(10.0)
    scene.pings.answered("b", 200)
    assert not scene.pings.answered("a", 503)
    assert scene.last.problem is RegistrationProblem.UNREACHABLE
    scene.pings.turn(10.0 + EVERY_S)
    assert scene.pings.answered("a", 200)
    assert scene.last.state is RegistrationState.REGISTERED
    assert scene.registrations.up == ("a", "b")


def test_a_new_registration_ends_the_silence() -> None:
    scene = registered()
    scene.pings.turn(10.0)
    scene.pings.answered("a", 408)
    scene.registrations.heard("a", 200, "OK", 60, 0)
    assert scene.registrations.up == ("a", "b")
    assert not scene.pings.answered("a", 200)


def test_a_failed_registration_is_not_taken_back_by_an_answer() -> None:
    scene = registered()
    scene.pings.turn(10.0)
    scene.registrations.heard("a", 403, "No", 0, 0)
    scene.pings.answered("a", 200)
    assert scene.last.problem is RegistrationProblem.FORBIDDEN
    assert scene.registrations.up == ("b",)
