"""Virtual addresses, the balancers that share them, and the ways in which they may."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..layout import Host
from .model import Stack

LAST_ROUTER_ID = 255


def check(stack: Stack) -> Iterator[str]:
    """Addresses of both families, and modes."""
    vips, balancers = stack.layout.vips, stack.layout.members("lb")
    if balancers and stack.values.site("webstack_vips") == []:
        yield "webstack_vips is empty. List at least one address that no host has, for the balancers to share."
    versions = {":" in each.address for each in balancers if each.address}
    if len(versions) > 1:
        yield (
            f"The balancers {', '.join(each.name for each in balancers)} have addresses of both IPv4 and IPv6 "
            "as webstack_address. Give them all the same: one VRRP group speaks one of the two."
        )
    for each in balancers:
        if each.address and vips and all((":" in vip) != (":" in each.address) for vip in vips):
            yield (
                f"Host {each.name}: none of webstack_vips ({', '.join(vips)}) has the address family of its "
                f"webstack_address {each.address}. Add one."
            )
    if stack.values.site("webstack_lb_mode") == "active_active":
        yield from _active_active(stack, balancers)


def _active_active(stack: Stack, balancers: Sequence[Host]) -> Iterator[str]:
    if len(balancers) == 1:
        yield (
            f"webstack_lb_mode is active_active, and {balancers[0].name} is the only balancer. "
            "Add one to group lb, or choose active_passive."
        )
        return
    families = {":" in each.address for each in balancers if each.address}
    for family in families if len(families) == 1 else ():
        own = [vip for vip in stack.layout.vips if (":" in vip) == family]
        if 0 < len(own) < len(balancers):
            yield (
                f"webstack_lb_mode is active_active, and webstack_vips has {len(own)} IPv{6 if family else 4} "
                f"address{'es' * (len(own) > 1)} for {len(balancers)} balancers. List one for each, or choose "
                "active_passive."
            )
    for each in balancers:
        number = stack.values.of(each.name, "haproxy_keepalived_virtual_router_id")
        if isinstance(number, int) and number <= LAST_ROUTER_ID < number + len(balancers) - 1:
            yield (
                f"Host {each.name}: haproxy_keepalived_virtual_router_id is {number}, and active_active takes "
                f"{len(balancers)} numbers from there on, up to {LAST_ROUTER_ID}. Choose at most "
                f"{LAST_ROUTER_ID + 1 - len(balancers)}."
            )
