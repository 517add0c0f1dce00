"""Ports: no two on one host, and the number that one tier calls is the one on which the next listens."""

from __future__ import annotations

from collections.abc import Iterator

from ..application import Application
from .model import Stack

MYSQL, ROLE_AGENT = 3306, 9201
LISTEN = {
    "haproxy_keepalived": (
        "haproxy_keepalived_http_port",
        "haproxy_keepalived_https_port",
        "haproxy_keepalived_metrics_port",
        "haproxy_keepalived_peers_port",
    ),
    "nginx_web": ("nginx_web_port", "nginx_web_plain_port", "nginx_web_passthrough_port"),
    "app_proxy": (
        "app_proxy_port",
        "app_proxy_writer_port",
        "app_proxy_reader_port",
        "app_proxy_shares_port",
        "app_proxy_metrics_port",
    ),
}
# Who calls, and who listens.
CALLS = (
    ("haproxy_keepalived", "haproxy_keepalived_web_port", "nginx_web", "nginx_web_port"),
    ("haproxy_keepalived", "haproxy_keepalived_web_plain_port", "nginx_web", "nginx_web_plain_port"),
    ("haproxy_keepalived", "haproxy_keepalived_web_passthrough_port", "nginx_web", "nginx_web_passthrough_port"),
    ("nginx_web", "nginx_web_app_port", "app_proxy", "app_proxy_port"),
    ("app_server", "app_server_database_writer_port", "app_proxy", "app_proxy_writer_port"),
    ("app_server", "app_server_database_reader_port", "app_proxy", "app_proxy_reader_port"),
)
FIXED = (
    ("app_proxy", "app_proxy_database_port", MYSQL, "MySQL listens"),
    ("app_proxy", "app_proxy_role_agent_port", ROLE_AGENT, "the role agent listens"),
)
# Who waits for the web tier, and for the applications: they have to have more patience than Nginx.
PATIENCE = (
    ("haproxy_keepalived", "haproxy_keepalived_server_timeout_seconds"),
    ("app_proxy", "app_proxy_request_timeout_seconds"),
)


def check(stack: Stack) -> Iterator[str]:
    """Ports, and times that belong together."""
    for role, caller, other, listener in CALLS:
        for called, listening in _differing(stack, role, caller, other, listener):
            yield (
                f"{caller} is {called}, and {listener} is {listening}: nobody would listen where is called. "
                "Give both the same number, for all hosts."
            )
    for role, caller, port, who in FIXED:
        for host in stack.hosts_of(role):
            if (number := stack.values.of(host, caller)) not in (None, port):
                yield f"Host {host}: {caller} is {number}, and {who} on {port}. Leave the variable out."
    times = {
        str(entry.get("name")): entry.get("timeout_seconds", Application.timeout_seconds)
        for entry in stack.values.site("webstack_applications") or []
    }
    slowest = max(times, key=times.__getitem__, default="")
    for role, longer in PATIENCE:
        waits = _values(stack, role, longer)
        if waits and slowest and min(waits) <= times[slowest]:
            yield (
                f"{longer} is {min(waits)}, and timeout_seconds of {slowest} is {times[slowest]}: clients would be let "
                "go before Nginx gives up. Make the first one longer, or leave it out."
            )
    yield from _twice(stack)


def _values(stack: Stack, role: str, name: str) -> set[int]:
    found = {stack.values.of(host, name) for host in stack.hosts_of(role)}
    return {each for each in found if isinstance(each, int)}


def _differing(stack: Stack, role: str, caller: str, other: str, listener: str) -> Iterator[tuple[int, int]]:
    calls, listens = _values(stack, role, caller), _values(stack, other, listener)
    pairs = [(one, two) for one in sorted(calls) for two in sorted(listens) if one != two]
    yield from pairs[:1]


def _twice(stack: Stack) -> Iterator[str]:
    ports: dict[str, dict[int, str]] = {}
    for role, names in LISTEN.items():
        for host in stack.hosts_of(role):
            taken = ports.setdefault(host, {})
            for name in names:
                number = stack.values.of(host, name)
                if number is not None and taken.setdefault(number, name) != name:
                    yield f"Host {host}: {taken[number]} and {name} are both {number}. Give each its own port."
    for host in stack.hosts_of("mysql_server"):
        for number, what in ((MYSQL, "MySQL"), (ROLE_AGENT, "the role agent")):
            if number in ports.get(host, {}):
                yield f"Host {host}: {ports[host][number]} is {number}, the port of {what}. Choose another."
