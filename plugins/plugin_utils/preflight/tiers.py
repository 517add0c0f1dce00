"""There is something to deploy, and everything that a tier talks to exists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..layout import is_domain
from .model import Stack

WHY = {
    "lb": "clients reach the stack through it",
    "web": "the balancers pass requests on to it",
    "app": "the web hosts pass requests on to it",
    "db": "the applications keep their data there",
}
# Schemas of MySQL's own.
TAKEN = ("information_schema", "mysql", "performance_schema", "sys")
NAME = re.compile(r"[a-z][a-z0-9_-]{0,15}")
LISTS = ("webstack_applications", "app_proxy_applications", "app_server_applications", "mysql_server_applications",
         "nginx_web_applications")  # fmt: skip


def check(stack: Stack) -> Iterator[str]:
    """Groups, names and applications."""
    if not any(stack.layout.tiers[tier] for tier in WHY):
        yield f"The inventory has no host in any of the groups {', '.join(WHY)}. Put the hosts of the stack into them."
        return
    for tier, why in WHY.items():
        if not stack.layout.tiers[tier]:
            yield f"Group {tier} has no hosts: {why}. Put at least one host into it."
    if stack.values.site("webstack_domain") == "":
        yield "webstack_domain is empty. Set it to the name by which clients know the stack, such as www.example.com."
    internal = stack.values.site("webstack_internal_domain")
    if internal is not None and not is_domain(internal):
        yield f"webstack_internal_domain is {internal!r}, which is not a domain. Write it as webstack.internal."
    yield from _applications(stack)


def _applications(stack: Stack) -> Iterator[str]:
    said: set[tuple[str, ...]] = set()
    for variable in LISTS:
        for host in stack.layout.hosts:
            given = stack.values.of(host, variable)
            if given is None or (names := tuple(each["name"] for each in given)) in said:
                continue
            said.add(names)
            yield from _names(variable, names, stack)


def _names(variable: str, names: tuple[str, ...], stack: Stack) -> Iterator[str]:
    if len(names) != 1:
        yield f"{variable} names {', '.join(names) or 'no application'}. Name exactly one: the web tier serves one."
    for name in dict.fromkeys(names):
        if not NAME.fullmatch(name):
            yield (
                f"{variable} names {name!r}, which fits neither a unit nor a user. "
                "Write at most 16 of a-z, 0-9, '_' and '-', and a letter first."
            )
        elif name in TAKEN:
            yield f"{variable} names {name}, which is a schema of MySQL's own. Choose another name."
        elif name not in stack.run.carried:
            yield (
                f"{variable} names {name}, and applications of your own are not built yet. "
                f"Name {', '.join(sorted(stack.run.carried))}, or leave the variable out."
            )
