"""Who may come: networks of administrators, and flows beside those that roles publish."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import LayoutError
from ..firewall import ADMINISTRATORS, rules_of
from .model import Stack

SSH = {"name": "ssh", "from": [ADMINISTRATORS], "port": 22, "protocol": "tcp"}


def check(stack: Stack) -> Iterator[str]:
    """What the packet filter of a host could not be made of; what many hosts have in common is judged once."""
    judged: set[str] = set()
    for host in stack.layout.hosts:
        wanted: list[tuple[object, list[str]]] = [(flow, []) for flow in stack.values.of(host, "firewall_flows") or []]
        for variable in ("webstack_admin_networks", "firewall_admin_networks"):
            wanted += [(SSH, [network]) for network in stack.values.of(host, variable) or []]
        for flow, networks in wanted:
            if repr((flow, networks)) not in judged:
                judged.add(repr((flow, networks)))
                try:
                    rules_of(stack.layout, host, [flow], networks)
                except LayoutError as error:
                    yield str(error)
