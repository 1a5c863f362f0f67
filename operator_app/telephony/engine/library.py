"""pjsua2 brought up and taken down in the one order that works."""

import gc
import logging
import os
import time
from pathlib import Path

import pjsua2 as pj

from operator_app.domain.ids import CallId
from operator_app.telephony.engine import LIBRARY_VARIABLE
from operator_app.telephony.engine.accounts import direct_config, host_of, server_config
from operator_app.telephony.engine.doorman import Doorman, Request
from operator_app.telephony.engine.guard import watchman
from operator_app.telephony.engine.intake import Intake, UnguardedError, stand_before_parser
from operator_app.telephony.engine.legs import DIRECT, Legs, SipAccount
from operator_app.telephony.engine.limits import Limits, Throttle
from operator_app.telephony.engine.memory import binary_of_library
from operator_app.telephony.engine.sink import Sink, guarded
from operator_app.telephony.engine.transports import open_transports
from operator_app.telephony.origins import Origins, host_of_packet
from operator_app.telephony.settings import EngineAccount, EngineSettings, KeysBy, Srtp
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError

_log = logging.getLogger(__name__)

CLOCK_RATE = 16_000
BRIDGE_MS = 10
"""The bridge's beat; with the library's own of 20 ms each voice comes some 20 ms later (decision 8)."""
_UNREGISTER_S = 1.0
_WAITING_STRANGERS = 2
"""So many calls of strangers at one address may wait at the same time."""


class _Endpoint(pj.Endpoint):
    def __init__(self, sink: Sink) -> None:
        super().__init__()
        self.sink = sink

    def onSelectAccount(self, prm: object) -> None:
        """Leave it to the library, without the way through Python and back that its own empty one takes."""

    @guarded
    def onRejectedIncomingCall(self, prm: pj.OnRejectedIncomingCallParam) -> None:
        received = prm.rdata
        message = received.wholeMsg or f"INVITE\r\nFrom: {prm.remoteInfo}\r\n\r\n"
        self.sink.turned_away(prm.statusCode, prm.reason, message, host_of_packet(received.srcAddress))


class Library:
    """The running library with its transports and accounts. Everything on the thread that made it."""

    def __init__(self, settings: EngineSettings, sink: Sink, log_file: Path, limits: Limits) -> None:
        self._settings = settings
        self._sink = sink
        self._accounts: dict[str, SipAccount] = {}
        self._endpoint = _Endpoint(sink)
        self.limits = limits
        registrars = {each.name: host_of(each.registrar) for each in settings.accounts}
        self.origins = Origins(registrars, settings.servers)
        self.legs = Legs(sink, Throttle(limits.handles), self.origins)
        house = _House(self.legs, sink, limits.calls)
        self.legs.doorman = Doorman(house, takes_direct=settings.takes_direct)
        self.legs.may_encrypt = settings.srtp is not Srtp.OFF
        self.address = ""
        self.transports: tuple[str, ...] = ()
        self.codecs: tuple[str, ...] = ()
        self.known_codecs: tuple[str, ...] = ()
        self.version = ""
        self.unguarded = ""
        """Why nothing stands before the library's parser; empty while something does."""
        self._intake: Intake | None = None
        if len(settings.accounts) + 1 > limits.accounts:
            raise PhoneRefusedError(
                PhoneRefusal.TOO_MANY_ACCOUNTS,
                f"{len(settings.accounts)} accounts, {limits.accounts - 1} at most",
            )
        if len(settings.watch) > limits.buddies:
            raise PhoneRefusedError(
                PhoneRefusal.BAD_SETTINGS, f"{len(settings.watch)} watched numbers, {limits.buddies} at most"
            )
        self.watch = settings.watch
        self._endpoint.libCreate()
        try:
            self._bring_up(log_file)
        except BaseException:
            self._endpoint.libDestroy()
            raise

    def _bring_up(self, log_file: Path) -> None:
        self._endpoint.libInit(self._endpoint_config(log_file))
        self.version = f"pjproject {self._endpoint.libVersion().full}"
        named = os.environ.get(
            LIBRARY_VARIABLE, ""
        )  # whoever may set it owns the session; it is said all the same
        _log.log(logging.WARNING if named else logging.INFO, "%s, %s", self.version, binary_of_library())
        self._transports = open_transports(self._endpoint, self._settings)
        self.address, self.transports = self._transports.address, tuple(self._transports.names)
        self._endpoint.libStart()
        self._guard = watchman(binary_of_library(), self.legs.doorman.judge)
        self.legs.guarded = self._guard is not None
        try:
            self._intake = stand_before_parser(
                binary_of_library(),
                frozenset(self._transports.listening),
                self._sink.turned_away,
                lambda why: self._sink.fault("intake", why),
            )
        except UnguardedError as problem:
            self.unguarded = str(problem)
            _log.error("nothing stands before the library's parser: %s", problem)
        if self._guard is None:
            self.unguarded = self.unguarded or "the watchman is not at its post"
        # The bridge needs a clock; the wheel has no sound device of its own.
        self._endpoint.audDevManager().setNullDev()
        self._order_codecs()
        self._add_account(DIRECT, direct_config(self._settings, self.address))

    def register(self) -> None:
        """Add the accounts and begin to register them."""
        for account in self._settings.accounts:
            self._add_account(account.name, server_config(self._settings, account))

    def handle(self, wait_ms: int) -> None:
        """Let the library work; returns after the first packets or the wait.

        In a flood of short calls what comes waits in its socket until those before it are wholly closed.
        """
        if self.legs.throttle.closed(len(self.legs), time.monotonic()):
            time.sleep(wait_ms / 1000)
            return
        self._endpoint.libHandleEvents(wait_ms)

    @property
    def keys_by_info(self) -> bool:
        """Whether keys leave as SIP INFO."""
        return self._settings.keys is KeysBy.INFO

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the accounts at servers, in the order of the settings."""
        return tuple(each.name for each in self._settings.accounts)

    def account(self, name: str) -> SipAccount:
        """Return an account by its name."""
        return self._accounts[name]

    def account_of(self, name: str) -> EngineAccount | None:
        """Return the settings of an account, None for the direct one."""
        return next((each for each in self._settings.accounts if each.name == name), None)

    def ping(self, name: str) -> None:
        """Ask the server of an account whether it is there."""
        settings = self.account_of(name)
        if settings is not None:
            self._accounts[name].ask(settings.registrar)

    def register_again(self, name: str) -> None:
        """Register at once: a server that was away may have forgotten us."""
        self._accounts[name].setRegistration(True)

    def close(self) -> None:
        """Unregister and end the library; no leg, player or recorder may be left."""
        self._unregister()
        for account in self._accounts.values():
            account.shutdown()
        self._accounts.clear()
        gc.collect()
        if self._guard is not None:
            self._guard.leave()
        if self._intake is not None:
            self._intake.leave()
        # Without the flag it waits a second for what is done already.
        self._endpoint.libDestroy(pj.PJSUA_DESTROY_NO_RX_MSG)

    def _unregister(self) -> None:
        known = [
            each for name, each in self._accounts.items() if name != DIRECT and each.getInfo().regIsActive
        ]
        for account in known:
            try:
                account.setRegistration(False)
            except pj.Error as problem:
                _log.warning("account %s: %s", account.name, problem.reason)
        until = time.monotonic() + _UNREGISTER_S
        while any(each.getInfo().regIsActive for each in known) and time.monotonic() < until:
            self._endpoint.libHandleEvents(10)

    def _endpoint_config(self, log_file: Path) -> pj.EpConfig:
        config = pj.EpConfig()
        config.uaConfig.threadCnt = 0
        config.uaConfig.maxCalls = self.limits.calls
        config.uaConfig.userAgent = "Operator112"
        config.medConfig.clockRate = CLOCK_RATE
        config.medConfig.noVad = True
        config.medConfig.audioFramePtime = BRIDGE_MS
        # With the default the bridge clock stops when nothing is linked, ports of ended calls are never freed, and
        # after 278 short calls every further one fails with 488 (pjproject 2.15; try again at 2.17).
        config.medConfig.sndAutoCloseTime = -1
        # From level 3 on it names callers, and messages hold their numbers and places.
        config.logConfig.level = 5 if self._settings.sip_trace else 2
        config.logConfig.msgLogging = 1 if self._settings.sip_trace else 0
        config.logConfig.consoleLevel = 0
        config.logConfig.filename = str(log_file)
        config.logConfig.fileFlags = pj.PJ_O_APPEND
        return config

    def _order_codecs(self) -> None:
        known = [
            (codec.codecId, codec.codecId.partition("/")[0].upper()) for codec in self._endpoint.codecEnum2()
        ]
        wanted = [name.upper() for name in self._settings.codecs]
        if missing := [name for name in wanted if name not in {short for _, short in known}]:
            raise PhoneRefusedError(
                PhoneRefusal.BAD_SETTINGS, f"no codec {', '.join(missing)} in this library"
            )
        for full, short in known:
            self._endpoint.codecSetPriority(full, 250 - wanted.index(short) if short in wanted else 0)
        self.codecs = tuple(wanted)
        self.known_codecs = tuple(dict.fromkeys(short for _, short in known))

    def _add_account(self, name: str, config: pj.AccountConfig) -> None:
        account = SipAccount(name, self.legs)
        try:
            account.create(config, name == DIRECT)
        except pj.Error as problem:
            raise PhoneRefusedError(PhoneRefusal.BAD_SETTINGS, f"account {name}: {problem.reason}") from None
        self._accounts[name] = account


class _House:
    """What the doorman asks of the library's calls."""

    def __init__(self, legs: Legs, sink: Sink, lines: int) -> None:
        self._legs, self._sink, self._lines = legs, sink, lines

    def believes(self, host: str) -> bool:
        return self._legs.origins.believes(host)

    def may_ring(self, host: str) -> bool:
        """One line is always the phone server's."""
        free = self._lines - len(self._legs)
        return self._legs.waiting_from(host) < _WAITING_STRANGERS and free > 1

    def call_named(self, sip_call_id: str) -> CallId | None:
        return self._legs.named(sip_call_id)

    def key_pressed(self, call_id: CallId, key: str) -> None:
        self._sink.leg_digit(call_id, key)

    def turned_away(self, request: Request, code: int) -> None:
        self._sink.turned_away(code, "", request.text, request.host)


def shrink_log(log_file: Path, limit: int) -> None:
    """Keep the library's log bounded: past `limit` bytes it becomes the old log and begins anew.

    The library keeps the file open for appending, so it is copied and cut, not renamed.
    """
    if log_file.exists() and log_file.stat().st_size > limit:
        log_file.with_suffix(".old.log").write_bytes(log_file.read_bytes())
        os.truncate(log_file, 0)
