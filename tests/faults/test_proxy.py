"""The wire loses exactly what it was told to lose; otherwise the fault runs would prove nothing."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.faults.proxy import Cut, CutProxy

LIMIT_S = 10.0


class Echo:
    """A server that answers every request and remembers it."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            while data := client.recv(1000):
                self.heard.append(data)
                client.sendall(b"ack " + data)


@pytest.fixture
def echo() -> Iterator[Echo]:
    made = Echo()
    yield made
    made.listener.close()


@pytest.fixture
def proxy(echo: Echo) -> Iterator[CutProxy]:
    made = CutProxy("127.0.0.1", echo.port, needle=b"write")
    yield made
    made.close()


@contextlib.contextmanager
def line(proxy: CutProxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), LIMIT_S) as made:
        made.settimeout(LIMIT_S)
        yield made


def answers(proxy: CutProxy) -> bool:
    try:
        with line(proxy) as end:
            return ask(end, b"beat") != b""
    except ConnectionError:
        return False


def ask(end: socket.socket, what: bytes) -> bytes:
    end.sendall(what)
    return end.recv(1000)


def test_a_whole_wire_changes_nothing(proxy: CutProxy) -> None:
    with line(proxy) as end:
        assert ask(end, b"write 1") == b"ack write 1"
        assert ask(end, b"beat") == b"ack beat"


def test_a_lost_request_never_reaches_the_server(proxy: CutProxy, echo: Echo) -> None:
    with line(proxy) as end:
        ask(end, b"write 1")
        proxy.cut(Cut.LOST_REQUEST)
        with pytest.raises(ConnectionError):
            ask(end, b"write 2")
    assert proxy.wait_struck(LIMIT_S)
    assert echo.heard == [b"write 1"]
    with line(proxy) as end:
        assert ask(end, b"write 2") == b"ack write 2"


def test_a_lost_answer_was_carried_out(proxy: CutProxy, echo: Echo) -> None:
    with line(proxy) as beat, line(proxy) as end:
        proxy.cut(Cut.LOST_ACK)
        assert ask(beat, b"beat") == b"ack beat"  # no writing line: it is spared
        with pytest.raises(ConnectionError):
            ask(end, b"write 1")
    assert proxy.wait_struck(LIMIT_S)
    assert echo.heard == [b"beat", b"write 1"]


def test_a_reset_hits_old_and_new_lines_until_healed(proxy: CutProxy) -> None:
    with line(proxy) as end:
        ask(end, b"beat")
        proxy.cut(Cut.RESET)
        with pytest.raises(ConnectionError):
            end.recv(1)
    assert not answers(proxy)
    proxy.heal()
    with line(proxy) as end:
        assert ask(end, b"beat") == b"ack beat"


def test_a_black_hole_is_silent_and_forgotten_after(proxy: CutProxy, echo: Echo) -> None:
    with line(proxy) as end:
        ask(end, b"beat")
        proxy.cut(Cut.BLACK_HOLE)
        end.sendall(b"write 1")
        end.settimeout(0.3)
        with pytest.raises(TimeoutError):
            end.recv(1)
        end.settimeout(LIMIT_S)
        proxy.heal()
        with pytest.raises(ConnectionError):
            end.recv(1)
    assert echo.heard == [b"beat"]


def test_a_dead_server_is_a_reset_line(echo: Echo) -> None:
    echo.listener.shutdown(socket.SHUT_RDWR)  # a close alone would still let the waiting accept take one
    echo.listener.close()
    proxy = CutProxy("127.0.0.1", echo.port)
    assert not answers(proxy)
    proxy.close()
