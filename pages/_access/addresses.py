"""Which names the app answers to.

A page of a stranger can point a name of its own at this machine (DNS rebinding) and then talk to the app from a
visitor's browser as if it were the app's own page. What gives it away is the Host header: it holds the stranger's name.
"""

import ipaddress
import os
from collections.abc import Iterable

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
EVERYWHERE = frozenset({"0.0.0.0", "::"})  # every address of this machine


def is_loopback(address: str | None) -> bool:
    """Whether a server that listens there can only be reached from the machine it runs on.

    Args:
        address: What `server.address` says; None is every address.
    """
    if address is None:
        return False
    try:
        return address in LOOPBACK or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address.startswith("unix://")


def allowed_hosts(address: str | None) -> frozenset[str]:
    """Names in a Host header that are answered: localhost, the address listened on, and MATCHER_ALLOWED_HOSTS."""
    named = (name.strip().lower() for name in os.environ.get("MATCHER_ALLOWED_HOSTS", "").split(","))
    given = {address.lower()} - EVERYWHERE if address else set()
    return LOOPBACK | given | {name for name in named if name}


def is_allowed_host(header: str, allowed: Iterable[str], dialled: str | None = None) -> bool:
    """Whether a Host header names this app.

    Args:
        header: As the browser sent it: a name or an IP address, perhaps with a port.
        allowed: Names from `allowed_hosts`.
        dialled: The machine's own address that the connection was made to. Who typed that address into a browser sends
            it as the host; a name that was made to point here never equals it.
    """
    host = host_of(header)
    if host in allowed:
        return True
    try:
        return dialled is not None and ipaddress.ip_address(host) == ipaddress.ip_address(dialled)
    except ValueError:
        return False


def host_of(header: str) -> str:
    """The host in a Host header, lower-case, without its port: "[::1]:8501" gives "::1"; "" where there is none."""
    header = header.strip().lower()
    if header.startswith("["):
        return header[1:].partition("]")[0]
    name, colon, port = header.rpartition(":")
    return (name if colon and port.isdigit() else header).rstrip(".")
