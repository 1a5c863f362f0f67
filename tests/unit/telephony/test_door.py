"""The engine's door, knocked at with real sockets."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from operator_app.telephony.engine.door import Door
from operator_app.telephony.wire import PROTOCOL, Frame, FrameReader, encode

TOKEN = "right"


class Host:
    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.changes: list[bool] = []
        self.door = Door(TOKEN, lambda: {"welcome": PROTOCOL}, self.frames.append, self.changes.append)


class Guest:
    def __init__(self, host: Host) -> None:
        self._host = host
        self._reader = FrameReader()
        self._frames: list[Frame] = []
        self.closed = False
        self.link = socket.create_connection(("127.0.0.1", host.door.port))
        self.link.setblocking(False)

    def send(self, frame: Frame) -> None:
        self.link.sendall(encode(frame))

    def hello(self, token: str = TOKEN, protocol: int = PROTOCOL) -> None:
        self.send({"hello": token, "protocol": protocol})

    def next(self) -> Frame | None:
        """Return the next frame, None when the door closed the connection."""
        for _ in range(400):
            self._host.door.poll(0.01)
            try:
                data = self.link.recv(65536)
            except BlockingIOError:
                data = None
            except ConnectionResetError:
                data = b""
            if data:
                self._frames += self._reader.feed(data)
            if self._frames:
                return self._frames.pop(0)
            if data == b"":
                return None
        raise AssertionError("nothing came")


@contextmanager
def opened() -> Iterator[tuple[Host, Guest]]:
    host = Host()
    guest = Guest(host)
    try:
        yield host, guest
    finally:
        guest.link.close()
        host.door.close()


def test_who_knows_the_token_is_welcome() -> None:
    with opened() as (host, guest):
        guest.hello()
        assert guest.next() == {"welcome": PROTOCOL}
        assert host.changes == [True]
        assert host.door.open
        guest.send({"id": 1})
        host.door.send({"re": 1})
        assert guest.next() == {"re": 1}
        assert host.frames == [{"id": 1}]


def test_a_wrong_token_is_shown_the_door() -> None:
    with opened() as (host, guest):
        guest.hello("wrong")
        assert guest.next() is None
        assert host.changes == []


def test_another_protocol_is_told_so() -> None:
    with opened() as (host, guest):
        guest.hello(protocol=PROTOCOL + 1)
        assert guest.next() == {"farewell": "protocol", "protocol": PROTOCOL}
        assert guest.next() is None
        assert not host.door.open


def test_orders_before_the_hello_are_not_heard() -> None:
    with opened() as (host, guest):
        guest.send({"id": 1, "op": "shutdown"})
        assert guest.next() is None
        assert host.frames == []


def test_rubbish_closes_the_connection_only() -> None:
    with opened() as (host, guest):
        guest.hello()
        guest.next()
        guest.link.sendall(b"\xff\xff\xff\xff")
        assert guest.next() is None
        assert host.changes == [True, False]
        second = Guest(host)
        second.hello()
        assert second.next() == {"welcome": PROTOCOL}
        second.link.close()


def test_the_newest_window_replaces_the_one_before() -> None:
    with opened() as (host, first):
        first.hello()
        first.next()
        second = Guest(host)
        second.hello()
        assert second.next() == {"welcome": PROTOCOL}
        assert first.next() == {"farewell": "replaced"}
        assert first.next() is None
        host.door.send({"seq": 1})
        assert second.next() == {"seq": 1}
        assert host.door.open
        second.link.close()


def test_a_window_that_does_not_read_is_let_go_before_it_costs_memory() -> None:
    with opened() as (host, guest):
        guest.hello()
        guest.next()
        big = {"text": "x" * 500_000}
        for _ in range(100):
            host.door.send(big)
        assert not host.door.open
        assert host.changes == [True, False]
