import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.txt", "requirements-dev.txt"]

# Put together here, so that this file does not name them either.
HOSTS = [
    ".".join(parts)
    for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("deb", "debian"))
]
FOLDERS = [
    "/".join(("", *parts, "")) for parts in (("root",), ("work", "main"), ("opt", "pypi"), ("opt", "wheels"))
]


def tracked() -> list[Path]:
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("word", HOSTS + FOLDERS)
def test_no_file_names_a_registry_or_a_folder_of_one_machine(word: str) -> None:
    files = tracked()
    assert ROOT / "pyproject.toml" in files
    assert [str(path.relative_to(ROOT)) for path in files if word.encode() in path.read_bytes()] == []


@pytest.mark.parametrize("name", LOCKS)
def test_each_locked_package_has_one_version_and_its_hashes(name: str) -> None:
    lock = (ROOT / "packaging" / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in lock.splitlines() if line.strip()]
    assert lines
    bad = [line for line in lines if not re.match(r"[a-z0-9-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)]
    assert bad == []


def locked(name: str) -> dict[str, str]:
    lines = (ROOT / "packaging" / name).read_text(encoding="utf-8").splitlines()
    return {pin[1]: pin[2] for line in lines if (pin := re.match(r"([a-z0-9-]+)==(\S+)", line))}


def test_the_locks_fit_the_project_file() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    runtime, development = (locked(name) for name in LOCKS)
    asked = [(text, runtime) for text in project["project"]["dependencies"]]
    asked += [(text, development) for text in project["dependency-groups"]["dev"]]
    for text, pins in asked:
        wanted = Requirement(text)
        assert wanted.specifier.contains(pins[wanted.name.lower()]), text
    assert {
        name for name in runtime.keys() & development.keys() if runtime[name] != development[name]
    } == set()


def test_the_wheel_carries_program_and_resources(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tmp_path),
        str(ROOT),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=200)
    assert run.returncode == 0, run.stdout + run.stderr
    (wheel,) = tmp_path.glob("operator_112-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    expected = {
        str(path.relative_to(ROOT)).replace("resources/", "operator_app/resources/", 1)
        for path in tracked()
        if path.is_relative_to(ROOT / "operator_app") or path.is_relative_to(ROOT / "resources")
    }
    assert expected
    assert expected - inside == set()
    assert not [name for name in inside if name.startswith(("tests/", "packaging/"))]


PAGES = ["README.md", "docs/newcomer.md", "docs/operate.md"]


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_names_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    known = ["/" + str(path.relative_to(ROOT)) for path in tracked()]
    named = set(re.findall(r"`([\w/]+/[\w.-]+\.(?:py|js|sql|md|toml))`", text))
    named |= {link for link in re.findall(r"\]\(([\w./-]+)\)", text) if not link.endswith("/")}
    assert named
    lost = [
        name for name in named if not any(each.endswith(f"/{name}") or f"/{name}/" in each for each in known)
    ]
    assert lost == []
