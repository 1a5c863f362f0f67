"""The page and what it may ask for."""

import base64
import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from operator_app.maps.page import build_page
from operator_app.maps.serve import PAGE, Asset, MapServer, load_assets
from operator_app.maps.site import default_site, import_site, load_site
from tests.unit.maps.sample_pack import write_pack

RESOURCES = Path(__file__).parents[3] / "resources"
CHANNEL = {"/qwebchannel.js": Asset(b"channel", "text/javascript")}


@pytest.fixture
def server() -> MapServer:
    return MapServer(load_assets(RESOURCES), default_site(RESOURCES), CHANNEL)


def test_the_shipped_page_is_what_folium_writes() -> None:
    shipped = (RESOURCES / "map" / "index.html").read_text(encoding="utf-8")
    assert shipped == build_page(), "write it anew: python -m operator_app.maps.page resources"


def test_the_page_runs_its_own_scripts_alone(server: MapServer) -> None:
    page = server.answer(PAGE)
    assert page is not None
    text = page.data.decode()
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert text.index("Content-Security-Policy") < text.index("<script")
    told = dict(part.split(" ", 1) for part in policy.split("; "))
    assert (told["default-src"], told["connect-src"]) == ("'none'", "app://map")
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    hashes = {base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in scripts}
    assert set(re.findall(r"'sha256-([^']+)'", told["script-src"])) == hashes
    assert "unsafe" not in told["script-src"]


def test_the_page_asks_only_for_what_is_served(server: MapServer) -> None:
    page = server.answer(PAGE)
    assert page is not None
    asked = re.findall(r'(?:src|href)="([^"]+)"', page.data.decode())
    assert len(asked) == 15
    for address in asked:
        assert address.startswith("app://map/")
        assert server.answer(address.removeprefix("app://map")) is not None
    for name in ("/map.js", "/sheet.js", "/land.js", "/shapes.js", "/map.css"):
        asset = server.answer(name)
        assert asset is not None
        assert not re.search(rb"https?://(?!www\.w3\.org/)", asset.data)


@pytest.mark.parametrize(
    "path",
    ["", "/", "index.html", "/../default.toml", "/default.toml", "/SOURCES.md", "/%69ndex.html", "//index.html",
     "/leaflet/../index.html", "/etc/passwd", "/site/desa.json", "/index.html\0"],
)  # fmt: skip
def test_nothing_else_is_served(server: MapServer, path: str) -> None:
    assert server.answer(path) is None


def test_the_layers_follow_the_site(server: MapServer, tmp_path: Path) -> None:
    import_site(write_pack(tmp_path / "pack"), tmp_path / "site")
    server.set_site(load_site(tmp_path / "site"))
    asset = server.answer("/site/desa.json")
    assert asset is not None
    assert asset.mime.startswith("application/json")
    assert b"Sukamaju" in asset.data
    server.set_site(default_site(RESOURCES))
    assert server.answer("/site/desa.json") is None


def test_a_running_seat_does_not_import_folium() -> None:
    code = (
        "import sys, operator_app.maps.serve, operator_app.maps.site, operator_app.maps.live, operator_app.maps.page\n"
        "sys.exit(sorted({'folium', 'branca', 'numpy', 'requests'} & set(sys.modules)).__repr__() if "
        "{'folium', 'branca', 'numpy', 'requests'} & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
