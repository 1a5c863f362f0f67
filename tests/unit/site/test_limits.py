"""Limits of a site: those of the plain default, those of its own file, and what is wrong with one."""

from datetime import timedelta
from pathlib import Path

import pytest

from operator_app.domain.limits import AcceptLimits, AgeLimits, AnswerGoal
from operator_app.reading.fault import BadFileError
from operator_app.reading.toml import TomlFile
from operator_app.site.limits import LimitsFile

DEFAULT = Path(__file__).parents[3] / "resources" / "site" / "limits.toml"
ACCEPT = "[accept_seconds]\nP1 = 45\nP2 = 90\nP3 = 300\nP4 = 600\nP5 = 600\n"


def read(text: str) -> LimitsFile:
    return TomlFile("limits.toml", text).read(LimitsFile)


def test_the_default_file_says_what_the_program_takes_without_one() -> None:
    limits = TomlFile.load(DEFAULT).read(LimitsFile)
    assert (limits.ages(), limits.accept(), limits.goal()) == (AgeLimits(), AcceptLimits(), AnswerGoal())


def test_a_site_may_say_otherwise() -> None:
    limits = read(
        "[late_minutes]\nP4 = 1.5\n" + ACCEPT + "[answer_goal]\nwithin_seconds = 15\npercent = 95\n"
    )
    assert (limits.ages().late, limits.ages().overdue) == ({4: timedelta(seconds=90)}, {})
    assert limits.accept().seconds == {1: 45, 2: 90, 3: 300, 4: 600, 5: 600}
    assert limits.goal() == AnswerGoal(15.0, 95)


def test_a_site_that_says_only_ages_keeps_the_other_limits() -> None:
    limits = read("[late_minutes]\nP1 = 5\n")
    assert (limits.accept(), limits.goal()) == (AcceptLimits(), AnswerGoal())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[late]\n", (1, "late", "unknown_key")),
        ("late_minutes = 3\n", (1, "late_minutes", "want_table")),
        ("[late_minutes]\nP9 = 3\n", (2, "late_minutes.P9", "priority_name")),
        ("[late_minutes]\nP1 = 0\n", (2, "late_minutes.P1", "not_above")),
        ("[late_minutes]\nP1 = true\n", (2, "late_minutes.P1", "want_number")),
        (
            "[late_minutes]\nP1 = 9\n[overdue_minutes]\nP1 = 8\n",
            (4, "overdue_minutes.P1", "overdue_before_late"),
        ),
        ("late_minutes = ", (1, "", "no_toml")),
        (ACCEPT.replace("P5 = 600\n", ""), (1, "accept_seconds.P5", "missing")),
        (ACCEPT.replace("45", "0"), (2, "accept_seconds.P1", "not_between")),
        (ACCEPT.replace("45", "45.5"), (2, "accept_seconds.P1", "want_whole")),
        ("[answer_goal]\nwithin_seconds = 10\npercent = 101\n", (3, "answer_goal.percent", "not_between")),
    ],
)
def test_a_wrong_file_is_named_with_line_and_key(text: str, fault: tuple[int, str, str]) -> None:
    with pytest.raises(BadFileError) as caught:
        read(text)
    assert [(each.line, each.key, each.cause) for each in caught.value.faults] == [fault]
