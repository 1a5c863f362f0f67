"""Which keys may stand for a deed: none that a text field, a list or the system needs for itself."""

from enum import StrEnum

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeySequence


class KeyRefusal(StrEnum):
    """Why a key cannot be used."""

    NOT_A_KEY = "not_a_key"
    TYPED = "typed"
    EDITING = "editing"
    SYSTEM = "system"
    TAKEN = "taken"


_Key = Qt.Key
_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_ALT, _META = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.MetaModifier

_MOVING = frozenset(
    {
        _Key.Key_Left,
        _Key.Key_Right,
        _Key.Key_Up,
        _Key.Key_Down,
        _Key.Key_Home,
        _Key.Key_End,
        _Key.Key_PageUp,
        _Key.Key_PageDown,
        _Key.Key_Backspace,
        _Key.Key_Delete,
        _Key.Key_Insert,
        _Key.Key_Tab,
        _Key.Key_Backtab,
        _Key.Key_Return,
        _Key.Key_Enter,
        _Key.Key_Escape,
    }
)
"""Keys that move, delete, leave and confirm, alone and with Shift or Ctrl."""
_EDITING_LETTERS = frozenset(
    {_Key.Key_A, _Key.Key_C, _Key.Key_V, _Key.Key_X, _Key.Key_Z, _Key.Key_Y, _Key.Key_Space}
)
_SYSTEM = frozenset({"Alt+F4", "Alt+Tab", "Alt+Esc", "Alt+Space", "Ctrl+Alt+Del", "Print", "Ctrl+Esc"})
_ONLY_MODIFIERS = frozenset(
    {
        _Key.Key_Shift,
        _Key.Key_Control,
        _Key.Key_Alt,
        _Key.Key_AltGr,
        _Key.Key_Meta,
        _Key.Key_CapsLock,
        _Key.Key_unknown,
    }
)


def written(key: str) -> str:
    """Return the key in the one way of writing it, e.g. "ctrl+k" as "Ctrl+K"; empty for what is no key."""
    return QKeySequence(key).toString()


def refuse(key: str) -> KeyRefusal | None:
    """Say why no deed may have that key; None when one may."""
    sequence = QKeySequence(key)
    if sequence.count() != 1 or not sequence.toString():
        return KeyRefusal.NOT_A_KEY
    combination: QKeyCombination = sequence[0]  # type: ignore[index]  # PySide6 6.11 does not declare it
    pressed, held = combination.key(), combination.keyboardModifiers()
    if pressed in _ONLY_MODIFIERS:
        return KeyRefusal.NOT_A_KEY
    if sequence.toString() in _SYSTEM or held & _META:
        return KeyRefusal.SYSTEM
    if pressed in _MOVING and not held & _ALT:
        return KeyRefusal.EDITING
    # Ctrl+Shift+A deselects in some desktops' text fields: nobody here misses it.
    deselects = pressed == _Key.Key_A and bool(held & _SHIFT)
    if held & _CTRL and not held & _ALT and pressed in _EDITING_LETTERS and not deselects:
        return KeyRefusal.EDITING
    return _typed(pressed, held)


def _typed(pressed: Qt.Key, held: Qt.KeyboardModifier) -> KeyRefusal | None:
    """Ctrl and Alt together are AltGr on many keyboards: such a key writes a character."""
    writes = int(pressed) < int(_Key.Key_Escape)
    plain = not held & (_CTRL | _ALT)
    alt_gr = bool(held & _CTRL) and bool(held & _ALT)
    return KeyRefusal.TYPED if writes and (plain or alt_gr) else None
