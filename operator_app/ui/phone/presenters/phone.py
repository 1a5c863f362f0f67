"""The phone pane: the call at hand or the one that rings, what is known of its number, and what can be done with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from operator_app.domain import line
from operator_app.domain.call import Call, bare_identifier
from operator_app.domain.facts.call import CallTransferred
from operator_app.domain.ids import CallId, IncidentId
from operator_app.domain.states import CallState, Classification, SeatState
from operator_app.ui.phone.presenters.past import NumberPast
from operator_app.ui.words.wording import Say, Span, Tone, number_text, running
from operator_app.workflow.lines import Lines
from operator_app.workflow.seat import Seat

TICKETS_NAMED = 1
_LOCAL_HOLD = (line.HoldState.LOCAL, line.HoldState.BOTH)


class Standing(StrEnum):
    """How the shown call stands."""

    IDLE = "idle"
    RINGING = "ringing"
    DIALLING = "dialling"
    TALKING = "talking"
    HELD = "held"
    FAR_HELD = "far_held"
    CONFERENCE = "conference"
    TRANSFERRING = "transferring"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class LineRow:
    """Another line of this seat than the one at hand; `can_take` says that it can be spoken with by a press."""

    call_id: CallId
    name: str
    state: str
    tone: Tone
    timer: str
    can_take: bool


@dataclass(frozen=True, slots=True)
class PhoneView:
    """Everything in the pane above the lists; `past`, `sound` and `note` are empty where there is nothing to say."""

    call_id: CallId | None
    standing: Standing
    state: str
    tone: Tone
    timer: str
    number: str
    name: str
    past: tuple[Span, ...]
    sound: str
    sound_tone: Tone
    can_answer: bool
    can_end: bool
    can_hold: bool
    can_mute: bool
    held: bool
    muted: bool
    can_classify: bool
    classification: Classification | None
    classified_number: str
    lines: tuple[LineRow, ...]
    note: str
    note_tone: Tone
    can_transfer: bool
    can_conference: bool
    hold_words: str
    end_words: str
    transfer_words: str
    conference_words: str


class PhonePresenter:
    """Makes the phone pane out of the seat. Pure reading; `past` is kept up to date by its owner."""

    def __init__(self, seat: Seat, say: Say, past: NumberPast) -> None:
        self._seat = seat
        self._say = say
        self._past = past

    def view(self) -> PhoneView:
        """Return the pane as it has to look now."""
        seat = self._seat
        live, waiting = seat.calls.live_at_hand, seat.calls.waiting()
        over = self._over() if live is None else None
        if live is not None:
            shown: line.LineCall | Call | None = live
            standing = _standing(live)
        elif waiting:
            shown, standing = waiting[0], Standing.RINGING
        else:
            shown, standing = over, Standing.IDLE if over is None else Standing.OVER
        subject = live.call_id if live is not None else None if over is None else over.id
        known = None if subject is None else seat.room.board.calls.get(subject)
        sound, sound_tone = self._sound(live)
        lines = seat.calls.lines
        call_id = _id(shown)
        spoken = lines.spoken_with
        note, note_tone = self._note(shown, live)
        free = not lines.active
        return PhoneView(
            call_id=call_id,
            standing=standing,
            state=self._state(standing, known if standing is Standing.OVER else None),
            tone=_TONES[standing],
            timer=self._timer(shown, standing),
            number=self._number(shown),
            name=self._name(shown),
            past=(*self._past_spans(shown), *self._emergency_spans(shown)),
            sound=sound,
            sound_tone=sound_tone,
            can_answer=bool(waiting) and free,
            can_end=bool(lines.all),
            can_hold=bool(spoken or lines.held),
            can_mute=bool(spoken or lines.held),
            held=bool(lines.held) and free,
            muted=all(call.muted for call in spoken or lines.held) and bool(spoken or lines.held),
            can_classify=subject is not None,
            classification=None if known is None else known.classification,
            classified_number=number_text(known.number or "") if known and known.id != call_id else "",
            lines=tuple(self._row(call) for call in lines.all if call.call_id != call_id),
            note=note,
            note_tone=note_tone,
            can_transfer=_can_transfer(lines),
            can_conference=len(lines.connected) > 1,
            hold_words=self._say(f"phone.{_hold_key(lines)}"),
            end_words=self._end_words(lines),
            transfer_words=self._say("phone.give" if lines.helper is not None else "phone.transfer"),
            conference_words=self._say(
                "phone.part"
                if len(lines.connected) > 1 and all(call.joined for call in lines.connected)
                else "phone.conference"
            ),
        )

    def _over(self) -> Call | None:
        at_hand = self._seat.hand.call
        if at_hand is None or self._seat.duty.state not in (SeatState.WRAP_UP, SeatState.TALKING):
            return None
        return self._seat.room.board.calls.get(at_hand)

    def _state(self, standing: Standing, over: Call | None) -> str:
        if over is not None and over.state is CallState.CUT:
            return self._say("phone.cut")
        if standing is Standing.IDLE and not self._seat.calls.has_phone:
            return self._say("phone.none")
        return self._say(f"standing.{standing}")

    def _row(self, call: line.LineCall) -> LineRow:
        standing = _standing(call)
        since = call.answered_at or call.offered_at
        return LineRow(
            call.call_id,
            self._party(call),
            self._say(f"line_state.{standing}"),
            _TONES[standing],
            running((self._seat.duty.now() - since).total_seconds()),
            can_take=call.state is line.LineCallState.CONNECTED and not call.joined,
        )

    def _party(self, call: line.LineCall) -> str:
        party = self._seat.calls.party(call)
        if party or call.display_name:
            return number_text(party) if party else call.display_name
        return self._say("phone.withheld" if call.withheld else "phone.no_number")

    def _end_words(self, lines: Lines) -> str:
        foremost = lines.foremost
        if foremost is None or len(lines.all) < 2:
            return self._say("phone.end")
        if foremost is lines.at_hand:
            return self._say("phone.end_caller")
        return self._say("phone.end_who", who=self._party(foremost))

    def _note(self, shown: line.LineCall | Call | None, live: line.LineCall | None) -> tuple[str, Tone]:
        """The one thing about the calls that the operator must know now, weightiest first."""
        calls, say = self._seat.calls, self._say
        if live is not None and live.transfer_to:
            told = calls.transfers.get(live.call_id)
            rings = told is not None and told.state is line.TransferState.RINGING
            who = calls.parties_of_transfers.get(live.call_id, live.transfer_to)
            key = "phone.transfer_rings" if rings else "phone.transfer_asked"
            return say(key, who=number_text(who)), Tone.BUSY
        if isinstance(shown, Call):
            return self._note_of_ended(shown)
        diverted = next((call for call in calls.lines.all if call.diverted_to), None)
        if diverted is not None and diverted.state is not line.LineCallState.CONNECTED:
            return say("phone.diverted", who=number_text(diverted.diverted_to)), Tone.WATCH
        if live is not None and calls.digits.get(live.call_id):
            return say("phone.keys_pressed", keys=" ".join(calls.digits[live.call_id][-12:])), Tone.WATCH
        told = None if live is None else calls.transfers.get(live.call_id)
        if told is not None and told.state is line.TransferState.FAILED:
            who = number_text(calls.transferred_to(told))
            return say("phone.transfer_failed", who=who, why=self.why(told.code)), Tone.ALARM
        vain = calls.ends.vain
        if vain is not None:
            key = "phone.vain_back" if vain.for_caller and live is not None else "phone.vain"
            return say(key, who=number_text(vain.party), why=self.why(vain.code)), Tone.WATCH
        if live is not None and live.referred_by:
            return say("phone.referred", who=number_text(number_in(live.referred_by))), Tone.QUIET
        return "", Tone.QUIET

    def _note_of_ended(self, call: Call) -> tuple[str, Tone]:
        taken = self._seat.calls.ends.elsewhere
        if taken is not None and taken.raced and taken.call_id == call.id:
            return self._say("phone.raced"), Tone.WATCH
        for step in reversed(call.steps):
            if isinstance(step.fact, CallTransferred):
                outcome = step.fact.outcome if step.fact.outcome in ("done", "failed") else "unknown"
                words = self._say(f"phone.transferred_{outcome}", who=number_text(step.fact.party))
                return words, Tone.GOOD if outcome == "done" else Tone.WATCH
        if call.keys:
            return self._say("phone.keys_pressed", keys=" ".join(call.keys[-12:])), Tone.QUIET
        return "", Tone.QUIET

    def why(self, code: int) -> str:
        """Say in words why a call came to nothing."""
        return self._say(f"sip_why.{_WHY.get(code, 'other')}", code=code)

    def _timer(self, shown: line.LineCall | Call | None, standing: Standing) -> str:
        if shown is None:
            return ""
        now = self._seat.duty.now()
        if isinstance(shown, Call):
            end = shown.ended_at or now
            return running((end - (shown.answered_at or shown.offered_at)).total_seconds())
        start = shown.offered_at if standing is Standing.RINGING else shown.answered_at or shown.offered_at
        return running((now - start).total_seconds())

    def _number(self, shown: line.LineCall | Call | None) -> str:
        if shown is None:
            return ""
        if shown.number:
            return number_text(shown.number)
        if isinstance(shown, line.LineCall) and shown.device:
            return self._say("phone.no_sim")
        hidden = shown.withheld if isinstance(shown, line.LineCall) else not shown.display_name
        return self._say("phone.withheld" if hidden else "phone.no_number")

    def _name(self, shown: line.LineCall | Call | None) -> str:
        """The name that came with the call, and what else the network said of who calls."""
        if shown is None:
            return ""
        words = [shown.display_name]
        if isinstance(shown, line.LineCall):
            if shown.withheld and shown.number:
                words.append(self._say("phone.wished_hidden"))
            if not shown.believed:
                words.append(self._say("phone.stranger"))
            if shown.device and not shown.number:
                words.append(self._say("phone.device", imei=shown.device))
        return " · ".join(each for each in words if each)

    def _emergency_spans(self, shown: line.LineCall | Call | None) -> tuple[Span, ...]:
        if shown is None or not shown.emergency_ids:
            return ()
        return Span(" · "), Span(
            self._say("phone.emergency_id", id=bare_identifier(shown.emergency_ids[0])), Tone.QUIET
        )

    def _past_spans(self, shown: line.LineCall | Call | None) -> tuple[Span, ...]:
        if shown is None:
            return ()
        if not shown.number:
            return (Span(self._say("phone.past_withheld"), Tone.QUIET),)
        past = self._past.of(shown.number, self._seat.duty.now(), without=_id(shown))
        if past.calls == 0:
            return (Span(self._say("phone.past_none"), Tone.QUIET),)
        spans = [Span(self._say("phone.past_calls", n=past.calls))]
        if past.pranks:
            spans += [Span(" · "), Span(self._say("phone.past_pranks", n=past.pranks), Tone.WATCH)]
        if past.ghosts:
            spans += [Span(" · "), Span(self._say("phone.past_ghosts", n=past.ghosts), Tone.WATCH)]
        numbers = [self._seat.room.board.incidents[each].number for each in self._known(past.incidents)]
        if numbers:
            words = self._say(
                "phone.past_tickets", n=len(numbers), numbers=", ".join(numbers[:TICKETS_NAMED])
            )
            spans += [Span(" · "), Span(words)]
        return tuple(spans)

    def _known(self, ids: Iterable[IncidentId]) -> list[IncidentId]:
        return [each for each in ids if each in self._seat.room.board.incidents]

    def _sound(self, live: line.LineCall | None) -> tuple[str, Tone]:
        ready = self._seat.calls.ready
        if ready is None:
            return "", Tone.QUIET
        if live is not None and live.silent_since is not None:
            seconds = int((self._seat.duty.now() - live.silent_since).total_seconds())
            reason = live.silence or line.SilenceReason.STOPPED
            return self._say(f"phone.silent_{reason}", s=seconds), Tone.ALARM
        trouble = self._device_trouble(ready.audio)
        if trouble is not None:
            return trouble
        quality = None if live is None else self._seat.calls.quality.get(live.call_id)
        if quality is not None:
            mos = f"{quality.mos:.1f}".replace(".", self._say("number.decimal"))
            tone = Tone.QUIET if quality.mos >= 3.6 else Tone.WATCH
            return self._say("phone.quality", mos=mos), tone
        if ready.audio.kind is line.AudioKind.FILE:
            return self._say("phone.file_sound"), Tone.QUIET
        return "", Tone.QUIET

    def _device_trouble(self, audio: line.LineAudio) -> tuple[str, Tone] | None:
        """Say what of the sound devices is missing, the gravest first; None where nothing is."""
        if audio.kind is line.AudioKind.OPENING:
            return self._say("phone.opening_sound"), Tone.QUIET
        dead = {each.role for each in audio.roles if not each.works}
        if audio.kind is line.AudioKind.NONE:
            talk = dead & {line.SoundRole.MICROPHONE, line.SoundRole.EARPIECE}
            if len(talk) == 1:
                return self._say(f"phone.no_{talk.pop()}"), Tone.ALARM
            return self._say("phone.no_sound"), Tone.WATCH
        if line.SoundRole.RING in dead:
            return self._say("phone.ring_away"), Tone.WATCH
        ring = audio.role(line.SoundRole.RING)
        if ring is not None and ring.instead:
            return self._say("phone.ring_instead", device=ring.name), Tone.WATCH
        return None


_WHY = {
    0: "unreachable",
    401: "refused",
    403: "refused",
    404: "no_such",
    405: "cannot",
    407: "refused",
    408: "no_answer",
    410: "no_such",
    480: "no_answer",
    484: "no_such",
    486: "busy",
    487: "no_answer",
    488: "cannot",
    500: "unreachable",
    501: "cannot",
    502: "unreachable",
    503: "unreachable",
    504: "unreachable",
    600: "busy",
    603: "declined",
    604: "no_such",
}
"""SIP's final codes in the words of the catalogue."""

_TONES = {
    Standing.IDLE: Tone.QUIET,
    Standing.RINGING: Tone.WATCH,
    Standing.DIALLING: Tone.BUSY,
    Standing.TALKING: Tone.GOOD,
    Standing.HELD: Tone.WATCH,
    Standing.FAR_HELD: Tone.WATCH,
    Standing.CONFERENCE: Tone.GOOD,
    Standing.TRANSFERRING: Tone.BUSY,
    Standing.OVER: Tone.QUIET,
}


def _standing(call: line.LineCall) -> Standing:
    if call.state is not line.LineCallState.CONNECTED:
        return Standing.RINGING if call.incoming else Standing.DIALLING
    if call.transfer_to:
        return Standing.TRANSFERRING
    if call.hold in _LOCAL_HOLD:
        return Standing.HELD
    if call.joined:
        return Standing.CONFERENCE
    return Standing.FAR_HELD if call.hold is line.HoldState.REMOTE else Standing.TALKING


def _can_transfer(lines: Lines) -> bool:
    caller = lines.at_hand
    return caller is not None and caller.state is line.LineCallState.CONNECTED and not caller.transfer_to


def _hold_key(lines: Lines) -> str:
    caller = lines.at_hand
    if caller is not None and caller.joined:
        return "unhold" if caller.hold in _LOCAL_HOLD else "hold"
    if lines.held:
        return "swap" if lines.active else "unhold"
    return "hold"


def number_in(uri: str) -> str:
    """Return the user part of a SIP address, for the eye."""
    return uri.partition(":")[2].partition("@")[0] or uri


def _id(shown: line.LineCall | Call | None) -> CallId | None:
    if shown is None:
        return None
    return shown.id if isinstance(shown, Call) else shown.call_id
