"""The servers of a tier, as the products in front of it want to be told."""

from __future__ import annotations

from collections.abc import Container

from .addresses import endpoint, port_number
from .layout import Layout


def servers(layout: Layout, tier: object, port: object, only: Container[str] | None = None) -> list[dict[str, object]]:
    """Return name, address, port and endpoint of the hosts of a tier, in the order of the inventory."""
    number = port_number(port)
    return [
        {"name": host.name, "address": host.address, "port": number, "endpoint": endpoint(host.address, number)}
        for host in layout.members(tier, only)
    ]


def upstreams(layout: Layout, port: object) -> list[dict[str, object]]:
    """Return the groups of servers that Nginx passes requests to: today one, the application tier."""
    return [{"name": "app", "servers": servers(layout, "app", port)}]
