"""What the checks before a run look at: the inventory, what people have set, and what the hosts have said."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..declared import DeclaredError, convert
from ..errors import LayoutError
from ..layout import TIERS, Layout

Option = Mapping[str, Any]
SiteFault = Callable[[str, str, Sequence[str]], "str | None"]

# Role -> tiers whose hosts it works on. All roles of the collection are here.
ROLES: Mapping[str, tuple[str, ...]] = {
    "settings": TIERS,
    "common": TIERS,
    "firewall": TIERS,
    "pki": TIERS,
    "secrets": TIERS,
    "haproxy_keepalived": ("lb",),
    "nginx_web": ("web",),
    "app_proxy": ("app",),
    "app_server": ("app",),
    "mysql_server": ("db",),
    "mysql_primary": ("db",),
    "mysql_replica": ("db",),
}
# Site-wide variables that a host may have for itself.
OF_A_HOST = ("webstack_address", "webstack_firewall_enabled", "webstack_admin_networks")


@dataclass(frozen=True)
class Run:
    """A run, before it begins. Nothing in it comes from a host.

    `hostvars`: what people have set, by host and variable; a template that cannot be worked out raises LayoutError.
    `specs`: the options of each role. `hosts`: those that the limit leaves. `needs`: the tiers without which the
    playbook cannot do its work. `site_fault` judges a certificate that clients would be shown, with its key, for these
    names; reading one takes a library.
    """

    groups: Mapping[str, Sequence[str]]
    hostvars: Mapping[str, Mapping[str, Any]]
    specs: Mapping[str, Mapping[str, Option]]
    hosts: Collection[str]
    limit: str = ""
    needs: Sequence[str] = ()
    site_fault: SiteFault = lambda _certificate, _key, _names: None


@dataclass(frozen=True)
class Seen:
    """What hosts have said. `hosts`: the look at each host of the run; `stamps`: the look at balancers outside of it.

    `silent` are balancers outside of the run that could not be reached.
    """

    hosts: Mapping[str, Mapping[str, Any]]
    stamps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    silent: Collection[str] = ()
    shrink: bool = False
    convert: bool = False


class Values:
    """Variables as people have set them, else as they are by default, in their declared types."""

    def __init__(self, run: Run, first: str | None) -> None:
        self._run, self._first = run, first
        self.options = {name: option for options in run.specs.values() for name, option in options.items()}

    def of(self, host: str, name: str) -> Any:
        """Return the value for a host; None if it is unsound, or not known before the host's own stage."""
        option = self.options[name]
        try:
            given = self._run.hostvars[host].get(name)
            return option_default(option) if given is None else convert(given, option)
        except (DeclaredError, LayoutError):
            return None

    def site(self, name: str) -> Any:
        """Return the value of a site-wide variable; it is the same for all hosts."""
        return option_default(self.options[name]) if self._first is None else self.of(self._first, name)


@dataclass(frozen=True)
class Stack:
    """What every check is given."""

    run: Run
    layout: Layout
    values: Values

    def hosts_of(self, role: str) -> tuple[str, ...]:
        """Return the hosts on which a role works, in the order of the inventory."""
        tiers = ROLES[role]
        return tuple(host.name for host in self.layout.hosts.values() if any(tier in tiers for tier in host.tiers))


def option_default(option: Option) -> Any:
    """The default, if it is plain; what a template gives is known to Ansible alone."""
    default = option.get("default")
    return None if isinstance(default, str) and "{{" in default else default


def listed(names: Collection[str]) -> str:
    """Some names of many."""
    few = list(names)[:5]
    return ", ".join(few) + (f" and {len(names) - len(few)} more" if len(names) > len(few) else "")
