"""Whether other seats and agencies are free, ring or speak, where the phone server tells it (RFC 3856)."""

import logging
from collections.abc import Callable, Sequence
from traceback import format_exc

import pjsua2 as pj

from operator_app.domain.line import LinePresence, LineSignal, PresenceState
from operator_app.telephony.engine.accounts import host_of
from operator_app.telephony.engine.library import Library
from operator_app.telephony.engine.sink import Sink

_log = logging.getLogger(__name__)

_ACTIVE = 4
"""pjsip_evsub_state: the server has taken the subscription."""
_NOTES = {"ringing": PresenceState.RINGING, "on the phone": PresenceState.BUSY, "busy": PresenceState.BUSY}
"""What exchanges write beside an open state: Asterisk tells an extension's state so."""


class Presence:
    """Watches the numbers of the settings at the server that is dialled by now. On the library's thread only."""

    def __init__(self, tell: Callable[[LineSignal], None], sink: Sink) -> None:
        self._tell = tell
        self._sink = sink
        self._account = ""
        self._watched: dict[str, _Watched] = {}
        self._known: dict[str, LinePresence] = {}

    def turn(self, up: Sequence[str], library: Library) -> None:
        """Watch at the first server that is up; at another one when that is gone."""
        account = next((each for each in library.names if each in up), "")
        if account == self._account or not library.watch:
            return
        self.close()
        self._account = account
        for who in library.watch:
            self.heard(who, PresenceState.UNKNOWN, "")
            if account:
                self._begin(who, account, library)

    def heard(self, who: str, state: PresenceState, words: str) -> None:
        """Take the server's word on one; told when it is another than before."""
        told = LinePresence(who, state, words)
        if self._known.get(who) != told:
            self._known[who] = told
            self._tell(told)

    def tell_all(self) -> None:
        """Tell a window that has just come how all stand."""
        for told in self._known.values():
            self._tell(told)

    def close(self) -> None:
        """Stop watching: these objects must not outlive their account."""
        self._watched.clear()
        self._account = ""

    def _begin(self, who: str, account: str, library: Library) -> None:
        settings = library.account_of(account)
        assert settings is not None
        config = pj.BuddyConfig()
        config.uri = who if who.startswith("sip:") else f"sip:{who}@{host_of(settings.registrar)}"
        config.subscribe = True
        watched = _Watched(who, self, self._sink)
        try:
            watched.create(library.account(account), config)
        except pj.Error as problem:
            _log.warning("watching %s: %s", who, problem.reason)
            return
        self._watched[who] = watched


class _Watched(pj.Buddy):
    def __init__(self, who: str, presence: Presence, sink: Sink) -> None:
        super().__init__()
        self.who = who
        self.presence = presence
        self.sink = sink

    def onBuddyState(self) -> None:
        try:
            self._look()
        except Exception:  # noqa: BLE001 # told as a fault; the library calls this one without an argument
            self.sink.fault("presence", format_exc())

    def _look(self) -> None:
        info = self.getInfo()
        if info.subState != _ACTIVE:
            self.presence.heard(self.who, PresenceState.UNKNOWN, info.subTermReason)
            return
        status = info.presStatus
        words = status.note or status.statusText
        self.presence.heard(self.who, _state(status.status, status.activity, words), words[:80])


def _state(status: int, activity: int, words: str) -> PresenceState:
    if status == pj.PJSUA_BUDDY_STATUS_UNKNOWN:
        return PresenceState.UNKNOWN
    if status == pj.PJSUA_BUDDY_STATUS_OFFLINE:
        return PresenceState.AWAY
    if noted := _NOTES.get(words.strip().lower()):
        return noted
    return PresenceState.BUSY if activity == pj.PJRPID_ACTIVITY_BUSY else PresenceState.FREE
