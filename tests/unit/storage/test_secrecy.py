from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from operator_app.bootstrap import doctor
from operator_app.config.settings import parse_settings
from operator_app.storage.problems import ServerProblem, ServerReason
from operator_app.storage.server import backup, door, server_setup
from operator_app.storage.server.secrecy import closed_way, what_is_in_clear
from operator_app.storage.server.server_errors import server_problem

ELSEWHERE = (
    "postgresql://M1:x@db.example/room112",
    "host=10.0.0.5 dbname=room112",
    "host=127.0.0.1,db.example dbname=room112",
    "host=localhost hostaddr=10.0.0.5",
    "postgresql://M1@[2001:db8::5]/room112",
    "host=localhost.example",
    "service=room",
)
HERE = (
    "postgresql://M1:x@127.0.0.1:5433/room112",
    "postgresql://M1:x@localhost/room112",
    "postgresql://M1@[::1]/room112",
    "host=/var/run/postgresql dbname=room112",
    "dbname=room112",
    "host=db.example hostaddr=127.0.0.1",
)


@pytest.fixture(autouse=True)
def _no_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PGHOSTADDR", "PGSSLMODE", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)


def mode(dsn: str) -> object:
    return conninfo_to_dict(closed_way(dsn)).get("sslmode")


@pytest.mark.parametrize("dsn", ELSEWHERE)
def test_another_machine_is_reached_by_a_checked_certificate(dsn: str) -> None:
    assert mode(dsn) == "verify-full"
    assert what_is_in_clear(dsn) == ""


@pytest.mark.parametrize("dsn", HERE)
def test_on_this_machine_nothing_is_demanded(dsn: str) -> None:
    assert closed_way(dsn) == dsn
    assert what_is_in_clear(f"{dsn}?sslmode=disable" if "://" in dsn else f"{dsn} sslmode=disable") == ""


def test_the_surroundings_count_as_the_driver_counts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.example")
    assert mode("dbname=room112") == "verify-full"
    monkeypatch.setenv("PGSSLMODE", "prefer")
    assert mode("dbname=room112") is None
    assert "sslmode=prefer" in what_is_in_clear("dbname=room112")


@pytest.mark.parametrize("weaker", ["disable", "allow", "prefer", "require", "verify-ca"])
def test_a_weaker_mode_that_somebody_wrote_is_taken_and_told(weaker: str) -> None:
    dsn = f"host=10.0.0.5 sslmode={weaker}"
    assert closed_way(dsn) == dsn
    assert f"sslmode={weaker}" in what_is_in_clear(dsn)


def test_every_way_in_is_the_closed_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[object] = []

    def refuse(dsn: str, **_more: Any) -> None:
        seen.append(conninfo_to_dict(dsn).get("sslmode"))
        raise psycopg.OperationalError("server does not support SSL, but SSL was required")

    monkeypatch.setattr(psycopg, "connect", refuse)
    dsn = "postgresql://M1:x@db.example/room112"
    for way_in in (lambda: door.connect(dsn, "seat"), lambda: server_setup.init_server(dsn)):
        with pytest.raises(ServerProblem) as refused:
            way_in()
        assert refused.value.reason is ServerReason.NOT_TRUSTED
        assert "sslrootcert" in refused.value.sentence
    with pytest.raises(ServerProblem):
        server_setup._bring_up(dsn, "")
    assert seen == ["verify-full"] * len(seen)
    assert len(seen) >= 3

    def note(command: list[str], **_more: Any) -> None:
        seen.append(next(each for each in command if each.startswith("--dbname=")))
        raise OSError(1, "no")

    monkeypatch.setattr(backup, "_tool", lambda *_a, **_k: tmp_path / "pg_dump")
    monkeypatch.setattr("subprocess.run", note)
    with pytest.raises(ServerProblem):
        backup._run("pg_dump", 18, dsn)
    assert "sslmode=verify-full" in str(seen[-1])


def test_a_missing_root_certificate_says_what_to_write() -> None:
    error = psycopg.OperationalError('root certificate file "/home/m1/.postgresql/root.crt" does not exist')
    problem = server_problem(error, "host=db.example")
    assert problem.reason is ServerReason.NOT_TRUSTED
    assert "sslrootcert" in problem.sentence
    assert "verify-full unless the dsn says otherwise" in problem.sentence


def test_the_doctor_warns_of_a_way_in_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "check_server", lambda *_a, **_k: "answers")
    monkeypatch.setattr(doctor, "open_to", lambda _dsn: ())
    text = '[seat]\nname = "W1"\nrole = "wall"\n[server]\ndsn = "host=10.0.0.5{}"\n'
    told = list(doctor._server(parse_settings(text.format(" sslmode=disable"))))
    assert (told[0].good, "everything goes in clear" in told[0].words) == (None, True)
    assert [each.words for each in doctor._server(parse_settings(text.format("")))] == ["answers"]
