"""Builds the wall's window out of its parts: room, look, map, observation channel."""

from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from operator_app.config.settings import Settings
from operator_app.maps.serve import load_assets
from operator_app.maps.site import Site
from operator_app.ui.kit.theme import Theme, load_fonts
from operator_app.ui.map.map_view import MapIncident, MapView
from operator_app.ui.program.control import ControlServer, Marks
from operator_app.ui.wall.look import WallLook
from operator_app.ui.wall.measure import WallScale
from operator_app.ui.wall.presenters.wall_view import Mark
from operator_app.ui.wall.window import WallWindow
from operator_app.ui.words.texts import Texts
from operator_app.workflow.wallroom import WallRoom

MAP_SCALE = 1.5
"""Names and marks on the map against those of a seat's, at the design screen and distance."""
MAP_AFTER_MS = 300
"""The figures come first; making the map blocks the thread once for about 150 ms."""


class WallApp(WallWindow):
    """The wall's window with what it needs from outside: its screen, its map, its observation channel."""

    def __init__(
        self,
        room: WallRoom,
        texts: Texts,
        theme: Theme,
        settings: Settings,
        land: MapView | None = None,
        control: Path | None = None,
    ) -> None:
        """`land` is the map, not yet activated; `control` the file that gets the channel's address."""

        def make_look(width: int, height: int) -> WallLook:
            return WallLook(theme, WallScale(width, height, settings.screen.viewing_distance_m))

        marks = Marks()
        super().__init__(room, texts, make_look, (settings.site.name, settings.site.room), land, marks)
        self._place = settings.screen
        self.land = land
        self._channel = None if control is None else ControlServer(self, marks, control, {"view": self.probe})
        if land is not None:
            self.marks_changed.connect(self._mark_map)

    def show(self) -> None:
        """Show on the screen that the settings name; the map follows."""
        self.show_on(self._place.screen, full_screen=self._place.full_screen)
        if self.land is not None:
            QTimer.singleShot(MAP_AFTER_MS, self.land, self.land.activate)

    async def open_channel(self) -> None:
        """Let the room's harness look at this window, when a file for it was given."""
        if self._channel is not None:
            await self._channel.start()

    async def shutdown(self) -> None:
        """Take channel, map and window down."""
        if self._channel is not None:
            await self._channel.close()
        if self.land is not None:
            self.land.shutdown()
        self.close()

    def _mark_map(self, shown: tuple[Mark, ...]) -> None:
        if self.land is not None:
            self.land.set_incidents(
                MapIncident(each.id, each.lat, each.lon, each.priority, each.label, each.state)
                for each in shown
            )


def build_wall_window(
    room: WallRoom,
    texts: Texts,
    theme: Theme,
    site: Site,
    resources: Path,
    settings: Settings,
    control: Path | None = None,
) -> WallApp:
    """Make the wall, not yet shown. Needs the application; gives it fonts and look."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    load_fonts(resources)
    theme.apply(app)
    land = None
    if settings.map.enabled:
        screen = app.primaryScreen().size()
        share = WallScale(screen.width(), screen.height(), settings.screen.viewing_distance_m)
        scale = max(1.0, MAP_SCALE * share.screen * share.reach)
        land = MapView(
            load_assets(resources), site, texts, interactive=False, scale=scale, theme=theme.tokens.name
        )
    return WallApp(room, texts, theme, settings, land, control)
