"""The quick connections: agencies as one-touch keys, one field for any number or agency, the keypad."""

from dataclasses import dataclass
from enum import StrEnum

from operator_app.domain import line
from operator_app.domain.ids import AgencyCode
from operator_app.domain.triage import Agency
from operator_app.ui.phone.presenters.phone_servers import OtherPhone, other_phone
from operator_app.ui.words.wording import Say, Tone, number_text, running
from operator_app.workflow.lines import Colleague, dialled_part
from operator_app.workflow.seat import Seat

QUICK_KEYS = 6
COLLEAGUES = 3
"""So many of the house have a button; all can be named in the field."""
_SPACERS = frozenset(" -.()/")
_NUMBER = frozenset("+0123456789*#")
_TAKES_NOBODY = (line.PresenceState.BUSY, line.PresenceState.AWAY)


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
    """One agency's key; `state` says how its line stands, "" when there is none, `phone` how its phone stands."""

    code: AgencyCode
    name: str
    number: str
    state: str
    tone: Tone
    can_press: bool
    phone: OtherPhone | None = None


@dataclass(frozen=True, slots=True)
class ColleagueKey:
    """The button of another seat."""

    name: str
    number: str
    can_press: bool
    phone: OtherPhone | None


@dataclass(frozen=True, slots=True)
class QuickView:
    """The panel as it has to look."""

    mode: QuickMode
    title: str
    agencies: tuple[QuickAgencyKey, ...]
    colleagues: tuple[ColleagueKey, ...]
    target: str
    target_tone: Tone
    call_words: str
    can_call: bool
    blind_words: str
    can_blind: bool
    sent: str
    can_press_keys: bool


def quick_deed(place: int) -> str:
    """Return the deed of calling the agency at that place."""
    return f"quick_{place + 1}"


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
        return tuple(each for each in self._seat.cards.agencies if each.phone)[:QUICK_KEYS]

    @property
    def colleagues(self) -> tuple[Colleague, ...]:
        """Those with a button."""
        return self._seat.room.rules.now.colleagues[:COLLEAGUES]

    def target(self) -> Target | None:
        """Return whom the typed words mean: an agency or a colleague by its beginning, or a number.

        Empty means the last one dialled.

        A transfer never goes to whom nobody named.
        """
        typed = self.typed.strip()
        if not typed:
            last = self._seat.calls.last_dialled
            return None if not last or self.mode is QuickMode.TRANSFER else self._known(last)
        for each in self._seat.cards.agencies:
            names = (each.name.casefold(), each.code.casefold())
            if each.phone and any(name.startswith(typed.casefold()) for name in names):
                return Target(each.phone, each.name, each.code)
        bare = "".join(letter for letter in typed if letter not in _SPACERS)
        if bare and set(bare) <= _NUMBER:
            return self._known(bare)
        for other in self._seat.room.rules.now.colleagues:
            if other.name.casefold().startswith(typed.casefold()):
                return Target(other.number, other.name)
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
            colleagues=tuple(
                ColleagueKey(each.name, each.number, there and not busy, self._phone(each.number))
                for each in self.colleagues
            ),
            target=self._target_words(target),
            target_tone=self._target_tone(target),
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
        bare = number_text(dialled_part(target.number))
        phone = self._phone(target.number)
        if phone is not None:  # the narrow line has no room for the number beside it
            return self._say(key, who=f"{target.words} · {phone.words}")
        named = target.name and target.name != bare
        return self._say(key, who=f"{target.name} {bare}" if named else target.words)

    def _target_tone(self, target: Target | None) -> Tone:
        """Warn of one who cannot take a caller now."""
        phone = None if target is None or not self.typed.strip() else self._phone(target.number)
        return Tone.WATCH if phone is not None and phone.state in _TAKES_NOBODY else Tone.QUIET

    def _phone(self, number: str) -> OtherPhone | None:
        return other_phone(self._seat, self._say, number)

    def _agency(self, agency: Agency, *, free: bool) -> QuickAgencyKey:
        name, phone = agency.name, self._phone(agency.phone)
        if agency.code in self._seat.room.board.unavailable(self._seat.duty.now()):
            stands = line.PresenceState.AWAY if phone is None else phone.state
            phone = OtherPhone(stands, self._say("quick.unavailable"))
        call = next(
            (each for each in self._seat.calls.lines.all if self._seat.calls.party(each) == name), None
        )
        if call is None:
            return QuickAgencyKey(agency.code, name, agency.phone, "", Tone.PLAIN, free, phone)
        since = call.answered_at or call.offered_at
        state = running((self._seat.duty.now() - since).total_seconds())
        tone = Tone.GOOD if call.state is line.LineCallState.CONNECTED else Tone.BUSY
        return QuickAgencyKey(agency.code, name, agency.phone, state, tone, False, phone)

    def _known(self, number: str) -> Target:
        agency = next(
            (each for each in self._seat.cards.agencies if each.phone and each.phone == number), None
        )
        if agency is not None:
            return Target(number, agency.name, agency.code)
        other = next((each for each in self._seat.room.rules.now.colleagues if each.number == number), None)
        return Target(number) if other is None else Target(number, other.name)
