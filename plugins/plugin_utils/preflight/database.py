"""Identities and settings of database servers."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from ..declared import convert
from .model import Stack

# Replication and the other roles rely on these.
RESERVED = (
    "bind_address",
    "disabled_storage_engines",
    "enforce_gtid_consistency",
    "gtid_mode",
    "log_bin",
    "mysqlx",
    "plugin_load",
    "plugin_load_add",
    "port",
    "read_only",
    "relay_log",
    "report_host",
    "require_secure_transport",
    "server_id",
    "skip_log_bin",
    "skip_networking",
    "socket",
    "ssl_ca",
    "ssl_cert",
    "ssl_key",
    "super_read_only",
)


# Mode -> how many servers it is for, at least and at most, and why.
SERVERS = {
    "group": (3, None, "a majority needs three"),
    "semisync": (2, None, "a replica has to acknowledge"),
    "single": (1, 1, "a single server has no replica"),
}


def check(stack: Stack) -> Iterator[str]:
    """Enough servers for the mode, an id for each, and settings that are free to be set."""
    yield from _mode(stack)
    yield from _to_replace(stack)
    yield from _servers(stack)


def _mode(stack: Stack) -> Iterator[str]:
    mode, count = stack.values.site("webstack_db_mode"), len(stack.layout.tiers["db"])
    if mode in SERVERS and count:
        least, most, why = SERVERS[mode]
        if count < least or (most and count > most):
            yield (
                f"webstack_db_mode is {mode}, and group db has {count} host{'s' * (count > 1)}: {why}. "
                "Change one of the two, or choose auto."
            )


def _to_replace(stack: Stack) -> Iterator[str]:
    """Names behind -e force_reseed, which is the same for all hosts."""
    for host in list(stack.layout.hosts)[:1]:
        given = stack.run.hostvars[host].get("force_reseed")
        names = convert([] if given is None else given, {"type": "list", "elements": "str"})
        strangers = [name for name in names if name not in stack.layout.tiers["db"]]
        if strangers:
            yield (
                f"force_reseed names {', '.join(strangers)}, which is no database host. "
                f"Name one of {', '.join(stack.layout.tiers['db'])}."
            )


def _servers(stack: Stack) -> Iterator[str]:
    owners: dict[int, str] = {}
    for host in stack.layout.members("db"):
        number = stack.values.of(host.name, "mysql_server_id")
        if number is None and host.address:
            address = ipaddress.ip_address(host.address)
            if address.version == 6:
                yield (
                    f"Host {host.name}: its address {host.address} gives no mysql_server_id. "
                    "Set mysql_server_id to a number that no other database host has."
                )
                continue
            number = int(address)
        other = owners.setdefault(number, host.name) if number else host.name
        if other != host.name:
            yield f"Hosts {other} and {host.name} both have the mysql_server_id {number}. Give each its own."
        redo = stack.values.of(host.name, "mysql_server_redo_log_capacity_mib")
        if redo and redo < 8:
            yield (
                f"Host {host.name}: mysql_server_redo_log_capacity_mib is {redo}, and MySQL takes no less than 8. "
                "Give more, or 0 for what fits the host."
            )
        for name in stack.values.of(host.name, "mysql_server_settings") or {}:
            if str(name).lower().replace("-", "_") in RESERVED:
                yield (
                    f"Host {host.name}: mysql_server_settings has {name}, on which replication and the other roles "
                    "rely. Remove it there."
                )
