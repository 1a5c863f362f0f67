"""Processes that the program starts of itself."""

import sys
from pathlib import Path

_ROOT = str(Path(__file__).parents[2])
_START = (
    "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); "
    "runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
)


def own_process(module: str) -> tuple[str, ...]:
    """Return the command that runs a module of this very program in a process of its own; arguments are put behind it.

    Isolated (`-I`): neither what lies in the folder in which a person started the program, nor Python's variables in
    the environment reach it. A `json.py` beside an icon would else be run in the place of Python's own. The package is
    that of this process, wherever it stands.
    """
    return (sys.executable, "-I", "-c", _START, _ROOT, module)
