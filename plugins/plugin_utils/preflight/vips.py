"""Virtual addresses, the balancers that share them, and the ways in which they may."""

from __future__ import annotations

from collections.abc import Iterator

from .model import Stack

BUILT = {"webstack_lb_mode": "active_passive", "webstack_tls_mode": "reencrypt"}


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
        if len(balancers) == 1:
            yield (
                f"webstack_lb_mode is active_active, and {balancers[0].name} is the only balancer. "
                "Add one to group lb, or choose active_passive."
            )
        elif 0 < len(vips) < len(balancers):
            yield (
                f"webstack_lb_mode is active_active, and webstack_vips has {len(vips)} address for {len(balancers)} "
                "balancers. List one for each, or choose active_passive."
            )
    for name, built in BUILT.items():
        wanted = stack.values.site(name)
        if wanted not in (None, built):
            yield f"{name} is {wanted}, which is not built yet. Choose {built}, or leave the variable out."
