"""The incident as a text for radio or a messenger: short lines, the most urgent first. No names of callers."""

from operator_app.domain.incident import Incident
from operator_app.domain.triage import Kind
from operator_app.ui.words.questions import question_words
from operator_app.ui.words.site_words import SiteWords
from operator_app.ui.words.wording import Say, local_time, number_text
from operator_app.workflow.seat import Seat


def ready_text(seat: Seat, say: Say, words: SiteWords, incident: Incident) -> str:
    """Return the text; of a masked kind without the caller's number."""
    kind = seat.cards.kind_or_none(incident.value("kind"))
    opened = (
        "" if incident.opened_at is None else local_time(incident.opened_at, seat.room.rules.now.timezone)[:5]
    )
    lines = [say("ready.head", number=incident.number, time=opened)]
    what = words.kind(incident.value("kind"))
    if incident.priority:
        what = (
            f"{say(f'priority.{incident.priority}')} · {what}"
            if what
            else say(f"priority.{incident.priority}")
        )
    lines.append(what)
    lines += _where(incident, say)
    if incident.value("text"):
        lines.append(" ".join(incident.value("text").split()))
    lines += _answers(incident, kind, say("map.language"))
    number = incident.value("caller_number")
    if number and not (kind is not None and kind.masked):
        lines.append(say("ready.caller", number=number_text(number)))
    asked = [words.agency(each.agency) for each in incident.dispatches]
    if asked:
        lines.append(say("ready.agencies", agencies=", ".join(dict.fromkeys(asked))))
    return "\n".join(line for line in lines if line)


def _where(incident: Incident, say: Say) -> list[str]:
    area = ", ".join(
        dict.fromkeys(incident.value(name) for name in ("village", "district") if incident.value(name))
    )
    rt = incident.value("neighbourhood")
    place = incident.value("place")
    parts = [place, say("ready.rt", rt=rt) if rt else "", "" if area == place else area]
    lines = [say("ready.place", place=" · ".join(part for part in parts if part))] if any(parts) else []
    if incident.value("landmark"):
        lines.append(say("ready.landmark", landmark=incident.value("landmark")))
    at = incident.position
    if at is not None:
        lines.append(say("ready.position", lat=f"{at[0]:.5f}", lon=f"{at[1]:.5f}"))
    return lines


def _answers(incident: Incident, kind: Kind | None, language: str) -> list[str]:
    said = [question_words(kind, question, answer, language) for question, answer in incident.answers.items()]
    return [f"- {ask} {answer}" for ask, answer in said]
