"""A network of our own between seats and server: two namespaces, a router between them, packets dropped in it.

Nothing of the machine's own network is touched but one veth end and one route, both gone afterwards. Needs root. A
route that leads nowhere drops packets in silence, as a packet filter does, and needs no module that may be missing.
"""

import contextlib
import os
import shutil
import subprocess
from enum import StrEnum
from types import TracebackType
from typing import Self

HOST, ROUTER_UP = "10.254.77.1", "10.254.77.2"
ROUTER_DOWN, SEATS = "10.254.78.1", "10.254.78.2"
NET_DOWN = "10.254.78.0/30"


class Drop(StrEnum):
    """Which packets vanish, without a word to anybody, until healed."""

    BOTH = "both"
    """Nothing passes: a half-open line at both ends."""
    TO_SERVER = "to_server"
    """Requests and acknowledgements of the seats are lost; what the server sends still comes."""
    TO_SEATS = "to_seats"
    """Requests arrive and are carried out, every answer is lost."""


def why_not() -> str:
    """Why there can be no namespaces here; empty when there can."""
    if os.geteuid() != 0:
        return "not root"
    if shutil.which("ip") is None:
        return "no `ip` (iproute2)"
    probe = subprocess.run(
        ["ip", "netns", "add", f"opt{os.getpid()}"], capture_output=True, text=True, check=False
    )
    if probe.returncode:
        return f"no namespaces: {probe.stderr.strip()}"
    _ip("netns", "del", f"opt{os.getpid()}")
    return ""


class Namespaces:
    """Used as a context: `enter` is the beginning of a command that runs where the seats are."""

    def __init__(self) -> None:
        number = os.getpid()
        self._router, self._seats, self._host = f"opr{number}", f"opc{number}", f"oph{number}"
        self._dropped: list[str] = []

    @property
    def enter(self) -> tuple[str, ...]:
        """Put in front of a command."""
        return ("ip", "netns", "exec", self._seats)

    def __enter__(self) -> Self:
        """Make the network."""
        try:
            self._make()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Take it away."""
        self.close()

    def drop(self, how: Drop) -> None:
        """Begin to lose packets."""
        wanted = []
        if how in (Drop.BOTH, Drop.TO_SERVER):
            wanted.append(f"{HOST}/32")
        if how in (Drop.BOTH, Drop.TO_SEATS):
            wanted.append(f"{SEATS}/32")
        for each in wanted:
            _ip("-n", self._router, "route", "add", "blackhole", each)
            self._dropped.append(each)

    def heal(self) -> None:
        """Let everything through again."""
        for each in self._dropped:
            _ip("-n", self._router, "route", "del", "blackhole", each)
        self._dropped = []

    def close(self) -> None:
        """Take the network away; what is not there is not missed."""
        for command in (
            ("netns", "del", self._seats),
            ("netns", "del", self._router),
            ("link", "del", self._host),
        ):
            with contextlib.suppress(subprocess.CalledProcessError):
                _ip(*command)

    def _make(self) -> None:
        router, seats = self._router, self._seats
        _ip("netns", "add", router)
        _ip("netns", "add", seats)
        _ip("link", "add", self._host, "type", "veth", "peer", "name", "up0", "netns", router)
        _ip("-n", router, "link", "add", "down0", "type", "veth", "peer", "name", "seat0", "netns", seats)
        for where, name, address in (
            ((), self._host, HOST),
            (("-n", router), "up0", ROUTER_UP),
            (("-n", router), "down0", ROUTER_DOWN),
            (("-n", seats), "seat0", SEATS),
        ):
            _ip(*where, "addr", "add", f"{address}/30", "dev", name)
            _ip(*where, "link", "set", name, "up")
        _ip("-n", seats, "link", "set", "lo", "up")
        _ip("-n", seats, "route", "add", "default", "via", ROUTER_DOWN)
        _ip("route", "add", NET_DOWN, "via", ROUTER_UP)
        forward = "echo 1 > /proc/sys/net/ipv4/ip_forward"
        subprocess.run(["ip", "netns", "exec", router, "sh", "-c", forward], check=True, capture_output=True)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
