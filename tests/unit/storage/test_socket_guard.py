import socket
import threading
import time
from collections.abc import Iterator

import pytest

from operator_app.storage.server.socket_guard import SocketGuard


@pytest.fixture
def guard() -> Iterator[SocketGuard]:
    made = SocketGuard()
    yield made
    made.close()
    assert "socket guard" not in {thread.name for thread in threading.enumerate()}


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    near, far = socket.socketpair()
    near.settimeout(30)
    yield near, far
    near.close()
    far.close()


def test_work_that_hangs_on_a_silent_line_comes_back_when_its_time_is_over(
    guard: SocketGuard, line: tuple[socket.socket, socket.socket]
) -> None:
    near, _ = line
    begun = time.monotonic()
    with guard.limit(near, 0.3) as limit:
        assert near.recv(1) == b""
    assert 0.25 < time.monotonic() - begun < 5
    assert limit.passed


def test_work_that_ends_in_time_keeps_its_line(
    guard: SocketGuard, line: tuple[socket.socket, socket.socket]
) -> None:
    near, far = line
    with guard.limit(near, 0.05) as limit:
        pass
    one, two = socket.socketpair()
    with one, two, guard.limit(one, 0.2) as later:  # when this has passed, the first one's time is over, too
        assert one.recv(1) == b""
    assert (limit.passed, later.passed) == (False, True)
    near.sendall(b"x")
    assert far.recv(1) == b"x"


def test_each_work_has_its_own_limit(guard: SocketGuard) -> None:
    pairs = [socket.socketpair() for _ in range(6)]
    order: list[int] = []

    def work(number: int) -> None:
        with guard.limit(pairs[number][0], 0.9 - number * 0.15):
            pairs[number][0].recv(1)
        order.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert order == [5, 4, 3, 2, 1, 0]
    for pair in pairs:
        pair[0].close()
        pair[1].close()
