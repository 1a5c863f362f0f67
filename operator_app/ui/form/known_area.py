"""What the incident may be already: found while it is told, linked by a key."""

from datetime import datetime

from operator_app.domain.ids import IncidentId
from operator_app.ui.form.form_pane import FormPane
from operator_app.ui.form.presenters.known import KnownPresenter
from operator_app.ui.frame.area import Area, Hand
from operator_app.ui.frame.asks import DraftChanged
from operator_app.ui.keys.deeds import Before, Deed, Group, Wish
from operator_app.ui.orders.seat_draft import SeatDraft
from operator_app.workflow.ports import BoardChanged
from operator_app.workflow.seat import SeatChanged

KNOWN_AFTER_MS, KNOWN_EVERY_S = 150, 15


class KnownArea(Area):
    """The form's bar of known incidents."""

    told = (SeatChanged, BoardChanged, DraftChanged)

    def __init__(self, hand: Hand, form: FormPane, draft: SeatDraft) -> None:
        self._hand, self._seat, self._form, self._draft = hand, hand.seat, form, draft
        self._known = KnownPresenter(hand.seat, hand.say, hand.words)
        self._again = hand.timers.once(self._show)
        self._planned = hand.timers.once(self._look)
        form.known.wished.connect(hand.press)

    def changed(self, what: object) -> None:
        """Look again, once in a while and not at every key."""
        self._again.start(0)
        self._plan()

    def second(self, now: datetime) -> None:
        """Look again also when nothing changes: incidents grow old."""
        self._show()
        if int(now.timestamp()) % KNOWN_EVERY_S == 0:
            self._plan()

    # ---- deeds

    def link(self) -> Wish | None:
        """Make the call, and what was begun about it, a further report of the incident that is proposed."""
        candidate = self._known.candidate
        if candidate is None:
            self._hand.tell(self._hand.say("known.none"))
            return None
        return self._link_to(candidate)

    def next_candidate(self) -> None:
        """Propose the next one."""
        self._known.next()
        self._show()

    def unlink(self) -> Wish:
        """Take the last linking back."""
        return self._seat.reports.unlink()

    def major(self) -> Wish:
        """Declare a major incident, or no longer."""
        incident = self._seat.hand.incident
        return self._seat.reports.declare_major(incident is None or not incident.is_major)

    async def _link_to(self, candidate: IncidentId) -> None:
        await self._seat.reports.link(candidate)
        self._form.focus_text()

    # ---- what is shown

    def _plan(self) -> None:
        if not self._planned.isActive():
            self._planned.start(KNOWN_AFTER_MS)

    def _look(self) -> None:
        self._known.look(self._draft.values)
        self._show()

    def _show(self) -> None:
        known = self._form.known
        self._hand.draw("known", known, lambda: known.tell(self._known.view()))

    deeds = (
        Deed("link", "Ctrl+G", Group.FORM, link, Before.MUST),
        Deed("link_next", "Alt+G", Group.FORM, next_candidate),
        Deed("unlink", "Ctrl+Shift+G", Group.FORM, unlink, Before.MUST),
        Deed("major", "Alt+B", Group.FORM, major),
    )
