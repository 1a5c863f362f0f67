"""Why something was not saved, as the operator reads it: without a path, which is for the log."""

from operator_app.domain.states import RefusedError
from operator_app.ui.words.wording import Say
from operator_app.workflow.ports import DiskState, JournalFailedError, JournalReason


def journal_words(reason: JournalReason, say: Say) -> str:
    """Return why the seat's own disk takes nothing, and what to do."""
    return say(f"journal_reason.{reason}")


def disk_words(state: DiskState, say: Say) -> str:
    """Return how the disk under the window stands, and what to do."""
    return say(f"disk.{state.standing}", mb=state.free_mb)


def unsaved_words(error: JournalFailedError | RefusedError, say: Say) -> str:
    """Return the notice that something was not saved."""
    if isinstance(error, RefusedError):
        return say("notice.not_saved", reason=say(f"refusal.{error.refusal}"))
    return say("notice.not_saved", reason=journal_words(error.reason, say))
