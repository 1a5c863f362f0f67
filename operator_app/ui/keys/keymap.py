"""Every key of the operator's window as data: what it does, in which group it stands, how it is written on its button.

A new deed needs: its member of `Deed`, its key in `KEYS`, its place in `GROUPS`, and its name under [deed] in both
catalogues. Key help, command bar and key settings then know it by themselves.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, Self, runtime_checkable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from operator_app.ui.keys.key_rules import KeyRefusal, refuse, written

QUICK_AGENCIES = 9
QUICK_CONNECTIONS = 6


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
    MEASURE = "measure"
    HISTORY = "history"
    LANDMARK = "landmark"
    CALL_PLACE = "call_place"
    NEXT_LIST = "next_list"
    CALL_BACK = "call_back"
    EMERGENCY = "classify_emergency"
    NON_EMERGENCY = "classify_non_emergency"
    INFORMATION = "classify_information"
    PRANK = "classify_prank"
    GHOST = "classify_ghost"
    MISDIRECTED = "classify_misdirected"
    TEST = "classify_test"
    CLASH_TAKE = "clash_take"
    CLASH_KEEP = "clash_keep"
    TAKE_OVER = "take_over"
    UNSENT = "unsent"
    SEND_AGAIN = "send_again"
    HELP = "help"
    COMMAND = "command"
    SORT = "sort"
    NUMBER_HISTORY = "number_history"
    DEVICES = "devices"
    RECALL = "recall"
    QUALITY = "quality"
    CARD = "card"
    DECIDE = "decide"
    PHONE_ANSWER = "phone_answer"
    LINK = "link"
    LINK_NEXT = "link_next"
    UNLINK = "unlink"
    MAJOR = "major"
    READ_BACK = "read_back"
    NOTE = "note"
    REMIND = "remind"
    REMINDER_DONE = "reminder_done"
    TIMELINE = "timeline"
    COPY_TEXT = "copy_text"
    COPY_POINT = "copy_point"
    FINISH_INCIDENT = "finish_incident"
    CANCEL_INCIDENT = "cancel_incident"
    CARD_EDITOR = "card_editor"
    TRANSFER = "transfer"
    CONFERENCE = "conference"
    DIAL = "dial"
    KEYPAD = "keypad"
    QUICK_1 = "quick_1"
    QUICK_2 = "quick_2"
    QUICK_3 = "quick_3"
    QUICK_4 = "quick_4"
    QUICK_5 = "quick_5"
    QUICK_6 = "quick_6"
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
    Deed.MEASURE: "Ctrl+Shift+M",
    Deed.HISTORY: "Ctrl+H",
    Deed.LANDMARK: "Ctrl+P",
    Deed.CALL_PLACE: "Ctrl+Shift+L",
    Deed.NEXT_LIST: "Ctrl+L",
    Deed.CALL_BACK: "Ctrl+B",
    Deed.EMERGENCY: "Alt+1",
    Deed.NON_EMERGENCY: "Alt+2",
    Deed.INFORMATION: "Alt+3",
    Deed.PRANK: "Alt+4",
    Deed.GHOST: "Alt+5",
    Deed.MISDIRECTED: "Alt+6",
    Deed.TEST: "Alt+7",
    Deed.CLASH_TAKE: "Ctrl+I",
    Deed.CLASH_KEEP: "Ctrl+Shift+I",
    Deed.TAKE_OVER: "Ctrl+Shift+O",
    Deed.UNSENT: "Ctrl+Shift+Q",
    Deed.SEND_AGAIN: "Ctrl+Shift+S",
    Deed.HELP: "F1",
    Deed.COMMAND: "Ctrl+K",
    Deed.SORT: "Ctrl+Shift+F",
    Deed.NUMBER_HISTORY: "Ctrl+Shift+B",
    Deed.DEVICES: "Ctrl+Shift+A",
    Deed.RECALL: "Ctrl+R",
    Deed.QUALITY: "Ctrl+J",
    Deed.CARD: "Ctrl+Q",
    Deed.DECIDE: "Alt+U",
    Deed.PHONE_ANSWER: "Alt+J",
    Deed.LINK: "Ctrl+G",
    Deed.LINK_NEXT: "Alt+G",
    Deed.UNLINK: "Ctrl+Shift+G",
    Deed.MAJOR: "Alt+B",
    Deed.READ_BACK: "Ctrl+E",
    Deed.NOTE: "Ctrl+O",
    Deed.REMIND: "Ctrl+Shift+R",
    Deed.REMINDER_DONE: "Alt+R",
    Deed.TIMELINE: "Alt+L",
    Deed.COPY_TEXT: "Alt+C",
    Deed.COPY_POINT: "Alt+K",
    Deed.FINISH_INCIDENT: "Alt+S",
    Deed.CANCEL_INCIDENT: "Alt+X",
    Deed.CARD_EDITOR: "Ctrl+Shift+K",
    Deed.TRANSFER: "F8",
    Deed.CONFERENCE: "F9",
    Deed.DIAL: "Ctrl+D",
    Deed.KEYPAD: "Ctrl+T",
    **{Deed(f"quick_{number}"): f"Shift+F{number}" for number in range(1, QUICK_CONNECTIONS + 1)},
    **{Deed(f"agency_{number}"): f"Ctrl+{number}" for number in range(1, QUICK_AGENCIES + 1)},
}
"""The keys as delivered. F10 (supervisor) and Ctrl+G are kept free."""

QUICK = tuple(Deed(f"quick_{number}") for number in range(1, QUICK_CONNECTIONS + 1))

AGENCIES = tuple(Deed(f"agency_{number}") for number in range(1, QUICK_AGENCIES + 1))


class Group(StrEnum):
    """Under which head a deed stands in the key help."""

    CALL = "call"
    LINES = "lines"
    NOISE = "classify"
    FORM = "form"
    HAND_OVER = "hand_over"
    MAP = "map"
    LISTS = "lists"
    WINDOW = "window"


GROUPS: Mapping[Group, tuple[Deed, ...]] = {
    Group.CALL: (Deed.ANSWER, Deed.HOLD, Deed.MUTE, Deed.END, Deed.STATE, Deed.RECALL, Deed.QUALITY),
    Group.LINES: (Deed.TRANSFER, Deed.CONFERENCE, Deed.DIAL, Deed.KEYPAD, *QUICK),
    Group.NOISE: (
        Deed.EMERGENCY,
        Deed.NON_EMERGENCY,
        Deed.INFORMATION,
        Deed.PRANK,
        Deed.GHOST,
        Deed.MISDIRECTED,
        Deed.TEST,
    ),
    Group.FORM: (
        Deed.PLACE,
        Deed.KIND,
        Deed.NEW_INCIDENT,
        Deed.CLASH_TAKE,
        Deed.CLASH_KEEP,
        Deed.TAKE_OVER,
        Deed.CARD,
        Deed.READ_BACK,
        Deed.LINK,
        Deed.LINK_NEXT,
        Deed.UNLINK,
        Deed.MAJOR,
        Deed.NOTE,
        Deed.REMIND,
        Deed.REMINDER_DONE,
        Deed.TIMELINE,
        Deed.FINISH_INCIDENT,
        Deed.CANCEL_INCIDENT,
    ),
    Group.HAND_OVER: (
        Deed.DISPATCH,
        Deed.DECIDE,
        Deed.PHONE_ANSWER,
        Deed.COPY_TEXT,
        Deed.COPY_POINT,
        *AGENCIES,
    ),
    Group.MAP: (Deed.MAP, Deed.MEASURE, Deed.HISTORY, Deed.LANDMARK, Deed.CALL_PLACE),
    Group.LISTS: (Deed.NEXT_LIST, Deed.CALL_BACK, Deed.NUMBER_HISTORY, Deed.FILTER, Deed.SORT),
    Group.WINDOW: (Deed.HELP, Deed.COMMAND, Deed.DEVICES, Deed.UNSENT, Deed.SEND_AGAIN, Deed.CARD_EDITOR),
}
"""Every deed once, in the order of the key help."""


class Cap(str):
    """A key as it stands on a cap. It knows its deed, so that the cap follows when another key is set for it."""

    __slots__ = ("deed", "without")

    deed: Deed
    without: str

    def __new__(cls, words: str, deed: Deed, without: str = "") -> Self:
        """`without`: the beginning that the cap leaves out, because it stands once over all of its row."""
        made = super().__new__(cls, words.removeprefix(without).replace("Ctrl+", "^"))
        made.deed, made.without = deed, without
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
    deed: Deed | None = None


class KeyMap:
    """Which key does what in this window, and who is told when another key is set."""

    def __init__(
        self,
        keys: Mapping[Deed, str] = KEYS,
        *,
        own: Mapping[Deed, str] | None = None,
        withheld: Collection[Deed] = (),
    ) -> None:
        """`own` are keys set at this seat; `withheld` deeds that this person may not do: no key, no entry anywhere."""
        self._delivered = dict(keys)
        self._keys = dict(keys)
        self.withheld = frozenset(withheld)
        self._shortcuts: dict[Deed, list[QShortcut]] = {}
        self._followers: list[Callable[[], None]] = []
        self.not_taken = self._take(own or {})
        """Keys of this seat that could not be used, because they or others have changed since."""

    def key(self, deed: Deed) -> str:
        """Return the key in words, e.g. "Ctrl+1"."""
        return self._keys[deed]

    def cap(self, deed: Deed, without: str = "") -> Cap:
        """Return the key as it stands on a cap, e.g. "^1"; see `Cap`."""
        return Cap(self._keys[deed], deed, without)

    def delivered(self, deed: Deed) -> str:
        """Return the key as delivered."""
        return self._delivered[deed]

    def own(self) -> dict[Deed, str]:
        """Return the keys that were set otherwise than delivered."""
        return {deed: key for deed, key in self._keys.items() if key != self._delivered[deed]}

    def conflicts(self) -> tuple[tuple[str, tuple[Deed, ...]], ...]:
        """Return keys that stand for more than one deed."""
        holders: dict[str, list[Deed]] = {}
        for deed, key in self._keys.items():
            holders.setdefault(written(key), []).append(deed)
        return tuple((key, tuple(deeds)) for key, deeds in holders.items() if len(deeds) > 1)

    def _take(self, own: Mapping[Deed, str]) -> tuple[tuple[Deed, str], ...]:
        """Use the seat's own keys, all at once, so that two may have changed places; return those that cannot be."""
        usable = {deed: written(key) for deed, key in own.items() if refuse(key) is None}
        self._keys |= usable
        while doubled := [deed for _, deeds in self.conflicts() for deed in deeds if deed in usable]:
            for deed in doubled:
                self._keys[deed] = self._delivered[deed]
                del usable[deed]
        return tuple((deed, key) for deed, key in own.items() if deed not in usable)

    # ---- other keys

    def refusal(self, deed: Deed, key: str) -> Refused | None:
        """Say why that key cannot stand for that deed; None when it can."""
        reason = refuse(key)
        if reason is not None:
            return Refused(reason)
        wanted = written(key)
        holder = next(
            (each for each, k in self._keys.items() if each is not deed and written(k) == wanted), None
        )
        return None if holder is None else Refused(KeyRefusal.TAKEN, holder)

    def put(self, deed: Deed, key: str) -> Refused | None:
        """Let that key stand for the deed from now on, shortcut and caps alike; or say why not."""
        refused = self.refusal(deed, key)
        if refused is None:
            self._set({deed: written(key)})
        return refused

    def reset(self, deed: Deed | None = None) -> Refused | None:
        """Go back to the key as delivered, for one deed or for all; one may be refused: another deed has it now."""
        if deed is not None:
            return self.put(deed, self._delivered[deed])
        self._set(self._delivered)
        return None

    def follow(self, told: Callable[[], None]) -> None:
        """Call `told` whenever a key has changed."""
        self._followers.append(told)

    def _set(self, keys: Mapping[Deed, str]) -> None:
        self._keys |= keys
        for deed in keys:
            for shortcut in self._shortcuts.get(deed, ()):
                shortcut.setKey(QKeySequence(self._keys[deed]))
        for told in self._followers:
            told()

    # ---- at work

    def install(self, window: QWidget, deeds: Mapping[Deed, Callable[[], None]]) -> tuple[QShortcut, ...]:
        """Make the keys work anywhere in that window, also while a field is typed in; a held key acts once.

        Every cap in the window follows when another key is set.
        """
        made = tuple(
            self._shortcut(window, deed, act) for deed, act in deeds.items() if deed not in self.withheld
        )
        self.follow(lambda: show_keys(window, self))
        return made

    def _shortcut(self, window: QWidget, deed: Deed, act: Callable[[], None]) -> QShortcut:
        shortcut = QShortcut(QKeySequence(self._keys[deed]), window)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.setAutoRepeat(False)
        shortcut.setObjectName(f"key_{deed}")
        shortcut.activated.connect(act)
        self._shortcuts.setdefault(deed, []).append(shortcut)
        return shortcut


def show_keys(window: QWidget, keys: KeyMap) -> None:
    """Let every cap in the window show the key that is set now."""
    for widget in window.findChildren(QWidget):
        if isinstance(widget, ShowsKey):
            widget.follow(keys)


def agency_deeds(count: int) -> Iterable[Deed]:
    """Return the deeds of the first agencies, at most nine."""
    return AGENCIES[: max(0, count)]
