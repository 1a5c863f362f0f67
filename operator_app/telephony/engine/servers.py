"""The phone servers: how this phone stands at each, whether they are there, by which one a call goes out."""

import logging
import time
from collections.abc import Callable

import pjsua2 as pj

from operator_app.domain.line import LineCall, LineRegistration, LineSignal
from operator_app.telephony.dialling import sip_uri
from operator_app.telephony.engine.accounts import host_of
from operator_app.telephony.engine.legs import DIRECT
from operator_app.telephony.engine.library import Library
from operator_app.telephony.engine.pings import Pings
from operator_app.telephony.engine.presence import Presence
from operator_app.telephony.engine.registrations import Registrations
from operator_app.telephony.engine.sink import Sink
from operator_app.telephony.invite import number_of
from operator_app.workflow.lines import dialled_part

_log = logging.getLogger(__name__)


class Servers:
    """All servers of the settings; without any, calls go out directly. On the library's thread only."""

    def __init__(self, tell: Callable[[LineSignal], None], sink: Sink) -> None:
        self._registrations = Registrations(tell)
        self._pings = Pings(self._registrations, self._ping)
        self._presence = Presence(tell, sink)
        self._library: Library

    def attach(self, library: Library) -> None:
        """Receive the library."""
        self._library = library

    def detach(self) -> None:
        """Let go of it, and of what must not outlive it."""
        self._presence.close()
        del self._library

    @property
    def registrations(self) -> tuple[LineRegistration, ...]:
        """How each account stands."""
        return self._registrations.all

    @property
    def cut_off(self) -> bool:
        """Whether there are servers and none of them is reached."""
        return bool(self._registrations.all) and not self._registrations.up

    def heard(self, account: str, code: int, reason: str, expires_s: int, status: int) -> None:
        """Take a server's word on a registration."""
        self._registrations.heard(account, code, reason, expires_s, status)

    def ping_answered(self, account: str, code: int) -> None:
        """Take the end of a question; one that speaks again is registered at anew, it may have forgotten us."""
        if self._pings.answered(account, code):
            self._library.register_again(account)

    def turn(self) -> None:
        """Ask those that we are registered at whether they are there; watch others at the first of them."""
        self._pings.turn(time.monotonic())
        self._presence.turn(self._registrations.up, self._library)

    def tell_presence(self) -> None:
        """Tell a window that has just come how the watched numbers stand."""
        self._presence.tell_all()

    def route(self, wish: str) -> tuple[str, str]:
        """Return the account and the address for what is to be dialled, by the first server that is up."""
        # The settings have the accounts in the order of preference.
        account = next((each for each in self._library.names if each in self._registrations.up), DIRECT)
        settings = self._library.account_of(account)
        return account, sip_uri(wish, host_of(settings.registrar) if settings else None)

    def may_refer(self, call: LineCall, target: str) -> bool:
        """Nobody may dial at our cost: only whom we called ourselves, by a phone server, may send us on anywhere.

        Who called in may send us to a watched number. Where no server is known, whoever calls is one.
        """
        if not target.lower().startswith(("sip:", "sips:")):
            return False
        if not self._library.origins.known:
            return True
        own = not call.incoming or number_of(target) in [dialled_part(each) for each in self._library.watch]
        return call.believed and own

    def may_follow(self, target: str) -> bool:
        """Whether a call of ours may go on to where whom we called sends it: to an address of SIP that is ours to call.

        Where there are phone servers it must be at one of them: nobody sends our calls past them.
        """
        if not target.lower().startswith(("sip:", "sips:")):
            return False
        host = host_of(target).partition(":")[0]
        settings = [self._library.account_of(each) for each in self._library.names]
        ours = [host_of(each.registrar).partition(":")[0] for each in settings if each is not None]
        return not self._library.origins.known or host in ours or self._library.origins.believes(host)

    def _ping(self, account: str) -> None:
        try:
            self._library.ping(account)
        except pj.Error as problem:
            _log.warning("account %s: %s", account, problem.reason)
            self._pings.answered(account, 0)
