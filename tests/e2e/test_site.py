"""One import changes the site of every running window; the next start needs no server for it."""

from pathlib import Path

from operator_app.bootstrap.cli import run
from operator_app.domain.facts.site import PartPublished
from operator_app.room.room import Room
from operator_app.room.window import Window
from operator_app.storage.server.site_log import SiteLog
from tests.e2e.steps import wait_ready

SITE = Path(__file__).parents[2] / "resources" / "site"
PMI = '[[agency]]\ncode = "PMI"\nname = "PMI"\nhas_desk = false\nphone = "118"\n\n'


def bring(window: Window, folder: Path, **parts: str) -> None:
    folder.mkdir(exist_ok=True)
    for part, text in parts.items():
        (folder / f"{part}.toml").write_text(text, encoding="utf-8")
    assert run(["site", "import", str(folder), "--config", str(window.config), "--why", "coba"]) == 0


def test_one_import_reaches_every_window_and_outlives_the_server(room: Room, tmp_path: Path) -> None:
    m1 = room.seat("M1", map_pane=False, start=False)
    desk = room.desk("DAMKAR", start=False)
    for window in (m1, desk):
        window.start(wait=False)
    room.wait_shown()
    wait_ready(m1, desk)

    bring(m1, tmp_path / "pack", limits="[late_minutes]\nP1 = 7\n")
    for window in (m1, desk):
        window.wait_words("Data lokasi baru berlaku: batas waktu versi 1, dari Operator")
    bring(m1, tmp_path / "pack", agencies=PMI + (SITE / "agencies.toml").read_text())
    m1.wait_words("Data lokasi baru (OPD) berlaku setelah jendela ini dimulai ulang")
    assert "PMI" not in m1.words()

    newer = PartPublished.of("limits", 9, "[something_new]\nx = 1\n")
    SiteLog(room.login("M7", "seat"), "M7", "Budi").publish([newer], 0)
    for window in (m1, desk):
        window.wait_words("limits.toml v9, baris 1, something_new: kunci ini tidak dikenal")

    assert m1.stop() == 0
    assert room.server is not None
    room.server.stop()
    m1.start()
    m1.wait_words("PMI")
    assert "berlaku setelah jendela ini dimulai ulang" not in m1.words()
