import signal
import threading
import weakref

import pytest

from operator_app.bootstrap.demo import _terminable


class Thing:
    """Can be taken down."""


def test_a_signal_that_comes_while_an_object_is_taken_down_still_ends_the_demo() -> None:
    reached = threading.Event()

    def taken_down(_: object) -> None:
        reached.set()
        signal.raise_signal(signal.SIGINT)  # its exception cannot leave this function

    def interrupted() -> None:
        thing = Thing()
        watch = weakref.ref(thing, taken_down)
        del thing
        assert watch() is None
        threading.Event().wait(60)

    with pytest.raises(KeyboardInterrupt), _terminable():
        interrupted()
    assert reached.is_set()
