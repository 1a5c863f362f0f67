"""The last line of the window: how this seat stands to the server, and what has just been refused or has failed."""

from dataclasses import dataclass

from operator_app.ui.presenters.wording import Say, Tone, local_time
from operator_app.workflow.ports import LinkState, LinkTrouble
from operator_app.workflow.seat import Seat


@dataclass(frozen=True, slots=True)
class LinkView:
    """The line about the server, always there."""

    words: str
    tone: Tone


def link_view(seat: Seat, say: Say) -> LinkView:
    """Say how the seat stands to the server: since when it is gone, and how much is waiting to be sent."""
    link: LinkState = seat.link
    if link.connected:
        if link.quarantined:
            return LinkView(say("link.quarantined", n=link.quarantined), Tone.ALARM)
        if link.waiting:
            return LinkView(say("link.sending", n=link.waiting), Tone.QUIET)
        return LinkView(say("link.up"), Tone.QUIET)
    if link.reason == LinkTrouble.NOT_CONFIGURED:
        return LinkView(say("link.alone"), Tone.QUIET)
    if link.reason == LinkTrouble.CONNECTING:
        return LinkView(say("link.connecting"), Tone.QUIET)
    time = local_time(link.since, seat.timezone)[:5]
    words = say("link.down", time=time, n=link.waiting)
    known = {LinkTrouble.REFUSED: "link.why_refused", LinkTrouble.SCHEMA: "link.why_schema"}
    if link.reason in known:
        words = f"{words} · {say(known[link.reason])}"
    return LinkView(words, Tone.WATCH)
