"""Words for what seats said differently without having heard of each other: what it is about, and each word of it."""

from operator_app.domain.event import Event
from operator_app.domain.facts.dispatch import DispatchMoved
from operator_app.domain.facts.incident import (
    AnswerGiven,
    FieldSet,
    IncidentMoved,
    MajorDeclared,
    Overruled,
    PlaceReadBack,
)
from operator_app.domain.incident import Incident
from operator_app.domain.triage import PRIORITY, Kind
from operator_app.ui.words.questions import question_words
from operator_app.ui.words.site_words import SiteWords
from operator_app.ui.words.wording import Say, named
from operator_app.workflow.seat import Seat

VALUE_SHOWN = 60


class ContestWords:
    """Makes them out of the events. Pure reading."""

    def __init__(self, seat: Seat, say: Say, words: SiteWords) -> None:
        self._seat = seat
        self._say = say
        self._words = words

    def subject(self, incident: Incident, event: Event) -> str:
        """Return what the word is about: a field, a question of the card, an agency, the status."""
        match event.fact:
            case FieldSet(field=field):
                return named(self._say, f"field.{field}", field)
            case AnswerGiven(question=question, answer=answer):
                return question_words(self._kind(incident), question, answer, self._say("map.language"))[0]
            case Overruled(subject=subject) if subject == PRIORITY:
                return self._say("field.priority")
            case Overruled(subject=subject):
                return self._words.agency(subject.partition(":")[2])
            case DispatchMoved(dispatch_id=dispatch_id):
                dispatch = incident.dispatch(dispatch_id)
                return "" if dispatch is None else self._words.agency(dispatch.agency)
            case PlaceReadBack():
                return self._say("together.about_read_back")
            case MajorDeclared():
                return self._say("together.about_major")
            case _:
                return self._say("together.about_status")

    def word(self, incident: Incident, event: Event) -> str:
        """Return what it says, so that it fits into a line."""
        words = " ".join(self._word(incident, event).split())
        return words if len(words) <= VALUE_SHOWN else f"…{words[1 - VALUE_SHOWN :].lstrip()}"

    def _word(self, incident: Incident, event: Event) -> str:
        match event.fact:
            case FieldSet(field="kind", value=str() as value):
                return self._words.kind_label(value)
            case FieldSet(value=value):
                return value or self._say("form.clash_emptied")
            case AnswerGiven(question=question, answer=answer):
                said = question_words(self._kind(incident), question, answer, self._say("map.language"))[1]
                return said or self._say("together.no_answer")
            case Overruled(subject=subject, chosen=chosen) if subject == PRIORITY and chosen is not None:
                return f"P{chosen}"
            case Overruled(chosen=chosen):
                chosen = chosen or "as_proposed"
                return named(self._say, f"together.agency_{chosen}", chosen)
            case DispatchMoved(to=to, reason=reason):
                return _because(self._say(f"dispatch_state.{to}"), reason)
            case IncidentMoved(to=to, reason=reason):
                return _because(self._say(f"incident_status.{to}"), reason)
            case PlaceReadBack(place=place, position=position):
                return place or position or ""
            case MajorDeclared(major=major):
                return self._say("together.major" if major else "together.not_major")
            case _:
                return ""

    def _kind(self, incident: Incident) -> Kind | None:
        return self._seat.cards.kind_or_none(incident.value("kind"))


def _because(words: str, reason: str) -> str:
    return f"{words}: {reason}" if reason else words
