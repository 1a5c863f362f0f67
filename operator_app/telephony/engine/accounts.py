"""What the library is told of each identity of this phone: the direct one and those at phone servers."""

import pjsua2 as pj

from operator_app.telephony.engine.transports import mark
from operator_app.telephony.settings import EngineAccount, EngineSettings, Srtp

_LEAST_SESSION_S = 90
_SRTP = {
    Srtp.OFF: pj.PJMEDIA_SRTP_DISABLED,
    Srtp.OPTIONAL: pj.PJMEDIA_SRTP_OPTIONAL,
    Srtp.REQUIRED: pj.PJMEDIA_SRTP_MANDATORY,
}


def direct_config(settings: EngineSettings, address: str) -> pj.AccountConfig:
    """Return the account by which this phone is called without a phone server."""
    config = _common(settings)
    config.idUri = f"sip:{settings.user}@{address}"
    if settings.udp and settings.bind:
        # Else the library asks the system for its own address twice a call, before the 180.
        config.sipConfig.contactForced = f"<{config.idUri}>"
    return config


def server_config(settings: EngineSettings, account: EngineAccount) -> pj.AccountConfig:
    """Return an account that registers at its server and calls by way of it."""
    config = _common(settings)
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


def _common(settings: EngineSettings) -> pj.AccountConfig:
    config = pj.AccountConfig()
    sound = config.mediaConfig.transportConfig
    # Without this the SDP names the first interface, whatever the transport is bound to.
    sound.boundAddress = settings.bind
    sound.port = settings.rtp_port
    # Each call takes an even port and the one after it; the library counts the range from the first.
    sound.portRange = max(0, settings.rtp_ports - 1) if settings.rtp_port else 0
    mark(sound, settings.rtp_dscp)
    config.mediaConfig.srtpUse = _SRTP[settings.srtp]
    # Left to itself the library takes DTLS-SRTP, too, and dies of its offer (pjproject 2.15; try again at 2.17).
    config.mediaConfig.srtpOpt.keyings.append(pj.PJMEDIA_SRTP_KEYING_SDES)
    # The keys travel in the SDP (RFC 4568): without TLS whoever sees the signalling has them. docs/phone-server.md
    config.mediaConfig.srtpSecureSignaling = 0
    # RFC 4028: a far end that died without a word is noticed by the signalling, too.
    config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_OPTIONAL
    config.callConfig.timerSessExpiresSec = settings.session_expires_s
    config.callConfig.timerMinSESec = _LEAST_SESSION_S
    return config


def host_of(uri: str) -> str:
    """Return host[:port] of a sip: URI."""
    return uri.partition(":")[2].rpartition("@")[2].partition(";")[0]
