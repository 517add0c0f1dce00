"""There is something to deploy, and everything that a tier talks to exists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .. import routes
from ..application import Application, application_of
from ..applications import problems_of
from ..layout import is_domain
from .model import Stack

PORTS = tuple(f"app_proxy_{name}port" for name in ("", "writer_", "reader_", "shares_", "metrics_"))
WHY = {
    "lb": "clients reach the stack through it",
    "web": "the balancers pass requests on to it",
    "app": "the web hosts pass requests on to it",
    "db": "the applications keep their data there",
}
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
    said: list[object] = []
    for variable in LISTS:
        for host in stack.layout.hosts:
            given = stack.values.of(host, variable)
            if given is None or given in said:
                continue
            said.append(given)
            if not given:
                yield f"{variable} names no application. Name at least one."
            faults = [fault for entry in given for fault in problems_of(variable, entry)]
            if faults:
                yield from faults
                continue
            apps = [application_of(entry) for entry in given]
            clashes = routes.clashes(apps, stack.values.site("webstack_domain") or "")
            hosts = stack.layout.tiers["app"]
            taken = {stack.values.of(hosts[0], name): name for name in PORTS} if hosts else {}
            for each in (*clashes, *_users(apps, len(hosts)), *_ports(apps, taken)):
                yield f"{variable}: {each}"


def _users(apps: Sequence[Application], hosts: int) -> Iterator[str]:
    """Return what is wrong with the numbers of the applications' users."""
    owners: dict[int, str] = {}
    for app in apps:
        if app.shared_paths and hosts > 1 and not app.uid:
            yield (
                f"{app.name} has shared_paths, and no uid: files that {hosts} hosts share belong to a number. "
                "Give uid, one that no user has on any of them, such as 600."
            )
        if app.uid and (other := owners.setdefault(app.uid, app.name)) != app.name:
            yield f"{other} and {app.name} both have the uid {app.uid}. Give each a number of its own."


def _ports(apps: Sequence[Application], taken: Mapping[object, str]) -> Iterator[str]:
    """Return which ports of applications have another owner; each uses two, one for a release beside the other."""
    owners = dict(taken)
    for app in apps:
        for port in (app.port, app.port + 1) if app.port else ():
            if (other := owners.setdefault(port, app.name)) != app.name:
                yield f"{app.name} uses the port {port}, which {other} has. Give it another port."
