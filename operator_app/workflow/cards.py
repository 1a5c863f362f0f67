"""The site's kinds and agencies as they stand, and the question cards that a supervisor gives the kinds."""

from collections.abc import Callable
from dataclasses import replace

from operator_app.domain.facts.site import CARD_PART, CardPublished, PartPublished
from operator_app.domain.ids import AgencyCode
from operator_app.domain.states import Refusal, RefusedError
from operator_app.domain.triage import Agency, Card, Kind
from operator_app.workflow.board import Board
from operator_app.workflow.ports import CardBook
from operator_app.workflow.recorder import Recorder
from operator_app.workflow.site_rules import InForce

SUPERVISOR = "supervisor"
"""The right to give kinds other question cards."""


class Cards:
    """Kinds with the cards that count, looked up and edited. Loop thread only."""

    def __init__(
        self,
        recorder: Recorder,
        board: Board,
        rules: InForce,
        rights: frozenset[str],
        changed: Callable[[], None],
    ) -> None:
        """Without a card book in the rules nobody can change cards here."""
        self._recorder = recorder
        self._board = board
        self._rules = rules
        self._changed = changed
        self.rights = rights
        self._read: dict[str, tuple[tuple[CardPublished, CardBook], Card | None]] = {}

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Incident kinds of the site, with the cards that it gives them."""
        return self._rules.now.kinds

    @property
    def agencies(self) -> tuple[Agency, ...]:
        """Agencies of the site."""
        return self._rules.now.agencies

    def kind(self, code: str) -> Kind:
        """The kind of that code. Raises `RefusedError`."""
        found = self.kind_or_none(code)
        if found is None:
            raise RefusedError(Refusal.KIND_MISSING, code)
        return found

    def kind_or_none(self, code: str) -> Kind | None:
        """The kind of that code, or None."""
        found = next((each for each in self.kinds if each.code == code), None)
        edited = None if found is None else self.published(code)
        if (
            found is None
            or edited is None
            or (found.card is not None and found.card.version > edited.version)
        ):
            return found
        return replace(found, card=edited)

    def agency_or_none(self, code: str) -> Agency | None:
        """The agency of that code, or None."""
        return next((each for each in self.agencies if each.code == code), None)

    def phone_of(self, code: AgencyCode) -> tuple[str, str]:
        """Number and name of an agency's duty desk. Raises `RefusedError` where the site gives no number."""
        agency = self.agency_or_none(code)
        if agency is None or not agency.phone:
            raise RefusedError(Refusal.NO_NUMBER, code)
        return agency.phone, agency.name

    def published(self, kind: str) -> Card | None:
        """The card that a supervisor gave that kind last; None: the site's own stands."""
        edit, cards = self._edit(kind), self._rules.now.cards
        if edit is None or cards is None:
            return None
        held = self._read.get(kind)
        if held is None or held[0] != (edit, cards):
            card = cards.read_kept(kind, edit.source)
            card = None if card is None else replace(card, version=edit.version)
            held = self._read[kind] = ((edit, cards), card)
        return held[1]

    def _edit(self, kind: str) -> CardPublished | None:
        """What a supervisor made of that kind's card last, in the older or in the newer form of the record."""
        told = (self._board.cards.get(kind), self._board.published.get(f"{CARD_PART}{kind}"))
        edits: list[CardPublished] = []
        for event in told:
            if event is not None and isinstance(event.fact, CardPublished):
                edits.append(event.fact)
            elif event is not None and isinstance(event.fact, PartPublished):
                edits.append(CardPublished(kind, event.fact.version, event.fact.text() or ""))
        return max(edits, key=lambda edit: edit.version, default=None)

    def card_source(self, kind: str) -> str:
        """The text of the kind's present card, to be edited. Raises `RefusedError` without the right."""
        cards = self._need_right()
        edit, card = self._edit(kind), self.kind(kind).card
        if edit is not None and card is not None and card.version == edit.version:
            return edit.source
        return "" if card is None else cards.write(card)

    def try_card(self, kind: str, source: str) -> Card:
        """Read an edited card without keeping it. Raises `RefusedError`, and what the card book raises."""
        return self._need_right().read(kind, source)

    async def publish_card(self, kind: str, source: str) -> int:
        """Give the kind a new version of its card at every seat; returns the version. Raises as `try_card` does."""
        self.try_card(kind, source)
        present = self.kind(kind).card
        version = (0 if present is None else present.version) + 1
        await self._recorder.record([PartPublished.of(f"{CARD_PART}{kind}", version, source)])
        self._changed()
        return version

    def _need_right(self) -> CardBook:
        cards = self._rules.now.cards
        if SUPERVISOR not in self.rights or cards is None:
            raise RefusedError(Refusal.NO_RIGHT)
        return cards
