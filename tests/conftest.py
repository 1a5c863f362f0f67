"""What every test process stands on: no display, no sandbox refusal, no setting of the person who runs it."""

import os

import pytest

# Before any Qt import. A test that wants a real display starts a process of its own and gives it its own environment.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_QUICK_BACKEND"] = "software"
if hasattr(os, "geteuid") and os.geteuid() == 0:
    os.environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"  # Chromium refuses to run as root with its sandbox on


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts all whole-room tests on one worker: two rooms at once would only measure each other."""
    for item in items:
        if item.nodeid.startswith("tests/e2e/"):
            item.add_marker(pytest.mark.xdist_group("room"))
