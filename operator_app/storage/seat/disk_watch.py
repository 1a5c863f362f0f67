"""Looks at the disk under a window: whether its store is still the one that was opened, and how much room is left."""

import shutil
from pathlib import Path

from operator_app.storage.seat.seat_schema import FILE_NAME
from operator_app.workflow.ports import DiskStanding, DiskState

MB = 1_000_000
_FILES = (FILE_NAME, f"{FILE_NAME}-wal")
_OVER = 1.1
"""So much more than a limit must be free before that limit is over: what goes up and down there is told once."""


class DiskWatch:
    """Compares the store's files with those first seen. `look` may block as long as the disk does: no loop's thread."""

    def __init__(self, folder: Path, warn_mb: int, alarm_mb: int) -> None:
        """Begin with the store in `folder` open; the limits are in millions of bytes free."""
        self._folder = folder
        self._limits = ((alarm_mb, DiskStanding.ALMOST_FULL), (warn_mb, DiskStanding.LOW))
        self._files: dict[str, tuple[int, int]] = {}
        self._last = DiskStanding.FINE
        self._same()

    def look(self) -> DiskState:
        """Return how the disk stands now."""
        try:
            free_mb = shutil.disk_usage(self._folder).free // MB
        except OSError:
            free_mb = 0
            self._last = DiskStanding.GONE
        else:
            self._last = self._room(free_mb) if self._same() else DiskStanding.GONE
        return DiskState(self._last, free_mb)

    def _room(self, free_mb: int) -> DiskStanding:
        told = False
        for limit, standing in self._limits:
            told = told or self._last is standing
            if free_mb < (limit * _OVER if told else limit):
                return standing
        return DiskStanding.FINE

    def _same(self) -> bool:
        """Whether each file is the one first seen under its name; the store writes on into one that was deleted."""
        for name in _FILES:
            try:
                told = (self._folder / name).stat()
            except FileNotFoundError:
                if name in self._files:
                    return False
                continue
            except OSError:
                return False
            here = (told.st_dev, told.st_ino)
            if self._files.setdefault(name, here) != here:
                return False
        return True
