"""The tests of the record report planted faults: without a database here, all by `./dev faults --only planted`."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.planted import AT_THE_SERVER, FOUND, QUICK, ROOT, Planted, house, run_with


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("house")
    with house(folder) as made:
        yield made
    shutil.rmtree(folder)


@pytest.mark.parametrize("planted", QUICK, ids=lambda each: each.name)
def test_a_planted_fault_is_reported(copy: Path, planted: Planted) -> None:
    done = run_with(copy, planted)
    assert done.returncode == FOUND, done.stdout[-3000:] + done.stderr[-2000:]


@pytest.mark.parametrize("planted", AT_THE_SERVER, ids=lambda each: each.name)
def test_what_a_fault_spoils_stands_where_it_is_planted(planted: Planted) -> None:
    assert (ROOT / planted.file).read_text(encoding="utf-8").count(planted.right) == 1
