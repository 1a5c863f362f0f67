"""Listening again: the running call and the last twenty, where the ear is, and why there may be nothing to hear."""

from dataclasses import dataclass

from operator_app.domain import line
from operator_app.domain.call import Call
from operator_app.domain.ids import CallId
from operator_app.ui.words.rows import Row, cell, chip
from operator_app.ui.words.wording import Say, Tone, local_time, number_text, running
from operator_app.workflow.seat import Seat
from operator_app.workflow.sound import RECALL_BACK_S


@dataclass(frozen=True, slots=True)
class RecallView:
    """The pane: `rows` by call id, `share` how far into the recording the ear is, 0 to 1."""

    rows: tuple[Row, ...]
    playing: bool
    state: str
    tone: Tone
    position: str
    share: float


class RecallPresenter:
    """Makes the pane out of the seat. Pure reading."""

    def __init__(self, seat: Seat, say: Say) -> None:
        self._seat = seat
        self._say = say

    def calls(self) -> tuple[Call | line.LineCall, ...]:
        """Return what can be listened to, the running call first."""
        return self._seat.sound.recordings(self._seat.calls.living(), self._seat.duty.name)

    def first(self) -> CallId | None:
        """Return the call that the key plays at once."""
        calls = self.calls()
        return _id(calls[0]) if calls else None

    def start_of(self, call_id: CallId) -> float:
        """Return where to begin: the last seconds of a running call, the beginning of one that is over."""
        return -RECALL_BACK_S if self._seat.calls.live(call_id) is not None else 0.0

    def view(self) -> RecallView:
        """Return the pane as it has to look now."""
        recalled = self._seat.sound.recalled
        rows = tuple(self._row(each) for each in self.calls())
        state, tone = self._state(recalled, there=bool(rows))
        position, share = "", 0.0
        if recalled is not None and recalled.length_s > 0:
            position = f"{running(recalled.position_s)} / {running(recalled.length_s)}"
            share = min(1.0, recalled.position_s / recalled.length_s)
        playing = recalled is not None and recalled.playing
        return RecallView(rows, playing, state, tone, position, share)

    def _state(self, recalled: line.LineRecall | None, *, there: bool) -> tuple[str, Tone]:
        if recalled is not None and recalled.problem:
            return self._say("recall.problem"), Tone.ALARM
        if recalled is not None and recalled.playing:
            return self._say("recall.playing"), Tone.BUSY
        if not there:
            return self._say("recall.nothing"), Tone.QUIET
        return self._say("recall.ready"), Tone.QUIET

    def _row(self, call: Call | line.LineCall) -> Row:
        number = number_text(call.number) if call.number else self._say("lists.withheld")
        time = local_time(call.offered_at, self._seat.room.rules.now.timezone)[:5]
        if isinstance(call, line.LineCall):
            begun = call.answered_at or call.offered_at
            length = running((self._seat.duty.now() - begun).total_seconds())
            last = chip(self._say("recall.running"), Tone.GOOD)
        else:
            begun, end = call.answered_at or call.offered_at, call.ended_at or call.offered_at
            length = running(max(0.0, (end - begun).total_seconds()))
            last = cell(
                "" if call.classification is None else self._say(f"classification.{call.classification}"),
                Tone.QUIET,
            )
        return Row(_id(call), (cell(number, strong=True), cell(time, Tone.QUIET), cell(length), last))


def _id(call: Call | line.LineCall) -> CallId:
    return call.id if isinstance(call, Call) else call.call_id
