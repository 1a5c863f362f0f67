from datetime import timedelta
from pathlib import Path

import pytest

from operator_app.bootstrap.limits import LIMITS_FILE, age_limits
from operator_app.config.settings import SettingsError
from operator_app.domain.limits import AgeLimits

DEFAULT = Path(__file__).parents[3] / "resources" / "site" / LIMITS_FILE


def test_the_default_file_says_what_the_program_takes_without_one() -> None:
    assert age_limits(DEFAULT) == AgeLimits()


def test_a_site_may_say_otherwise(tmp_path: Path) -> None:
    (tmp_path / LIMITS_FILE).write_text("[late_minutes]\nP4 = 1.5\n", encoding="utf-8")
    limits = age_limits(tmp_path / LIMITS_FILE)
    assert (limits.late, limits.overdue) == ({4: timedelta(seconds=90)}, {})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[late]\n", "unknown key 'late'"),
        ("late_minutes = 3\n", "must be a table"),
        ("[late_minutes]\nP9 = 3\n", "P1 to P5"),
        ("[late_minutes]\nP1 = 0\n", "number above 0"),
        ("[late_minutes]\nP1 = true\n", "number above 0"),
        ("[late_minutes]\nP1 = 9\n[overdue_minutes]\nP1 = 8\n", "overdue before it is late"),
        ("late_minutes = ", "cannot be read"),
    ],
)
def test_a_wrong_file_is_named_with_its_key(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / LIMITS_FILE
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=told) as caught:
        age_limits(path)
    assert str(path) in str(caught.value)
