"""The server tells callers apart as windows do: masked numbers count as whole ones."""

from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from operator_app.domain import numbers
from operator_app.domain.numbers import number_key
from tests.contract.test_shared_store_doors import Connection, inside
from tests.postgres_fixtures import Database

WRITTEN = st.one_of(
    st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=16),
    st.text("0+68 12.-()/*#\u2022\u2013", max_size=18),
    st.from_regex(r"(\+|00|001|007|01017|)(62|0|)0?(8|5|2|1)[0-9]{1,12}", fullmatch=True),
    st.sampled_from(sorted(numbers._NOBODY)).flatmap(
        lambda word: st.sampled_from([word, word.upper(), f"<{word[0]}-{word[1:]}>", f"{word}7", f" {word} "])
    ),
)


@pytest.fixture
def server(any_database: Database) -> Iterator[Connection]:
    with inside(any_database.admin_dsn) as db:
        db.execute("SET search_path = op112")
        yield db


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=WRITTEN)
def test_a_number_has_the_same_key_in_the_window_and_in_the_database(
    server: psycopg.Connection[tuple[str]], written: str
) -> None:
    assert server.execute("SELECT number_key(%s)", (written,)).fetchone() == (number_key(written),)


def test_every_spelling_of_a_number_has_the_same_mask_and_words_have_their_own(server: Connection) -> None:
    mask = "SELECT masked_number(told, 'k') FROM unnest(%s::text[]) told"
    spellings = [
        "081234567890",
        "+6281234567890",
        "81234567890",
        "+62 (0)812-3456-7890",
        "pos-7",
        "lobby7",
        "unavailable",
    ]
    told = [row[0] for row in server.execute(mask, (spellings,))]
    assert len(set(told[:4])) == 1
    assert len(set(told[3:6])) == 3
    assert told[6] is None
