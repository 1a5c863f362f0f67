"""A stage for windows that need Qt and asyncio together: one loop a test, facts waited for, nothing left behind."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import qasync
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from operator_app.ui.desk.window import DeskWindow
from operator_app.ui.frame.manner import KeepKeys, Manner
from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.kit.theme import Theme
from operator_app.ui.kit.widget_tree import describe_tree
from operator_app.ui.program.control import Marks
from operator_app.ui.words.texts import Texts, load_texts

RESOURCES = Path(__file__).parents[2] / "resources"
PATIENCE_S = 15.0


def texts(language: str = "id") -> Texts:
    """The words of the screen; a missing one fails the test."""
    return load_texts(RESOURCES, language, strict=True)


def desk_manner(
    language: str = "id", theme: str = "dark", scale: float = 1.0, keep: KeepKeys | None = None
) -> Manner:
    """How a desk's window looks and speaks."""
    return Manner(Theme.named(theme, scale), texts(language), KeyMap(DeskWindow.deeds), Marks(), keep)


def play(app: QApplication, scene: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a scene on a loop that drives Qt and asyncio; a task that outlives it fails the test."""
    loop = qasync.QEventLoop(app, already_running=False)

    async def whole() -> None:
        await scene()
        left = [each.get_name() for each in asyncio.all_tasks() if each is not asyncio.current_task()]
        assert not left, f"tasks outlive the scene: {left}"

    try:
        with loop:
            loop.run_until_complete(whole())
    finally:  # also after a failure: a window that is left follows the style of the next scene
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


async def until(fact: Callable[[], bool]) -> None:
    """Return when the fact holds; fails after a generous time."""
    async with asyncio.timeout(PATIENCE_S):
        while not fact():  # noqa: ASYNC110  (facts of widgets have no event of their own)
            await asyncio.sleep(0.005)


def clipped(window: QWidget) -> list[str]:
    """Words of the window that are cut off."""
    return [f"{each['name']}: {each['text']}" for each in describe_tree(window) if each["clipped"]]


async def until_whole(window: QWidget) -> None:
    """Return when no word is cut off; layouts settle one turn of the loop after the words."""
    try:
        await until(lambda: not clipped(window))
    except TimeoutError:
        raise AssertionError(f"cut off: {clipped(window)}") from None


def words(window: QWidget) -> str:
    """Everything that is to be read in the window."""
    return "\n".join(str(each["text"]) for each in describe_tree(window))


def said(window: QWidget, name: str) -> str:
    """The words of the widget of that name."""
    return str(_widget(window, name)["text"])


def is_enabled(window: QWidget, name: str) -> bool:
    """Whether the widget of that name can be used."""
    return bool(_widget(window, name)["enabled"])


def is_shown(window: QWidget, name: str) -> bool:
    """Whether the widget of that name is to be seen."""
    return any(each["name"] == name for each in describe_tree(window))


def _widget(window: QWidget, name: str) -> dict[str, Any]:
    found = [each for each in describe_tree(window) if each["name"] == name]
    assert len(found) == 1, f"{len(found)} widgets of the name {name} are to be seen"
    return found[0]
