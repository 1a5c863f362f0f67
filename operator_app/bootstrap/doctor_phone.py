"""The doctor's look at the phone: library, codecs, TLS, sound, address, servers, each asked and not assumed."""

import json
import re
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from operator_app.config.settings import AccountSettings, PhoneSettings, Settings
from operator_app.lanes.child import own_process

LOOK_S = 20.0
CONNECT_S = 2.0
KNOWN_SAFE = (2, 17)
"""The oldest pjproject without a published fault that reaches this program unhindered (docs/phone-library.md)."""
SIP_PORT, SIPS_PORT = 5060, 5061


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination; `good` is None where there is nothing to judge."""

    subject: str
    words: str
    good: bool | None = True


def phone_findings(settings: Settings) -> Iterator[Finding]:
    """Look at everything that a seat's phone needs."""
    phone = settings.phone
    if not phone.enabled:
        yield Finding("phone", "switched off in the settings", None)
        return
    yield _address(phone)
    told = ask_library()
    if isinstance(told, str):
        yield Finding("phone lib", told, good=False)
    else:
        yield from library_findings(phone, told)
    for account in phone.account:
        yield _server(account)


def ask_library() -> dict[str, Any] | str:
    """Have the library say what it can do, in a process of its own; returns a sentence when that fails."""
    command = own_process("operator_app.telephony.engine.look")
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LOOK_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as problem:
        return f"the phone library cannot be asked: {problem}"
    try:
        told = json.loads(done.stdout.strip().rpartition("\n")[2])
    except ValueError:
        last = done.stderr.strip().rpartition("\n")[2] or f"it ended with {done.returncode}"
        return f"the phone library cannot be loaded: {last[:300]}"
    return told if isinstance(told, dict) else "the phone library said nothing"


def library_findings(phone: PhoneSettings, told: dict[str, Any]) -> Iterator[Finding]:
    """Judge what the library has told of itself (`engine.look`)."""
    limits = told["limits"]
    carries = (
        f"{limits['calls']} calls, {limits['accounts'] - 1} servers, {limits['buddies']} watched numbers"
    )
    carries += f", messages to {limits['message_bytes']:,} bytes"
    words = f"pjproject {told['version']} ({limits['build']}): {carries}"
    fits = len(phone.account) < limits["accounts"]
    too_many = f"; {len(phone.account)} accounts are too many"
    yield Finding("phone lib", words if fits else words + too_many, fits)
    if _number(told["version"]) < KNOWN_SAFE:
        safe = ".".join(map(str, KNOWN_SAFE))
        words = (
            f"pjproject {told['version']} is older than {safe}, the last one known safe: published memory faults "
            "of it are within a caller's reach (docs/phone-library.md)"
        )
        yield Finding("phone lib", words, good=False)
    if told["unguarded"]:
        words = (
            f"nothing stands before its parser ({told['unguarded']}): what is broken or too long is lost "
            "without a word, urn:service:sos does not ring"
        )
        yield Finding("phone lib", words, good=False)
    known = list(dict.fromkeys(str(each).partition("/")[0].upper() for each in told["codecs"]))
    unknown = [each for each in phone.codecs if each.upper() not in known]
    if unknown:
        yield Finding("codecs", f"no codec {', '.join(unknown)}; known are {', '.join(known)}", good=False)
    else:
        yield Finding("codecs", f"{', '.join(phone.codecs)} in use, of {', '.join(known)}")
    wants_tls = any(each.transport == "tls" for each in phone.account)
    if told["tls"]:
        yield Finding("TLS", f"not in this library ({told['tls']})", False if wants_tls else None)
    else:
        check = "checked" if phone.tls_verify else "NOT CHECKED"
        yield Finding(
            "TLS", f"in this library; servers' certificates are {check}", phone.tls_verify or not wants_tls
        )
    if told["devices"]:
        yield Finding("sound", ", ".join(told["devices"]))
    else:
        wanted = phone.audio == "auto"
        yield Finding("sound", f"no sound card: {told['no_devices']}", None if wanted else True)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("-")[0]))


def _address(phone: PhoneSettings) -> Finding:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((phone.address, phone.port))
    except OSError as error:
        words = f"{phone.address} port {phone.port} cannot be used ({error.strerror}); a running seat holds its own"
        return Finding("phone", words, good=False)
    sound = f"{phone.rtp_port} to {phone.rtp_port + phone.rtp_ports - 1}" if phone.rtp_ports else "any"
    rules = f"sound ports {sound}, SRTP {phone.srtp}, DSCP {phone.sip_dscp}/{phone.rtp_dscp}"
    servers = bool(phone.account or phone.servers)
    callers = "strangers may call" if phone.direct or not servers else "only its servers may call"
    return Finding(
        "phone",
        f"{phone.address} port {phone.port or 'any'}, {len(phone.account)} accounts, {callers}, {rules}",
    )


def _server(account: AccountSettings) -> Finding:
    secure = account.transport == "tls"
    host, _, port = account.registrar.partition(":")[2].rpartition("@")[2].partition(";")[0].partition(":")
    if account.transport == "udp":
        return Finding("registrar", f"{host}: by UDP, which tells nothing before the seat registers", None)
    number = int(port) if port.isdigit() else (SIPS_PORT if secure else SIP_PORT)
    try:
        with socket.create_connection((host, number), CONNECT_S):
            return Finding("registrar", f"{host} port {number} takes connections")
    except OSError as error:
        return Finding("registrar", f"{host} port {number}: {error.strerror or error}", good=False)
