"""The open incidents of the room: the table, its filter, and what is done to the chosen one."""

from datetime import datetime

from operator_app.domain.ids import IncidentId
from operator_app.ui.frame.area import Area, Hand
from operator_app.ui.frame.asks import BringIncident, FlyTo
from operator_app.ui.frame.page_strip import Page
from operator_app.ui.incidents.incidents_model import IncidentsModel
from operator_app.ui.incidents.incidents_pane import IncidentsPane
from operator_app.ui.incidents.presenters.incidents import IncidentsPresenter
from operator_app.ui.keys.deeds import Before, Deed, Group, Wish
from operator_app.ui.program.control import PaintMarks
from operator_app.workflow.ports import BoardChanged
from operator_app.workflow.seat import SeatChanged
from operator_app.workflow.site_desk import SiteStanding

PREPARE_EVERY_MS, PREPARED_AT_ONCE = 40, 40
"""The filter's words are made ready in small bites of some milliseconds."""


class IncidentsArea(Area):
    """The table's pane."""

    told = (SeatChanged, BoardChanged, SiteStanding)

    def __init__(self, hand: Hand, table: IncidentsPresenter) -> None:
        """`table` is told here of every incident that changes, before anybody shows it."""
        self._hand, self._seat, self._table = hand, hand.seat, table
        self.pane = IncidentsPane(
            hand.theme, hand.say, hand.keys, table, IncidentsModel(table, hand.seat.duty.now)
        )
        self._painted = PaintMarks(self.pane.view.viewport(), hand.marks)
        self._again = hand.timers.once(self._show)
        self._select_again = hand.timers.once(self._select)
        self._prepare_again = hand.timers.once(self._prepare)
        self.pane.chosen.connect(lambda incident_id: hand.ask(BringIncident(IncidentId(incident_id))))
        self.pane.pointed.connect(self._follow_row)
        hand.window.page_wished.connect(self._turn_to)

    def changed(self, what: object) -> None:
        """Show what differs."""
        if isinstance(what, BoardChanged):
            self._table.changed(what.incidents)
            for incident_id in what.incidents:
                self._painted.expect("incident_row_painted", incident_id)
            self._again.start(0)
            self._prepare_again.start(PREPARE_EVERY_MS)
        elif isinstance(what, SiteStanding):
            self._again.start(0)
        else:
            self._select_again.start(0)

    def begin(self) -> None:
        """Show the table."""
        self._show()
        self._prepare_again.start(PREPARE_EVERY_MS)

    def second(self, now: datetime) -> None:
        """Let the ages on screen run on."""
        self._select()
        view, model = self.pane.view, self.pane.model
        top, bottom = view.rowAt(0), view.rowAt(view.viewport().height() - 1)
        model.tick(max(0, top), bottom if bottom >= 0 else model.rowCount() - 1)

    # ---- deeds

    def to_filter(self) -> None:
        """Lead the keyboard to the filter."""
        self._hand.bring(Page.INCIDENTS)
        self.pane.focus_filter()

    def sort(self) -> None:
        """Sort by the next column."""
        self._hand.tell(self._hand.say("incidents.sorted", column=self.pane.sort_next()))

    def take_over(self) -> Wish:
        """Of the list the chosen incident, else the one in the form; where that is ours, the gravest of a lost seat."""
        view = self.pane.view
        chosen = view.current_id() if view.hasFocus() else self._seat.hand.incident_id
        incident = None if chosen is None else self._seat.room.board.incidents.get(IncidentId(chosen))
        ours = incident is None or incident.owner == self._seat.duty.name
        self._hand.bring(Page.FORM)
        return self._seat.course.take_over(None if ours or incident is None else incident.id)

    # ---- what is shown

    def _follow_row(self, incident_id: str) -> None:
        """The map goes with the row that the arrows come to; a map that a hand holds stays where it is."""
        incident = self._seat.room.board.incidents.get(IncidentId(incident_id))
        at = None if incident is None else incident.position
        if at is not None and self.pane.view.hasFocus():
            self._hand.ask(FlyTo(*at))

    def _show(self) -> None:
        self._hand.draw("incidents", self.pane, self.pane.refresh)
        self._select()

    def _select(self) -> None:
        self.pane.select(self._seat.hand.incident_id)

    def _prepare(self) -> None:
        if self._table.prepare(PREPARED_AT_ONCE):
            self._prepare_again.start(PREPARE_EVERY_MS)

    def _turn_to(self, page: Page) -> None:
        if page is Page.INCIDENTS:
            self._hand.press("filter")

    deeds = (
        Deed("take_over", "Ctrl+Shift+O", Group.FORM, take_over, Before.MUST),
        Deed("filter", "Ctrl+F", Group.LISTS, to_filter),
        Deed("sort", "Ctrl+Shift+F", Group.LISTS, sort),
    )
