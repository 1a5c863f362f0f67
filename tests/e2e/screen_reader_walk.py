"""Run by Debian's own python3, whose bindings know AT-SPI: writes down what a screen reader finds in the window."""

import importlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LOOKS, EVERY_S = 150, 0.2
SHALLOW = 40


def describe(node: Any, atspi: Any) -> dict[str, Any]:
    """One control in plain values."""
    states = node.get_state_set()
    return {
        "id": (node.get_accessible_id() or "").rpartition(".")[2],
        "role": node.get_role_name(),
        "name": (node.get_name() or "").strip(),
        "showing": states.contains(atspi.StateType.SHOWING),
        "focusable": states.contains(atspi.StateType.FOCUSABLE),
    }


def nodes(node: Any, atspi: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The node and all below it."""
    yield describe(node, atspi)
    for number in range(node.get_child_count() if depth < SHALLOW else 0):
        child = node.get_child_at_index(number)
        if child is not None:
            yield from nodes(child, atspi, depth + 1)


def main() -> None:
    """Wait for the window and write it as JSON into the given file."""
    importlib.import_module("gi").require_version("Atspi", "2.0")
    atspi = importlib.import_module("gi.repository.Atspi")
    desktop = atspi.get_desktop(0)
    for _ in range(LOOKS):
        apps = (desktop.get_child_at_index(number) for number in range(desktop.get_child_count()))
        window = next((app for app in apps if app is not None and app.get_child_count()), None)
        if window is not None:
            Path(sys.argv[1]).write_text(json.dumps(list(nodes(window, atspi))), encoding="utf-8")
            return
        time.sleep(EVERY_S)
    sys.exit("no window came into the tree")


if __name__ == "__main__":
    main()
