"""What must be settled for the map before there is a QApplication: drawing backend, Chromium's limits, our scheme."""

import logging
import os
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt

_log = logging.getLogger(__name__)
SCHEME = b"app"
HOST = "map"
_OVERRULING = (
    "QTWEBENGINE_CHROMIUM_FLAGS",
    "QTWEBENGINE_REMOTE_DEBUGGING",
    "QTWEBENGINE_DISABLE_SANDBOX",
    "QTWEBENGINEPROCESS_PATH",
    "QTWEBENGINE_RESOURCES_PATH",
    "QT_PLUGIN_PATH",
    "QT_QPA_PLATFORM_PLUGIN_PATH",
    "OPERATOR_PJSUA2",
    "OPERATOR_RESOURCES",
)
"""Variables that load other code or open the program's inside."""
_FLAGS = (
    # The renderer's heap grows with updates up to V8's limit and is not given back: cap it.
    "--js-flags=--max-old-space-size=256",
    "--disable-pinch",  # two fingers zoom the map, never the page
)


def prepare_environment(software: bool | None = None) -> bool:
    """Set what Qt Quick and Chromium read at start; returns whether the map will be drawn without a GPU.

    Call it before QApplication. `software` None means: look for a GPU (on Linux). What the person who starts the
    program has set stays.
    """
    if software is None:
        software = os.name == "posix" and not any(Path("/dev/dri").glob("renderD*"))
    if software:
        # Measured without GPU: 47 to 60 frames/s against 22 to 47, and 50 MB less.
        os.environ.setdefault("QT_QUICK_BACKEND", "software")
        # Chromium would still load Mesa to look for a GPU: 45 MB. Without the software backend this blanks the map.
        if os.environ["QT_QUICK_BACKEND"] == "software":
            os.environ.setdefault("QT_XCB_GL_INTEGRATION", "none")
    _tell_overruled()
    given = os.environ.get("QTWEBENGINE_CHROMIUM_FLAGS", "")
    missing = [flag for flag in _FLAGS if flag.partition("=")[0] not in given]
    os.environ["QTWEBENGINE_CHROMIUM_FLAGS"] = " ".join([*given.split(), *missing])
    # Lets WebEngine be loaded after the first paint, which Qt otherwise refuses once there is a QApplication.
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    return os.environ.get("QT_QUICK_BACKEND") == "software"


def _tell_overruled() -> None:
    """Log by name what the environment overrules in this program: who sets it owns the session, IT should know."""
    for name in _OVERRULING:
        if os.environ.get(name):
            _log.warning(
                "%s is set in the environment and is honoured: a developer's variable on a seat's PC", name
            )


def register_scheme() -> None:
    """Make app:// known to Chromium; does nothing the second time. Imports WebEngine, 30 to 70 ms.

    The map view does it itself when it starts; a program that makes any other web page must call it before that.
    """
    from PySide6.QtWebEngineCore import QWebEngineUrlScheme  # noqa: PLC0415  costs time before the first paint

    if QWebEngineUrlScheme.schemeByName(SCHEME).name() == SCHEME:
        return
    scheme = QWebEngineUrlScheme(SCHEME)
    scheme.setSyntax(QWebEngineUrlScheme.Syntax.Host)
    scheme.setFlags(
        QWebEngineUrlScheme.Flag.SecureScheme
        | QWebEngineUrlScheme.Flag.CorsEnabled
        | QWebEngineUrlScheme.Flag.FetchApiAllowed
    )
    QWebEngineUrlScheme.registerScheme(scheme)


def root_with_sandbox() -> bool:
    """Whether Chromium would refuse to run: as root, unless its sandbox was switched off on purpose (tests do)."""
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return as_root and os.environ.get("QTWEBENGINE_DISABLE_SANDBOX") != "1"
