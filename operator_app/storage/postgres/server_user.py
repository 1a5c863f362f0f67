"""Who runs the server when root starts it: PostgreSQL refuses root, so it gets a system user of its own."""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operator_app.storage.problems import ServerProblem, ServerReason

if sys.platform != "win32":
    import pwd

USER = "operator112pg"
SHARED_PLACE = Path("/var/lib/operator-112")


@dataclass(frozen=True, slots=True)
class ServerUser:
    """A system user without login, home or rights beyond the server's own folder."""

    name: str
    uid: int
    gid: int

    def for_process(self) -> dict[str, Any]:
        """What `subprocess` needs to run a program as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give a file or folder to this user."""
        os.chown(path, self.uid, self.gid)

    def reaches(self, path: Path) -> bool:
        """Whether this user can enter that folder, or run that program."""
        asked = subprocess.run(["test", "-x", path], cwd="/", check=False, **self.for_process())
        return asked.returncode == 0

    def must_reach(self, path: Path) -> None:
        """Raise `ServerProblem` naming the folder that is closed to this user. Nobody's rights are changed for it."""
        if self.reaches(path):
            return
        way = [*reversed(path.parents), path]
        closed = next((place for place in way if not self.reaches(place)), path)
        raise ServerProblem(
            ServerReason.CANNOT_RUN,
            f"As root the server runs as the system user {self.name}, who cannot enter {closed}; "
            f"choose a data folder outside of it, e.g. below {SHARED_PLACE}, or start this as an ordinary user.",
        )


def server_user(name: str = USER) -> ServerUser | None:
    """The user to run the server as, made when there is none; None when we are not root and run it ourselves."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    try:
        held = pwd.getpwnam(name)
    except KeyError:
        _make(name)
        held = pwd.getpwnam(name)
    return ServerUser(name, held.pw_uid, held.pw_gid)


def place_for_server(wanted: Path) -> Path:
    """A folder that the server can use: `wanted`, or one below `SHARED_PLACE` when that lies in a closed home."""
    user = server_user()
    if user is None:
        return wanted
    wanted = wanted.absolute()
    existing = next(place for place in (wanted, *wanted.parents) if place.exists())
    if user.reaches(existing):
        return wanted
    return SHARED_PLACE / f"{wanted.name}-{hashlib.sha256(os.fsencode(wanted)).hexdigest()[:8]}"


def _make(name: str) -> None:
    useradd = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    told = "there is no useradd here"
    if useradd is not None:
        arguments = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        made = subprocess.run(
            [useradd, *arguments, "--shell", "/usr/sbin/nologin", name],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode in (0, 9):  # 9: somebody else made it meanwhile
            return
        told = made.stderr.strip()
    raise ServerProblem(
        ServerReason.CANNOT_RUN,
        f"PostgreSQL does not run as root, and the system user {name} cannot be made ({told}); "
        "start this as an ordinary user.",
    )
