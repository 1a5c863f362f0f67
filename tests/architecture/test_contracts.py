import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import grimp
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]

AREAS = "Areas of the windows know each other by deeds, messages and these arrows"

# (contract, module in which the fault is planted, the fault)
FAULTS = [
    ("Layers", "domain", "import operator_app.workflow"),
    ("Layers", "workflow", "import operator_app.maps"),
    ("Layers", "storage", "import operator_app.telephony"),
    ("Layers", "telephony", "import operator_app.ui"),
    ("Layers", "ui/kit", "import operator_app.storage"),
    ("Layers", "ui/kit", "import operator_app.bootstrap"),
    ("Layers", "lanes", "import operator_app.domain"),
    ("Layers", "unheard_of", ""),
    ("Domain and workflow know no files and no threads", "domain", "import operator_app.config"),
    ("Domain and workflow know no files and no threads", "domain", "import operator_app.reading"),
    ("Domain and workflow know no files and no threads", "workflow", "import operator_app.lanes"),
    ("Maps know the domain only", "maps", "import operator_app.workflow"),
    ("Layers", "maps", "import operator_app.site"),
    ("Layers", "reading", "import operator_app.config"),
    ("What is local knows the domain only", "site", "import operator_app.workflow"),
    ("Only windows know the map pages", "storage", "import operator_app.maps"),
    ("Only windows know the map pages", "telephony", "import operator_app.maps"),
    ("Domain has no clock, no chance, no input, no log", "domain", "import time"),
    ("Home of SIP", "telephony", "import pjsua2"),
    ("Home of sound", "ui/kit", "import sounddevice"),
    ("Home of windows", "bootstrap", "from PySide6 import QtWidgets"),
    ("Floors of the windows", "ui/kit", "import operator_app.ui.frame.footer"),
    ("Floors of the windows", "ui/frame", "import operator_app.ui.phone.area"),
    ("Floors of the windows", "ui/unheard_of", ""),
    (AREAS, "ui/form", "import operator_app.ui.phone.phone_pane"),
    (AREAS, "ui/timeline", "import operator_app.ui.sound.area"),
    (AREAS, "ui/finder", "import operator_app.ui.map.presenters.map_marks"),
    ("Presenters know no Qt", "ui/phone/presenters", "from PySide6.QtWidgets import QWidget"),
    ("Presenters know no Qt", "ui/form/presenters", "import operator_app.ui.kit.theme"),
    ("Presenters know no Qt", "ui/words", "import qasync"),
    ("Presenters know no Qt", "ui/orders", "import operator_app.ui.kit.theme"),
    ("Home of the shared database", "workflow", "from sqlalchemy import orm"),
    ("Home of the shared database", "ui/wall", "import sqlalchemy"),
    ("Home of SQLite", "ui/kit", "import sqlite3"),
    ("Home of encrypted SQLite", "maps", "import sqlcipher3"),
    ("Home of map pages", "ui/kit", "import folium"),
    ("Home of map files", "ui/kit", "import pmtiles"),
    ("Home of fuzzy search", "workflow", "import rapidfuzz"),
    ("Home of foreign XML", "maps", "import defusedxml"),
    ("Home of numbers in rows", "domain", "import numpy"),
    ("Home of other processes", "ui/kit", "import psutil"),
    ("Home of reading", "config", "import msgspec"),
    ("Home of folders and secrets", "storage", "import keyring"),
]


def project() -> dict[str, Any]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


def contracts() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = project()["tool"]["importlinter"]["contracts"]
    return found


def copied(folder: Path) -> Path:
    """A copy of the package and of its contracts, to be spoilt."""
    nothing_built = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "operator_app", folder / "operator_app", ignore=nothing_built)
    shutil.copytree(ROOT / "tests" / "architecture", folder / "tests" / "architecture", ignore=nothing_built)
    for name in ("pyproject.toml", "tests/__init__.py"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def report(house: Path) -> str:
    """What lint-imports says of that copy."""
    program = Path(sys.executable).with_name("lint-imports")
    plain = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        [program, "--no-cache", "--no-logo"],
        cwd=house,
        env=plain,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == (1 if contracts_broken(run.stdout) else 0), run.stdout + run.stderr
    return run.stdout


def contracts_broken(text: str) -> list[str]:
    return re.findall(r"^(.*\S) +BROKEN\b", text, re.MULTILINE)


def broken(house: Path) -> list[str]:
    """The contracts that lint-imports calls broken in that copy."""
    return contracts_broken(report(house))


def folders_of_code() -> list[Path]:
    """Every folder of the package that holds code, relative to the repository."""
    return sorted({path.parent.relative_to(ROOT) for path in (ROOT / "operator_app").rglob("*.py")})


@pytest.fixture(scope="module")
def broken_today(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return broken(copied(tmp_path_factory.mktemp("house")))


def test_the_house_keeps_its_contracts(broken_today: list[str]) -> None:
    assert broken_today == []


@pytest.mark.parametrize(("contract", "place", "fault"), FAULTS, ids=[f"{p}: {f}" for _, p, f in FAULTS])
def test_a_planted_fault_is_reported_by_its_contract_alone(
    tmp_path: Path, broken_today: list[str], contract: str, place: str, fault: str
) -> None:
    room = copied(tmp_path) / "operator_app" / place
    if not room.exists():
        room.mkdir()
        (room / "__init__.py").touch()
    (room / "planted.py").write_text(fault + "\n", encoding="utf-8")
    assert set(broken(tmp_path)) - set(broken_today) == {contract}


def test_a_fault_planted_in_any_folder_is_reported(tmp_path: Path) -> None:
    house = copied(tmp_path)
    expected = set()
    for folder in folders_of_code():
        fault = "sqlalchemy" if folder.parts[:3] == ("operator_app", "telephony", "engine") else "pjsua2"
        (house / folder / "planted.py").write_text(f"import {fault}\n", encoding="utf-8")
        expected.add(f"{'.'.join(folder.parts)}.planted must not import {fault}")
    assert len(expected) > 10
    assert expected - set(report(house).splitlines()) == set()


def test_qt_in_any_presenter_is_reported(tmp_path: Path) -> None:
    house = copied(tmp_path)
    folders = [folder for folder in folders_of_code() if folder.name == "presenters"]
    assert len(folders) > 10
    for folder in folders:
        (house / folder / "planted.py").write_text("from PySide6 import QtCore\n", encoding="utf-8")
    text = report(house)
    assert contracts_broken(text) == ["Presenters know no Qt"]
    unseen = [folder for folder in folders if f"{'.'.join(folder.parts)}.planted -> PySide6" not in text]
    assert unseen == []


def test_every_file_of_the_package_is_a_module_that_the_contracts_see() -> None:
    package = ROOT / "operator_app"
    files = {path.relative_to(ROOT).with_suffix("") for path in package.rglob("*.py")}
    modules = {".".join(path.parts).removesuffix(".__init__") for path in files}
    assert modules - grimp.build_graph("operator_app", cache_dir=None).modules == set()


def test_each_contract_has_a_planted_fault() -> None:
    assert {name for name, _, _ in FAULTS} == {contract["name"] for contract in contracts()}


def strangers() -> set[str]:
    """Packages imported by the program that are neither its own nor Python's."""
    graph = grimp.build_graph("operator_app", include_external_packages=True, cache_dir=None)
    return {module.partition(".")[0] for module in graph.modules} - {"operator_app"} - sys.stdlib_module_names


def test_each_package_from_outside_has_a_home() -> None:
    assert strangers() <= {package for contract in contracts() for package in contract.get("packages", [])}


def test_each_package_from_outside_is_asked_for_by_name() -> None:
    asked = {canonicalize_name(Requirement(text).name) for text in project()["project"]["dependencies"]}
    makers = packages_distributions()
    lucky = {name for name in strangers() if not asked & {canonicalize_name(maker) for maker in makers[name]}}
    assert lucky == set()


def test_domain_and_workflow_are_nobodys_home() -> None:
    homes = {home for contract in contracts() for home in contract.get("home", [])}
    assert homes
    assert not {home for home in homes if home.startswith(("operator_app.domain", "operator_app.workflow"))}
