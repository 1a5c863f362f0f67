"""What the server has refused of this seat's own words: kept here, set aside, and shown to the operator."""

from collections.abc import Sequence

from operator_app.domain.event import BadRecordError, from_record
from operator_app.domain.facts.fact import incident_of
from operator_app.domain.facts.incident import FieldSet
from operator_app.domain.ids import IncidentId
from operator_app.ui.words.rows import Row, cell
from operator_app.ui.words.wording import Say, Tone, local_time, named
from operator_app.workflow.ports import LinkState, SetAside
from operator_app.workflow.seat import Seat


class SendingAgain:
    """What became of refused changes that were sent once more, as one line."""

    def __init__(self, say: Say) -> None:
        """Nothing was sent again yet."""
        self._say = say
        self._sent: int | None = None

    def begun(self, count: int) -> None:
        """So many were let go once more."""
        self._sent = count

    def line(self, link: LinkState) -> tuple[str, Tone]:
        """The line and its tone as the link stands now; empty before anything was sent again."""
        if self._sent is None:
            return "", Tone.QUIET
        if self._sent == 0:
            return self._say("unsent.none_again"), Tone.QUIET
        if not link.connected:
            return self._say("unsent.again_later", n=self._sent), Tone.WATCH
        if link.waiting:
            return self._say("unsent.again_now", n=self._sent), Tone.BUSY
        if link.quarantined:
            return self._say("unsent.refused_again", n=link.quarantined), Tone.WATCH
        return self._say("unsent.taken_now", n=self._sent), Tone.GOOD


def unsent_rows(seat: Seat, say: Say, refused: Sequence[SetAside]) -> tuple[Row, ...]:
    """Return a row for each: when, what, of which incident, why."""
    return tuple(_row(seat, say, number, each) for number, each in enumerate(refused))


def _row(seat: Seat, say: Say, number: int, each: SetAside) -> Row:
    try:
        event = from_record(each.record)
    except BadRecordError:
        time, what, where = "–", say("unsent.unreadable"), ""
    else:
        time = local_time(event.occurred_at, seat.room.rules.now.timezone)
        incident = seat.room.board.incidents.get(incident_of(event.fact) or IncidentId(""))
        where = "" if incident is None else incident.number
        what = event.fact.op
        if isinstance(event.fact, FieldSet):
            what = say(
                "timeline.field",
                field=named(say, f"field.{event.fact.field}", event.fact.field),
                value=event.fact.value or "–",
            )
    cells = (cell(time, Tone.QUIET), cell(what), cell(where), cell(each.trouble, Tone.WATCH))
    return Row(f"{number} {time}", cells)
