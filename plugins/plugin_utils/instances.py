"""Which balancer should hold which virtual addresses, in the words of keepalived."""

from __future__ import annotations

from .errors import LayoutError
from .layout import Layout

MODES = ("active_passive", "active_active")
# The first in line has it; each one after it has one less.
FIRST = 200


def groups(layout: Layout, mode: object) -> list[tuple[list[str], list[str]]]:
    """Return the virtual addresses that move together: of the balancers' own address family, and those that ride along.

    In active_passive all of them are one group. In active_active there is one for each balancer, dealt out in turn.
    """
    if mode not in MODES:
        raise LayoutError(f"The mode is {mode!r}. It is one of {', '.join(MODES)}.")
    balancers = layout.members("lb")
    count = len(balancers) if mode == "active_active" else 1
    family = bool(balancers) and ":" in balancers[0].address
    own = [vip for vip in layout.vips if (":" in vip) == family]
    others = [vip for vip in layout.vips if (":" in vip) != family]
    return [(own[number::count], others[number::count]) for number in range(count)]


def instances(layout: Layout, host: object, mode: object, router_id: int) -> list[dict[str, object]]:
    """Return the VRRP instances of one balancer, in the same order on each of them.

    Group number n belongs to balancer number n. The balancers after it stand in for it in their turn, so that each is
    the first to back up another one.
    """
    names = [each.name for each in layout.members("lb")]
    if host not in names:
        raise LayoutError(f"{host!r} is no balancer. The balancers are {', '.join(names) or 'none'}.")
    place = names.index(str(host))
    return [
        {
            "name": f"webstack_{number}" if mode == "active_active" else "webstack",
            "router_id": router_id + number,
            "priority": FIRST - (place - number) % len(names),
            "addresses": own,
            "others": others,
        }
        for number, (own, others) in enumerate(groups(layout, mode))
        if own or others
    ]
