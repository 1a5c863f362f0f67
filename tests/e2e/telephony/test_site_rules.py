"""What the site sets, seen on the wire: marked packets, the chosen interface and ports, encrypted sound, TLS."""

import asyncio
import contextlib
import re
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from operator_app.domain.line import LineEnded, LineMedia, LineQuality, LineRegistration, RegistrationProblem
from operator_app.domain.line import RegistrationState as State
from operator_app.telephony.settings import EngineAccount, EngineSettings, Srtp
from operator_app.workflow.phone_port import PhoneRefusal, PhoneRefusedError
from tests.e2e.telephony.raw_sip import RawPeer
from tests.e2e.telephony.rig import Rig, settings, until

OTHER_LOOPBACK = "127.0.0.2"


def mark_of(listener: socket.socket) -> int:
    """Return the DiffServ code point of the next packet."""
    _, extra, _, _ = listener.recvmsg(65_536, 256)
    (tos,) = (data[0] for level, kind, data in extra if (level, kind) == (socket.IPPROTO_IP, socket.IP_TOS))
    return tos >> 2


def test_signalling_and_sound_are_marked_and_leave_by_the_chosen_interface_and_ports(tmp_path: Path) -> None:
    async def story() -> None:
        rules = replace(
            settings(), bind=OTHER_LOOPBACK, rtp_port=42_000, rtp_ports=20, sip_dscp=26, rtp_dscp=34
        )
        async with Rig(tmp_path, rules) as seat:
            assert seat.address.startswith(OTHER_LOOPBACK)
            with RawPeer(seat.address) as peer:
                for each in (peer.sip, peer.rtp):
                    each.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
                peer.send(peer.invite())
                await seat.answer_next()
                marks: list[int] = []

                def look() -> str | None:
                    with contextlib.suppress(BlockingIOError):
                        data, extra, _, sender = peer.sip.recvmsg(65_536, 256)
                        marks.extend(kept[0] >> 2 for _, kind, kept in extra if kind == socket.IP_TOS)
                        assert sender[0] == OTHER_LOOPBACK
                        text = data.decode()
                        return text if text.startswith("SIP/2.0 200") else None
                    return None

                answer = await until("the call is answered", look)
                assert set(marks) == {26}
                assert f"c=IN IP4 {OTHER_LOOPBACK}" in answer
                port = re.search(r"m=audio (\d+)", answer)
                assert port is not None
                assert 42_000 <= int(port[1]) < 42_020

                def sound() -> tuple[int, str, int] | None:
                    with contextlib.suppress(BlockingIOError):
                        _, extra, _, sender = peer.rtp.recvmsg(65_536, 256)
                        return extra[0][2][0] >> 2, sender[0], sender[1]
                    return None

                assert await until("sound comes", sound) == (34, OTHER_LOOPBACK, int(port[1]))

    asyncio.run(story())


@pytest.mark.parametrize("here", list(Srtp))
@pytest.mark.parametrize("there", list(Srtp))
def test_sound_is_encrypted_as_the_two_rules_agree(tmp_path: Path, here: Srtp, there: Srtp) -> None:
    async def story() -> None:
        async with (
            Rig(tmp_path, replace(settings(), srtp=here)) as seat,
            Rig(tmp_path, replace(settings(user="0811"), srtp=there), "far") as far,
        ):
            call = await far.phone.dial(f"sip:112@{seat.address}")
            # "optional" offers the plain profile with keys beside, which "required" does not take.
            if {here, there} == {Srtp.OFF, Srtp.REQUIRED} or (there, here) == (Srtp.OPTIONAL, Srtp.REQUIRED):
                ended = await far.signals.wait(LineEnded, lambda each: each.call_id == call)
                assert ended.code in (406, 488)
                return
            await seat.answer_next()
            await seat.signals.wait(LineQuality, lambda each: each.received > 20)
            await far.signals.wait(LineQuality, lambda each: each.received > 20)
            encrypted = await seat.signals.wait(LineMedia, lambda each: each.active)
            assert encrypted.encrypted == (Srtp.OFF not in (here, there))

    asyncio.run(story())


@contextlib.asynccontextmanager
async def tls_registrar(folder: Path) -> AsyncIterator[tuple[str, Path]]:
    """A server that takes every REGISTER over TLS; yields its address for `registrar` and its certificate."""
    certificate, key = folder / "server.pem", folder / "server.key"
    subject = "-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 {subject} -keyout {key} -out {certificate}"
    await asyncio.to_thread(subprocess.run, command.split(), check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                kept = [
                    line
                    for line in head.split("\r\n")
                    if re.match("(via|from|to|call-id|cseq|contact):", line, re.IGNORECASE)
                ]
                tagged = [
                    f"{line};tag=s" if line.lower().startswith("to:") and "tag=" not in line else line
                    for line in kept
                ]
                writer.write(
                    "\r\n".join(
                        ["SIP/2.0 200 OK", *tagged, "Expires: 60", "Content-Length: 0", "", ""]
                    ).encode()
                )
                await writer.drain()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield f"sip:127.0.0.1:{server.sockets[0].getsockname()[1]};transport=tls", certificate
    finally:
        server.close()


def over_tls(registrar: str, **changes: object) -> EngineSettings:
    account = EngineAccount("server", "1", "rahasia", registrar, retry_s=1)
    return replace(settings(), accounts=(account,), **changes)  # type: ignore[arg-type]


def test_a_server_is_spoken_to_over_tls_once_its_certificate_is_trusted(tmp_path: Path) -> None:
    async def story() -> None:
        async with tls_registrar(tmp_path) as (registrar, certificate):
            async with Rig(tmp_path, over_tls(registrar, tls_ca=str(certificate))) as seat:
                assert "tls" in seat.ready.transports
                assert (await seat.signals.wait(LineRegistration)).state is State.REGISTERED
            async with Rig(tmp_path, over_tls(registrar), "strict") as strict:
                told = await strict.signals.wait(LineRegistration)
                assert (told.state, told.problem) == (State.FAILED, RegistrationProblem.CERTIFICATE), told
            async with Rig(tmp_path, over_tls(registrar, tls_verify=False), "trusting") as trusting:
                assert (await trusting.signals.wait(LineRegistration)).state is State.REGISTERED

    asyncio.run(story())


@pytest.mark.parametrize(
    "changes",
    [
        {"watch": ("1",) * 257},
        {"sip_dscp": 64},
        {"rtp_ports": 10},
        {"rtp_port": 40_000, "rtp_ports": 1},
        {"rtp_port": 65_000, "rtp_ports": 900},
    ],
)
def test_rules_that_no_phone_can_keep_are_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    async def story() -> None:
        with pytest.raises(PhoneRefusedError) as refused:
            await Rig(tmp_path, replace(settings(), **changes)).phone.start()  # type: ignore[arg-type]
        assert refused.value.code is PhoneRefusal.BAD_SETTINGS

    asyncio.run(story())
