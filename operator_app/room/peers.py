"""Foreign SIP programs as callers and as phone server: SIPp, baresip, Kamailio, each set up on the spot."""

import json
import random
import re
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from operator_app.room.processes import Crew, RoomProcess
from operator_app.room.waiting import RoomError, wait_for

LOOPBACK = "127.0.0.1"


UDP, TCP = socket.SOCK_DGRAM, socket.SOCK_STREAM


def free_port(kind: socket.SocketKind = UDP) -> int:
    """Return a port of the loopback that nobody has just now."""
    return _free({0: (kind,)})


def free_even_port() -> int:
    """Return an even UDP port whose next one is free too: RTP and RTCP."""
    return _free({0: (UDP,), 1: (UDP,)}, step=2)


def free_sip_port() -> int:
    """Return a port free for SIP over UDP and TCP whose next one is free for TLS, as baresip takes them."""
    return _free({0: (UDP, TCP), 1: (TCP,)})


def _free(wanted: Mapping[int, tuple[socket.SocketKind, ...]], step: int = 1) -> int:
    """Find a port below those that outgoing connections get from the system: nobody takes it in between by chance."""
    while True:
        port = random.randrange(16_384, 32_768, step)  # noqa: S311  (no secret)
        try:
            with ExitStack() as held:
                for offset, kinds in wanted.items():
                    for kind in kinds:
                        held.enter_context(socket.socket(socket.AF_INET, kind)).bind(
                            (LOOPBACK, port + offset)
                        )
                return port
        except OSError:
            continue


# --- SIPp -----------------------------------------------------------------------------------------------------------

_SDP = """v=0
o=sipp 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15"""

# CANCEL and the ACK of a refusal belong to the INVITE's transaction.
_INVITE_BRANCH = "z9hG4bK[pid]-[call_number]-invite"


@dataclass(frozen=True, slots=True)
class SippCall:
    """What a SIPp caller does.

    It hangs up `talk_ms` after the answer, or waits for the other side to do so when that is None. `give_up_ms` cancels
    a ringing call. `expect` is the final code that it wants to see; anything else is a failed call.
    """

    user: str = "081234567890"
    display_name: str = ""
    called: str = "112"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = _SDP
    content_type: str = "application/sdp"
    talk_ms: int | None = 500
    give_up_ms: int | None = None
    expect: int = 200
    stamp: bool = True


@dataclass(frozen=True, slots=True)
class SipTime:
    """A SIP message that SIPp sent or got, with the wall time in seconds."""

    at: float
    sent: bool
    first_line: str
    call_id: str
    cseq: str


class SippCaller:
    """SIPp as one or many callers; ends by itself when its calls are done."""

    def __init__(
        self,
        crew: Crew,
        name: str,
        target: str,
        call: SippCall,
        *,
        calls: int = 1,
        rate: int = 10,
        at_once: int = 100,
        tcp: bool = False,
        echo: bool = False,
    ) -> None:
        """Start calling `target` (host:port). With `echo` it sends back all sound that it gets."""
        self.folder = crew.folder / name
        self.folder.mkdir(parents=True, exist_ok=True)
        scenario = self.folder / "scenario.xml"
        scenario.write_text(sipp_scenario(call), encoding="utf-8")
        self._messages = self.folder / "messages.log"
        command = [
            "sipp", target, "-sf", str(scenario), "-i", LOOPBACK, "-mi", LOOPBACK,
            "-p", str(free_port()), "-mp", str(free_even_port()),
            "-m", str(calls), "-r", str(rate), "-l", str(at_once),
            "-nostdin", "-trace_msg", "-message_file", str(self._messages), "-message_overwrite", "true",
            "-trace_err", "-error_file", str(self.folder / "errors.log"),
            "-t", "t1" if tcp else "u1", "-recv_timeout", "30000",
        ]  # fmt: skip
        if echo:
            command.append("-rtp_echo")
        self.process: RoomProcess = crew.start(name, command, {"TERM": "dumb"}, cwd=self.folder)

    def wait(self, limit_s: float = 30.0) -> int:
        """Return the exit code when all calls are done: 0 when every one went as wanted."""
        code = wait_for(f"{self.process.name} is done", self._done, limit_s, self.report)
        return code[0]

    def _done(self) -> tuple[int] | None:
        code = self.process.exit_code
        return None if code is None else (code,)

    def report(self) -> str:
        """Return what SIPp complained of."""
        errors = self.folder / "errors.log"
        return errors.read_text(errors="replace")[-2000:] if errors.exists() else self.process.tail()

    def messages(self) -> list[SipTime]:
        """Return every message so far, in order."""
        return read_sipp_messages(self._messages)


def sipp_scenario(call: SippCall) -> str:
    """Return a SIPp scenario in XML."""
    name = f'"{call.display_name}" ' if call.display_name else ""
    sender = f"From: {name}<sip:{call.user}@[local_ip]:[local_port]>;tag=[call_number]"
    request = [
        f"INVITE sip:{call.called}@[remote_ip]:[remote_port] SIP/2.0",
        f"Via: SIP/2.0/[transport] [local_ip]:[local_port];branch={_INVITE_BRANCH}",
        sender,
        f"To: <sip:{call.called}@[remote_ip]:[remote_port]>",
        "Call-ID: [call_id]",
        "CSeq: 1 INVITE",
        f"Contact: <sip:{call.user}@[local_ip]:[local_port];transport=[transport]>",
        "Max-Forwards: 70",
        *(["X-Sent-At: [$seconds]"] if call.stamp else []),
        *(f"{header}: {value}" for header, value in call.headers.items()),
        *([f"Content-Type: {call.content_type}"] if call.body is not None else []),
        "Content-Length: [len]",
        "",
        call.body or "",
    ]
    stamp = """<nop><action><gettimeofday assign_to="seconds,micros"/>
<divide assign_to="micros" value="1000000"/><add assign_to="seconds" variable="micros"/></action></nop>"""
    steps = [stamp] if call.stamp else []
    steps.append(_sipp_send("\n".join(request), retrans=True))
    steps += ['<recv response="100" optional="true"/>']
    if call.give_up_ms is not None:
        steps += ['<recv response="180"/>', f'<pause milliseconds="{call.give_up_ms}"/>', *_sipp_cancel(call)]
    elif call.expect >= 300:
        steps += [
            '<recv response="180" optional="true"/>',
            f'<recv response="{call.expect}"/>',
            _sipp_ack(call, True),
        ]
    else:
        steps += [
            '<recv response="180" optional="true"/>',
            '<recv response="200" rrs="true"/>',
            _sipp_ack(call, False),
        ]
        steps += _sipp_end(call)
    inner = "\n".join(steps)
    variables = '<Reference variables="seconds,micros"/>' if call.stamp else ""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="caller">\n{inner}\n{variables}\n</scenario>\n'


def _sipp_send(text: str, *, retrans: bool = False) -> str:
    attribute = ' retrans="500"' if retrans else ""
    return f"<send{attribute}><![CDATA[\n{text}\n\n]]></send>"


def _sipp_in_dialog(
    call: SippCall, method: str, cseq: int, *, same_branch: bool = False, to_tag: bool = True
) -> str:
    uri = f"sip:{call.called}@[remote_ip]:[remote_port]" if same_branch else "[next_url]"
    name = f'"{call.display_name}" ' if call.display_name else ""
    return "\n".join(
        [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/[transport] [local_ip]:[local_port];branch={_INVITE_BRANCH if same_branch else '[branch]'}",
            *([] if same_branch else ["[routes]"]),
            f"From: {name}<sip:{call.user}@[local_ip]:[local_port]>;tag=[call_number]",
            f"To: <sip:{call.called}@[remote_ip]:[remote_port]>{'[peer_tag_param]' if to_tag else ''}",
            "Call-ID: [call_id]",
            f"CSeq: {cseq} {method}",
            "Max-Forwards: 70",
            "Content-Length: 0",
        ]
    )


def _sipp_ack(call: SippCall, refused: bool) -> str:
    return _sipp_send(_sipp_in_dialog(call, "ACK", 1, same_branch=refused))


def _sipp_cancel(call: SippCall) -> list[str]:
    cancel = _sipp_in_dialog(call, "CANCEL", 1, same_branch=True, to_tag=False)
    return [
        _sipp_send(cancel),
        '<recv response="200"/>',
        '<recv response="487"/>',
        _sipp_ack(call, True),
    ]


def _sipp_end(call: SippCall) -> list[str]:
    if call.talk_ms is not None:
        bye = _sipp_send(_sipp_in_dialog(call, "BYE", 2), retrans=True)
        return [f'<pause milliseconds="{call.talk_ms}"/>', bye, '<recv response="200"/>']
    ok = "SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\nContent-Length: 0"
    return ['<recv request="BYE" timeout="120000"/>', _sipp_send(ok)]


def read_sipp_messages(path: Path) -> list[SipTime]:
    """Read SIPp's message log."""
    found: list[SipTime] = []
    if not path.exists():
        return found
    blocks = re.split(r"^-{20,} ", path.read_text(errors="replace"), flags=re.MULTILINE)[1:]
    for block in blocks:
        head, _, text = block.partition("\n\n")
        stamp, _, note = head.partition("\n")
        lines = text.splitlines()
        if not lines:
            continue
        call_id = next(
            (line.split(":", 1)[1].strip() for line in lines if line.lower().startswith("call-id:")), ""
        )
        cseq = next((line.split(":", 1)[1].strip() for line in lines if line.lower().startswith("cseq:")), "")
        found.append(
            SipTime(datetime.fromisoformat(stamp).timestamp(), "sent" in note, lines[0], call_id, cseq)
        )
    return found


# --- baresip --------------------------------------------------------------------------------------------------------


class BaresipCaller:
    """baresip as a phone that plays a WAV and keeps what it hears; told what to do over its control port."""

    def __init__(
        self, crew: Crew, name: str, *, speak: Path, user: str = "baresip", answer: bool = False
    ) -> None:
        """Start it. `speak` must be mono 16 bit at 8 kHz; a call is over when it ends. `answer`: take every call."""
        self.folder = crew.folder / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.process_name = name
        self.sip_port = free_sip_port()
        self._control_port = free_port(socket.SOCK_STREAM)
        mode = ";answermode=auto" if answer else ""
        (self.folder / "accounts").write_text(f"<sip:{user}@{LOOPBACK}:{self.sip_port}>;regint=0{mode}\n")
        (self.folder / "contacts").write_text("")
        (self.folder / "config").write_text(self._config(speak))
        self.process: RoomProcess = crew.start(
            name, ["baresip", "-4", "-f", str(self.folder)], cwd=self.folder
        )
        self._control = wait_for(f"{name} listens", self._connect, report=self.process.tail)
        self._buffer = b""
        self.events: list[dict[str, Any]] = []

    @property
    def address(self) -> str:
        """Where it can be called, host:port."""
        return f"{LOOPBACK}:{self.sip_port}"

    def dial(self, uri: str) -> None:
        """Call a sip: URI."""
        self._tell("dial", uri)

    def hang_up(self) -> None:
        """End the call."""
        self._tell("hangup")

    def wait_event(self, kind: str, limit_s: float = 20.0) -> dict[str, Any]:
        """Return the first event of a type, e.g. CALL_ESTABLISHED, CALL_CLOSED."""

        def look() -> dict[str, Any] | None:
            self._read()
            return next((event for event in self.events if event.get("type") == kind), None)

        return wait_for(f"{self.process.name}: {kind}", look, limit_s, self.process.tail)

    def heard(self) -> list[Path]:
        """Return the WAVs of what it heard, one a call, in order; whole when the call is over."""
        return sorted(self.folder.glob("dump-*-dec.wav"))

    def close(self) -> None:
        """End the program."""
        self._control.close()
        self.process.stop()

    def _config(self, speak: Path) -> str:
        modules = next(
            (
                each
                for each in (Path("/usr/lib/baresip/modules"), Path("/usr/local/lib/baresip/modules"))
                if each.is_dir()
            ),
            None,
        )
        if modules is None:
            raise RoomError("baresip's modules are not on this machine; install baresip-core.")
        lines = [
            f"sip_listen {LOOPBACK}:{self.sip_port}",
            f"net_interface {LOOPBACK}",
            "call_max_calls 4",
            f"audio_source aufile,{speak}",
            f"audio_player aubridge,{self.process_name}",
            f"snd_path {self.folder}",
            "ausrc_srate 8000",
            "auplay_srate 8000",
            "ausrc_channels 1",
            "auplay_channels 1",
            "rtp_timeout 0",
            f"module_path {modules}",
            "module g711.so",
            "module aufile.so",
            "module aubridge.so",
            "module sndfile.so",
            "module_app account.so",
            "module_app menu.so",
            "module_app ctrl_tcp.so",
            f"ctrl_tcp_listen {LOOPBACK}:{self._control_port}",
        ]
        return "\n".join(lines) + "\n"

    def _connect(self) -> socket.socket | None:
        if self.process.exit_code is not None:
            raise RoomError(f"baresip ended with {self.process.exit_code}: {self.process.tail(5)}")
        try:
            link = socket.create_connection((LOOPBACK, self._control_port), 2.0)
        except OSError:
            return None
        link.setblocking(False)
        return link

    def _tell(self, command: str, params: str = "") -> None:
        body = json.dumps({"command": command, "params": params, "token": command}).encode()
        self._control.sendall(str(len(body)).encode() + b":" + body + b",")

    def _read(self) -> None:
        try:
            while data := self._control.recv(65_536):
                self._buffer += data
        except BlockingIOError:
            pass
        while (found := re.match(rb"(\d+):", self._buffer)) is not None:
            end = found.end() + int(found[1])
            if len(self._buffer) <= end:
                return
            self.events.append(json.loads(self._buffer[found.end() : end]))
            self._buffer = self._buffer[end + 1 :]


# --- Kamailio -------------------------------------------------------------------------------------------------------

_KAMAILIO = """#!KAMAILIO
debug=2
log_stderror=yes
fork=yes
children=2
tcp_children=2
auto_aliases=no
tcp_reuse_port=yes
listen=udp:{address}
listen=tcp:{address}
mpath="{modules}"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "corex.so"
loadmodule "xlog.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
modparam("usrloc", "db_mode", 0)
modparam("registrar", "max_expires", 3600)
modparam("registrar", "min_expires", 5)
modparam("registrar", "max_contacts", 1)

request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (is_method("OPTIONS") && uri == myself) {{ sl_send_reply("200", "OK"); exit; }}
    if (has_totag()) {{
        if (loose_route()) {{ t_relay(); exit; }}
        if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); exit; }}
        sl_send_reply("404", "Not Here");
        exit;
    }}
    if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
    t_check_trans();
    if (is_method("REGISTER")) {{
        $var(password) = "";
{users}
        if ($au == $null || $var(password) == "" || !pv_auth_check("$fd", "$var(password)", "0", "1")) {{
            auth_challenge("$fd", "0");
            exit;
        }}
        if (!save("location")) sl_reply_error();
        exit;
    }}
    record_route();
    if (is_method("INVITE") && $rU == "112") {{
        # Ring-all: whoever of the seats is registered rings, the first answer ends the others.
{ring_all}
        if (!lookup_branches("location")) {{ sl_send_reply("480", "Nobody Registered"); exit; }}
        if (!t_relay()) sl_reply_error();
        exit;
    }}
    if (!lookup("location")) {{
        xlog("L_NOTICE", "no seat for $ru\\n");
        sl_send_reply("480", "Nobody Registered");
        exit;
    }}
    if (!t_relay()) sl_reply_error();
}}
"""


class KamailioServer:
    """Kamailio as the room's phone server: registrar with digest passwords, relays calls to who is registered."""

    def __init__(self, crew: Crew, name: str, users: Mapping[str, str], *, port: int | None = None) -> None:
        """Start it and wait until it answers; `users` are names and passwords."""
        self._crew = crew
        self.name = name
        self.folder = crew.folder / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port(socket.SOCK_STREAM)
        modules = next(Path("/usr/lib").glob("*/kamailio/modules"), None)
        if modules is None:
            raise RoomError("Kamailio's modules are not on this machine; install kamailio.")
        lines = [
            f'        if ($au == "{user}") $var(password) = "{password}";' for user, password in users.items()
        ]
        seats = [f'"sip:{user}@{self.address}"' for user in users]
        ring_all = [f"        $ru = {seats[0]};", *(f"        append_branch({each});" for each in seats[1:])]
        config = _KAMAILIO.format(
            address=self.address,
            modules=f"{modules}/",
            users="\n".join(lines),
            ring_all="\n".join(ring_all),
        )
        (self.folder / "kamailio.cfg").write_text(config)
        self.process = self._start()

    @property
    def address(self) -> str:
        """host:port of UDP and TCP."""
        return f"{LOOPBACK}:{self.port}"

    def registrar(self, transport: str = "tcp") -> str:
        """Return the URI to register at."""
        return f"sip:{self.address};transport={transport}"

    def _start(self) -> RoomProcess:
        command = [
            "/usr/sbin/kamailio", "-DD", "-E", "-f", str(self.folder / "kamailio.cfg"),
            "-P", str(self.folder / "kamailio.pid"), "-Y", str(self.folder), "-w", str(self.folder),
            "-m", "32", "-M", "4",
        ]  # fmt: skip
        process = self._crew.start(self.name, command, cwd=self.folder)
        wait_for(f"{self.name} answers", lambda: answers_options(self.port, process), 20.0, process.tail)
        return process


def answers_options(port: int, process: RoomProcess) -> bool:
    """Whether a SIP server answers an OPTIONS there. Raises `RoomError` when its process has ended."""
    if process.exit_code is not None:
        raise RoomError(f"the phone server ended with {process.exit_code}: {process.tail(5)}")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((LOOPBACK, 0))
        probe.settimeout(0.3)
        own = probe.getsockname()[1]
        text = (
            f"OPTIONS sip:{LOOPBACK}:{port} SIP/2.0\r\nVia: SIP/2.0/UDP {LOOPBACK}:{own};branch=z9hG4bK{own}\r\n"
            f"From: <sip:probe@{LOOPBACK}>;tag=1\r\nTo: <sip:{LOOPBACK}:{port}>\r\nCall-ID: probe{own}\r\n"
            "CSeq: 1 OPTIONS\r\nMax-Forwards: 10\r\nContent-Length: 0\r\n\r\n"
        )
        try:
            probe.sendto(text.encode(), (LOOPBACK, port))
            return probe.recv(2048).startswith(b"SIP/2.0 200")
        except OSError:
            return False
