"""The Chromium side of the map: one page that can reach nothing but what the map server answers.

Imported only when the map starts, because WebEngine takes 30 to 70 ms to import and 150 ms to make.
"""

import logging
import os
import signal
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QBuffer, QByteArray, QFile, QIODevice, QObject, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWebChannel import QWebChannel
from PySide6.QtWebEngineCore import (
    QWebEnginePage,
    QWebEngineProfile,
    QWebEngineSettings,
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
    QWebEngineUrlRequestJob,
    QWebEngineUrlSchemeHandler,
)
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QWidget

from operator_app.maps.serve import PAGE, Asset, MapServer
from operator_app.ui.program.map_setup import HOST, SCHEME, register_scheme

_log = logging.getLogger(__name__)
_OWN_SCHEMES = frozenset({"app", "data", "blob"})
_CHANNEL = ":/qtwebchannel/qwebchannel.js"
_ADDRESS = QUrl(f"{SCHEME.decode()}://{HOST}{PAGE}")


def channel_script() -> dict[str, Asset]:
    """Return Qt's own script of the web channel as an asset: a page of our scheme may not read qrc: itself."""
    file = QFile(_CHANNEL)
    if not file.open(QIODevice.OpenModeFlag.ReadOnly):
        raise FileNotFoundError(_CHANNEL)
    data = bytes(file.readAll().data())
    file.close()
    return {"/qwebchannel.js": Asset(data, "text/javascript; charset=utf-8")}


class BlockedRequests:
    """Counts what the page wanted from elsewhere and did not get; names hosts only, never whole addresses."""

    def __init__(self, tell: Callable[[int], object]) -> None:
        """`tell` hears the new count."""
        self._tell = tell
        self.count = 0
        self.last: deque[str] = deque(maxlen=50)

    def add(self, url: QUrl) -> None:
        """Note one refused request."""
        self.count += 1
        self.last.append(f"{url.scheme()}://{url.host()}")
        _log.warning("map: request to %s://%s blocked (%d so far)", url.scheme(), url.host(), self.count)
        self._tell(self.count)


class _Guard(QWebEngineUrlRequestInterceptor):
    def __init__(self, blocked: BlockedRequests) -> None:
        super().__init__()
        self._blocked = blocked

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        url = info.requestUrl()
        if url.scheme() not in _OWN_SCHEMES:
            self._blocked.add(url)
            info.block(True)


class _Handler(QWebEngineUrlSchemeHandler):
    def __init__(self, server: MapServer) -> None:
        super().__init__()
        self._server = server
        self.missing: list[str] = []

    def requestStarted(self, job: QWebEngineUrlRequestJob) -> None:
        url = job.requestUrl()
        asset = self._server.answer(url.path()) if url.host() == HOST else None
        if asset is None:
            self.missing.append(url.path())
            job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)
            return
        if asset.path is not None:
            # A whole file that can be sought in: Qt answers ranges of it by itself. The parent by position, as below.
            file = QFile(str(asset.path), job)
            if not file.open(QIODevice.OpenModeFlag.ReadOnly):
                _log.error("map: %s cannot be read: %s", asset.path.name, file.errorString())
                job.fail(QWebEngineUrlRequestJob.Error.RequestFailed)
                return
            job.reply(QByteArray(asset.mime.encode()), file)
            return
        # Parented to the job by position: it must live until Chromium has read it (the keyword is ignored in 6.12).
        buffer = QBuffer(job)
        buffer.setData(QByteArray(asset.data))
        job.reply(QByteArray(asset.mime.encode()), buffer)


class _Page(QWebEnginePage):
    def __init__(self, profile: QWebEngineProfile, parent: QObject, blocked: BlockedRequests) -> None:
        super().__init__(profile, parent)
        self._blocked = blocked
        self.complaints: list[str] = []

    def acceptNavigationRequest(
        self, url: QUrl | str, kind: QWebEnginePage.NavigationType, is_main: bool
    ) -> bool:
        if QUrl(url) == _ADDRESS and is_main:
            return True
        self._blocked.add(QUrl(url))
        return False

    def createWindow(self, kind: QWebEnginePage.WebWindowType) -> QWebEnginePage:
        return None  # type: ignore[return-value]  # the stub forgets that refusing is allowed

    def javaScriptConsoleMessage(
        self, level: QWebEnginePage.JavaScriptConsoleMessageLevel, message: str, line: int, source: str
    ) -> None:
        if level != QWebEnginePage.JavaScriptConsoleMessageLevel.InfoMessageLevel:
            self.complaints.append(f"{source}:{line}: {message}")
            _log.warning("map page: %s:%d: %s", source, line, message)


class _Bridge(QObject):
    """What the page can call, and the one signal it listens to."""

    message = Signal(str)
    said_hello = Signal()
    drawn_seq = Signal(int)
    clicked_at = Signal(float, float)
    clicked_incident = Signal(str)
    viewed_at = Signal(float, float, float, bool)
    wished_history = Signal()
    was_left = Signal()
    is_measuring = Signal(bool)
    has_let_go = Signal()
    complained = Signal(str)
    was_refused = Signal(str)

    @Slot()
    def hello(self) -> None:
        self.said_hello.emit()

    @Slot(int)
    def drawn(self, seq: int) -> None:
        self.drawn_seq.emit(seq)

    @Slot(float, float)
    def clicked(self, lat: float, lon: float) -> None:
        self.clicked_at.emit(lat, lon)

    @Slot(str)
    def incidentClicked(self, name: str) -> None:
        self.clicked_incident.emit(name)

    @Slot(float, float, float, bool)
    def viewed(self, lat: float, lon: float, zoom: float, held: bool) -> None:
        self.viewed_at.emit(lat, lon, zoom, held)

    @Slot()
    def historyWished(self) -> None:
        self.wished_history.emit()

    @Slot()
    def left(self) -> None:
        self.was_left.emit()

    @Slot()
    def letGo(self) -> None:
        self.has_let_go.emit()

    @Slot(bool)
    def measuring(self, on: bool) -> None:
        self.is_measuring.emit(on)

    @Slot(str)
    def refused(self, address: str) -> None:
        self.was_refused.emit(address)

    @Slot(str)
    def failed(self, reason: str) -> None:
        self.complained.emit(reason)


class WebMap(QObject):
    """The web view of one map with its profile, page and channel; `died` carries the cause in English, for the log."""

    hello = Signal()
    drawn = Signal(int)
    clicked = Signal(float, float)
    incident_clicked = Signal(str)
    viewed = Signal(float, float, float, bool)
    history_wished = Signal()
    left = Signal()
    measuring = Signal(bool)
    let_go = Signal()
    refused = Signal(int)
    complained = Signal(str)
    died = Signal(str)

    def __init__(self, server: MapServer, background: QColor, *, interactive: bool, parent: QWidget) -> None:
        super().__init__(parent)
        register_scheme()
        self.blocked = BlockedRequests(self.refused.emit)
        self._guard = _Guard(self.blocked)
        self._handler = _Handler(server)
        self._profile = QWebEngineProfile()  # without a name: off the record, nothing of it reaches the disk
        self._profile.setHttpCacheType(QWebEngineProfile.HttpCacheType.NoCache)
        self._profile.setUrlRequestInterceptor(self._guard)
        self._profile.installUrlSchemeHandler(SCHEME, self._handler)
        self.view = QWebEngineView(parent)
        self._page = _Page(self._profile, self.view, self.blocked)
        # A parent deletes its children oldest first: the page goes before its profile, as Chromium needs.
        self._profile.setParent(self.view)
        self._page.setBackgroundColor(background)
        self._page.renderProcessTerminated.connect(self._on_death)
        _restrict(self._page.settings())
        self._bridge = _Bridge()
        self._connect_bridge()
        self._channel = QWebChannel()
        self._channel.registerObject("bridge", self._bridge)
        self._page.setWebChannel(self._channel)
        self.view.setPage(self._page)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.view.setAcceptDrops(False)
        if not interactive:
            self.view.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @property
    def page(self) -> QWebEnginePage:
        """Return the page, for tests and measurements."""
        return self._page

    @property
    def complaints(self) -> list[str]:
        """Return warnings and errors that the page's scripts wrote, oldest first."""
        return self._page.complaints

    @property
    def missing(self) -> list[str]:
        """Return the paths that the page asked for and that do not exist."""
        return self._handler.missing

    def load(self) -> None:
        """Load the page anew; it says hello when it can be spoken to."""
        self._page.load(_ADDRESS)

    def send(self, text: str) -> None:
        """Send one message to the page, as JSON."""
        self._bridge.message.emit(text)

    def end_renderer(self) -> None:
        """End a renderer that no longer answers; `died` follows, also when there was none to end."""
        pid = self._page.renderProcessPid()
        if pid > 0:
            os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        else:
            self.died.emit("no renderer to end")

    def close(self) -> None:
        """Take the view down with page and profile, and this object after them."""
        self._page.renderProcessTerminated.disconnect(self._on_death)
        self.view.destroyed.connect(self.deleteLater)
        self.view.deleteLater()

    def _connect_bridge(self) -> None:
        bridge = self._bridge
        bridge.said_hello.connect(self.hello)
        bridge.drawn_seq.connect(self.drawn)
        bridge.clicked_at.connect(self.clicked)
        bridge.clicked_incident.connect(self.incident_clicked)
        bridge.viewed_at.connect(self.viewed)
        bridge.wished_history.connect(self.history_wished)
        bridge.was_left.connect(self.left)
        bridge.is_measuring.connect(self.measuring)
        bridge.has_let_go.connect(self.let_go)
        bridge.complained.connect(self.complained)
        bridge.was_refused.connect(lambda address: self.blocked.add(QUrl(address)))

    def _on_death(self, status: QWebEnginePage.RenderProcessTerminationStatus, code: int) -> None:
        self.died.emit(f"renderer ended: {status.name}, code {code}")


def _restrict(settings: QWebEngineSettings) -> None:
    attribute = QWebEngineSettings.WebAttribute
    for name in (
        attribute.PluginsEnabled,
        attribute.LocalStorageEnabled,
        attribute.ErrorPageEnabled,
        attribute.JavascriptCanOpenWindows,
        attribute.JavascriptCanAccessClipboard,
        attribute.FullScreenSupportEnabled,
        attribute.ScreenCaptureEnabled,
        attribute.NavigateOnDropEnabled,
        attribute.PdfViewerEnabled,
        attribute.LocalContentCanAccessRemoteUrls,
        attribute.LocalContentCanAccessFileUrls,
        attribute.HyperlinkAuditingEnabled,
        attribute.DnsPrefetchEnabled,
        # The form has the keyboard; a map that loads must not take it away.
        attribute.FocusOnNavigationEnabled,
    ):
        settings.setAttribute(name, False)
