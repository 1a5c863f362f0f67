"""Where the library keeps things is told by itself or known, never guessed; else nothing stands, and that is said."""

import ctypes
import re
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest

from operator_app.telephony.engine import own_library
from operator_app.telephony.engine.intake import UnguardedError, stand_before_parser
from operator_app.telephony.engine.limits import library_limits
from operator_app.telephony.engine.memory import BlindError, Memory, binary_of_library

RECIPE = Path(__file__).parents[3] / "packaging" / "pjsua2" / "memory.c"


FOREIGN = "libc.so.6"


def test_the_recipe_tells_all_that_is_read() -> None:
    told = re.findall(r'\{"(\w+)", ', RECIPE.read_text())
    assert sorted(told) == sorted(each.name for each in fields(Memory))


def test_the_library_in_use_is_known_and_takes_what_its_limits_say() -> None:
    assert import_module("pjsua2").Endpoint  # after the engine's package, which says where it lies
    known = Memory.of(ctypes.CDLL(binary_of_library()))
    assert known is not None
    assert known.packet_size == library_limits(own_library()).message_bytes


def test_of_any_other_library_nothing_is_known_and_nothing_stands_before_it() -> None:
    assert Memory.of(ctypes.CDLL(FOREIGN)) is None
    for binary, words in (
        (FOREIGN, "is not known of this library"),
        ("/does/not/exist.so", "hides its functions"),
    ):
        with pytest.raises(UnguardedError, match=words):
            stand_before_parser(binary, frozenset(), lambda *_lost: None, lambda _why: None)


def test_a_message_that_is_not_where_it_was_told_is_not_read() -> None:
    known = Memory(*range(8, 8 * 18, 8))
    room = ctypes.create_string_buffer(4_096)
    with pytest.raises(BlindError):
        known.read(ctypes.addressof(room))
    with pytest.raises(BlindError):
        known.holder(ctypes.addressof(room) + known.packet, transport=1)
