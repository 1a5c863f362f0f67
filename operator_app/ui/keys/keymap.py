"""Which key does what in a window: as delivered, as a person has set it, as it is written on a button."""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Protocol, Self, runtime_checkable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from operator_app.ui.keys.deeds import Deed
from operator_app.ui.keys.key_rules import KeyRefusal, refuse, written


class Cap(str):
    """A key as it stands on a cap. It knows its deed, so that the cap follows when another key is set for it.

    `key` is the whole key in words, as a screen reader says it.
    """

    __slots__ = ("deed", "key", "without")

    deed: str
    key: str
    without: str

    def __new__(cls, key: str, deed: str, without: str = "") -> Self:
        """`without`: the beginning that the cap leaves out, because it stands once over all of its row."""
        made = super().__new__(cls, key.removeprefix(without).replace("Ctrl+", "^"))
        made.deed, made.key, made.without = deed, key, without
        return made


@runtime_checkable
class ShowsKey(Protocol):
    """A widget that has a cap on it."""

    def follow(self, keys: "KeyMap") -> None:
        """Show the key that stands for its deed now."""
        ...


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a key was not taken; `deed` is the one that has it already."""

    reason: KeyRefusal
    deed: str | None = None


class KeyMap:
    """Which key does what in one window, by the deeds' ids, and who is told when another key is set."""

    def __init__(self, deeds: Iterable[Deed[Any]], own: Mapping[str, str] | None = None) -> None:
        """`own` are keys set here; strange deeds are passed over. Raises `ValueError` when an id comes twice."""
        self._delivered: dict[str, str] = {}
        for deed in deeds:
            if deed.id in self._delivered:
                raise ValueError(f"two deeds are called {deed.id}")
            self._delivered[deed.id] = deed.key
        self._keys = dict(self._delivered)
        self._shortcuts: dict[str, list[QShortcut]] = {}
        self._followers: list[Callable[[], None]] = []
        self.not_taken = self._take({deed: key for deed, key in (own or {}).items() if deed in self._keys})
        """Keys of this seat that could not be used, because they or others have changed since."""

    @property
    def deeds(self) -> AbstractSet[str]:
        """The ids of the deeds that have a key here."""
        return self._delivered.keys()

    def key(self, deed: str) -> str:
        """Return the key in words, e.g. "Ctrl+1"."""
        return self._keys[deed]

    def cap(self, deed: str, without: str = "") -> Cap:
        """Return the key as it stands on a cap, e.g. "^1"; see `Cap`."""
        return Cap(self._keys[deed], deed, without)

    def delivered(self, deed: str) -> str:
        """Return the key as delivered."""
        return self._delivered[deed]

    def own(self) -> dict[str, str]:
        """Return the keys that were set otherwise than delivered."""
        return {deed: key for deed, key in self._keys.items() if key != self._delivered[deed]}

    def conflicts(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return keys that stand for more than one deed."""
        holders: dict[str, list[str]] = {}
        for deed, key in self._keys.items():
            holders.setdefault(written(key), []).append(deed)
        return tuple((key, tuple(deeds)) for key, deeds in holders.items() if len(deeds) > 1)

    def _take(self, own: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """Use the seat's own keys, all at once, so that two may have changed places; return those that cannot be."""
        usable = {deed: written(key) for deed, key in own.items() if refuse(key) is None}
        self._keys |= usable
        while doubled := [deed for _, deeds in self.conflicts() for deed in deeds if deed in usable]:
            for deed in doubled:
                self._keys[deed] = self._delivered[deed]
                del usable[deed]
        return tuple((deed, key) for deed, key in own.items() if deed not in usable)

    # ---- other keys

    def refusal(self, deed: str, key: str) -> Refused | None:
        """Say why that key cannot stand for that deed; None when it can."""
        reason = refuse(key)
        if reason is not None:
            return Refused(reason)
        wanted = written(key)
        holder = next((each for each, k in self._keys.items() if each != deed and written(k) == wanted), None)
        return None if holder is None else Refused(KeyRefusal.TAKEN, holder)

    def put(self, deed: str, key: str) -> Refused | None:
        """Let that key stand for the deed from now on, shortcut and caps alike; or say why not."""
        refused = self.refusal(deed, key)
        if refused is None:
            self._set({deed: written(key)})
        return refused

    def reset(self, deed: str | None = None) -> Refused | None:
        """Go back to the key as delivered, for one deed or for all; one may be refused: another deed has it now."""
        if deed is not None:
            return self.put(deed, self._delivered[deed])
        self._set(self._delivered)
        return None

    def follow(self, told: Callable[[], None]) -> None:
        """Call `told` whenever a key has changed."""
        self._followers.append(told)

    def _set(self, keys: Mapping[str, str]) -> None:
        self._keys |= keys
        for deed in keys:
            for shortcut in self._shortcuts.get(deed, ()):
                shortcut.setKey(QKeySequence(self._keys[deed]))
        for told in self._followers:
            told()

    # ---- at work

    def install(self, window: QWidget, acts: Mapping[str, Callable[[], None]]) -> None:
        """Make the keys work anywhere in that window, also while a field is typed in; a held key acts once.

        Every cap in the window follows when another key is set.
        """
        for deed, act in acts.items():
            self._shortcut(window, deed, act)
        self.follow(lambda: show_keys(window, self))

    def _shortcut(self, window: QWidget, deed: str, act: Callable[[], None]) -> None:
        shortcut = fixed_key(window, self._keys[deed], act, repeats=False)
        shortcut.setObjectName(f"key_{deed}")
        self._shortcuts.setdefault(deed, []).append(shortcut)


def fixed_key(window: QWidget, key: str, act: Callable[[], None], *, repeats: bool = True) -> QShortcut:
    """Make a key work anywhere in that window that nobody can set otherwise."""
    shortcut = QShortcut(QKeySequence(key), window)
    shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
    shortcut.setAutoRepeat(repeats)
    shortcut.activated.connect(act)
    return shortcut


def show_keys(window: QWidget, keys: KeyMap) -> None:
    """Let every cap in the window show the key that is set now."""
    for widget in window.findChildren(QWidget):
        if isinstance(widget, ShowsKey):
            widget.follow(keys)
