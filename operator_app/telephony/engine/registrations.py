"""How this phone stands at its phone servers."""

import logging
from collections.abc import Callable

from operator_app.domain.line import (
    LineRegistration,
    LineSignal,
    RegistrationProblem,
    RegistrationState,
)

_log = logging.getLogger(__name__)

_PROBLEMS = {
    401: RegistrationProblem.WRONG_PASSWORD,
    407: RegistrationProblem.WRONG_PASSWORD,
    403: RegistrationProblem.FORBIDDEN,
    404: RegistrationProblem.UNKNOWN_USER,
    408: RegistrationProblem.TIMEOUT,
    502: RegistrationProblem.UNREACHABLE,
    503: RegistrationProblem.UNREACHABLE,
}


_BAD_CERTIFICATE = "TLS_ECERTVERIF"
"""Stands in the library's reason beside a made-up 503."""


class Registrations:
    """The last word of each server; told when it is another than before, not at every refresh."""

    def __init__(self, tell: Callable[[LineSignal], None]) -> None:
        self._tell = tell
        self._known: dict[str, LineRegistration] = {}
        self._word: dict[str, LineRegistration] = {}
        self._silent: set[str] = set()

    @property
    def all(self) -> tuple[LineRegistration, ...]:
        """How each account stands."""
        return tuple(self._known.values())

    @property
    def up(self) -> tuple[str, ...]:
        """Names of the accounts by which calls can be placed."""
        return tuple(name for name, each in self._known.items() if each.state is RegistrationState.REGISTERED)

    @property
    def accepted(self) -> tuple[str, ...]:
        """Names of the accounts that their servers took last, silent since or not."""
        return tuple(name for name, each in self._word.items() if each.state is RegistrationState.REGISTERED)

    def fell_silent(self, account: str, problem: RegistrationProblem, reason: str) -> None:
        """Take an account for failed although its registration still runs."""
        if account in self.accepted and account not in self._silent:
            self._silent.add(account)
            self._publish(LineRegistration(account, RegistrationState.FAILED, 0, reason, problem))

    def speaks_again(self, account: str) -> bool:
        """Take the server's last word for true again; returns whether the account was silent."""
        if account not in self._silent:
            return False
        self._silent.discard(account)
        self._publish(self._word[account])
        return True

    def heard(self, account: str, code: int, reason: str, expires_s: int, status: int) -> None:
        """Take a server's answer; `code` 0 with a `status` of the library is a server that was not reached."""
        problem = None
        if 200 <= code < 300:
            state = RegistrationState.REGISTERED if expires_s > 0 else RegistrationState.UNREGISTERED
        else:
            state, problem = RegistrationState.FAILED, _problem(code, status, reason)
        told = LineRegistration(account, state, code, reason, problem)
        self._word[account] = told
        self._silent.discard(account)
        self._publish(told)

    def _publish(self, told: LineRegistration) -> None:
        if self._known.get(told.account) != told:
            self._known[told.account] = told
            self._tell(told)
            _log.info("account %s: %s %d %s", told.account, told.state.value, told.code, told.reason)


def _problem(code: int, status: int, reason: str) -> RegistrationProblem:
    if _BAD_CERTIFICATE in reason:
        return RegistrationProblem.CERTIFICATE
    if code in _PROBLEMS:
        return _PROBLEMS[code]
    if code == 0 and status != 0:
        return RegistrationProblem.UNREACHABLE
    return RegistrationProblem.SERVER if code >= 500 else RegistrationProblem.OTHER
