"""An area of the operator's window, and what every area may use. Areas know no other area: deeds and bus join them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from PySide6.QtCore import QObject, QTimer

from operator_app.ui.frame.deeds import Deeds
from operator_app.ui.frame.footer import Footer
from operator_app.ui.frame.main_window import MainWindow, Page
from operator_app.ui.frame.manner import Manner
from operator_app.ui.keys.deeds import Before, Deed, Wish
from operator_app.ui.keys.keymap import KeyMap
from operator_app.ui.kit.drawing import Drawing
from operator_app.ui.kit.theme import Theme
from operator_app.ui.program.control import Marks
from operator_app.ui.program.errands import Errands
from operator_app.ui.words.notice import Notice
from operator_app.ui.words.site_words import SiteWords
from operator_app.ui.words.wording import Say
from operator_app.workflow.seat import Seat


class Area:
    """One part of the window as the operator sees it, with its panes and deeds: this one does nothing. Loop only.

    `deeds` are what a person can do here; `told` are the kinds of messages of the seat's bus that come to `changed`,
    those of the seat and those of `frame/asks.py`.
    """

    deeds: ClassVar[tuple[Deed[Any], ...]] = ()
    told: ClassVar[tuple[type[Any], ...]] = ()

    def changed(self, what: object) -> None:
        """Show what has changed, or do what another area asks."""

    def begin(self) -> None:
        """The window is about to be shown: show what there is, and follow the seat from now on."""

    def second(self, now: datetime) -> None:
        """Show what goes with the time. Called after `begin`, then at the beginning of each second."""

    def close(self) -> None:
        """Stop: the window goes."""


class Timers(QObject):
    """The timers of one window, which all stop together."""

    def __init__(self) -> None:
        super().__init__()
        self._all: list[QTimer] = []

    def once(self, run: Callable[[], None]) -> QTimer:
        """Return a timer that runs that once whenever it is started."""
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(run)
        self._all.append(timer)
        return timer

    def stop(self) -> None:
        """Stop them all."""
        for timer in self._all:
            timer.stop()


@dataclass(frozen=True, slots=True, weakref_slot=True)  # Qt keeps whose method a signal is tied to weakly
class Hand:
    """What every area may use: the seat, how the window looks and speaks, and the ways to do and to tell something."""

    seat: Seat
    manner: Manner
    words: SiteWords
    window: MainWindow
    footer: Footer
    deeds: Deeds
    errands: Errands
    timers: Timers
    draw: Drawing
    """Draws a pane by itself; see `Drawing`."""

    @property
    def say(self) -> Say:
        """The words of the screen."""
        return self.manner.say

    @property
    def theme(self) -> Theme:
        """Colours, fonts and measures."""
        return self.manner.theme

    @property
    def keys(self) -> KeyMap:
        """The keys as they are set now."""
        return self.manner.keys

    @property
    def marks(self) -> Marks:
        """Where the window notes when something was wished or painted."""
        return self.manner.marks

    def run(self, name: str, wish: Wish, before: Before = Before.NOTHING) -> "asyncio.Task[None]":
        """Carry out a wish beside the window; `name` is its name under [wish] in the catalogue."""
        return self.errands.run(wish, self.say(f"wish.{name}"), before)

    def press(self, deed: str) -> None:
        """Do what a button of that deed stands for."""
        self.deeds.press(deed)

    def do(self, deed: str) -> None:
        """Do what a deed, perhaps another area's, does: a part of what is being done here."""
        self.deeds.do(deed)

    def ask(self, message: object) -> None:
        """Ask or tell the other areas; see `frame/asks.py`."""
        self.seat.room.bus.publish(message)

    def bring(self, page: Page) -> None:
        """Bring that page to the front, where pages stand one behind the other."""
        self.window.bring(page)

    def tell(self, words: str, *, loud: bool = False, topic: str = "") -> None:
        """Tell the operator in the last line of the window; see `Notice`."""
        self.footer.tell(Notice(words, loud=loud, topic=topic))

    def withdraw(self, topic: str) -> None:
        """Take the loud notice of that topic back."""
        self.footer.withdraw(topic)
