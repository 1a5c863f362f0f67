"""Every scene of the operator's window at every size, in both languages and themes: whole, named, reached by a key."""

import asyncio

import pytest
from PySide6.QtWidgets import QApplication

from operator_app.ui.frame.main_window import Mode, Page
from operator_app.ui.kit.theme import Theme, load_fonts
from tests.ui import test_desk_window as desk_window
from tests.ui import test_wall_window as wall_window
from tests.ui.desk_scene import RESOURCES, play, texts
from tests.ui.scenes import SCENES, Scene
from tests.ui.test_seat_window import SIZES, Stage, staged
from tests.ui.walk import contrast_faults, key_faults, layout_faults, others, reader_faults

SETTLING_TURNS = 60
"""Layouts settle some turns of the loop after the words."""
FOREIGN = frozenset({"timeline", "formWarning", "notice", "takeValue", "list_recent", "list_abandoned"})
"""Lines whose length is other people's: what does not fit is in the tool tip."""
DESK_ROWS = frozenset({"timeline", "queue", "record", "lines"})
ROWS = frozenset(
    {
        "incidentsTable",
        "list_waiting",
        "list_abandoned",
        "list_recent",
        "commandHits",
        "placeHits",
        "kindHits",
        "keyTable",
        "editorKinds",
        "callName",
        "callNumber",
        "quickTarget",
        "villageRemark",
    }
)
"""At twice the size these may end in dots, too."""


async def until_no_faults(it: Stage, may_elide: frozenset[str]) -> list[str]:
    """Let the layout settle and return what is wrong then."""
    window = it.window
    faults = layout_faults(window, may_elide=may_elide)
    for _ in range(SETTLING_TURNS):
        if not faults:
            break
        await asyncio.sleep(0.01)
        faults = layout_faults(window, may_elide=may_elide)
    return faults


async def walk(it: Stage, scene: Scene, *, scale: float) -> list[str]:
    """Look at each page of the scene and return everything that is wrong."""
    window = it.seat_window.window
    await scene.play(it)
    elide = FOREIGN | scene.may_elide | (ROWS if scale > 1 else frozenset())
    faults = []
    pages: tuple[Page | None, ...] = scene.pages if window.mode is not Mode.WIDE and scene.pages else (None,)
    for page in pages:
        if page is not None:
            window.bring(page)
        await asyncio.sleep(0)
        found = await until_no_faults(it, elide)
        found += [*reader_faults(window), *key_faults(window)]
        faults += [f"{page or 'all'}: {each}" for each in found]
    for other in others(window):
        found = [*layout_faults(other, may_elide=elide), *reader_faults(other)]
        faults += [f"{other.windowTitle()}: {each}" for each in found]
    return faults


LOOKS = [(*each, "id") for each in SIZES] + [((1366, 768), 1.0, "en"), ((1366, 768), 2.0, "en")]


@pytest.mark.parametrize(("size", "scale", "language"), LOOKS)
@pytest.mark.parametrize("name", SCENES)
def test_every_pane_is_whole_named_and_reached_by_a_key(
    qapp: QApplication, name: str, size: tuple[int, int], scale: float, language: str
) -> None:
    async def scene(it: Stage) -> None:
        faults = await walk(it, SCENES[name], scale=scale)
        assert not faults, "\n".join(faults)

    staged(qapp, scene, language=language, scale=scale, size=size, other_texts=lambda: [texts("en")])


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("name", SCENES)
def test_every_word_stands_out_as_it_is_painted(qapp: QApplication, name: str, theme: str) -> None:
    async def scene(it: Stage) -> None:
        await SCENES[name].play(it)
        await asyncio.sleep(0)
        faults = [each for window in (it.window, *others(it.window)) for each in contrast_faults(window)]
        assert not faults, "\n".join(faults)

    staged(qapp, scene, theme=theme)


@pytest.mark.parametrize(("size", "scale", "language"), LOOKS)
def test_the_desk_is_whole_named_and_reached_by_a_key(
    qapp: QApplication, size: tuple[int, int], scale: float, language: str
) -> None:
    load_fonts(RESOURCES)
    Theme.named("dark", scale).apply(qapp)

    async def scene(stage: desk_window.Stage) -> None:
        await stage.fire()
        await stage.read()
        await asyncio.sleep(0.05)
        window = stage.window
        faults = [each for each in layout_faults(window, may_elide=DESK_ROWS) if "hangs out" not in each]
        faults += [*reader_faults(window), *key_faults(window)]
        assert not faults, "\n".join(faults)

    play(qapp, lambda: desk_window.staged(qapp, scene, language=language, scale=scale, size=size))


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_word_of_the_desk_and_the_wall_stands_out(qapp: QApplication, theme: str) -> None:
    load_fonts(RESOURCES)
    Theme.named(theme).apply(qapp)

    async def desk(stage: desk_window.Stage) -> None:
        await stage.fire()
        await stage.read()
        await asyncio.sleep(0.05)
        assert not contrast_faults(stage.window), contrast_faults(stage.window)

    async def wall(stage: wall_window.Stage) -> None:
        await stage.busy_room()
        await asyncio.sleep(0.05)
        faults = [*contrast_faults(stage.window), *reader_faults(stage.window)]
        assert not faults, "\n".join(faults)

    play(qapp, lambda: desk_window.staged(qapp, desk, theme=theme))
    play(qapp, lambda: wall_window.staged(wall, theme=theme))
