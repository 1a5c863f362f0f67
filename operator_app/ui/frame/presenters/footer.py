"""The last line of the window: how this seat stands to the server, and what has just been refused or has failed."""

from dataclasses import dataclass
from datetime import datetime

from operator_app.ui.words.link_words import WHY, clock_words
from operator_app.ui.words.wording import Say, Tone, local_time, written
from operator_app.workflow.ports import LinkTrouble
from operator_app.workflow.seat import Seat

LONG_S = 20 * 3600.0
"""A trouble older than this is told with its day."""


@dataclass(frozen=True, slots=True)
class LinkView:
    """The line about the server, always there."""

    words: str
    tone: Tone


def link_view(seat: Seat, say: Say) -> LinkView:
    """Say how the seat stands to the server: since when it is gone, how much is waiting, what IT must mend."""
    stands = _standing(seat, say)
    if seat.room.link.unread:
        unread = say("link.unread", n=seat.room.link.unread)
        stands = LinkView(f"{unread} · {stands.words}", max(stands.tone, Tone.WATCH, key=_TONES.index))
    clock = clock_words(seat.duty.clock, say)
    if clock is None:
        return stands
    words, clock_tone = clock
    return LinkView(f"{words} · {stands.words}", max(stands.tone, clock_tone, key=_TONES.index))


def _standing(seat: Seat, say: Say) -> LinkView:
    link = seat.room.link
    if link.connected and link.blocked:
        since = _since(link.blocked_since or link.since, seat)
        words = [say("link.blocked", time=since, n=link.waiting), say(WHY[link.blocked])]
        return LinkView(" · ".join(words), Tone.ALARM)
    if link.connected:
        if link.quarantined:
            return LinkView(say("link.quarantined", n=link.quarantined), Tone.ALARM)
        if link.waiting:
            return LinkView(say("link.sending", n=link.waiting), Tone.QUIET)
        return LinkView(say("link.up"), Tone.QUIET)
    if link.reason == LinkTrouble.NOT_CONFIGURED:
        return LinkView(say("link.alone"), Tone.QUIET)
    if link.reason == LinkTrouble.CONNECTING:
        if link.waiting:
            return LinkView(say("link.connecting_waiting", n=link.waiting), Tone.QUIET)
        return LinkView(say("link.connecting"), Tone.QUIET)
    words = [say("link.down", time=_since(link.since, seat), n=link.waiting)]
    if link.reason in WHY:
        words.append(say(WHY[link.reason]))
    if link.quarantined:
        words.append(say("link.quarantined", n=link.quarantined))
    return LinkView(" · ".join(words), Tone.ALARM if link.quarantined else Tone.WATCH)


def _since(since: datetime, seat: Seat) -> str:
    time = local_time(since, seat.room.rules.now.timezone)[:5]
    if (seat.duty.now() - since).total_seconds() < LONG_S:
        return time
    return f"{written(since, seat.room.rules.now.timezone, '%d.%m.')} {time}"


_TONES = (Tone.QUIET, Tone.PLAIN, Tone.GOOD, Tone.BUSY, Tone.WATCH, Tone.ALARM)
