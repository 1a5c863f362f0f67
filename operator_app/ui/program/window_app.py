"""The application of one window process, without its event loop: what a first frame needs, and no more."""

import gc
import linecache
import logging
import os
from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QApplication

from operator_app.lanes.collector import QuietCollector

log = logging.getLogger(__name__)

COLLECT_EVERY_MS = 20_000
SOURCES_AFTER_MS = 3_000
PLAIN_COLLECTOR = "OPERATOR_PLAIN_COLLECTOR"
"""With this variable set Python collects as it does by itself."""


class WindowApp(QApplication):
    """The application of one window process; `failed` carries one line about an error that nobody caught."""

    failed = Signal(str)

    def __init__(self) -> None:
        super().__init__(["operator-112"])
        self.setApplicationName("operator-112")
        self.setQuitOnLastWindowClosed(False)
        self.collector: QTimer | None = None

    def report(self, error: BaseException, where: str) -> None:
        """Log an error with its stack and show it."""
        log.error("%s: %s", where, error, exc_info=error)
        try:
            self.failed.emit(f"{type(error).__name__}: {error}")
        except RuntimeError:
            log.debug("no window is left to show it")

    def quiet_gc(self, idle: Callable[[], bool]) -> None:
        """Keep garbage collections out of the operator's way: see `QuietCollector`.

        Call it once, when the window is up. What it brings is measured against Python's own rule by `PLAIN_COLLECTOR`.
        """
        if os.environ.get(PLAIN_COLLECTOR):
            gc.enable()
            return
        quiet = QuietCollector(idle)
        quiet.start()
        self.collector = QTimer(self)
        self.collector.setInterval(COLLECT_EVERY_MS)
        self.collector.timeout.connect(quiet.tick)
        self.collector.timeout.connect(linecache.clearcache)
        self.collector.start()
        # PySide reads the source of every module that is loaded, and Python keeps it for the stacks of errors: 15 MB.
        QTimer.singleShot(SOURCES_AFTER_MS, self, linecache.clearcache)
