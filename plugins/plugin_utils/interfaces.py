"""Which of a host's network interfaces carries an address, read from what the host said of itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .addresses import literal
from .errors import LayoutError


def interface_of(interfaces: Mapping[str, Iterable[str]], address: object) -> str:
    """Return the name of the interface that carries the address."""
    wanted = literal(address)
    if wanted is None:
        raise LayoutError(f"{address!r} is not a literal IPv4 or IPv6 address.")
    for name, addresses in interfaces.items():
        if wanted in {literal(each.partition("/")[0]) for each in addresses}:
            return name
    raise LayoutError(
        f"No interface of this host carries {wanted}; it has {', '.join(sorted(interfaces)) or 'no interfaces'}. "
        "Set webstack_address to an address of this host."
    )
