"""What a supervisor keeps in order: the question cards."""

from operator_app.domain.states import RefusedError
from operator_app.ui.frame.area import Area, Hand
from operator_app.ui.keys.deeds import Deed, Group
from operator_app.ui.supervisor.card_editor import CardEditor


class SupervisorArea(Area):
    """The editor of cards, in a window of its own, made when it is first wanted."""

    def __init__(self, hand: Hand) -> None:
        self._hand, self._seat = hand, hand.seat
        self.editor: CardEditor | None = None

    def close(self) -> None:
        """Close the editor's window."""
        if self.editor is not None:
            self.editor.close()
            self.editor.deleteLater()
            self.editor = None

    def edit_cards(self) -> None:
        """Open the editor at the card of the incident in the form; who may not is told so."""
        incident = self._seat.hand.incident
        try:
            self._seat.cards.card_source(self._seat.cards.kinds[0].code)
        except RefusedError as error:
            self._hand.tell(self._hand.say(f"refusal.{error.refusal}"), loud=True)
            return
        if self.editor is None:
            self.editor = CardEditor(self._hand)
        self.editor.open_at(incident.value("kind") if incident is not None else "")

    deeds = (Deed("card_editor", "Ctrl+Shift+K", Group.WINDOW, edit_cards),)
