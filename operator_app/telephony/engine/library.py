"""pjsua2 brought up and taken down in the one order that works."""

import gc
import logging
import os
import socket
import sys
import time
from pathlib import Path

import pjsua2 as pj

from operator_app.telephony.engine.guard import watchman
from operator_app.telephony.engine.legs import Legs, SipAccount
from operator_app.telephony.engine.limits import Limits, Throttle
from operator_app.telephony.engine.sink import Sink, guarded
from operator_app.telephony.settings import EngineAccount, EngineSettings, KeysBy
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError

_log = logging.getLogger(__name__)

CLOCK_RATE = 16_000
_UNREGISTER_S = 1.0
_LEAST_SESSION_S = 90
DIRECT = "direct"
_IN_USE = {120000 + 98, 120000 + 48, 130000 + 10048}
_NO_ADDRESS = {120000 + 99, 120000 + 49, 130000 + 10049}


class _Endpoint(pj.Endpoint):
    def __init__(self, sink: Sink) -> None:
        super().__init__()
        self.sink = sink

    def onSelectAccount(self, prm: object) -> None:
        """Leave it to the library, without the way through Python and back that its own empty one takes."""

    @guarded
    def onRejectedIncomingCall(self, prm: pj.OnRejectedIncomingCallParam) -> None:
        self.sink.turned_away(prm.statusCode, prm.reason, prm.remoteInfo)


class Library:
    """The running library with its transports and accounts. Everything on the thread that made it."""

    def __init__(self, settings: EngineSettings, sink: Sink, log_file: Path, limits: Limits) -> None:
        self._settings = settings
        self._sink = sink
        self._accounts: dict[str, SipAccount] = {}
        self._endpoint = _Endpoint(sink)
        # The library keeps a pointer into it for as long as it lives.
        self._no_delay = _no_delay()
        self.limits = limits
        self.legs = Legs(sink, Throttle(limits.handles))
        self.address = ""
        self.transports: tuple[str, ...] = ()
        self.codecs: tuple[str, ...] = ()
        self.version = ""
        if len(settings.accounts) + 1 > limits.accounts:
            raise PhoneRefusedError(
                PhoneRefusal.TOO_MANY_ACCOUNTS,
                f"{len(settings.accounts)} accounts, {limits.accounts - 1} at most",
            )
        self._endpoint.libCreate()
        try:
            self._bring_up(log_file)
        except BaseException:
            self._endpoint.libDestroy()
            raise

    def _bring_up(self, log_file: Path) -> None:
        self._endpoint.libInit(self._endpoint_config(log_file))
        self.version = f"pjproject {self._endpoint.libVersion().full}"
        self._open_transports()
        self._endpoint.libStart()
        self._guard = watchman(_binary(), self._sink.key_by_info)
        # The bridge needs a clock; the wheel has no sound device of its own.
        self._endpoint.audDevManager().setNullDev()
        self._order_codecs()
        self._add_account(DIRECT, self._direct_config())

    def register(self) -> None:
        """Add the accounts and begin to register them."""
        for account in self._settings.accounts:
            self._add_account(account.name, self._server_config(account))

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
        # With the default the bridge clock stops when nothing is linked, ports of ended calls are never freed, and
        # after 278 short calls every further one fails with 488 (pjproject 2.15; try again at 2.17).
        config.medConfig.sndAutoCloseTime = -1
        # Level 4 names callers, and messages hold their numbers and places.
        config.logConfig.level = 5 if self._settings.sip_trace else 3
        config.logConfig.msgLogging = 1 if self._settings.sip_trace else 0
        config.logConfig.consoleLevel = 0
        config.logConfig.filename = str(log_file)
        config.logConfig.fileFlags = pj.PJ_O_APPEND
        return config

    def _open_transports(self) -> None:
        port, names = self._settings.port, []
        if self._settings.udp:
            address = self._open(pj.PJSIP_TRANSPORT_UDP, "UDP", port)
            self.address, port = address, int(address.rpartition(":")[2])
            names.append("udp")
        if self._settings.tcp:
            address = self._open_tcp(port)
            self.address = self.address or address
            names.append("tcp")
        self.transports = tuple(names)

    def _open_tcp(self, port: int) -> str:
        try:
            return self._open(pj.PJSIP_TRANSPORT_TCP, "TCP", port)
        except PhoneRefusedError:
            if self._settings.port != 0:
                raise
            # The system chose the port for UDP and somebody has its number in TCP: any other will do.
            return self._open(pj.PJSIP_TRANSPORT_TCP, "TCP", 0)

    def _open(self, kind: int, name: str, port: int) -> str:
        config = pj.TransportConfig()
        config.port = port
        config.boundAddress = self._settings.bind
        if kind == pj.PJSIP_TRANSPORT_TCP:
            config.sockOptParams.sockOpts.append(self._no_delay)
        try:
            transport = self._endpoint.transportCreate(kind, config)
        except pj.Error as problem:
            where = f"{name} {self._settings.bind or '*'}:{port}"
            if problem.status in _IN_USE:
                raise PhoneRefusedError(PhoneRefusal.PORT_IN_USE, f"{where} is in use") from None
            if problem.status in _NO_ADDRESS:
                raise PhoneRefusedError(
                    PhoneRefusal.BAD_ADDRESS, f"{where} is no address of this machine"
                ) from None
            raise PhoneRefusedError(PhoneRefusal.LIBRARY, f"{where}: {problem.reason}") from None
        return self._endpoint.transportGetInfo(transport).localName

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

    def _direct_config(self) -> pj.AccountConfig:
        config = self._common_config()
        config.idUri = f"sip:{self._settings.user}@{self.address}"
        if self._settings.udp and self._settings.bind:
            # Else the library asks the system for its own address twice a call, before the 180.
            config.sipConfig.contactForced = f"<{config.idUri}>"
        return config

    def _server_config(self, account: EngineAccount) -> pj.AccountConfig:
        config = self._common_config()
        domain = host_of(account.registrar)
        name = account.display_name.replace("\\", "").replace('"', "")
        config.idUri = f'"{name}" <sip:{account.user}@{domain}>' if name else f"sip:{account.user}@{domain}"
        registration = config.regConfig
        registration.registrarUri = account.registrar
        registration.timeoutSec = account.expires_s
        registration.retryIntervalSec = account.retry_s
        # The defaults are 300 s.
        registration.firstRetryIntervalSec = 1
        registration.randomRetryIntervalSec = 0
        # Calls go by way of the server, REGISTER goes straight to it.
        registration.proxyUse = 0
        registration.delayBeforeRefreshSec = min(5, account.expires_s // 2)
        credentials = pj.AuthCredInfo("digest", account.realm, account.user, 0, account.password)
        config.sipConfig.authCreds.append(credentials)
        config.sipConfig.proxies.append(f"{account.registrar};lr")
        return config

    def _common_config(self) -> pj.AccountConfig:
        config = pj.AccountConfig()
        # Without this the SDP names the first interface, whatever the transport is bound to.
        config.mediaConfig.transportConfig.boundAddress = self._settings.bind
        config.mediaConfig.transportConfig.port = self._settings.rtp_port
        # RFC 4028: a far end that died without a word is noticed by the signalling, too.
        config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_OPTIONAL
        config.callConfig.timerSessExpiresSec = self._settings.session_expires_s
        config.callConfig.timerMinSESec = _LEAST_SESSION_S
        return config

    def _add_account(self, name: str, config: pj.AccountConfig) -> None:
        account = SipAccount(name, self.legs)
        try:
            account.create(config, name == DIRECT)
        except pj.Error as problem:
            raise PhoneRefusedError(PhoneRefusal.BAD_SETTINGS, f"account {name}: {problem.reason}") from None
        self._accounts[name] = account


def _binary() -> str:
    """Return the file of the loaded library: the module beside or inside the package that has its C functions."""
    for name in ("pjsua2._pjsua2", "_pjsua2"):
        module = sys.modules.get(name)
        if module is not None and module.__file__:
            return module.__file__
    return ""


def _no_delay() -> pj.SockOpt:
    """Return TCP_NODELAY, which the library leaves unset: a 180 would wait 40 ms behind the 100 before it."""
    option = pj.SockOpt()
    option.level, option.optName = socket.IPPROTO_TCP, socket.TCP_NODELAY
    option.setOptValInt(1)
    return option


def host_of(uri: str) -> str:
    """Return host[:port] of a sip: URI."""
    return uri.partition(":")[2].rpartition("@")[2].partition(";")[0]


def shrink_log(log_file: Path, limit: int) -> None:
    """Keep the library's log bounded: past `limit` bytes it becomes the old log and begins anew.

    The library keeps the file open for appending, so it is copied and cut, not renamed.
    """
    if log_file.exists() and log_file.stat().st_size > limit:
        log_file.with_suffix(".old.log").write_bytes(log_file.read_bytes())
        os.truncate(log_file, 0)
