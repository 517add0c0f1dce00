"""The layout: which hosts exist, what they do and where they answer, from the inventory alone.

Nothing here knows Ansible, gathers facts or asks a server. The same inventory therefore gives the same layout whichever
hosts a run is limited to, and whichever of them are down.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from .addresses import literal
from .errors import LayoutError

Value = TypeVar("Value")

TIERS = ("lb", "web", "app", "db", "monitoring")
SEED_GROUP = "mysql_primary"

# Host names become names of servers in configuration files: HAProxy takes exactly these characters.
_HOST_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]*")
_DOMAIN = re.compile(r"(?=.{1,253}$)(?:(?!-)[a-z0-9-]{1,63}(?<!-)\.)*(?!-)[a-z0-9-]{1,63}(?<!-)", re.IGNORECASE)
_NO_LAYOUT = "The input is not a layout. Use the fact webstack_layout, made by the filter scaleup.webstack.layout."


@dataclass(frozen=True)
class Host:
    """One host of the stack: its inventory name, its service address and the tiers that it carries."""

    name: str
    address: str
    tiers: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """All hosts of a stack. Hosts and tiers keep the order of the inventory."""

    hosts: Mapping[str, Host]
    tiers: Mapping[str, tuple[str, ...]]
    seed: str | None
    state_host: str | None
    vips: tuple[str, ...]
    domain: str
    names: tuple[str, ...] = ()

    def members(self, tier: object, only: Container[str] | None = None) -> tuple[Host, ...]:
        """Return the hosts of a tier, or some of them; none is an answer, an unknown tier is a mistake."""
        if not isinstance(tier, str) or tier not in self.tiers:
            raise LayoutError(f"There is no tier {tier!r}. The tiers are {_listed(self.tiers)}.")
        try:
            return tuple(self.hosts[name] for name in self.tiers[tier] if only is None or name in only)
        except (AttributeError, KeyError, TypeError) as error:
            raise LayoutError(_NO_LAYOUT) from error

    def to_data(self) -> dict[str, object]:
        """Return the layout as the plain data that templates read (the fact webstack_layout)."""
        return {
            "hosts": {
                host.name: {"name": host.name, "address": host.address, "tiers": list(host.tiers)}
                for host in self.hosts.values()
            },
            "tiers": {tier: list(names) for tier, names in self.tiers.items()},
            "seed": self.seed,
            "state_host": self.state_host,
            "vips": list(self.vips),
            "domain": self.domain,
            "names": list(self.names),
        }

    @classmethod
    def from_data(cls, data: object) -> Layout:
        """Read back what to_data wrote, each host and tier when it is asked for."""
        try:
            if not isinstance(data, Mapping):
                raise TypeError
            hosts, tiers = _Lazy(data["hosts"], _host), _Lazy(data["tiers"], tuple)
            vips, names = tuple(data["vips"]), tuple(data.get("names") or ())
            return cls(hosts, tiers, data["seed"], data["state_host"], vips, str(data.get("domain") or ""), names)
        except (AttributeError, KeyError, TypeError) as error:
            raise LayoutError(_NO_LAYOUT) from error


class _Lazy(Mapping[str, Value]):
    """Values that are read when they are asked for.

    A template needs few of a thousand hosts, and Ansible works out every part of a structure that is touched.
    """

    def __init__(self, data: object, read: Callable[[Any], Value]) -> None:
        if not isinstance(data, Mapping):
            raise TypeError
        self._data, self._read = data, read

    def __getitem__(self, key: str) -> Value:
        return self._read(self._data[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)


def _host(data: Mapping[str, Any]) -> Host:
    return Host(str(data["name"]), str(data["address"]), tuple(data["tiers"]))


def derive(
    groups: Mapping[str, Sequence[str]],
    read: Callable[[str, str], object],
    *,
    domain: str = "",
    vips: Iterable[str] = (),
    state_host: str = "",
    domains: Iterable[str] = (),
) -> Layout:
    """Derive the layout from the inventory's groups, or raise what is wrong first.

    ``read(host, variable)`` returns a host's own variable, or None where the inventory does not set it. It is
    called for the hosts of tiers only, at most twice for each.
    """
    layout, problems = examine(groups, read, domain=domain, vips=vips, state_host=state_host, domains=domains)
    if problems:
        raise LayoutError(problems[0])
    return layout


def examine(
    groups: Mapping[str, Sequence[str]],
    read: Callable[[str, str], object],
    *,
    domain: str = "",
    vips: Iterable[str] = (),
    state_host: str = "",
    domains: Iterable[str] = (),
) -> tuple[Layout, list[str]]:
    """Derive the layout as far as it goes, and return all that is wrong, one sentence each."""
    problems: list[str] = []
    tiers = {tier: tuple(dict.fromkeys(groups.get(tier, ()))) for tier in TIERS}
    carried: dict[str, list[str]] = {}
    for tier, names in tiers.items():
        for name in names:
            carried.setdefault(name, []).append(tier)

    hosts: dict[str, Host] = {}
    owners: dict[str, str] = {}
    for name, of in carried.items():
        try:
            host = hosts[name] = Host(name, _address(name, read), tuple(of))
        except LayoutError as error:
            hosts[name] = Host(name, "", tuple(of))
            problems.append(str(error))
            continue
        other = owners.setdefault(host.address, host.name)
        if other != host.name:
            problems.append(
                f"Hosts {other} and {host.name} both have the address {host.address}. "
                "Give each its own webstack_address (or ansible_host)."
            )

    layout = Layout(
        hosts=hosts,
        tiers=tiers,
        seed=_seed(groups, tiers["db"], problems),
        state_host=_state_host(state_host, hosts, tiers["db"], problems),
        vips=_vips(vips, owners, problems),
        domain=_domain(domain, problems),
        names=tuple(dict.fromkeys(name.lower() for name in (domain, *domains) if name)),
    )
    return layout, problems


def _address(name: str, read: Callable[[str, str], object]) -> str:
    if not _HOST_NAME.fullmatch(name):
        raise LayoutError(
            f"Host {name!r} has a name that cannot stand in a configuration file. "
            "Name it with letters, digits, '.', '-', '_' and ':' only."
        )
    for variable in ("webstack_address", "ansible_host"):
        value = read(name, variable)
        if value is None:
            continue
        address = literal(value)
        if address is None:
            raise LayoutError(
                f"Host {name}: {variable} is {value!r}, which is not a literal IPv4 or IPv6 address. "
                f"Set webstack_address of {name} to the address on which the other hosts reach it."
            )
        return address
    address = literal(name)
    if address is None:
        raise LayoutError(
            f"Host {name} has no address. "
            f"Set webstack_address (or ansible_host) of {name} to the address on which the other hosts reach it."
        )
    return address


def _seed(groups: Mapping[str, Sequence[str]], database: Sequence[str], problems: list[str]) -> str | None:
    named = tuple(groups.get(SEED_GROUP, ()))
    problems.extend(
        f"Host {name} is in group {SEED_GROUP} but not in group db. Make {SEED_GROUP} a child of db."
        for name in named
        if name not in database
    )
    return next(iter((*named, *database)), None)


def _state_host(wanted: str, hosts: Mapping[str, Host], database: Sequence[str], problems: list[str]) -> str | None:
    if wanted and wanted not in hosts:
        problems.append(
            f"webstack_state_host is {wanted!r}, which is in none of the groups {_listed(TIERS)}. "
            "Name a host of the stack, or leave the variable empty for the first database host."
        )
    return wanted or next(iter((*database, *hosts)), None)


def _vips(wanted: Iterable[str], owners: Mapping[str, str], problems: list[str]) -> tuple[str, ...]:
    if isinstance(wanted, str) or not isinstance(wanted, Iterable):
        problems.append(f"webstack_vips is {wanted!r}. Give a list of addresses, such as [192.0.2.100].")
        return ()
    found: dict[str, None] = {}
    for value in wanted:
        address = literal(value)
        if address is None:
            problems.append(
                f"webstack_vips holds {value!r}, which is not a literal IPv4 or IPv6 address. Write it as one."
            )
        elif address in owners:
            problems.append(
                f"webstack_vips holds {address}, which is the address of host {owners[address]}. "
                "Choose an address that no host has."
            )
        elif address in found:
            problems.append(f"webstack_vips holds {address} twice. Remove one.")
        else:
            found[address] = None
    return tuple(found)


def _domain(wanted: str, problems: list[str]) -> str:
    if wanted and not is_domain(wanted):
        problems.append(f"webstack_domain is {wanted!r}, which is not a host name. Write it as www.example.com.")
    return wanted.lower()


def is_domain(text: str) -> bool:
    """Whether it is a name as DNS has them."""
    return _DOMAIN.fullmatch(text) is not None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
