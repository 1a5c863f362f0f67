"""Every key of the operator's window as data: what it does, and how it is written on its button."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

QUICK_AGENCIES = 9


class Deed(StrEnum):
    """What a key can do."""

    ANSWER = "answer"
    HOLD = "hold"
    MUTE = "mute"
    END = "end"
    STATE = "state"
    PLACE = "place"
    KIND = "kind"
    DISPATCH = "dispatch"
    NEW_INCIDENT = "new_incident"
    FILTER = "filter"
    MAP = "map"
    NEXT_LIST = "next_list"
    CALL_BACK = "call_back"
    EMERGENCY = "classify_emergency"
    NON_EMERGENCY = "classify_non_emergency"
    INFORMATION = "classify_information"
    PRANK = "classify_prank"
    GHOST = "classify_ghost"
    MISDIRECTED = "classify_misdirected"
    TEST = "classify_test"
    AGENCY_1 = "agency_1"
    AGENCY_2 = "agency_2"
    AGENCY_3 = "agency_3"
    AGENCY_4 = "agency_4"
    AGENCY_5 = "agency_5"
    AGENCY_6 = "agency_6"
    AGENCY_7 = "agency_7"
    AGENCY_8 = "agency_8"
    AGENCY_9 = "agency_9"


KEYS: Mapping[Deed, str] = {
    Deed.ANSWER: "F2",
    Deed.HOLD: "F3",
    Deed.MUTE: "F4",
    Deed.PLACE: "F5",
    Deed.KIND: "F6",
    Deed.DISPATCH: "F7",
    Deed.STATE: "F11",
    Deed.END: "F12",
    Deed.NEW_INCIDENT: "Ctrl+N",
    Deed.FILTER: "Ctrl+F",
    Deed.MAP: "Ctrl+M",
    Deed.NEXT_LIST: "Ctrl+L",
    Deed.CALL_BACK: "Ctrl+B",
    Deed.EMERGENCY: "Alt+1",
    Deed.NON_EMERGENCY: "Alt+2",
    Deed.INFORMATION: "Alt+3",
    Deed.PRANK: "Alt+4",
    Deed.GHOST: "Alt+5",
    Deed.MISDIRECTED: "Alt+6",
    Deed.TEST: "Alt+7",
    **{Deed(f"agency_{number}"): f"Ctrl+{number}" for number in range(1, QUICK_AGENCIES + 1)},
}
"""The keys as delivered. F1 (help), F8 to F10 (transfer, conference, supervisor) and Ctrl+G, Ctrl+K are kept free."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """One key that would do two things."""

    key: str
    deeds: tuple[Deed, ...]


class KeyMap:
    """Which key does what in this window."""

    def __init__(self, keys: Mapping[Deed, str] = KEYS) -> None:
        self._keys = dict(keys)

    def key(self, deed: Deed) -> str:
        """Return the key in words, e.g. "Ctrl+1"."""
        return self._keys[deed]

    def cap(self, deed: Deed) -> str:
        """Return the key as it stands on a cap, e.g. "^1"."""
        return self._keys[deed].replace("Ctrl+", "^")

    def conflicts(self) -> tuple[Conflict, ...]:
        """Return keys that stand for more than one deed."""
        written = {deed: QKeySequence(key).toString() for deed, key in self._keys.items()}
        doubled = (key for key, count in Counter(written.values()).items() if count > 1)
        return tuple(Conflict(key, tuple(d for d, k in written.items() if k == key)) for key in doubled)

    def install(self, window: QWidget, deeds: Mapping[Deed, Callable[[], None]]) -> tuple[QShortcut, ...]:
        """Make the keys work anywhere in that window, also while a field is typed in; a held key acts once."""
        return tuple(self._shortcut(window, deed, act) for deed, act in deeds.items())

    def _shortcut(self, window: QWidget, deed: Deed, act: Callable[[], None]) -> QShortcut:
        shortcut = QShortcut(QKeySequence(self._keys[deed]), window)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.setAutoRepeat(False)
        shortcut.setObjectName(f"key_{deed}")
        shortcut.activated.connect(act)
        return shortcut


def agency_deeds(count: int) -> Iterable[Deed]:
    """Return the deeds of the first agencies, at most nine."""
    return (Deed(f"agency_{number}") for number in range(1, min(count, QUICK_AGENCIES) + 1))
