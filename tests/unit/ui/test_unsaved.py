"""What an operator reads when something was not saved: the screen's language, no path."""

import sqlite3
from pathlib import Path

import pytest

from operator_app.domain.states import Refusal, RefusedError
from operator_app.storage.problems import store_problem
from operator_app.ui.words.texts import load_texts
from operator_app.ui.words.unsaved import journal_words, unsaved_words
from operator_app.workflow.ports import JournalFailedError, JournalReason
from tests.ui.seat_room import RESOURCES

SAY = load_texts(RESOURCES, "id", strict=True)
ERRORS = {
    "SQLITE_FULL": JournalReason.FULL,
    "SQLITE_READONLY": JournalReason.READ_ONLY,
    "SQLITE_READONLY_DBMOVED": JournalReason.GONE,
    "SQLITE_CANTOPEN": JournalReason.GONE,
    "SQLITE_BUSY_SNAPSHOT": JournalReason.LOCKED,
    "SQLITE_CORRUPT": JournalReason.DAMAGED,
    "SQLITE_IOERR_WRITE": JournalReason.FAILED,
    "SQLITE_SOMETHING_NEW": JournalReason.FAILED,
}


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("reason", JournalReason)
def test_every_reason_has_words_in_every_language(reason: JournalReason, language: str) -> None:
    words = journal_words(reason, load_texts(RESOURCES, language, strict=True))
    assert ("TI" if language == "id" else "IT") in words


@pytest.mark.parametrize(("name", "reason"), ERRORS.items())
def test_the_path_stays_in_the_log_and_the_operator_reads_what_to_do(
    name: str, reason: JournalReason
) -> None:
    error = sqlite3.OperationalError("something")
    error.sqlite_errorname = name
    problem = store_problem(Path("/srv/op112/M1/seat.db"), error)
    failed = JournalFailedError(problem.sentence, JournalReason(problem.reason.value))
    assert failed.reason is reason
    assert "/srv/op112" in str(failed)
    words = unsaved_words(failed, SAY)
    assert words == f"TIDAK TERSIMPAN: {SAY(f'journal_reason.{reason}')}"
    assert "/" not in words


def test_a_refusal_is_told_in_its_own_words() -> None:
    words = unsaved_words(RefusedError(Refusal.BAD_POSITION, "/x"), SAY)
    assert words == f"TIDAK TERSIMPAN: {SAY('refusal.bad_position')}"
