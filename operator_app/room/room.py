"""The room: one PostgreSQL server, perhaps a phone server, and any number of seats, desks, walls and callers."""

import contextlib
import csv
import io
import os
import random
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from operator_app.maps.site import SitePackError, import_site
from operator_app.room.caller import Caller
from operator_app.room.display import display_for, need_hands
from operator_app.room.peers import KamailioServer
from operator_app.room.processes import Crew
from operator_app.room.settings_file import Value, write_settings
from operator_app.room.waiting import RoomError
from operator_app.room.window import Window
from operator_app.storage.postgres.binaries import embedded_binaries
from operator_app.storage.postgres.launcher import EmbeddedServer
from operator_app.storage.postgres.server_user import place_for_server
from operator_app.storage.problems import ServerProblem
from operator_app.storage.server.logins import create_login
from operator_app.storage.server.server_setup import init_server

SCREEN = (1920, 1080)
DESK_SCREEN = (1366, 768)
SITE = {"name": "112 Kutai Timur", "room": "Ruang panggilan Diskominfo-Perstik", "prefix": "KTM"}
SITE_FOLDER = "site"
SQL_S = 30
OWN_PORTS = (20_000, 32_000)


class Room:
    """A room in one folder; used as a context, it leaves nothing running behind whatever happens in it.

    Errors are `RoomError` with one sentence; a fact waited for in vain shows every window, see `Window.report`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        language: str = "id",
        site: Path | None = None,
        display: str | None = None,
        durable: bool = True,
    ) -> None:
        """Settle what all windows share: `site` is a folder of geographic data, `display` the person's (None: virtual).

        `durable` False: the server does not sync to disk, for tests that are not about power cuts.
        """
        self.folder = folder.absolute()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.language = language
        self.display = display
        self.site_source = site
        self.windows: dict[str, Window] = {}
        self.callers: list[Caller] = []
        self.phone_server: KamailioServer | None = None
        self.crew = Crew(self.folder)
        self.server: EmbeddedServer | None = None
        self._durable = durable
        self._dsn = ""
        self._site: Path | None = None
        self._addresses: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Enter."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Leave; after an error in the room what every window shows is kept in `failed/`."""
        if isinstance(error, Exception):
            with contextlib.suppress(OSError):
                failed = self.folder / "failed"
                failed.mkdir(exist_ok=True)
                (failed / "report.txt").write_text(f"{error}\n\n{self.report()}\n", encoding="utf-8")
        self.close()

    # ---- servers

    def start_server(self, admin_dsn: str | None = None) -> str:
        """Start an own PostgreSQL, or use the given empty database; set it up and return the administrator's DSN."""
        try:
            if admin_dsn is None:
                place = place_for_server(self.folder / "server")
                self.server = EmbeddedServer(place, self._own_port(), durable=self._durable)
                self.crew.guard(self.server.cluster)
                if not place.is_relative_to(self.folder):
                    self.crew.clear_away(place)
                admin_dsn = self.server.start()
            self._dsn = admin_dsn
            init_server(admin_dsn)
        except ServerProblem as problem:
            raise RoomError(str(problem)) from problem
        return admin_dsn

    @property
    def dsn(self) -> str:
        """The administrator's DSN; empty in a room without a server."""
        return self._dsn

    def login(self, name: str, role: str, *, through: int | None = None) -> str:
        """Make the database login of a window and return its DSN; `through` is another port that leads there."""
        parts = urlsplit(self._dsn)
        port = through or parts.port or 5432
        try:
            password = create_login(self._dsn, name, role, again=True)
        except ServerProblem as problem:
            raise RoomError(str(problem)) from problem
        place = f"{quote(name)}:{quote(password)}@{parts.hostname}:{port}"
        return urlunsplit((parts.scheme, place, parts.path, parts.query, ""))

    def start_phone_server(self, users: Mapping[str, str]) -> KamailioServer:
        """Start a phone server that knows these users and passwords."""
        self.phone_server = KamailioServer(self.crew, "phone-server", users)
        return self.phone_server

    def sql(self, statement: str) -> list[tuple[str, ...]]:
        """Ask the database with psql, as a person would who does not trust this program; NULL reads as empty."""
        parts = urlsplit(self._dsn)
        done = subprocess.run(
            [
                str(embedded_binaries() / "psql"),
                "-X",
                "--csv",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
                "-c",
                statement,
            ],
            env={
                **os.environ,
                "PGHOST": parts.hostname or "",
                "PGPORT": str(parts.port or 5432),
                "PGUSER": unquote(parts.username or ""),
                "PGPASSWORD": unquote(parts.password or ""),
                "PGDATABASE": unquote(parts.path.lstrip("/")),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=SQL_S,
        )
        if done.returncode != 0:
            raise RoomError(f"psql: {done.stderr.strip()}")
        return [tuple(row) for row in csv.reader(io.StringIO(done.stdout)) if row]

    # ---- windows

    def seat(
        self,
        name: str,
        *,
        operator: str = "Operator",
        voice: Path | None = None,
        audio: str = "none",
        accounts: list[Mapping[str, Value]] | None = None,
        server: bool = True,
        map_pane: bool = True,
        dsn: str | None = None,
        start: bool = True,
    ) -> Window:
        """Open an operator's window with a phone; with `voice` the operator speaks this recording into the phone."""
        port = self._own_port()
        self._addresses[name] = f"127.0.0.1:{port}"
        phone: dict[str, Value] = {"enabled": True, "address": "127.0.0.1", "port": port, "audio": audio}
        if accounts:
            phone["direct"] = True  # the room's callers call the seat itself, too
        if voice is not None:
            phone |= {"audio": "file", "microphone": str(voice)}
        sections: dict[str, Mapping[str, Value]] = {"phone": phone, "map": {"enabled": map_pane}}
        return self._window(name, "seat", {"operator": operator}, sections, accounts, server, dsn, start)

    def desk(self, agency: str, *, name: str = "", server: bool = True, start: bool = True) -> Window:
        """Open the window of an agency."""
        sections: dict[str, Mapping[str, Value]] = {"phone": {"enabled": False}}
        own: dict[str, Value] = {"operator": f"Petugas {agency}", "agency": agency}
        return self._window(name or agency, "desk", own, sections, None, server, None, start)

    def wall(self, *, name: str = "DINDING", map_pane: bool = True, start: bool = True) -> Window:
        """Open the wall display."""
        sections: dict[str, Mapping[str, Value]] = {
            "phone": {"enabled": False},
            "map": {"enabled": map_pane},
            "screen": {"full_screen": self.display is None},
        }
        return self._window(name, "wall", {}, sections, None, True, None, start)

    def phone_address(self, seat: str) -> str:
        """Where a seat's phone can be called directly, as a sip: URI."""
        return f"sip:112@{self._addresses[seat]}"

    def caller(self, number: str, voice: Path | None = None) -> Caller:
        """Bring in a person with a phone of that number, who speaks this recording or is silent."""
        made = Caller(self.crew, number, voice)
        self.callers.append(made)
        return made

    def wait_shown(self) -> None:
        """Return when every window that was started is up."""
        for window in self.windows.values():
            window.wait_shown()

    def screenshots(self, folder: Path, prefix: str) -> list[Path]:
        """Write a picture of every running window as `folder`/`prefix`-NAME.png."""
        made = []
        for window in self.windows.values():
            if window.is_running:
                path = folder / f"{prefix}-{window.name.lower()}.png"
                window.screenshot(path)
                made.append(path)
        return made

    def report(self) -> str:
        """Return what every window shows and the end of every log."""
        told = [window.report() for window in self.windows.values()]
        told += [
            f"-- {member.name} ended with {member.exit_code}:\n{member.tail()}"
            for member in self.crew.members
            if member.exit_code not in (None, 0, -signal.SIGTERM, -signal.SIGKILL)
        ]
        return "\n".join(told)

    def close(self) -> dict[int, str]:
        """End everything, the server last; return what its parent had left behind (process number and command)."""
        for caller in self.callers:
            with contextlib.suppress(Exception):
                caller.close()
        self.callers.clear()
        for window in self.windows.values():
            if window.is_running:
                window.kill(signal.SIGTERM)
        for window in reversed(self.windows.values()):
            window.close()
        if self.server is not None:
            with contextlib.suppress(ServerProblem):
                self.server.stop()
        return self.crew.close()

    def _window(
        self,
        name: str,
        role: str,
        own: Mapping[str, Value],
        sections: Mapping[str, Mapping[str, Value]],
        accounts: list[Mapping[str, Value]] | None,
        server: bool,
        dsn: str | None,
        start: bool,
    ) -> Window:
        data = self.folder / name.lower()
        data.mkdir(exist_ok=True)
        self._bring_site(data)
        if dsn is None:
            dsn = self.login(name, role) if server and self._dsn else ""
        config = data / "window.toml"
        everything: dict[str, Mapping[str, Value]] = {
            "site": {**SITE, "language": self.language},
            "seat": {"name": name, "role": role, "data": str(data), **own},
            "server": {"dsn": dsn},
            **sections,
        }
        write_settings(config, everything, accounts)
        need_hands(virtual=self.display is None)
        display = display_for(self.crew, self.display, name, DESK_SCREEN if role == "desk" else SCREEN)
        window = Window(self.crew, name, role, config, data, display)
        self.windows[name] = window
        if start:
            window.start()
        return window

    def _own_port(self) -> int:
        """Return a port free for UDP and TCP, below those that the system gives out: it stays free until it is used."""
        while True:
            port = random.randrange(*OWN_PORTS)  # noqa: S311  (no secret)
            if all(_is_free(port, kind) for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM)):
                return port

    def _bring_site(self, data: Path) -> None:
        """Give a window the site's data; the pack is checked once and copied for the others."""
        if self.site_source is None:
            return
        if self._site is None:
            try:
                import_site(self.site_source, data / SITE_FOLDER)
            except SitePackError as error:
                raise RoomError(str(error)) from error
            self._site = data / SITE_FOLDER
        elif not (data / SITE_FOLDER).exists():
            shutil.copytree(self._site, data / SITE_FOLDER)


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
