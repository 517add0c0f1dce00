"""Literal IP addresses: the only form in which the stack's hosts name each other."""

from __future__ import annotations

import ipaddress

from .errors import LayoutError


def literal(value: object) -> str | None:
    """Return an IPv4 or IPv6 address in its canonical spelling, or None if the value is not one."""
    if not isinstance(value, str):
        return None
    try:
        address = ipaddress.ip_address(value.strip())
    except ValueError:
        return None
    # A scope (fe80::1%eth0) means something on one host only.
    return None if "%" in str(address) else address.compressed


def endpoint(address: str, port: int) -> str:
    """Join an address and a port as configuration files and URLs want them."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def port_number(value: object) -> int:
    """Return a TCP port; text is accepted because variables given on a command line are text."""
    number = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= 65535:
        raise LayoutError(f"The port is {value!r}. Give a whole number from 1 to 65535.")
    return int(number)
