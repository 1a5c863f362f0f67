"""Pictures of every scene, to be looked at: `python -m tests.ui.looks [--out FOLDER] [--scene NAME] [--quick]`.

Both themes, both languages, 1920x1080, 1366x768 and text at twice the size; the map is drawn where site data is given.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")

from PySide6.QtWidgets import QApplication

from operator_app.maps.serve import load_assets
from operator_app.maps.site import Site, import_site, load_site
from operator_app.ui.map.map_view import MapState
from operator_app.ui.program.map_setup import prepare_environment
from tests.ui.desk_scene import RESOURCES, texts, until
from tests.ui.scenes import SCENES
from tests.ui.test_seat_window import Stage, staged
from tests.ui.walk import others

SITE = Path(__file__).resolve().parents[2].parent / "shared" / "data"
SIZES = {"1920": ((1920, 1080), 1.0), "1366": ((1366, 768), 1.0), "200": ((1366, 768), 2.0)}
MAP_SCENES = frozenset({"talking", "quiet", "clash"})
SETTLE_S = 0.25


def picture(
    app: QApplication, name: str, language: str, theme: str, size: str, out: Path, site: Site | None
) -> None:
    """Play a scene and write its picture, in a narrow window one of each page."""
    given, scale = SIZES[size]

    async def scene(it: Stage) -> None:
        view = it.seat_window.areas.map.pane.view
        if view is not None:
            view.activate()
            await until(lambda: view.state is MapState.READY)
        await SCENES[name].play(it)
        window = it.seat_window.window
        pages = SCENES[name].pages if scale > 1 and SCENES[name].pages else (None,)
        for page in pages:
            if page is not None:
                window.bring(page)
            await asyncio.sleep(SETTLE_S if view is None else 1.0)
            tail = "" if page is None else f"-{page}"
            window.grab().save(str(out / f"{name}{tail}-{language}-{theme}-{size}.png"))
        for number, other in enumerate(others(window), 2):
            other.grab().save(str(out / f"{name}-window{number}-{language}-{theme}-{size}.png"))

    assets = None if site is None or name not in MAP_SCENES else load_assets(RESOURCES)
    staged(
        app,
        scene,
        language=language,
        theme=theme,
        scale=scale,
        size=given,
        other_texts=lambda: [texts("en")],
        map_assets=assets,
        site=site,
    )


def main() -> None:
    """Write them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/looks"))
    parser.add_argument("--scene", action="append", choices=sorted(SCENES), help="only these scenes")
    parser.add_argument("--quick", action="store_true", help="Indonesian alone; light only at 1366x768")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    prepare_environment()
    app = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        site = None
        if SITE.is_dir():
            import_site(SITE, Path(folder) / "site")
            site = load_site(Path(folder) / "site")
        for name in given.scene or SCENES:
            for language in ("id",) if given.quick else ("id", "en"):
                for size in SIZES:
                    themes = ("dark", "light") if not given.quick or size == "1366" else ("dark",)
                    for theme in themes:
                        picture(app, name, language, theme, size, given.out, site)
            print(name, flush=True)


if __name__ == "__main__":
    main()
