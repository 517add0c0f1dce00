"""Stacks as data: a sound one, and what a case makes of it. Options come from the roles' own argument specs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from ansible_collections.scaleup.webstack.plugins.plugin_utils.errors import LayoutError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.preflight.model import ROLES, Run

ROOT = Path(__file__).resolve().parents[5]
GROUPS = {
    "lb": ["lb1", "lb2"],
    "web": ["web1", "web2"],
    "app": ["app1", "app2"],
    "db": ["db1", "db2", "db3"],
    "mysql_primary": ["db1"],
    "mysql_replica": ["db2", "db3"],
    "client": ["client1"],
}
NAMES = ("lb1", "lb2", "web1", "web2", "app1", "app2", "db1", "db2", "db3", "client1")
HOSTS = {name: {"ansible_host": f"192.0.2.{number}"} for number, name in enumerate(NAMES, start=1)}
ALL = {"webstack_domain": "www.example.com", "webstack_vips": ["192.0.2.100"]}


class Variables(dict):
    """Those of one host."""

    def __getitem__(self, name):
        value = super().__getitem__(name)
        if isinstance(value, dict) and "later" in value:
            raise LayoutError(f"Host {self.host}: {name} cannot be worked out: {value['later']}. Mend its template.")
        return value

    def get(self, name, default=None):
        return self[name] if name in self else default  # noqa: SIM401 - dict.get passes by __getitem__

    @classmethod
    def of(cls, host, **values):
        found = cls({name: value for name, value in values.items() if value is not None})
        found.host = host
        return found


@cache
def specs():
    found = {}
    for role in ROLES:
        entries = yaml.load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text(), yaml.CSafeLoader)[
            "argument_specs"
        ]
        found[role] = (entries.get("main") or entries["site"])["options"]
    return found


def cases(name):
    return yaml.load((Path(__file__).parent / "worlds" / f"{name}.yml").read_text(), yaml.CSafeLoader)


def run(case):
    groups = {**GROUPS, **case.get("groups", {})}
    every = dict.fromkeys([name for names in groups.values() for name in names])
    own = {**HOSTS, **case.get("hosts", {})}
    hostvars = {
        host: Variables.of(host, **{**ALL, **case.get("all", {}), **own.get(host, {"ansible_host": "192.0.2.99"})})
        for host in every
    }
    limit = case.get("limit")
    return Run(groups=groups, hostvars=hostvars, specs=specs(), hosts=limit or list(every),
               limit=",".join(limit or ()), needs=case.get("needs", ()))  # fmt: skip
