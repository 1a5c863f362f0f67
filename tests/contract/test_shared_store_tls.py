"""TLS with verify-full on Debian's PostgreSQL 15: in with the centre's CA and a seat's certificate, else refused."""

import asyncio
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from operator_app.storage.postgres.binaries import debian_binaries
from operator_app.storage.postgres.launcher import DebianServer
from operator_app.storage.problems import ServerProblem, ServerReason
from operator_app.storage.server.logins import create_login
from operator_app.storage.server.server_link import check_server
from operator_app.storage.server.server_setup import init_server
from tests.fakes.link_at_work import SeatAtWork, WallAtWork
from tests.postgres_fixtures import server_folder


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def make_ca(folder: Path, name: str) -> Path:
    """A certificate authority of one centre; returns its certificate, the key lies beside it."""
    certificate = folder / f"{name}.crt"
    openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
        f"/CN={name}", "-keyout", str(folder / f"{name}.key"), "-out", str(certificate),
    )  # fmt: skip
    return certificate


def make_certificate(folder: Path, ca: Path, name: str, host: str = "") -> tuple[Path, Path]:
    """Certificate and key under that authority, for a server's host name or for a seat's login."""
    key, request, made = (folder / f"{name}.{end}" for end in ("key", "csr", "crt"))
    openssl(
        "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-keyout",
        str(key), "-out", str(request),
    )  # fmt: skip
    extension = folder / f"{name}.ext"
    extension.write_text(
        f"subjectAltName=DNS:{host}\n" if host else "keyUsage=digitalSignature\n", encoding="ascii"
    )
    openssl(
        "x509", "-req", "-in", str(request), "-CA", str(ca), "-CAkey", str(ca.with_suffix(".key")), "-days", "30",
        "-out", str(made), "-extfile", str(extension),
    )  # fmt: skip
    key.chmod(0o600)
    return made, key


@dataclass(frozen=True)
class SecureRoom:
    """A server that takes nothing but TLS with a certificate whose name is the login; `dsn` goes in rightly."""

    folder: Path
    ca: Path
    admin_dsn: str

    def dsn(self, name: str, role: str) -> str:
        password = create_login(self.admin_dsn, name, role)
        certificate, key = make_certificate(self.folder, self.ca, name)
        port = conninfo_to_dict(self.admin_dsn)["port"]
        return make_conninfo(
            host="localhost", port=port, user=name, password=password,
            dbname=str(conninfo_to_dict(self.admin_dsn)["dbname"]),
            sslmode="verify-full", sslrootcert=str(self.ca), sslcert=str(certificate), sslkey=str(key),
            channel_binding="require",
        )  # fmt: skip


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureRoom]:
    try:
        debian_binaries(15)
    except ServerProblem as problem:
        pytest.skip(problem.sentence)
    keys = tmp_path_factory.mktemp("keys")
    ca = make_ca(keys, "centre")
    certificate, key = make_certificate(keys, ca, "server", "localhost")
    with server_folder() as folder, DebianServer(folder / "server", durable=False) as server:
        init_server(server.dsn)
        for source, name in ((certificate, "server.crt"), (key, "server.key"), (ca, "root.crt")):
            target = server.cluster / name
            target.write_bytes(source.read_bytes())
            target.chmod(0o600)
            if server._user is not None:
                server._user.own(target)
        with (server.cluster / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write("ssl = on\nssl_ca_file = 'root.crt'\nssl_min_protocol_version = 'TLSv1.3'\n")
        hba = server.cluster / "pg_hba.conf"
        hba.write_text(
            "host all operator112 127.0.0.1/32 scram-sha-256\n"
            "hostssl all all 127.0.0.1/32 scram-sha-256 clientcert=verify-full\n"
            "hostnossl all all all reject\n",
            encoding="ascii",
        )
        server.restart()
        yield SecureRoom(keys, ca, server.dsn)


def test_a_seat_and_a_wall_work_over_tls_and_are_checked_by_name(room: SecureRoom, tmp_path: Path) -> None:
    async def story() -> None:
        seat = SeatAtWork(tmp_path / "M1", room.dsn("M1", "seat"), "M1")
        wall = WallAtWork(room.dsn("W1", "wall"))
        events = await seat.write(seat.writer.incident())
        ids = {event.id for event in events}
        await seat.until(lambda: set(seat.shared) == ids)
        await wall.until(lambda: wall.ids == ids)
        await seat.aclose()
        await wall.aclose()

    asyncio.run(story())
    with psycopg.connect(room.dsn("M2", "seat")) as db:
        row = db.execute("SELECT version, client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()
        assert row == ("TLSv1.3", "/CN=M2")


def test_who_is_not_what_it_says_is_refused_on_either_side(room: SecureRoom) -> None:
    right, other = room.dsn("M3", "seat"), room.dsn("M4", "seat")
    check_server(right)
    borrowed = {name: str(conninfo_to_dict(other)[name]) for name in ("sslcert", "sslkey")}
    refusals = {ServerReason.NOT_TRUSTED, ServerReason.NOT_ALLOWED, ServerReason.WRONG_PASSWORD}
    wrong = {
        "another centre's CA": make_conninfo(right, sslrootcert=str(make_ca(room.folder, "elsewhere"))),
        "another host name": make_conninfo(right, host="127.0.0.1"),
        "another seat's certificate": make_conninfo(right, **borrowed),
        "no certificate": make_conninfo(right, sslcert="/nonexistent", sslkey="/nonexistent"),
        "no TLS": make_conninfo(right, sslmode="disable", channel_binding="prefer"),
    }
    for what, dsn in wrong.items():
        with pytest.raises(ServerProblem) as refused:
            check_server(dsn)
        problem = refused.value
        assert problem.reason in refusals, (what, problem.detail)
        assert "\n" not in problem.sentence
