"""PostgreSQL for tests: one server a version and run, one database a test, copied from a template that was set up once.

Fixtures: `pg18`, `pg15` (servers), `database` (a fresh one on 18), `any_database` (on each version in turn). Without
pytest, e.g. for bench and faults: `with running_postgres(18) as postgres: postgres.new_database()`.
`OPERATOR_TEST_DSN`, an administrator's way into some server, takes the place of the embedded one.
"""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # heavy, and most test runs need no server
    from operator_app.storage.postgres.launcher import EmbeddedServer

TEST_DSN_VARIABLE = "OPERATOR_TEST_DSN"


class Database:
    """A database that is set up and empty; `admin_dsn` is the superuser's way in."""

    def __init__(self, name: str, admin_dsn: str) -> None:
        self.name = name
        self.admin_dsn = admin_dsn
        self._count = itertools.count(1)

    def login(self, role: str = "seat", *, reads_reporters: bool | None = None) -> str:
        """A new login of that role, as a dsn."""
        from psycopg.conninfo import make_conninfo  # noqa: PLC0415

        from operator_app.storage.server.logins import create_login  # noqa: PLC0415

        user = f"{role}_{self.name}_{next(self._count)}"
        password = create_login(self.admin_dsn, user, role, reads_reporters=reads_reporters)
        return make_conninfo(self.admin_dsn, user=user, password=password)


class Postgres:
    """A running server; `server` is None when it was given by `OPERATOR_TEST_DSN` and cannot be killed."""

    def __init__(self, admin_dsn: str, server: "EmbeddedServer | None") -> None:
        self.server = server
        self._admin_dsn = admin_dsn
        self._mark = f"{os.getpid()}_{os.urandom(3).hex()}"
        self._count = itertools.count(1)
        self._template: str | None = None
        self._made: list[str] = []

    def admin_dsn(self, database: str) -> str:
        """The superuser's way into a database."""
        from psycopg.conninfo import make_conninfo  # noqa: PLC0415

        return make_conninfo(self._admin_dsn, dbname=database)

    def new_empty_database(self) -> str:
        """A database with nothing in it; returns its name."""
        return self._create(f"empty_{self._mark}_{next(self._count)}", "")

    def new_database(self) -> Database:
        """A database that is set up, by copying the template."""
        from operator_app.storage.server.server_setup import init_server  # noqa: PLC0415

        if self._template is None:
            template = self._create(f"template_{self._mark}", "")
            init_server(self.admin_dsn(template))
            self._template = template
        name = self._create(
            f"room_{self._mark}_{next(self._count)}", f"TEMPLATE {self._template} STRATEGY file_copy"
        )
        return Database(name, self.admin_dsn(name))

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._made.remove(name)

    def drop_all(self) -> None:
        """Remove what was made here."""
        for name in tuple(reversed(self._made)):
            self.drop(name)

    def _create(self, name: str, how: str) -> str:
        self._run(f"CREATE DATABASE {name} {how}")
        self._made.append(name)
        return name

    def _run(self, statement: str) -> None:
        import psycopg  # noqa: PLC0415

        with psycopg.connect(self._admin_dsn, autocommit=True) as db:
            db.execute(statement)


@contextmanager
def server_folder() -> Iterator[Path]:
    """A folder that the server's user can enter; pytest's own are closed to everybody but us."""
    folder = Path(tempfile.mkdtemp(prefix="operator-112-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_postgres(major: int = 18, *, durable: bool = False) -> Iterator[Postgres]:
    """A server of that version, stopped and removed afterwards."""
    from operator_app.storage.postgres.launcher import DebianServer, EmbeddedServer  # noqa: PLC0415

    given = os.environ.get(TEST_DSN_VARIABLE)
    if major == 18 and given:
        postgres = Postgres(given, None)
        yield postgres
        postgres.drop_all()
        return
    with server_folder() as folder:
        made = EmbeddedServer if major == 18 else DebianServer
        with made(folder / "server", durable=durable) as server:
            yield Postgres(server.dsn, server)


@pytest.fixture(scope="session")
def pg18() -> Iterator[Postgres]:
    with running_postgres(18) as postgres:
        yield postgres


@pytest.fixture(scope="session")
def pg15() -> Iterator[Postgres]:
    from operator_app.storage.postgres.binaries import debian_binaries  # noqa: PLC0415
    from operator_app.storage.problems import ServerProblem  # noqa: PLC0415

    try:
        debian_binaries(15)
    except ServerProblem as problem:
        pytest.skip(problem.sentence)
    with running_postgres(15) as postgres:
        yield postgres


@pytest.fixture
def database(pg18: Postgres) -> Iterator[Database]:
    made = pg18.new_database()
    yield made
    pg18.drop(made.name)


@pytest.fixture(params=["pg18", "pg15"])
def any_postgres(request: pytest.FixtureRequest) -> Postgres:
    postgres: Postgres = request.getfixturevalue(request.param)
    return postgres


@pytest.fixture
def any_database(any_postgres: Postgres) -> Iterator[Database]:
    made = any_postgres.new_database()
    yield made
    any_postgres.drop(made.name)
