"""What keeps the windows from growing together again."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

UI = Path(__file__).parents[2] / "operator_app" / "ui"
MOST_ARGUMENTS = 8
SCREEN_LINES = 150


def constructors() -> Iterator[tuple[str, int]]:
    """Each constructor that somebody wrote, with the number of its arguments."""
    for path in sorted(UI.rglob("*.py")):
        for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(each, ast.ClassDef):
                for part in each.body:
                    if isinstance(part, ast.FunctionDef) and part.name == "__init__":
                        given = part.args
                        named = len(given.posonlyargs) + len(given.args) + len(given.kwonlyargs) - 1
                        yield f"{path.relative_to(UI)}: {each.name}", named


def test_no_constructor_takes_more_than_a_hand_can_hold() -> None:
    found = dict(constructors())
    assert len(found) > 50
    assert {name: count for name, count in found.items() if count > MOST_ARGUMENTS} == {}


def test_the_screen_joins_areas_and_knows_none_of_them() -> None:
    text = (UI / "seat" / "seat_screen.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) < SCREEN_LINES
    areas = [path.parent.name for path in UI.glob("*/area.py") if path.parent.name != "frame"]
    assert len(areas) > 8
    assert [area for area in areas if f"operator_app.ui.{area}." in text] == []


@pytest.mark.parametrize("maker", ["QShortcut(", "QKeySequence("])
def test_keys_are_made_in_one_room(maker: str) -> None:
    makers = {path.relative_to(UI) for path in UI.rglob("*.py") if maker in path.read_text(encoding="utf-8")}
    caught = {Path("finder/key_help.py")} if maker == "QKeySequence(" else set()  # what a person presses
    assert {path for path in makers if path.parts[0] != "keys"} == caught
