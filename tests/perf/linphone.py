"""linphone's console as a phone to be rung, where it is installed (Debian: linphone-cli)."""

import shutil

from operator_app.room.peers import free_port
from operator_app.room.processes import Crew
from operator_app.room.waiting import wait_for
from tests.perf.uac import WireCaller


class LinphoneConsole:
    """linphonec, listening on the loopback; it rings and is given up on."""

    def __init__(self, crew: Crew, name: str) -> None:
        """Start it and wait until it answers OPTIONS."""
        home = crew.folder / name
        (home / ".local" / "share" / "linphone").mkdir(parents=True)  # without it it does not open its ports
        self.sip_port = free_port()
        (home / "rc").write_text(f"[sip]\nsip_port={self.sip_port}\nsip_tcp_port=0\nsip_tls_port=0\n")
        # It ends with its input, so that must stay open.
        command = ["bash", "-c", "exec linphonec -c rc < <(exec sleep 600)"]
        self._process = crew.start(name, command, {"HOME": str(home)}, cwd=home)
        probe = WireCaller("127.0.0.1", self.sip_port, "linphone")
        try:
            wait_for("linphone answers", lambda: probe.alive(0.5), 30.0, self._process.tail)
        finally:
            probe.close()

    @staticmethod
    def program() -> str | None:
        """Return the program, None where there is none."""
        return shutil.which("linphonec")

    def close(self) -> None:
        """End the program."""
        self._process.stop()
