"""Asterisk as the room's exchange: an agent queue that rings all seats. Debian 12 has no package of it."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from operator_app.room.peers import LOOPBACK, answers_options, free_even_port, free_port
from operator_app.room.processes import Crew, RoomProcess
from operator_app.room.waiting import RoomError, wait_for

VARIABLE = "OPERATOR_ASTERISK"
"""Names the program `asterisk` where it is not on the path."""

_MODULES = """
app_dial app_exec app_mixmonitor app_queue app_stack bridge_builtin_features bridge_holding bridge_native_rtp
bridge_simple bridge_softmix chan_pjsip codec_alaw codec_ulaw codec_g722 codec_resample format_pcm format_wav
func_callerid func_channel func_logic func_pjsip_endpoint func_strings func_timeout pbx_config res_musiconhold
res_pjproject res_pjsip res_pjsip_authenticator_digest res_pjsip_caller_id res_pjsip_endpoint_identifier_ip
res_pjsip_endpoint_identifier_user res_pjsip_exten_state res_pjsip_header_funcs res_pjsip_nat
res_pjsip_outbound_authenticator_digest res_pjsip_outbound_publish res_pjsip_outbound_registration
res_pjsip_pidf_body_generator
res_pjsip_dialog_info_body_generator res_pjsip_pubsub res_pjsip_refer res_pjsip_registrar res_pjsip_rfc3326
res_pjsip_sdp_rtp res_pjsip_session res_pjsip_dtmf_info res_rtp_asterisk res_sorcery_astdb res_sorcery_config
res_sorcery_memory res_timing_timerfd
"""

_PJSIP = """
[global]
type=global
endpoint_identifier_order=username,ip
[udp]
type=transport
protocol=udp
bind={address}
[tcp]
type=transport
protocol=tcp
bind={address}
[agent](!)
type=endpoint
context=agents
disallow=all
allow=alaw,ulaw,g722
direct_media=no
send_pai=yes
trust_id_outbound=yes
rtp_timeout=30
allow_subscribe=yes
[aor](!)
type=aor
max_contacts=1
remove_existing=yes
minimum_expiration=10
[trunk]
type=endpoint
context=from-trunk
disallow=all
allow=alaw,ulaw
trust_id_inbound=yes
[trunk]
type=identify
endpoint=trunk
match={host}
"""
_AGENT = """
[{user}](agent)
auth={user}
aors={user}
[{user}]
type=auth
auth_type=digest
username={user}
password={password}
[{user}](aor)
"""
_QUEUE = """
[general]
autofill=yes
[112]
strategy=ringall
timeout=15
retry=1
joinempty=yes
ringinuse=no
announce-frequency=0
musicclass=default
"""
_DIALPLAN = """
[from-trunk]
exten => 112,1,Set(__GEO=${PJSIP_HEADER(read,Geolocation)})
 same => n,Set(__INFO=${PJSIP_HEADER(read,Call-Info)})
 same => n,Set(__REF=${UNIQUEID})
 same => n,Answer()
 same => n,Queue(112,cb(pre^s^1),,,300)
[pre]
exten => s,1,Set(PJSIP_HEADER(add,X-Call-Ref)=${REF})
 same => n,ExecIf($["${GEO}"!=""]?Set(PJSIP_HEADER(add,Geolocation)=${GEO}))
 same => n,ExecIf($["${INFO}"!=""]?Set(PJSIP_HEADER(add,Call-Info)=${INFO}))
 same => n,Return()
[agents]
exten => _X!,1,Dial(PJSIP/${EXTEN},30)
"""


_EMPTY = "sorcery pjproject features indications acl ccss udptl cel stasis http codecs"


def _folders(root: Path) -> tuple[Path, Path]:
    """Return where the modules and the data of an installation lie, its own tree before the system's."""
    modules = (root / "lib/asterisk/modules", Path("/usr/lib/x86_64-linux-gnu/asterisk/modules"))
    data = (root / "var/lib/asterisk", Path("/usr/share/asterisk"))
    for places in (modules, data):
        if not any(each.is_dir() for each in places):
            raise RoomError(f"Asterisk's files are not in {places[0]} nor {places[1]}.")
    return next(each for each in modules if each.is_dir()), next(each for each in data if each.is_dir())


def asterisk_program() -> str | None:
    """Return the program, None where there is none."""
    return os.environ.get(VARIABLE) or shutil.which("asterisk")


class AsteriskServer:
    """Asterisk with a queue 112 whose members are the given seats."""

    def __init__(self, crew: Crew, name: str, users: Mapping[str, str]) -> None:
        """Start it and wait until it answers; `users` are names and passwords."""
        program = asterisk_program()
        if program is None:
            raise RoomError("Asterisk is not on this machine.")
        self.folder = crew.folder / name
        self.folder.mkdir(parents=True)
        self.port = free_port()
        self._write(program, users)
        command = [program, "-C", str(self.folder / "asterisk.conf"), "-f", "-n", "-vvv"]
        self.process: RoomProcess = crew.start(name, command, cwd=self.folder)
        wait_for(f"{name} answers", lambda: answers_options(self.port, self.process), 30.0, self.process.tail)

    @property
    def address(self) -> str:
        """host:port of UDP and TCP."""
        return f"{LOOPBACK}:{self.port}"

    def registrar(self, transport: str = "tcp") -> str:
        """Return the URI to register at."""
        return f"sip:{self.address};transport={transport}"

    def _write(self, program: str, users: Mapping[str, str]) -> None:
        modules, data = _folders(Path(program).resolve().parents[1])
        place = self.folder
        kept = {kind: place / kind for kind in ("db", "run", "log", "spool", "keys")}
        for each in kept.values():
            each.mkdir()
        first = free_even_port() & ~1
        files = {
            "asterisk.conf": f"[directories]\nastetcdir => {place}\nastmoddir => {modules}\nastvarlibdir => {data}\n"
            f"astdbdir => {kept['db']}\nastkeydir => {kept['keys']}\nastdatadir => {data}\nastagidir => {place}\n"
            f"astspooldir => {kept['spool']}\nastrundir => {kept['run']}\nastlogdir => {kept['log']}\n",
            "modules.conf": "[modules]\nautoload=no\n"
            + "".join(f"load=>{each}.so\n" for each in _MODULES.split()),
            "pjsip.conf": _PJSIP.format(address=self.address, host=LOOPBACK)
            + "".join(_AGENT.format(user=user, password=password) for user, password in users.items()),
            "queues.conf": _QUEUE + "".join(f"member => PJSIP/{user},0,{user}\n" for user in users),
            "extensions.conf": _DIALPLAN + "".join(f"exten => {user},hint,PJSIP/{user}\n" for user in users),
            "musiconhold.conf": f"[default]\nmode=files\ndirectory={place}\n",
            "rtp.conf": f"[general]\nrtpstart={first}\nrtpend={first + 100}\n",
            "logger.conf": "[logfiles]\nconsole => notice,warning,error\n",
            "cdr.conf": "[general]\nenable=no\n",
            "manager.conf": "[general]\nenabled=no\n",
            **dict.fromkeys((f"{each}.conf" for each in _EMPTY.split()), ""),
        }
        for file, text in files.items():
            (place / file).write_text(text)
