from pathlib import Path

import pytest

from operator_app.ui.kit.theme import SCALE_MAX, Theme
from operator_app.ui.kit.tokens import DARK, LIGHT, MARK_ON, TEXT_ON, Tokens, contrast

RESOURCES = Path(__file__).parents[3] / "resources"


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda each: each.name)
@pytest.mark.parametrize(("fore", "back"), TEXT_ON)
def test_every_text_has_seven_to_one(tokens: Tokens, fore: str, back: str) -> None:
    assert contrast(getattr(tokens, fore), getattr(tokens, back)) >= 7.0


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda each: each.name)
@pytest.mark.parametrize(("fore", "back"), MARK_ON)
def test_every_mark_has_three_to_one(tokens: Tokens, fore: str, back: str) -> None:
    assert contrast(getattr(tokens, fore), getattr(tokens, back)) >= 3.0


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast("#ffffff", "#767676") == contrast("#767676", "#ffffff")


def test_scale_grows_lengths_and_letters_and_has_an_end() -> None:
    assert Theme(scale=2.0).px(15) == 30
    assert Theme(scale=9.0).scale == SCALE_MAX
    assert Theme(scale=0.8).px(1) == 1
    assert Theme().px(0) == 0


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda each: each.name)
def test_the_style_sheet_has_no_mark_left(tokens: Tokens) -> None:
    style = Theme(tokens).style()
    assert "@" not in style
    assert tokens.panel in style


def test_an_unknown_theme_is_the_dark_one() -> None:
    assert Theme.named("neon").tokens is DARK
    assert Theme.named("light").tokens is LIGHT


def test_the_fonts_lie_beside_their_licence() -> None:
    names = {path.name for path in (RESOURCES / "fonts").iterdir()}
    assert {f"Inter-{weight}.ttf" for weight in ("Regular", "Medium", "SemiBold", "Bold")} <= names
    assert "SIL Open Font License" in (RESOURCES / "fonts" / "OFL.txt").read_text(encoding="utf-8")
