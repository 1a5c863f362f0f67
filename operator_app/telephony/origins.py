"""Which addresses are the phone servers'. A letterhead says anything; where a packet came from is harder to forge."""

import ipaddress
import logging
import socket
import threading
from collections.abc import Callable, Iterable, Mapping

_log = logging.getLogger(__name__)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str], Iterable[str]]


def host_of_packet(source: str) -> str:
    """Return the address of "address:port" as the library writes it, in the one way it is compared here."""
    return _plain(source.rpartition(":")[0].strip("[]"))


def networks(stated: Iterable[str]) -> tuple[Network, ...]:
    """Read addresses and networks such as "10.0.0.6" or "10.0.0.0/24". Raises `ValueError`."""
    return tuple(ipaddress.ip_network(each.strip(), strict=False) for each in stated)


class Origins:
    """Who is believed.

    An account's server is known by its stated address, by what its name resolves to at the start, and by whoever has
    accepted its REGISTER; `stated` are further addresses and networks from which a server may call. Without any of
    these nobody is a stranger: whoever calls such a phone is its exchange.
    """

    def __init__(
        self, registrars: Mapping[str, str], stated: Iterable[str] = (), resolve: Resolve | None = None
    ) -> None:
        """`registrars` are the hosts of the accounts by their names, with or without a port."""
        self._stated = networks(stated)
        self._hosts: dict[str, set[str]] = {name: set() for name in registrars}
        self._resolve = resolve or _resolve
        names: dict[str, str] = {}
        for account, host in registrars.items():
            plain = _plain(_without_port(host))
            if _address(plain) is None:
                names[account] = plain
            else:
                self._hosts[account].add(plain)
        if names:
            # A name server that does not answer must not hold up the phone.
            threading.Thread(target=self._look_up, args=(names,), name="names", daemon=True).start()

    @property
    def known(self) -> bool:
        """Whether there are phone servers at all."""
        return bool(self._hosts or self._stated)

    def learn(self, account: str, source: str) -> None:
        """Note from where that account's registration was accepted."""
        host = host_of_packet(source)
        if account in self._hosts and _address(host) is not None:
            self._hosts[account].add(host)

    def believes(self, host: str) -> bool:
        """Whether what comes from that address is a phone server's word."""
        if not self.known or any(host in each for each in self._hosts.values()):
            return True
        address = _address(host)
        return address is not None and any(address in each for each in self._stated)

    def account(self, host: str, filed: str) -> str | None:
        """Return the account whose server has that address, None when it is none's; `filed` where several have it."""
        named = [name for name, hosts in self._hosts.items() if host in hosts]
        if filed in named:
            return filed
        return named[0] if named else None

    def _look_up(self, names: dict[str, str]) -> None:
        for account, host in names.items():
            try:
                found = {_plain(each) for each in self._resolve(host)}
            except OSError as problem:
                _log.warning("account %s: its server's name is not resolved: %s", account, problem)
            else:
                self._hosts[account] |= found


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0] if host.count(":") == 1 else host


def _resolve(host: str) -> Iterable[str]:
    return (str(each[4][0]) for each in socket.getaddrinfo(host, None))


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _plain(text: str) -> str:
    address = _address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address or text)
