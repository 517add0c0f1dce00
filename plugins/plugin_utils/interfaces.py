"""Which of a host's network interfaces carries an address, read from the host's own facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .addresses import literal
from .errors import LayoutError


def interface_of(facts: Mapping[str, object], address: object) -> str:
    """Return the device name of the interface that carries the address."""
    wanted = literal(address)
    if wanted is None:
        raise LayoutError(f"{address!r} is not a literal IPv4 or IPv6 address.")
    devices: list[str] = []
    for fact in facts.values():
        if not isinstance(fact, Mapping) or not isinstance(fact.get("device"), str):
            continue
        devices.append(fact["device"])
        if wanted in _addresses(fact):
            return devices[-1]
    raise LayoutError(
        f"No interface of this host carries {wanted}; it has {', '.join(sorted(devices)) or 'no interfaces'}. "
        "Set webstack_address to an address of this host, or gather its network facts first."
    )


def _addresses(interface: Mapping[str, object]) -> Iterator[str | None]:
    for key in ("ipv4", "ipv4_secondaries", "ipv6"):
        value = interface.get(key)
        for entry in value if isinstance(value, list) else [value]:
            if isinstance(entry, Mapping):
                yield literal(entry.get("address"))
