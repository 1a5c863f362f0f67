"""The quick connections: agencies as one-touch keys, one field for any number or agency, the keypad."""

from dataclasses import dataclass
from enum import StrEnum

from operator_app.domain import line
from operator_app.domain.ids import AgencyCode
from operator_app.domain.triage import Agency
from operator_app.ui.presenters.wording import Say, Tone, number_text, running
from operator_app.workflow.seat import Seat

QUICK_KEYS = 6
_SPACERS = frozenset(" -.()/")
_NUMBER = frozenset("+0123456789*#")


class QuickMode(StrEnum):
    """What a pick is for."""

    CALL = "call"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a pick means; `code` is set when it is an agency, `name` is "" for a bare number."""

    number: str
    name: str = ""
    code: AgencyCode | None = None

    @property
    def words(self) -> str:
        """What it is called on screen."""
        return self.name or number_text(self.number)


@dataclass(frozen=True, slots=True)
class QuickAgencyKey:
    """One agency's key; `state` says how its line stands, "" when there is none."""

    code: AgencyCode
    name: str
    number: str
    state: str
    tone: Tone
    can_press: bool


@dataclass(frozen=True, slots=True)
class QuickView:
    """The panel as it has to look."""

    mode: QuickMode
    title: str
    agencies: tuple[QuickAgencyKey, ...]
    target: str
    call_words: str
    can_call: bool
    blind_words: str
    can_blind: bool
    sent: str
    can_press_keys: bool


class QuickPresenter:
    """Makes the panel out of the seat, and reads what is typed in its field. Pure but for its mode."""

    def __init__(self, seat: Seat, say: Say) -> None:
        self._seat = seat
        self._say = say
        self.mode = QuickMode.CALL
        self.sent = ""
        """Keys sent in this call so far."""
        self.typed = ""

    @property
    def agencies(self) -> tuple[Agency, ...]:
        """Those with a key: the first of the site that can be rung."""
        return tuple(each for each in self._seat.agencies if each.phone)[:QUICK_KEYS]

    def target(self) -> Target | None:
        """Return whom the typed words mean: an agency by its beginning, or a number; empty means the last one dialled.

        A transfer never goes to whom nobody named.
        """
        typed = self.typed.strip()
        if not typed:
            last = self._seat.calls.last_dialled
            return None if not last or self.mode is QuickMode.TRANSFER else self._known(last)
        for each in self._seat.agencies:
            names = (each.name.casefold(), each.code.casefold())
            if each.phone and any(name.startswith(typed.casefold()) for name in names):
                return Target(each.phone, each.name, each.code)
        bare = "".join(letter for letter in typed if letter not in _SPACERS)
        if bare and set(bare) <= _NUMBER:
            return self._known(bare)
        return Target(typed) if typed.lower().startswith(("sip:", "sips:")) else None

    def view(self) -> QuickView:
        """Return the panel as it has to look now."""
        lines, target = self._seat.calls.lines, self.target()
        caller = lines.at_hand
        busy = any(call.state is not line.LineCallState.CONNECTED or call.joined for call in lines.active)
        there = self._seat.calls.ready is not None
        can_transfer = caller is not None and caller.state is line.LineCallState.CONNECTED
        transfers = self.mode is QuickMode.TRANSFER
        if not lines.all:
            self.sent = ""
        return QuickView(
            mode=self.mode,
            title=self._title(caller),
            agencies=tuple(self._agency(each, free=there and not busy) for each in self.agencies),
            target=self._target_words(target),
            call_words=self._call_words(target),
            can_call=there and not busy and target is not None,
            blind_words=self._say("quick.blind"),
            can_blind=transfers and can_transfer and target is not None,
            sent=" ".join(self.sent[-16:]),
            can_press_keys=bool(lines.spoken_with),
        )

    def _title(self, caller: line.LineCall | None) -> str:
        if self.mode is QuickMode.TRANSFER and caller is not None:
            return self._say("quick.transfer_title")
        return self._say("quick.title")

    def _call_words(self, target: Target | None) -> str:
        if self.mode is QuickMode.TRANSFER:
            return self._say("quick.ask_first")
        return self._say("quick.call" if target is None or self.typed.strip() else "quick.redial")

    def _target_words(self, target: Target | None) -> str:
        """Say whom the field means; nothing while it is empty and there is nobody to call again."""
        if target is None:
            return self._say("quick.nobody") if self.typed.strip() else ""
        key = "quick.target" if self.typed.strip() else "quick.last"
        return self._say(key, who=f"{target.words} {target.number}" if target.name else target.words)

    def _agency(self, agency: Agency, *, free: bool) -> QuickAgencyKey:
        name = agency.name
        call = next(
            (each for each in self._seat.calls.lines.all if self._seat.calls.party(each) == name), None
        )
        if call is None:
            return QuickAgencyKey(agency.code, name, agency.phone, "", Tone.PLAIN, can_press=free)
        since = call.answered_at or call.offered_at
        state = running((self._seat.now() - since).total_seconds())
        tone = Tone.GOOD if call.state is line.LineCallState.CONNECTED else Tone.BUSY
        return QuickAgencyKey(agency.code, name, agency.phone, state, tone, can_press=False)

    def _known(self, number: str) -> Target:
        agency = next((each for each in self._seat.agencies if each.phone and each.phone == number), None)
        return Target(number) if agency is None else Target(number, agency.name, agency.code)
