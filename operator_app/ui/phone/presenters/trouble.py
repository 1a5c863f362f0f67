"""What the operator must be told of the phone: calls lost or refused, servers that fail, calls taken elsewhere."""

from collections.abc import Iterator

from operator_app.domain.line import LineFault, LineRecordingFailed, LineRefused, RefusalReason
from operator_app.ui.phone.presenters.phone_servers import failing_servers
from operator_app.ui.words.notice import Notice
from operator_app.ui.words.wording import Say, number_text
from operator_app.workflow.ends import Elsewhere
from operator_app.workflow.seat import Seat

REFUSED, STRANGERS, PHONE_SERVERS = "calls refused", "strangers refused", "phone servers"
FAULTS = frozenset({"quality", "silence", "hold", "hangup", "invite", "outbox", "signal", "intake", "ring"})
"""What has words of its own; anything else that goes wrong in the phone is said in general."""
RECORDING = "recording"


class PhoneTrouble:
    """Tells each trouble once, and says when it is over. Loop thread only."""

    def __init__(self, seat: Seat, say: Say) -> None:
        self._seat, self._say = seat, say
        self._fault: LineFault | None = None
        self._refused: LineRefused | None = None
        self._unrecorded: LineRecordingFailed | None = None
        self._failing = ""
        self._elsewhere: Elsewhere | None = None

    def changes(self) -> Iterator[Notice | str]:
        """Return what is new: a notice, or the topic of one that is over."""
        calls = self._seat.calls
        if calls.fault is not None and calls.fault is not self._fault:
            self._fault = calls.fault
            where = calls.fault.where if calls.fault.where in FAULTS else "other"
            # What the library says of it is English and stands in the log.
            yield Notice(self._say(f"phone_fault.{where}"), loud=True, topic=f"fault {where}")
        if calls.refused is not None and calls.refused is not self._refused:
            self._refused = calls.refused
            yield self._refusal(calls.refused)
        yield from self._recording()
        yield from self._servers()

    def _refusal(self, told: LineRefused) -> Notice:
        """Who was refused and why; a stranger's try at the phone's own port is nothing to stop work for."""
        who = number_text(told.number) if told.number else told.display_name or self._say("lists.no_number")
        why = self._say(f"refused_why.{told.why}")
        stranger = told.why is RefusalReason.STRANGER
        words = self._say(
            "notice.stranger_refused" if stranger else "notice.calls_refused",
            n=told.count, who=who, why=why, source=told.source,
        )  # fmt: skip
        return Notice(words, loud=not stranger, topic=STRANGERS if stranger else REFUSED)

    def _recording(self) -> Iterator[Notice | str]:
        """A call that is not recorded is said aloud, until one is recorded again."""
        failed = self._seat.calls.recording_failed
        if failed is self._unrecorded:
            return
        self._unrecorded = failed
        if failed is None:
            yield RECORDING
        else:
            words = self._say("notice.not_recorded", reason=self._say(f"recording_problem.{failed.problem}"))
            yield Notice(words, loud=True, topic=RECORDING)

    def _servers(self) -> Iterator[Notice | str]:
        failing = failing_servers(self._seat, self._say)
        if failing != self._failing:
            self._failing = failing
            yield Notice(failing, loud=True, topic=PHONE_SERVERS) if failing else PHONE_SERVERS

    def taken_elsewhere(self) -> Notice | None:
        """Return what is to be told of a call that rang here and that another desk took, once."""
        ends = self._seat.calls.ends
        ends.look_for_races()
        taken = ends.elsewhere
        if taken is None or taken is self._elsewhere:
            return None
        self._elsewhere = taken
        number = number_text(taken.number) if taken.number else self._say("lists.withheld")
        words = "notice.elsewhere_raced" if taken.raced else "notice.elsewhere"
        return Notice(self._say(words, number=number), loud=False)
