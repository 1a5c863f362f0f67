"""What a person can mend is one clear sentence and exit code 2; nothing is lost by it."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from operator_app.room.room import Room
from operator_app.room.settings_file import write_settings
from tests.e2e.steps import wait_ready, write_incident
from tests.unit.maps.sample_pack import write_pack

MENDABLE = 2
LIMIT_S = 60
SEAT = '[seat]\nname = "M1"\nrole = "seat"\ndata = "{data}"\n'


def program(*arguments: str) -> tuple[int, str, str]:
    """Run it without the developer's variables of the tests: each would be named in the log, and so on this stream."""
    done = subprocess.run(
        [sys.executable, "-m", "operator_app", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
        stdin=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if not name.startswith("QTWEBENGINE_")},
    )
    return done.returncode, done.stdout, done.stderr


def one_sentence(*arguments: str) -> str:
    """Run the program, which must refuse; return its one line on standard error."""
    code, out, err = program(*arguments)
    lines = err.strip().splitlines()
    assert (code, len(lines), out) == (MENDABLE, 1, ""), (code, out, err)
    assert lines[0].rstrip().endswith((".", ";")), lines[0]
    return lines[0]


# ---- settings


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            SEAT + '[map]\nenabled = true\ncolour = "red"\n',
            r"baris 7, map\.colour: kunci ini tidak dikenal; yang dikenal: enabled",
        ),
        (SEAT + "[phone]\nport = 70000\n", r"baris 6, phone\.port: harus dari 0 sampai 65535"),
        (
            SEAT + '[site]\nlanguage = "en"\n[phone]\nenabled = 1\n',
            r"line 8, phone\.enabled: must be true or false",
        ),
        (SEAT + '[phone]\nenabled = "yes"\n', r"baris 6, phone\.enabled: harus true atau false"),
        ('[seat]\nname = "M 1"\n', r"baris 2, seat\.name: harus 1 sampai 12 huruf"),
        ("[seat\n", r"baris 1: bukan TOML yang benar"),
        ('[site]\nname = "112"\n', r"baris 1, seat: kunci ini belum ada"),
        ('[seat]\nname = "D"\nrole = "desk"\n', r"baris 1, seat\.agency: meja OPD memerlukan kode OPD-nya"),
        (
            '[seat]\nname = "W"\nrole = "wall"\n[server]\ndsn = "postgresql://h"\n',
            r'mulai dengan "operator-app wall"',
        ),
    ],
)
def test_bad_settings_name_file_line_and_cause(tmp_path: Path, text: str, told: str) -> None:
    config = tmp_path / "window.toml"
    config.write_text(text.replace("{data}", str(tmp_path)))
    sentence = one_sentence("seat" if "desk" not in text else "desk", "--config", str(config))
    assert str(config) in sentence
    assert re.search(told, sentence), sentence


def test_missing_settings_file(tmp_path: Path) -> None:
    assert "berkas ini tidak ada" in one_sentence("seat", "--config", str(tmp_path / "none.toml"))


def test_an_agency_that_the_site_does_not_have(tmp_path: Path) -> None:
    config = tmp_path / "window.toml"
    own = {"name": "X", "role": "desk", "agency": "NOPE", "data": str(tmp_path)}
    write_settings(config, {"seat": own})
    assert re.search(
        r"seat\.agency: situs ini tidak punya OPD NOPE; .*DAMKAR",
        one_sentence("desk", "--config", str(config)),
    )


def test_a_list_written_as_one_word_keeps_the_window_from_starting(tmp_path: Path) -> None:
    config, site = tmp_path / "window.toml", tmp_path / "own" / "site"
    site.mkdir(parents=True)
    delivered = (Path(__file__).parents[2] / "resources" / "site" / "kinds.toml").read_text(encoding="utf-8")
    (site / "kinds.toml").write_text(delivered.replace('primary = ["DAMKAR"]', 'primary = "DAMKAR"', 1))
    own = {"name": "D1", "role": "desk", "agency": "DAMKAR", "data": str(tmp_path / "own")}
    write_settings(config, {"seat": own, "site": {"language": "en"}})
    told = one_sentence("desk", "--config", str(config))
    assert told.startswith(f"{site / 'kinds.toml'}, line 12, kind[1].primary: must be a list in brackets")


def test_a_wall_needs_a_server(tmp_path: Path) -> None:
    config = tmp_path / "window.toml"
    config.write_text('[seat]\nname = "W"\nrole = "wall"\n')
    assert "isi dsn di [server]" in one_sentence("wall", "--config", str(config))


def test_unknown_commands_are_refused_by_usage() -> None:
    code, _, err = program("sing")
    assert code == MENDABLE
    assert "usage:" in err


# ---- the server


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_no_postgresql_there() -> None:
    port = closed_port()
    sentence = one_sentence(
        "server", "init", "--dsn", f"postgresql://admin:rahasia@127.0.0.1:{port}/operator112"
    )
    assert str(port) in sentence
    assert "rahasia" not in sentence


def test_wrong_password_and_wrong_database(room: Room) -> None:
    parts = urlsplit(room.dsn)
    wrong = urlunsplit(
        (parts.scheme, f"{parts.username}:salah@{parts.hostname}:{parts.port}", parts.path, "", "")
    )
    sentence = one_sentence("server", "init", "--dsn", wrong)
    assert "password" in sentence
    assert "salah" not in sentence
    missing = urlunsplit((parts.scheme, parts.netloc, "/nothing", "", ""))
    assert "nothing" in one_sentence("server", "init", "--dsn", missing)
    assert one_sentence("server", "login", "M 1", "--role", "seat", "--dsn", room.dsn)


def test_server_port_in_use(tmp_path: Path, server_place: Callable[[str], Path]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sentence = one_sentence("server", "run", "--data", str(server_place("taken")), "--port", str(port))
    assert f"Port {port}" in sentence


def test_a_seat_with_a_wrong_password_works_alone_and_says_so(room: Room) -> None:
    parts = urlsplit(room.dsn)
    dsn = urlunsplit((parts.scheme, f"M1:salah@{parts.hostname}:{parts.port}", parts.path, "", ""))
    seat = room.seat("M1", dsn=dsn, map_pane=False)
    seat.wait_text("topState", "Siap")
    seat.wait_text("link", "Server terputus sejak")
    seat.wait_text("link", "beri tahu TI")
    number = write_incident(seat, "Teluk Lingga", "keb rum", "KEB-01", "Dapur terbakar.")
    assert seat.stop() == 0
    seat.start()
    seat.wait_text("incidentsTable", number)
    seat.wait_other("lampPhone", "Telepon menyala…", "Telepon mati")


def test_doctor_says_what_is_wrong(room: Room, tmp_path: Path) -> None:
    config = tmp_path / "window.toml"
    write_settings(
        config,
        {
            "seat": {"name": "M1", "data": str(tmp_path / "m1")},
            "server": {"dsn": f"postgresql://M1:salah@127.0.0.1:{closed_port()}/operator112"},
        },
    )
    code, out, _ = program("doctor", "--config", str(config))
    assert code == 1
    assert [line for line in out.splitlines() if line.startswith("WRONG server")], out
    assert "salah" not in out
    write_settings(
        config,
        {"seat": {"name": "M1", "data": str(tmp_path / "m1")}, "server": {"dsn": room.login("M1", "seat")}},
    )
    code, out, _ = program("doctor", "--config", str(config))
    wrong = [line for line in out.splitlines() if line.startswith("WRONG")]
    aged = [line for line in wrong if "is older than 2.17, the last one known safe" in line]  # the wheel
    assert (code, wrong) == (bool(aged), aged), out


# ---- phone and seat


def test_phone_port_in_use_is_said_and_the_seat_works_on(room: Room) -> None:
    seat = room.seat("M1", map_pane=False, start=False)
    port = int(room.phone_address("M1").rpartition(":")[2])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.create_server(("127.0.0.1", port)):
        udp.bind(("127.0.0.1", port))
        seat.start()
        seat.wait_exactly("lampPhone", "Telepon mati", "Telepon menyala…")
        seat.wait_text("notice", str(port))
        seat.wait_exactly("lampServer", "Server")
        number = write_incident(seat, "Teluk Lingga", "keb rum", "KEB-01", "Dapur terbakar.")
        seat.wait_text("incidentsTable", number)
    wait_ready(seat)  # the port is free: the phone comes by itself


def test_a_second_window_on_the_same_seat_is_refused(room: Room) -> None:
    seat = room.seat("M1", map_pane=False)
    wait_ready(seat)
    sentence = one_sentence("seat", "--config", str(seat.config))
    assert "Another window" in sentence
    assert seat.is_running


# ---- the site pack


def test_a_broken_site_pack_is_refused_and_the_old_one_stays(tmp_path: Path) -> None:
    pack, into = write_pack(tmp_path / "pack"), tmp_path / "site"
    code, out, err = program("site", "import", str(pack), "--into", str(into))
    assert code == 0, (out, err)
    before = sorted(path.relative_to(into) for path in into.rglob("*"))
    current = (into / "current").read_text()
    broken = tmp_path / "broken"
    shutil.copytree(pack, broken)
    (borders,) = broken.glob("*-desa.geojson")
    borders.write_text('{"type": "FeatureCollection", "features": [')
    assert borders.name in one_sentence("site", "import", str(broken), "--into", str(into))
    assert "nowhere" in one_sentence("site", "import", str(tmp_path / "nowhere"), "--into", str(into))
    assert sorted(path.relative_to(into) for path in into.rglob("*")) == before
    assert (into / "current").read_text() == current
