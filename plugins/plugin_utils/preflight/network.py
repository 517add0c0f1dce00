"""Virtual addresses, as the balancers' own networks see them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from ..addresses import literal
from .model import Seen, Stack


def check(stack: Stack, seen: Seen) -> Iterator[str]:
    """Whether balancers can hold the virtual addresses, and whether anybody else does."""
    looks = {
        each.name: (each.address, seen.hosts[each.name])
        for each in stack.layout.members("lb")
        if "interfaces" in seen.hosts.get(each.name, {})
    }
    held = {address for _own, look in looks.values() for address in _addresses(look["interfaces"])}
    for vip in stack.layout.vips:
        for name, (own, look) in looks.items():
            networks = _networks(look["interfaces"], own)
            alike = [each for each in networks if each.version == ipaddress.ip_address(vip).version] or networks
            if networks and not any(ipaddress.ip_address(vip) in network for network in alike):
                yield (
                    f"Host {name}: webstack_vips holds {vip}, which is in no network of the interface with its "
                    f"address {own} ({', '.join(map(str, alike))}). Choose an address from there."
                )
        if vip not in held:
            yield from _answered(stack, vip, looks)


def _answered(stack: Stack, vip: str, looks: Mapping[str, tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    """Somebody answers who is no balancer: a balancer outside of this run is known by its own address."""
    for name, (_own, look) in looks.items():
        neighbours = look.get("neighbours", {})
        peers = {neighbours.get(each.address) for each in stack.layout.members("lb")}
        who = neighbours.get(vip)
        if who is not None and who not in peers:
            yield (
                f"Host {name}: webstack_vips holds {vip}, and another machine ({who}) answers there. "
                "Choose an address that nobody has, or take it from that machine."
            )
            return


def _addresses(interfaces: Mapping[str, list[str]]) -> Iterator[str]:
    for addresses in interfaces.values():
        for each in addresses:
            yield literal(each.partition("/")[0]) or ""


def _networks(interfaces: Mapping[str, list[str]], own: str) -> list[Any]:
    """Return the networks of the interface that carries the address; none if no interface does."""
    for addresses in interfaces.values():
        if own in {literal(each.partition("/")[0]) for each in addresses}:
            # A virtual address that it holds has a network of its own alone.
            whole = [ipaddress.ip_interface(each).network for each in addresses]
            return list(dict.fromkeys(each for each in whole if each.prefixlen < each.max_prefixlen)) or whole[:1]
    return []
