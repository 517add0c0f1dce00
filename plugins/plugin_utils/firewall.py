"""The packet filter of one host: who may open which of its ports, from the published flows and the layout alone.

Everything that is not let in here is dropped. The frame around these rules (replies, ICMP, loopback) is the same on
every host and stands in the role's template.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from .addresses import port_number
from .errors import LayoutError
from .layout import Layout

# What a flow's `from` may name beside the tiers.
ANYONE, ADMINISTRATORS, LOOPBACK = "any", "admin", "loopback"
# Protocol of a flow -> how nftables tells it; VRRP by its number, because few hosts have /etc/protocols.
PORTS = ("tcp", "udp")
NUMBERS = {"vrrp": 112}
IP = {4: "ip", 6: "ip6"}


@dataclass(frozen=True)
class Element:
    """One address or network, and the name that people know it by."""

    value: str
    name: str


@dataclass(frozen=True)
class AddressSet:
    """The addresses of one source in one family, as a named set: a rule stays one line however many hosts there are."""

    name: str
    type: str
    networks: bool
    elements: tuple[Element, ...]


@dataclass(frozen=True)
class Flow:
    """One published flow, read."""

    name: str
    why: str
    sources: tuple[str, ...]
    protocol: str
    port: int | None

    @classmethod
    def read(cls, host: str, given: object) -> Flow:
        """Read what a role or an inventory wrote, or say what is wrong with it."""
        if not isinstance(given, Mapping) or not given.get("name"):
            raise LayoutError(f"Host {host}: {given!r:.70} is no flow. Write name, from, port, protocol, why for it.")
        name, sources, protocol = _line(given["name"]), given.get("from"), given.get("protocol")
        sources = [sources] if isinstance(sources, str) else sources
        if not isinstance(sources, Sequence) or not all(isinstance(each, str) for each in sources):
            raise LayoutError(
                f"Host {host}: flow {name} comes from {sources!r}. Give a list, such as [web, 192.0.2.0/24]."
            )
        if protocol not in (*PORTS, *NUMBERS):
            raise LayoutError(
                f"Host {host}: flow {name} has the protocol {protocol!r}. Give one of {', '.join((*PORTS, *NUMBERS))}."
            )
        try:
            port = port_number(given.get("port")) if protocol in PORTS else None
        except LayoutError as error:
            raise LayoutError(f"Host {host}, flow {name}: {error}") from error
        return cls(name, _line(given.get("why", "")), tuple(dict.fromkeys(sources)), str(protocol), port)

    @property
    def service(self) -> str:
        """How a packet to this host is told."""
        return f"meta l4proto {NUMBERS[self.protocol]}" if self.port is None else f"{self.protocol} dport {self.port}"

    @property
    def forwarded(self) -> str:
        """How a packet is told that came to this host's port and is led on to a container; empty without a port."""
        return "" if self.port is None else f"meta l4proto {self.protocol} ct original proto-dst {self.port}"


@dataclass(frozen=True)
class Rule:
    """One flow from one source. `service` is what a packet to this host itself has, `forwarded` one that is led on."""

    flow: str
    why: str
    source: str
    service: str
    forwarded: str


@dataclass(frozen=True)
class Rules:
    """All that differs from host to host."""

    sets: tuple[AddressSet, ...]
    rules: tuple[Rule, ...]
    admin_ports: tuple[int, ...]

    def to_data(self) -> dict[str, object]:
        """Return plain data for a template."""
        return {
            "sets": [asdict(each) for each in self.sets],
            "rules": [asdict(each) for each in self.rules],
            "admin_ports": list(self.admin_ports),
        }


def rules_of(layout: Layout, host: str, flows: Iterable[object], admin_networks: object) -> Rules:
    """Work out the rules of one host. They depend on nothing but the arguments and keep the order of the flows."""
    origins = _Origins(layout, host, _networks(admin_networks))
    rules: dict[tuple[str, str], Rule] = {}
    admin_ports: dict[int, None] = {}
    for flow in (Flow.read(host, each) for each in flows):
        for source in flow.sources:
            if source == ADMINISTRATORS and flow.protocol == "tcp" and flow.port:
                admin_ports[flow.port] = None
            for match in origins.matches(flow, source):
                rule = Rule(flow.name, flow.why, match, flow.service, flow.forwarded)
                rules.setdefault((match, flow.service), rule)
    return Rules(tuple(origins.sets.values()), tuple(rules.values()), tuple(admin_ports))


class _Origins:
    """How the packets of a source are told, and the sets that this has taken so far."""

    def __init__(self, layout: Layout, host: str, admin_networks: tuple[Element, ...]) -> None:
        self.sets: dict[str, AddressSet] = {}
        self._layout, self._host = layout, host
        self._known = {ADMINISTRATORS: admin_networks}

    def matches(self, flow: Flow, source: str) -> Iterator[str]:
        """Yield one match for each address family of the source; none for a source without hosts."""
        if source == LOOPBACK:
            return
        if source == ANYONE:
            yield ""
            return
        if source not in self._known and source not in self._layout.tiers:
            yield self._network(flow, source)
            return
        if source not in self._known:
            hosts = self._layout.members(source)
            self._known[source] = tuple(Element(each.address, each.name) for each in hosts)
        for version, ip in IP.items():
            elements = tuple(each for each in self._known[source] if (":" in each.value) == (version == 6))
            name = f"{source}_ipv{version}"
            if elements:
                self.sets[name] = AddressSet(name, f"ipv{version}_addr", source == ADMINISTRATORS, elements)
                yield f"{ip} saddr @{name} "

    def _network(self, flow: Flow, source: str) -> str:
        try:
            network = ipaddress.ip_network(source)
        except ValueError as error:
            raise LayoutError(
                f"Host {self._host}: flow {flow.name} comes from {source!r}, which is neither a tier nor {ANYONE}, "
                f"{ADMINISTRATORS}, {LOOPBACK}, an address or a network ({error}). Mend it in firewall_flows."
            ) from error
        return f"{IP[network.version]} saddr {_shown(network)} "


def _networks(given: object) -> tuple[Element, ...]:
    """Return the networks of administrators, joined where they overlap: a set of networks takes no overlaps."""
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise LayoutError(f"webstack_admin_networks is {given!r}. Give a list of networks, such as [192.0.2.0/24].")
    fours: list[ipaddress.IPv4Network] = []
    sixes: list[ipaddress.IPv6Network] = []
    for each in given:
        try:
            network = ipaddress.ip_network(str(each))
        except ValueError as error:
            raise LayoutError(
                f"webstack_admin_networks holds {each!r}: {error}. Write an address or a network, such as 192.0.2.0/24."
            ) from error
        if isinstance(network, ipaddress.IPv4Network):
            fours.append(network)
        else:
            sixes.append(network)
    joined = [
        *map(_shown, ipaddress.collapse_addresses(fours)),
        *map(_shown, ipaddress.collapse_addresses(sixes)),
    ]
    return tuple(Element(each, ADMINISTRATORS) for each in joined)


def _shown(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> str:
    return str(network.network_address if network.prefixlen == network.max_prefixlen else network)


def _line(text: object) -> str:
    """One line: it becomes a comment."""
    return " ".join(str(text).split())
