"""The phone as the use cases see it: orders in, signals out. Held to one contract suite, fake and real engine alike."""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from operator_app.domain.ids import CallId
from operator_app.domain.line import AudioChoice, AudioDesk, LineCall, LineSignal, SoundRole


class PhoneRefusal(StrEnum):
    """Why the phone did not do what it was told; the catalogue has the words for each."""

    UNKNOWN_CALL = "unknown_call"
    WRONG_STATE = "wrong_state"
    TOO_MANY_CALLS = "too_many_calls"
    TOO_MANY_ACCOUNTS = "too_many_accounts"
    BAD_NUMBER = "bad_number"
    NO_ROUTE = "no_route"
    PORT_IN_USE = "port_in_use"
    BAD_ADDRESS = "bad_address"
    BAD_SETTINGS = "bad_settings"
    NO_TLS = "no_tls"
    PHONE_LOST = "phone_lost"
    NO_ANSWER = "no_answer"
    NOT_STARTED = "not_started"
    LIBRARY = "library"
    NO_SOUND = "no_sound"
    NO_RECORDING = "no_recording"


class PhoneRefusedError(Exception):
    """An order that the phone did not carry out, with the reason as a value and the detail for the log."""

    def __init__(self, code: PhoneRefusal, detail: str = "") -> None:
        super().__init__(code.value if not detail else f"{code.value}: {detail}")
        self.code = code
        self.detail = detail


SignalListener = Callable[[LineSignal], None]


class Phone(Protocol):
    """The seat's phone.

    An order returns when the phone has taken it, or raises `PhoneRefusedError`; signals tell what came of it.

    Runs on the event loop's thread. Signals come in the order in which the phone sent them, at least once, between two
    turns of the loop; a listener that raises is itself reported as `LineFault` and does not stop the others.
    """

    def subscribe(self, listener: SignalListener) -> Callable[[], None]:
        """Call `listener` with every signal from now on; the returned function ends that."""
        ...

    async def start(self) -> None:
        """Bring the phone up, or attach to one that still has this seat's calls; returns when it takes calls.

        When it raises, the phone is tried further until `aclose` where that can help; `LineReady` tells when it came.
        """
        ...

    async def answer(self, call_id: CallId, *, notice: bool = False) -> None:
        """Answer a call that rings here; with `notice` the operator hears two pips first."""
        ...

    async def end(self, call_id: CallId, *, busy: bool = False) -> None:
        """End a call in whatever state: turn it away (603, or 486 when `busy`), give up dialling, or hang up."""
        ...

    async def dial(self, number_or_uri: str, *, for_call: CallId | None = None) -> CallId:
        """Place a call to a number (routed by the registered account) or a sip: URI, and return its id at once.

        `for_call`, a connected call, is put on hold first. However the new call ends (busy, no answer, given up, hung
        up), it comes back from hold then, unless another call is being spoken with.
        """
        ...

    async def hold(self, call_id: CallId, on: bool) -> None:
        """Put a connected call on hold, or take it back."""
        ...

    async def mute(self, call_id: CallId, on: bool) -> None:
        """Keep the operator's voice from a call, or let it through again."""
        ...

    async def join(self, call_id: CallId, on: bool) -> None:
        """Bring a connected call into the conference, taking it back from hold, or keep it apart again.

        All that are in it hear each other and the operator. When one leaves, the rest goes on; one that is left alone
        is a call as any other.
        """
        ...

    async def transfer(self, call_id: CallId, to: str) -> None:
        """Ask the far end of a connected call to call `to` (as in `dial`) in our place: blind transfer.

        The call is held until `LineTransfer` tells DONE (it ends then, reason "transferred") or FAILED (it is off
        hold again): the caller is never lost.
        """
        ...

    async def transfer_to(self, call_id: CallId, other: CallId) -> None:
        """Ask the far end of a connected call to take our place in the connected call `other`: attended transfer.

        As `transfer`; when it is done both calls end, when it failed `call_id` is off hold again.
        """
        ...

    async def send_dtmf(self, call_id: CallId, digits: str) -> None:
        """Send keys 0-9 * # A-D into a connected call, by RFC 4733 or INFO as the settings say."""
        ...

    async def audio(self) -> AudioDesk:
        """Return which sound devices there are, which are chosen, and how they stand."""
        ...

    async def choose_audio(self, choice: AudioChoice) -> AudioDesk:
        """Use these devices from now on, also in a running call; `LineAudioChanged` tells what came of it."""
        ...

    async def test_sound(self, role: SoundRole) -> None:
        """Play a tone on that output, or record the microphone and play it back; refused while a call is up.

        `LineSoundTest` tells how it goes.
        """
        ...

    async def listen(self, on: bool) -> None:
        """Have `LineLevels` told also without a call, for 15 s from now on."""
        ...

    async def recall(self, call_id: CallId, from_s: float) -> None:
        """Play that call's recording from there on the recall device; negative counts from its end.

        Also that of a running call, whose sound stays as it is. `LineRecall` tells how it goes.
        """
        ...

    async def stop_recall(self) -> None:
        """Stop playing."""
        ...

    def calls(self) -> tuple[LineCall, ...]:
        """Return the calls that are alive, oldest first."""
        ...

    async def aclose(self, *, keep_calls: bool = False) -> None:
        """Let go of the phone: end its calls and the engine, or leave both running for the next window."""
        ...
