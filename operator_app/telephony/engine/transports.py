"""Where the phone listens for SIP: UDP, TCP, TLS on the chosen interface, marked as the site wants it."""

import socket
from dataclasses import dataclass, field

import pjsua2 as pj

from operator_app.telephony.settings import EngineSettings
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError

_IN_USE = {120000 + 98, 120000 + 48, 130000 + 10048}
_NO_ADDRESS = {120000 + 99, 120000 + 49, 130000 + 10049}
_NO_SUCH_TRANSPORT = {171060, 70012}
"""PJSIP_EUNSUPTRANSPORT and PJ_ENOTSUP: what a library without TLS says."""
_NAMES = {pj.PJSIP_TRANSPORT_UDP: "UDP", pj.PJSIP_TRANSPORT_TCP: "TCP", pj.PJSIP_TRANSPORT_TLS: "TLS"}


@dataclass(slots=True)
class Transports:
    """The open transports: `address` is host:port of the first, by which this phone is called."""

    address: str = ""
    names: list[str] = field(default_factory=list)
    listening: set[int] = field(default_factory=set)
    """Our ports for connections (TCP, TLS)."""
    kept: list[pj.SockOpt] = field(default_factory=list)
    """The library keeps pointers into them for as long as it lives."""


def open_transports(endpoint: pj.Endpoint, settings: EngineSettings) -> Transports:
    """Open what the settings want. Raises `PhoneRefusedError` with the reason."""
    opened = Transports()
    port = settings.port
    if settings.udp:
        opened.address = _open(endpoint, settings, opened, pj.PJSIP_TRANSPORT_UDP, port)
        port = _port(opened.address)
        opened.names.append("udp")
    if settings.tcp:
        try:
            address = _open(endpoint, settings, opened, pj.PJSIP_TRANSPORT_TCP, port)
        except PhoneRefusedError:
            if settings.port != 0:
                raise
            # The system chose the port for UDP and somebody has its number in TCP: any other will do.
            address = _open(endpoint, settings, opened, pj.PJSIP_TRANSPORT_TCP, 0)
        opened.address = opened.address or address
        opened.listening.add(_port(address))
        opened.names.append("tcp")
    if settings.tls:
        opened.listening.add(_port(_open(endpoint, settings, opened, pj.PJSIP_TRANSPORT_TLS, 0)))
        opened.names.append("tls")
    return opened


def _port(address: str) -> int:
    return int(address.rpartition(":")[2])


def mark(config: pj.TransportConfig, dscp: int) -> None:
    """Have what leaves by that transport marked with a code point (RFC 2474); 0 leaves it unmarked."""
    if dscp:
        config.qosParams.flags = pj.PJ_QOS_PARAM_HAS_DSCP
        config.qosParams.dscp_val = dscp


def _open(endpoint: pj.Endpoint, settings: EngineSettings, opened: Transports, kind: int, port: int) -> str:
    config = pj.TransportConfig()
    config.port = port
    config.boundAddress = settings.bind
    mark(config, settings.sip_dscp)
    if kind == pj.PJSIP_TRANSPORT_TCP:
        option = _no_delay()
        opened.kept.append(option)
        config.sockOptParams.sockOpts.append(option)
    if kind == pj.PJSIP_TRANSPORT_TLS:
        _secure(config, settings)
    try:
        transport = endpoint.transportCreate(kind, config)
    except pj.Error as problem:
        raise _refusal(problem, f"{_NAMES[kind]} {settings.bind or '*'}:{port}") from None
    return endpoint.transportGetInfo(transport).localName


def _secure(config: pj.TransportConfig, settings: EngineSettings) -> None:
    import ssl  # noqa: PLC0415  (most engines need none, and it takes 30 ms)

    tls = config.tlsConfig
    # The library's own OpenSSL may know no authorities at all.
    tls.CaListFile = settings.tls_ca or (ssl.get_default_verify_paths().cafile or "")
    tls.verifyServer = settings.tls_verify
    tls.proto = pj.PJ_SSL_SOCK_PROTO_TLS1_2 | pj.PJ_SSL_SOCK_PROTO_TLS1_3
    tls.msecTimeout = 5000
    tls.qosParams = config.qosParams


def _refusal(problem: pj.Error, where: str) -> PhoneRefusedError:
    if problem.status in _IN_USE:
        return PhoneRefusedError(PhoneRefusal.PORT_IN_USE, f"{where} is in use")
    if problem.status in _NO_ADDRESS:
        return PhoneRefusedError(PhoneRefusal.BAD_ADDRESS, f"{where} is no address of this machine")
    if where.startswith("TLS") and problem.status in _NO_SUCH_TRANSPORT:
        return PhoneRefusedError(PhoneRefusal.NO_TLS, "this build of the phone library has no TLS")
    return PhoneRefusedError(PhoneRefusal.LIBRARY, f"{where}: {problem.reason}")


def _no_delay() -> pj.SockOpt:
    """Return TCP_NODELAY, which the library leaves unset: a 180 would wait 40 ms behind the 100 before it."""
    option = pj.SockOpt()
    option.level, option.optName = socket.IPPROTO_TCP, socket.TCP_NODELAY
    option.setOptValInt(1)
    return option
