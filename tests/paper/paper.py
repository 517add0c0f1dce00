"""A stack that exists on paper: an inventory of any size, read by Ansible itself, and the files of one of its hosts.

No host is asked for anything. The layout comes from the expression in playbooks/stages/layout.yml, and variables from
the roles' own defaults and vars, so that what is measured and tested here is what a run does. Whoever uses this has
told Ansible before where the collection is (init_plugin_loader).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager
from ansible_collections.scaleup.webstack.plugins.action.preflight import options_of_roles
from ansible_collections.scaleup.webstack.plugins.plugin_utils.inventory import Inventory
from ansible_collections.scaleup.webstack.plugins.plugin_utils.preflight.controller import problems_of
from ansible_collections.scaleup.webstack.plugins.plugin_utils.preflight.model import Run

ROOT = Path(__file__).resolve().parents[2]
PORTS = {"ssh": 22, "https": 443, "web-https": 8443, "app-https": 9443, "mysql": 3306, "metrics": 9100}
FLOWS = [
    {"name": name, "from": [source], "port": PORTS[name], "protocol": "tcp", "why": "It has to."}
    for name, source in {
        "ssh": "admin",
        "https": "any",
        "web-https": "lb",
        "app-https": "web",
        "mysql": "app",
        "metrics": "monitoring",
    }.items()
]
# What a run knows of a host beside the inventory, as far as the files of a host need it.
KNOWN: dict[str, Any] = {
    "ansible_facts": {},
    "haproxy_keepalived_interface": "eth0",
    "webstack_flows": FLOWS,
    "webstack_application_sessions": 384,
    "__common_seen": {"tls_ways": ["reencrypt"]},
    "webstack_host": {"memory_mib": 8192, "processors": 4, "open_files": 524288},
}


def tiers(hosts: int) -> dict[str, int]:
    """How many hosts each tier has: the first of web, then of app, and a few of the rest."""
    few = {"lb": 2, "app": max(2, hosts // 5), "db": max(3, hosts // 20), "monitoring": 1}
    return {**few, "web": hosts - sum(few.values())}


def inventory(hosts: int) -> dict[str, Any]:
    """An inventory as a person would write it: groups, an address for each host, and two site-wide variables."""
    groups: dict[str, dict[str, dict[str, Any]]] = {}
    number = 0
    for tier, size in tiers(hosts).items():
        groups[tier] = {}
        for index in range(1, size + 1):
            number += 1
            groups[tier][f"{tier}{index}"] = {
                "ansible_host": f"10.{number // 62500}.{number // 250 % 250}.{number % 250 + 1}"
            }
    primary = {"db1": groups["db"].pop("db1")}
    children = {tier: {"hosts": members} for tier, members in groups.items() if tier != "db"}
    children["db"] = {"children": {"mysql_primary": {"hosts": primary}, "mysql_replica": {"hosts": groups["db"]}}}
    site = {"webstack_domain": "www.example.com", "webstack_vips": ["192.0.2.100"]}
    return {"all": {"children": children, "vars": site}}


class OneHost(HostVars):  # type: ignore[misc]  # Ansible has no types
    """Variables of one host only: whoever reads another host's is told."""

    def __init__(self, paper: Paper, host: str) -> None:
        super().__init__(paper.inventory, paper.variables, paper.loader)
        self._only = host

    def raw_get(self, host_name: str) -> Any:
        """Return the variables of the one host."""
        if host_name != self._only:
            raise AssertionError(f"The variables of {host_name} were read for a file of {self._only}.")
        return super().raw_get(host_name)

    def __iter__(self) -> Iterator[str]:
        raise AssertionError(f"The hosts were gone through for a file of {self._only}.")


class Paper:
    """An inventory as Ansible reads it."""

    def __init__(self, content: dict[str, Any], folder: Path, *, limit: str = "") -> None:
        source = folder / "inventory.json"
        source.write_text(json.dumps(content))
        self.loader = DataLoader()
        self.inventory = InventoryManager(loader=self.loader, sources=[str(source)])
        if limit:
            self.inventory.subset(limit)
        self.variables = VariableManager(loader=self.loader, inventory=self.inventory)
        self.hostvars = HostVars(self.inventory, self.variables, self.loader)

    def layout(self) -> dict[str, Any]:
        """The fact webstack_layout, by the task of the stage."""
        stage = self.loader.load_from_file(str(ROOT / "playbooks/stages/layout.yml"), trusted_as_template=True)
        facts = [task.get("ansible.builtin.set_fact", {}) for play in stage for task in play.get("tasks", [])]
        (expression,) = [each["webstack_layout"] for each in facts if "webstack_layout" in each]
        host = self.inventory.list_hosts("lb:web:app:db:monitoring")[0]
        known = {**_of_role("settings"), **self.variables.get_vars(host=host)}
        layout: dict[str, Any] = Templar(self.loader, variables=known).template(expression)
        return layout

    def preflight(self) -> list[str]:
        """What is wrong, as the first task of a run would say."""
        return problems_of(
            Run(
                groups=self.inventory.get_groups_dict(),
                hostvars=Inventory(self.hostvars),
                specs=options_of_roles(self.loader),
                hosts=[host.name for host in self.inventory.get_hosts()],
            )
        )

    def render(self, host: str, role: str, template: str, **known: Any) -> str:
        """One file of one host, with the variables of that host alone."""
        path = next((ROOT / "roles" / role / "templates").rglob(template))
        return self.evaluate(
            host, role, "{{ lookup('ansible.builtin.template', paper_template) }}", paper_template=str(path), **known
        )

    def evaluate(self, host: str, role: str, expression: str, **known: Any) -> str:
        """Work out an expression as a task of a role does on a host; text."""
        return str(self.value(host, role, expression, **known))

    def value(self, host: str, role: str, expression: str, **known: Any) -> Any:
        """The same, as it is."""
        own = self.variables.get_vars(host=self.inventory.get_host(host))
        values = {**_of_role("settings"), **_of_role(role), **own, **KNOWN, **known}
        values["hostvars"] = OneHost(self, host)
        self.variables._hostvars = self.hostvars  # OneHost has put itself in its place
        return Templar(self.loader, variables=values).template(trust_as_template(expression))


@cache
def _of_role(role: str) -> dict[str, Any]:
    """Defaults and constants of a role, read once: the loader copies a file each time."""
    files = [ROOT / "roles" / role / part / "main.yml" for part in ("defaults", "vars")]
    found: dict[str, Any] = {"role_path": str(ROOT / "roles" / role)}
    for file in filter(Path.exists, files):
        found |= DataLoader().load_from_file(str(file), trusted_as_template=True) or {}
    return found
