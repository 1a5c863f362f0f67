"""Every cause that a file is refused for has words in each language, and no words are left over."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
WHERE_A_CAUSE_STANDS = {"Misfit": 1, "bad_place": 1, "Fault": 3, "Like": 1, "OneOf": 1, "Count": 2}
TYPES = {
    f"want_{each}"
    for each in [
        "text",
        "whole",
        "number",
        "yes_no",
        "list",
        "table",
        "row",
        "one_of",
        "text_or_list",
        "text_or_table",
    ]
}
BY_MARKS = {"not_between", "not_above", "count", "empty", "not_printable"}
FRAME = {"place", "place_line", "place_key", "more"}


def causes() -> Iterator[str]:
    for path in (ROOT / "operator_app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            told: ast.expr | None = None
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                place = WHERE_A_CAUSE_STANDS.get(node.func.id, len(node.args))
                told = node.args[place] if place < len(node.args) else None
            elif isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "cause":
                told = node.value
            if isinstance(told, ast.Constant):
                yield str(told.value)


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_cause_has_words(language: str) -> None:
    path = ROOT / "resources" / "translations" / f"{language}.toml"
    catalogue = tomllib.loads(path.read_text(encoding="utf-8"))
    assert set(catalogue["file_fault"]) == {*causes(), *BY_MARKS, *TYPES, *FRAME}
