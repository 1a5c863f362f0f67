"""One window a seat store: a lock that the system lets go of when its process dies, however it dies."""

import os
import sys
from pathlib import Path

from operator_app.storage.problems import StoreBusyError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_FAR = 1 << 20  # Windows keeps others from reading a locked byte, so the lock lies behind the text


class StoreLock:
    """Held from construction to `release`. Raises `StoreBusyError` when another process, or this one, holds it."""

    def __init__(self, folder: Path) -> None:
        """Take the lock of the store in `folder`; raises `OSError` when no file can be made there."""
        self._file = os.open(folder / "seat.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._file)
        except OSError:
            holder = os.read(self._file, 20).decode("ascii", "replace").strip()
            os.close(self._file)
            raise StoreBusyError(folder, holder) from None
        os.ftruncate(self._file, 0)
        os.write(self._file, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let the next window in; later calls do nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _lock(file: int) -> None:
    if sys.platform == "win32":
        os.lseek(file, _FAR, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        os.lseek(file, 0, os.SEEK_SET)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
