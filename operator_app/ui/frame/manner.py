"""How a window looks and speaks, and how it keeps what a person sets at it."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from operator_app.domain.line import AudioChoice
from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.kit.theme import Theme
from operator_app.ui.program.control import Marks
from operator_app.ui.words.texts import Texts

KeepDevices = Callable[[AudioChoice], Coroutine[Any, Any, None]]
KeepKeys = Callable[[Mapping[str, str]], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Manner:
    """How a window looks and speaks: theme, words, keys, and where it notes what was painted.

    `keep_keys` keeps the keys set at this seat, by deed; None: they last as long as the window. Raises `OSError`.
    `keep_devices` likewise keeps the sound devices chosen here.
    """

    theme: Theme
    say: Texts
    keys: KeyMap
    marks: Marks
    keep_keys: KeepKeys | None = None
    keep_devices: KeepDevices | None = None
