"""Handing over: what is proposed, the key that does it, and a key for each agency with a desk."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from operator_app.domain.ids import AgencyCode
from operator_app.ui.flow import FlowLayout
from operator_app.ui.keymap import Deed, KeyMap, agency_deeds
from operator_app.ui.presenters.form import FormView
from operator_app.ui.presenters.wording import Say, Tone
from operator_app.ui.theme import SMALL, Theme
from operator_app.ui.widgets import KeyButton, SpanText, Text


class DispatchBar(QWidget):
    """Shows the proposal of a `FormView`; tells the wish to hand over, to all proposed or to one agency."""

    dispatch_wished = Signal()
    agency_wished = Signal(str)

    def __init__(
        self, theme: Theme, say: Say, keys: KeyMap, agencies: Sequence[tuple[AgencyCode, str]]
    ) -> None:
        super().__init__()
        self.proposal = SpanText(theme, wrap=True, name="proposal", part="small")
        self.now = KeyButton(
            theme,
            say("form.dispatch"),
            keys.cap(Deed.DISPATCH),
            name=Deed.DISPATCH.value,
            look="primary",
            spoken_key=keys.key(Deed.DISPATCH),
        )
        self.now.setSizePolicy(self.now.sizePolicy().Policy.Fixed, self.now.sizePolicy().Policy.Fixed)
        self.now.clicked.connect(self.dispatch_wished)
        self.buttons: dict[AgencyCode, KeyButton] = {}
        one = FlowLayout(gap=theme.px(8))
        one.addWidget(Text(say("form.send_to"), "label", Tone.QUIET))
        for (code, name), deed in zip(agencies, agency_deeds(len(agencies)), strict=False):
            button = KeyButton(
                theme, name, keys.cap(deed), name=deed.value, spoken_key=keys.key(deed), text_px=SMALL
            )
            button.clicked.connect(lambda _=False, c=code: self.agency_wished.emit(c))
            self.buttons[code] = button
            one.addWidget(button)
        all_proposed = QHBoxLayout()
        all_proposed.setSpacing(theme.px(12))
        all_proposed.addWidget(self.proposal, 1)
        all_proposed.addWidget(self.now)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(theme.px(8))
        rows.addLayout(all_proposed)
        rows.addLayout(one)

    def tell(self, view: FormView) -> None:
        """Show the proposal and what each agency has been asked."""
        self.proposal.say(view.proposal)
        self.now.setEnabled(view.can_dispatch)
        for agency in view.agencies:
            button = self.buttons.get(agency.code)
            if button is not None:
                button.say(f"{agency.name} · {agency.state}" if agency.state else agency.name)
                button.setEnabled(agency.can_ask)
