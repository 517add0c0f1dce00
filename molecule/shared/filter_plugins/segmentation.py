"""What every host should reach by the published flows, beside what it does reach.

Reads the flows themselves, and nothing of the code that makes the rules from them.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Flow = Mapping[str, Any]
LET_IN = ("open", "refused")


def _origins(flow: Flow, layout: Mapping[str, Any], admins: Iterable[str]) -> Iterable[str]:
    """The networks that a flow comes from."""
    given = flow["from"]
    for source in [given] if isinstance(given, str) else given:
        if source == "any":
            yield from ("0.0.0.0/0", "::/0")
        elif source == "admin":
            yield from admins
        elif source in layout["tiers"]:
            yield from (layout["hosts"][name]["address"] for name in layout["tiers"][source])
        elif source != "loopback":
            yield source


def flows_of(hosts: Mapping[str, Any], layout: Mapping[str, Any]) -> dict[str, list[Flow]]:
    """The published flows of every managed host, from the facts of the layout stage."""
    return {name: list(hosts[name]["webstack_flows"]) for name in layout["hosts"]}


def targets_of(hosts: Mapping[str, Any], layout: Mapping[str, Any], closed: Iterable[str]) -> list[list[Any]]:
    """Every address with every port that any host publishes, and those of `closed` ("tcp 23"); IPv6 comes last.

    Each is [host, address, protocol, port]. A VIP is as open as the first balancer. Link-local addresses are IPv6 that
    every network has.
    """
    flows = flows_of(hosts, layout)
    published = {(flow["protocol"], int(flow["port"])) for each in flows.values() for flow in each if flow["port"]}
    ports = sorted(published | {(protocol, int(port)) for protocol, port in (each.split() for each in closed)})
    places = [(name, each["address"]) for name, each in layout["hosts"].items()]
    places += [(layout["tiers"]["lb"][0], vip) for vip in layout["vips"]]
    for name in layout["hosts"]:
        own = [each.partition("/")[0] for many in hosts[name]["webstack_host"]["interfaces"].values() for each in many]
        places += [(name, each) for each in own if each.startswith("fe80:")][:1]
    return [[*place, *port] for place in sorted(places, key=lambda place: ":" in place[1]) for port in ports]


def judged(
    seen: Mapping[str, Sequence[Sequence[str]]],
    targets: Sequence[Sequence[Any]],
    flows: Mapping[str, Iterable[Flow]],
    layout: Mapping[str, Any],
    admins: Iterable[str],
) -> dict[str, Any]:
    """Compare. `targets` are [host, address, protocol, port]; `seen` has [own address, verdict] of each, by source.

    `let_in` has what no flow lets in, `shut` what a flow lets in and the host does not answer; `compared` and `open`
    count pairs of a source and a target.
    """
    admins, found = list(admins), {"let_in": [], "shut": [], "compared": 0, "open": 0}
    networks = {
        host: [(flow, [ipaddress.ip_network(each) for each in _origins(flow, layout, admins)]) for flow in its]
        for host, its in flows.items()
    }
    for source, said_there in seen.items():
        # A source may have tried the first targets alone.
        for (host, address, protocol, port), (own, verdict) in zip(targets, said_there, strict=False):
            if verdict == "itself":
                continue
            mine = ipaddress.ip_address(own)
            wanted = any(
                (flow["protocol"], flow["port"]) == (protocol, port) and any(mine in each for each in origins)
                for flow, origins in networks[host]
            )
            pair = f"{source} -> {host} {protocol} {port} IPv{ipaddress.ip_address(address).version}"
            # A service may listen on the host's own address alone; elsewhere it is refused where it is let in.
            answers = LET_IN[:1] if address == layout["hosts"][host]["address"] else LET_IN
            good = verdict in answers if wanted else verdict == "dropped"
            found["compared"] += 1
            found["open"] += verdict == "open"
            if not good:
                found["shut" if wanted else "let_in"].append(f"{pair} {verdict}")
    return found


class FilterModule:
    """The filters, by name."""

    def filters(self) -> dict[str, Any]:
        """Return the filters."""
        return {"segmentation_flows": flows_of, "segmentation_targets": targets_of, "segmentation_judged": judged}
