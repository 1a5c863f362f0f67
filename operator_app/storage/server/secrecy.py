"""Whether the way to the server is closed: to another machine only by TLS that checks whose machine it is."""

import ipaddress
import os

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from operator_app.storage.server.server_errors import check_dsn

_CHECKED = "verify-full"
_OPEN = {
    "disable": "everything goes in clear",
    "allow": "it may go in clear",
    "prefer": "it may go in clear, and nobody checks whose server it is",
    "require": "nobody checks whose server it is",
    "verify-ca": "any server with a certificate of that authority is believed",
}


def closed_way(dsn: str) -> str:
    """Return the dsn as it is connected with: to another machine by verify-full, unless somebody wrote an sslmode.

    Raises `ServerProblem` when it is no dsn.
    """
    check_dsn(dsn)
    return make_conninfo(dsn, sslmode=_CHECKED) if _leaves_this_machine(dsn) and not _written(dsn) else dsn


def what_is_in_clear(dsn: str) -> str:
    """Say what a written sslmode leaves open on the way to another machine; empty when nothing."""
    mode = _written(dsn)
    if mode in ("", _CHECKED) or not _leaves_this_machine(dsn):
        return ""
    return f"sslmode={mode}: {_OPEN.get(mode, 'unknown here')}; write sslmode={_CHECKED} and sslrootcert=FILE"


def _written(dsn: str) -> str:
    return str(conninfo_to_dict(dsn).get("sslmode") or os.environ.get("PGSSLMODE") or "")


def _leaves_this_machine(dsn: str) -> bool:
    """Any of the hosts counts. A service file may name any host; without a host the driver takes a local socket."""
    known = conninfo_to_dict(dsn)
    if known.get("service") or os.environ.get("PGSERVICE"):
        return True
    hosts = (
        known.get("hostaddr") or known.get("host") or os.environ.get("PGHOSTADDR") or os.environ.get("PGHOST")
    )
    return any(not _is_here(host.strip()) for host in str(hosts or "").split(","))


def _is_here(host: str) -> bool:
    if host in ("", "localhost") or host.startswith(("/", "@")):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
