"""Files of a window are its user's alone: callers, recordings and passwords stand in them."""

import logging
import os
import stat
from pathlib import Path

log = logging.getLogger(__name__)

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_READ_BY_OTHERS = stat.S_IRGRP | stat.S_IROTH


def make_privately() -> None:
    """Let whatever this process and its children make from now on be the user's alone."""
    os.umask(_OTHERS)


def close_to_others(folder: Path) -> None:
    """Take the rights of others from a folder and all that lies in it, as an earlier version left it open.

    Once the folder is closed nobody else reaches what is in it, so this is done once. On Windows the folder lies in
    the user's profile, whose rights hold.
    """
    if os.name != "posix" or not folder.stat().st_mode & _OTHERS:
        return
    folder.chmod(0o700)
    for path in sorted(folder.rglob("*")):
        try:
            if not path.is_symlink():
                path.chmod(0o700 if path.is_dir() else 0o600)
        except OSError as error:
            log.warning("%s stays open to others: %s", path, error.strerror)


def is_open_to_others(path: Path) -> bool:
    """Whether another user of this PC may read that file."""
    return os.name == "posix" and bool(path.stat().st_mode & _READ_BY_OTHERS)
