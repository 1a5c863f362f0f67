"""Why the server cannot be used, or takes nothing, and how wrong this PC's clock is: the words of every window."""

from operator_app.ui.words.wording import Say, Tone
from operator_app.workflow.ports import Clock, LinkTrouble

CLOCK_WATCH_S, CLOCK_ALARM_S = 2.0, 60.0
"""Differences between this PC's clock and the window's time from which it is said, and from which it is an alarm."""

WHY = {
    LinkTrouble.REFUSED: "link.why_refused",
    LinkTrouble.SCHEMA: "link.why_schema",
    LinkTrouble.SILENT: "link.why_silent",
    LinkTrouble.SERVER_OLD: "link.why_server_old",
    LinkTrouble.SEAT_OLD: "link.why_seat_old",
    LinkTrouble.STANDBY: "link.why_standby",
    LinkTrouble.READ_ONLY: "link.why_read_only",
    LinkTrouble.FULL: "link.why_full",
    LinkTrouble.BUSY: "link.why_busy",
    LinkTrouble.MAY_NOT_WRITE: "link.why_may_not_write",
    LinkTrouble.TAKES_NOTHING: "link.why_takes_nothing",
}


def clock_words(clock: Clock, say: Say) -> tuple[str, Tone] | None:
    """Say by how much this PC's clock is wrong; None while that does not matter. Events bear the window's own time."""
    off_s = clock.pc_off_s()
    if abs(off_s) >= CLOCK_WATCH_S:
        key = "link.clock_slow" if off_s > 0 else "link.clock_fast"
        tone = Tone.ALARM if abs(off_s) >= CLOCK_ALARM_S else Tone.WATCH
        return say(key, n=round(abs(off_s))), tone
    doubt_s = clock.pc_doubt_s()
    return (say("link.clock_doubt", n=round(abs(doubt_s))), Tone.ALARM) if doubt_s else None
