"""Runs a window: one QApplication, one event loop for Qt and asyncio, failures shown and logged, a clean end.

Nothing here or in any window may start a second event loop (`exec` of dialogs and menus): qasync loses tasks for good.
"""

import asyncio
import logging
import signal
import socket
import sys
import traceback
from collections.abc import Awaitable, Callable
from types import FrameType, TracebackType
from typing import Any

import qasync
from PySide6.QtCore import QEvent, QObject, QSocketNotifier
from PySide6.QtWidgets import QWidget

from operator_app.ui.program.window_app import WindowApp

log = logging.getLogger(__name__)

SWITCH_INTERVAL_S = 0.001  # measured: a busy second thread delays the window by 8 ms instead of 22 ms
FAILED = 1

Main = Callable[[WindowApp], Awaitable[int | None]]


class _Stop(QObject):
    """Turns SIGTERM and SIGINT into a call on the window's thread, also while Qt sleeps."""

    def __init__(self, stop: Callable[[], object]) -> None:
        super().__init__()
        self._stop = stop
        self._mine, self._theirs = socket.socketpair()
        self._mine.setblocking(False)
        self._theirs.setblocking(False)
        self._notifier = QSocketNotifier(self._mine.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._woken)
        self._before_fd = signal.set_wakeup_fd(self._theirs.fileno())
        self._before = {
            number: signal.signal(number, self._noted) for number in (signal.SIGTERM, signal.SIGINT)
        }

    def close(self) -> None:
        """Give the signals back."""
        signal.set_wakeup_fd(self._before_fd)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._notifier.setEnabled(False)
        self._mine.close()
        self._theirs.close()

    def _noted(self, number: int, frame: FrameType | None) -> None:
        log.info("asked to end by signal %d", number)

    def _woken(self) -> None:
        if any(number in (signal.SIGTERM, signal.SIGINT) for number in self._mine.recv(64)):
            self._stop()


def run_qt(main: Main, app: WindowApp | None = None) -> int:
    """Run `main(app)` to its end under Qt and return the exit code it gave; None counts as 0.

    `app` is given by a window whose first frame stands already.

    SIGTERM and SIGINT cancel it (exit code 0 after its clean-up). An exception out of it is logged and gives 1.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    app = app or WindowApp()
    loop = qasync.QEventLoop(app)
    loop.set_exception_handler(lambda _, context: _loop_failed(app, context))
    before = sys.excepthook
    sys.excepthook = lambda kind, error, stack: _slot_failed(app, kind, error, stack)
    try:
        with loop:
            return loop.run_until_complete(_supervise(app, main))
    finally:
        sys.excepthook = before
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


async def until_closed(window: QWidget) -> None:
    """Return when the person closes that window."""
    filter_ = _CloseFilter(window)
    window.installEventFilter(filter_)
    try:
        await filter_.closed
    finally:
        window.removeEventFilter(filter_)


class _CloseFilter(QObject):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Close and not self.closed.done():
            self.closed.set_result(None)
        return False


async def _supervise(app: WindowApp, main: Main) -> int:
    task = asyncio.ensure_future(main(app))
    stop = _Stop(lambda: bool(task.cancel()))
    try:
        return await task or 0
    except asyncio.CancelledError:
        return 0
    except Exception as error:  # noqa: BLE001  (the last one who can tell)
        app.report(error, "the window ended by an error")
        return FAILED
    finally:
        stop.close()
        if app.collector is not None:
            app.collector.stop()
        await _drain(asyncio.current_task())


async def _drain(own: "asyncio.Task[Any] | None") -> None:
    """Cancel what still runs, so that nothing outlives the loop unnoticed."""
    left = [task for task in asyncio.all_tasks() if task is not own]
    for task in left:
        log.info("task %s was still running", task.get_name())
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def _loop_failed(app: WindowApp, context: dict[str, Any]) -> None:
    error = context.get("exception")
    if isinstance(error, BaseException):
        app.report(error, str(context.get("message", "event loop")))
    else:
        log.error("event loop: %s", context.get("message"))


def _slot_failed(
    app: WindowApp, kind: type[BaseException], error: BaseException, stack: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log.error("in a slot:\n%s", "".join(traceback.format_exception(kind, error, stack)).rstrip())
    app.failed.emit(f"{kind.__name__}: {error}")
