"""Whether a registered server is still there: the library asks only when a registration is due again."""

from collections.abc import Callable

from operator_app.domain.line import RegistrationProblem
from operator_app.telephony.engine.registrations import Registrations

EVERY_S = 3.0
PATIENCE_S = 3.0
_GIVEN_UP = 408
_NO_WAY = 503


class Pings:
    """Asks every registered server by OPTIONS, one question at a time for each. Times are monotonic seconds."""

    def __init__(self, registrations: Registrations, send: Callable[[str], None]) -> None:
        """`send` puts OPTIONS to the server of an account on the wire; its end is told by `answered`."""
        self._registrations = registrations
        self._send = send
        self._asked: dict[str, float] = {}
        self._next: dict[str, float] = {}

    def turn(self, now: float) -> None:
        """Ask those whose time has come, and give up on those who have not answered."""
        for account in self._registrations.accepted:
            asked = self._asked.get(account)
            if asked is not None:
                if now - asked >= PATIENCE_S:
                    self._registrations.fell_silent(
                        account, RegistrationProblem.TIMEOUT, "no answer to OPTIONS"
                    )
            elif now >= self._next.get(account, 0.0):
                self._asked[account] = now
                self._next[account] = now + EVERY_S
                self._send(account)

    def answered(self, account: str, code: int) -> bool:
        """Take the end of a question; any word of a server is a sign of life. Returns whether it was silent before."""
        self._asked.pop(account, None)
        if code in (_GIVEN_UP, _NO_WAY, 0):
            # The library makes these up when nobody answers and when no connection comes about.
            problem = RegistrationProblem.TIMEOUT if code == _GIVEN_UP else RegistrationProblem.UNREACHABLE
            self._registrations.fell_silent(account, problem, "no answer to OPTIONS")
            return False
        return self._registrations.speaks_again(account)
