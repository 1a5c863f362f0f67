"""Questions of a card and their answers, in words."""

from operator_app.domain.triage import Kind


def question_words(kind: Kind | None, question_id: str, answer: str | None, language: str) -> tuple[str, str]:
    """Return a question and its answer in words; of a card that is no longer there the codes."""
    card = None if kind is None else kind.card
    question = None if card is None else card.question(question_id)
    if question is None:
        return question_id, answer or ""
    return question.ask.said_in(language), question.said(answer or "", language)
