"""Plus codes against the examples of their specification, and back and forth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operator_app.domain.place.plus_code import (
    cells_in,
    decode_plus_code,
    encode_plus_code,
    find_plus_code,
)


@pytest.mark.parametrize(
    ("code", "lat", "lon"),
    [
        ("7FG49Q00+", 20.375, 2.775),
        ("7FG49QCJ+2V", 20.3700625, 2.7821875),
        ("7FG49QCJ+2VX", 20.3701125, 2.782234375),
        ("8FVC2222+22", 47.0000625, 8.0000625),
        ("4VCPPQGP+Q9", -41.2730625, 174.7859375),
        ("62G20000+", 1.0 - 0.5, -180.0 + 0.5),
        ("22222222+22", -89.9999375, -179.9999375),
        ("CFX30000+", 89.5, 1.5),
    ],
)
def test_the_middle_of_a_code(code: str, lat: float, lon: float) -> None:
    area = decode_plus_code(code.lower())
    assert (area.lat, area.lon) == pytest.approx((lat, lon), abs=1e-9)


@pytest.mark.parametrize(
    ("short", "box", "full"),
    [
        ("9QCJ+2VX", (51.0, -1.6, 52.0, -0.8), ["9C3W9QCJ+2VX"]),
        ("9G8F+6X", (46.9, 8.1, 47.8, 9.0), ["8FVC9G8F+6X"]),
        ("9G8F+6X", (46.9, 8.1, 48.8, 9.0), ["8FVC9G8F+6X", "8FWC9G8F+6X"]),
        ("9G8F+6X", (46.5, 8.1, 47.1, 9.0), []),
        ("2222+22", (-1.0, -1.0, 0.5, 0.5), ["6FG22222+22", "6FF22222+22", "6CGX2222+22", "6CFX2222+22"]),
    ],
)
def test_a_short_code_in_a_rectangle(short: str, box: tuple[float, ...], full: list[str]) -> None:
    found = {encode_plus_code(area.lat, area.lon) for area in cells_in(short, *box)}
    assert found == {code[:11] for code in full}


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_point_lies_in_its_own_code(lat: float, lon: float) -> None:
    area = decode_plus_code(encode_plus_code(lat, lon))
    assert abs(area.lat - lat) <= area.height / 2 * 1.001
    assert min(abs(area.lon - lon), 360 - abs(area.lon - lon)) <= area.width / 2 * 1.001


@given(st.floats(-88, 88), st.floats(-178, 178), st.sampled_from([2, 4]), st.floats(0.01, 0.9))
def test_a_rectangle_around_a_point_holds_its_code(lat: float, lon: float, cut: int, edge: float) -> None:
    code = encode_plus_code(lat, lon)
    found = cells_in(code[cut:], lat - edge, lon - edge, lat + edge, lon + edge)
    assert code in {encode_plus_code(area.lat, area.lon) for area in found}


@pytest.mark.parametrize(
    "text", ["", "+", "8FVC+", "AAAA+AA", "8FVC9G8F+6", "8FVC90+22", "8FVC0000+22", "+62812345"]
)
def test_what_is_no_code(text: str) -> None:
    assert find_plus_code(text) is None
    with pytest.raises(ValueError, match="no full plus code"):
        decode_plus_code(text)


def test_the_rest_of_the_text_is_the_town() -> None:
    found = find_plus_code("GG7V+4X, Sangatta Utara")
    assert found is not None
    assert (found.code, found.is_full, found.rest) == ("GG7V+4X", False, "Sangatta Utara")
