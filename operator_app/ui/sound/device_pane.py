"""Ctrl+Shift+A: which device is for speaking, ringing and listening again, each to be tried by ear."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from operator_app.domain.line import SoundRole
from operator_app.ui.frame.main_window import MainWindow
from operator_app.ui.frame.side_pane import SidePane
from operator_app.ui.kit.buttons import KeyButton
from operator_app.ui.kit.labels import ElideText, Text
from operator_app.ui.kit.levels import LevelStrip
from operator_app.ui.kit.theme import SMALL, Theme
from operator_app.ui.sound.presenters.devices import DevicesView, RoleView
from operator_app.ui.words.plain import one_line
from operator_app.ui.words.wording import Say, Tone

HEIGHT = 440


class RoleLine(QWidget):
    """One role: its name and state above, the choice and its test below."""

    chosen = Signal(SoundRole, str)
    test_wished = Signal(SoundRole)

    def __init__(self, theme: Theme, say: Say, role: SoundRole) -> None:
        super().__init__()
        self._role = role
        self._held: RoleView | None = None
        self.title = Text(part="strong", name=f"role_{role}")
        self.state = ElideText("label", name=f"state_{role}")
        self.state.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.box = QComboBox()
        self.box.setObjectName(f"device_{role}")
        self.box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.test = KeyButton(theme, say("sound.test"), name=f"test_{role}", text_px=SMALL)
        self.test.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(3))
        above, below = QHBoxLayout(), QHBoxLayout()
        for row in (above, below):
            row.setSpacing(theme.px(8))
            column.addLayout(row)
        above.addWidget(self.title)
        above.addWidget(self.state, 1)
        below.addWidget(self.box, 1)
        below.addWidget(self.test)
        self.box.activated.connect(lambda at: self.chosen.emit(role, self.box.itemData(at)))
        self.test.clicked.connect(lambda: self.test_wished.emit(role))

    def tell(self, view: RoleView) -> None:
        """Show that role."""
        self.title.say(view.title)
        self.state.say(view.state, view.tone)
        self.test.setEnabled(view.can_test)
        if self._held is None or self._held.choices != view.choices:
            with QSignalBlocker(self.box):
                self.box.clear()
                for name, words in view.choices:
                    self.box.addItem(one_line(words), name)
        self.box.setAccessibleName(view.title)
        self.box.setCurrentIndex(max(0, self.box.findData(view.chosen)))
        self._held = view


class DevicePane(SidePane):
    """The devices of the seat; while it is open somebody looks at the levels."""

    chosen = Signal(SoundRole, str)
    test_wished = Signal(SoundRole)
    volume_wished = Signal(int)

    def __init__(self, theme: Theme, say: Say, window: MainWindow) -> None:
        super().__init__(theme, say, window, "devices", say("sound.devices"))
        self.note = Text(tone=Tone.WATCH, wrap=True, name="devicesNote", part="small")
        self.column.addWidget(self.note)
        self.roles = {role: RoleLine(theme, say, role) for role in SoundRole}
        self.levels = LevelStrip(theme, say, "deviceLevels")
        for role, line in self.roles.items():
            self.column.addWidget(line)
            line.chosen.connect(self.chosen)
            line.test_wished.connect(self.test_wished)
            if role is SoundRole.EARPIECE:
                self.column.addWidget(self.levels)
        self.volume = Text(part="small", name="ringVolume")
        self.softer = KeyButton(theme, "–", name="ringSofter", text_px=SMALL)
        self.louder = KeyButton(theme, "+", name="ringLouder", text_px=SMALL)
        self.softer.setAccessibleName(say("sound.softer"))
        self.louder.setAccessibleName(say("sound.louder"))
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self.volume, 1)
        for button, step in ((self.softer, -1), (self.louder, 1)):
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _=False, s=step: self.volume_wished.emit(s))
            row.addWidget(button)
        self.column.addLayout(row)
        self.column.addStretch(1)
        self.hint = Text(say("sound.devices_hint"), "label", Tone.QUIET, wrap=True, name="devicesHint")
        self.column.addWidget(self.hint)

    def first(self) -> QWidget:
        """Begin with the microphone."""
        return self.roles[SoundRole.MICROPHONE].box

    def wanted_height(self, most: int) -> int:
        """Return room for four roles."""
        return min(most, self.theme.px(HEIGHT))

    def tell(self, view: DevicesView) -> None:
        """Show those devices."""
        self.note.say(view.note)
        self.note.setVisible(bool(view.note))
        for line in self.roles.values():
            line.setVisible(bool(view.roles))
        for role in view.roles:
            self.roles[role.role].tell(role)
            self.roles[role.role].box.setEnabled(not view.note)
        self.volume.say(view.volume)
        self.louder.setEnabled(view.can_louder)
        self.softer.setEnabled(view.can_softer)
