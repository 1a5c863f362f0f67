import ast
import logging
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

from operator_app.domain.line import RecordingProblem, SoundRole
from operator_app.domain.states import CallState, Classification, DispatchState, Refusal, SeatState
from operator_app.ui.words.texts import Texts, TextsError, languages, load_texts, marks_of
from operator_app.workflow.phone_port import PhoneRefusal

ROOT = Path(__file__).parents[3]
RESOURCES = ROOT / "resources"
ALL = {name: load_texts(RESOURCES, name, strict=True) for name in languages(RESOURCES)}
KEY = re.compile(r"[a-z]+(_[a-z]+)*(\.[a-z0-9_]+)+")
BY_ENUM: dict[str, type[StrEnum]] = {
    "refusal": Refusal,
    "phone_refusal": PhoneRefusal,
    "recording_problem": RecordingProblem,
    "sound_role": SoundRole,
    "seat_state": SeatState,
    "call_state": CallState,
    "classification": Classification,
    "dispatch_state": DispatchState,
}
"""Sections that hold one text for each value of a set."""


def strings_in_code() -> Iterator[tuple[str, str]]:
    """Every literal text in the windows' code, with its file; values put into it stand as *."""
    for path in sorted((ROOT / "operator_app" / "ui").rglob("*.py")):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        inside = {part for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in inside:
                yield path.name, node.value
            elif isinstance(node, ast.JoinedStr):
                parts = (str(p.value) if isinstance(p, ast.Constant) else "*" for p in node.values)
                yield path.name, "".join(parts)


def used_keys(sections: frozenset[str]) -> set[tuple[str, str]]:
    """Keys, and patterns of keys with *, that the code asks for."""
    return {
        (file, text)
        for file, text in strings_in_code()
        if text.partition(".")[0] in sections and KEY.fullmatch(text.replace("*", "x"))
    }


def matches(pattern: str, key: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", "[a-z0-9_]+"), key) is not None


SECTIONS = frozenset(key.partition(".")[0] for key in ALL["id"].entries)


def test_both_languages_are_there() -> None:
    assert set(ALL) == {"id", "en"}


@pytest.mark.parametrize("language", sorted(ALL))
def test_every_language_has_the_same_keys_and_marks(language: str) -> None:
    first, other = ALL["id"].entries, ALL[language].entries
    assert set(first) == set(other)
    different = {key for key in first if marks_of(first[key]) != marks_of(other[key])}
    assert different == set()


def test_every_key_in_the_code_is_in_the_catalogue() -> None:
    keys = ALL["id"].entries
    missing = {
        (file, used) for file, used in used_keys(SECTIONS) if not any(matches(used, key) for key in keys)
    }
    assert missing == set()


def test_no_text_is_left_over() -> None:
    used = {pattern for _, pattern in used_keys(SECTIONS)}
    exact, patterns = {each for each in used if "*" not in each}, {each for each in used if "*" in each}
    unused = {
        key
        for key in ALL["id"].entries
        if key not in exact and not any(matches(each, key) for each in patterns)
    }
    assert unused == set()


@pytest.mark.parametrize("section", sorted(BY_ENUM))
def test_every_value_has_its_words(section: str) -> None:
    lacking = [value for value in BY_ENUM[section] if not ALL["id"].has(f"{section}.{value}")]
    assert lacking == []


def test_no_text_is_empty_or_has_spaces_at_its_ends() -> None:
    for texts in ALL.values():
        for key, entry in texts.entries.items():
            for words in (entry,) if isinstance(entry, str) else entry.values():
                assert words.strip() == words, (texts.language, key)
                assert words, (texts.language, key)


def test_values_are_put_in_and_forms_chosen() -> None:
    texts = Texts("en", {"a": "{n} of {m}", "b": {"one": "{n} call", "other": "{n} calls"}}, strict=True)
    assert texts("a", n=1, m=2) == "1 of 2"
    assert [texts("b", n=n) for n in (0, 1, 2)] == ["0 calls", "1 call", "2 calls"]


def test_without_values_a_text_comes_with_its_marks() -> None:
    assert Texts("en", {"count": "{n} shown"}, strict=True)("count") == "{n} shown"


def test_a_missing_key_raises_in_tests_and_shows_itself_at_run_time(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(TextsError, match="no key"):
        Texts("en", {}, strict=True)("top.waiting")
    texts = Texts("en", {})
    with caplog.at_level(logging.ERROR):
        assert texts("top.waiting") == "top.waiting"
        assert texts("top.waiting") == "top.waiting"
    assert len(caplog.records) == 1


def test_a_missing_value_raises_in_tests_and_shows_the_mark_at_run_time() -> None:
    entries = {"a": "{n} of {m}"}
    with pytest.raises(TextsError, match="lacks the value"):
        Texts("en", entries, strict=True)("a", n=1)
    assert Texts("en", entries)("a", n=1) == "{n} of {m}"


def test_a_broken_catalogue_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "translations").mkdir()
    (tmp_path / "translations" / "xx.toml").write_text("a = ", encoding="utf-8")
    with pytest.raises(TextsError, match=r"xx\.toml"):
        load_texts(tmp_path, "xx")
    with pytest.raises(TextsError, match=r"yy\.toml"):
        load_texts(tmp_path, "yy")
