"""Foreign programs for one test each, ended with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from operator_app.room.processes import Crew


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    crew = Crew(tmp_path)
    yield crew
    assert crew.close() == {}, "processes were left behind"
