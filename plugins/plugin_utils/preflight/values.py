"""Every variable that was set is of its declared type and within its bounds, and no slip of the pen."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import Any

from ..declared import DeclaredError, convert, shown
from ..errors import LayoutError
from .model import OF_A_HOST, ROLES, Option, Stack, listed, option_default

_KINDS = {"bool": "true or false", "list": "a list", "dict": "a mapping"}
# How alike two names are that one person may have meant as one.
ALIKE = 0.88
# Whole numbers: what they may be by the end of their name, else at least 1.
BOUNDS = {
    "_port": (1, 65535),
    "_virtual_router_id": (1, 255),
    "mysql_server_id": (1, 4294967295),
    "mysql_server_memory_mib": (0, None),
    "mysql_server_buffer_pool_size_mib": (0, None),
    "mysql_server_redo_log_capacity_mib": (0, None),
    "mysql_server_max_connections": (0, None),
    "mysql_server_reader_max_lag_seconds": (0, None),
    "haproxy_keepalived_maxconn": (0, None),
    "_per_address": (0, None),
    "_per_second": (0, None),
    "_burst": (0, None),
    "_slow_start_seconds": (0, None),
    "_preempt_delay_seconds": (0, 1000),
    "_startup_delay_seconds": (0, 1000),
    "_workers": (0, None),
    "_max_age_seconds": (0, None),
}


# What a person may add to a command line; playbooks declare them, no role does.
SWITCHES = ("break_lease", "convert", "probe", "renew", "rollback", "shrink")


def check(stack: Stack) -> Iterator[str]:
    """Types, choices and bounds, then names, then values that have to be alike."""
    faults: dict[str, list[str]] = {}
    names: dict[str, list[str]] = {}
    for role in ROLES:
        options = stack.run.specs.get(role, {})
        for host in stack.hosts_of(role):
            given = stack.run.hostvars[host]
            for name in options:
                if name in given and (text := _fault(given, name, options[name], role == "settings")):
                    faults.setdefault(text.removeprefix(f"Host {host}: "), []).append(host)
    for host in stack.layout.hosts:
        for name in stack.run.hostvars[host]:
            names.setdefault(name, []).append(host)
    for text, hosts in {**faults, **dict(_slips(names, stack.values.options))}.items():
        yield text if len(hosts) == len(stack.layout.hosts) else f"Host{'s' * (len(hosts) > 1)} {listed(hosts)}: {text}"
    yield from _differing(stack)
    yield from _switches(stack)


def _switches(stack: Stack) -> Iterator[str]:
    for name in SWITCHES:
        for host in stack.layout.hosts:
            if name in (given := stack.run.hostvars[host]) and (text := _fault(given, name, {"type": "bool"}, True)):
                yield text
                break


def _fault(given: Any, name: str, option: Option, site_wide: bool) -> str | None:
    try:
        value = given[name]
        converted = None if value is None else convert(value, option)
        if isinstance(value, str) and option["type"] in ("bool", "list", "dict") and not site_wide:
            # Only site-wide variables come from surveys; roles convert those, and no others.
            return f"{name} is a text where {_KINDS[option['type']]} belongs. Write it in YAML, or give -e as JSON."
    except DeclaredError as error:
        return f"{name} {error}"
    except LayoutError as error:
        # A role's own variable may be made of what is known in its stage only; there its argument specs judge it.
        return str(error) if site_wide else None
    return _out_of_bounds(name, converted) if option.get("type") == "int" and converted is not None else None


def _out_of_bounds(name: str, number: int) -> str | None:
    least, most = next((bounds for ending, bounds in BOUNDS.items() if name.endswith(ending)), (1, None))
    if number >= least and (most is None or number <= most):
        return None
    return f"{name} is {number}. Give a whole number {f'from {least} to {most}' if most else f'of at least {least}'}."


def _slips(names: dict[str, list[str]], known: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Names that begin like ours and are nearly one of ours."""
    prefixes = ("webstack_", *(f"{role}_" for role in ROLES))
    variables = set(known)
    for name, hosts in names.items():
        if name.startswith(prefixes) and name not in variables:
            for meant in difflib.get_close_matches(name, variables, n=1, cutoff=ALIKE):
                yield f"{name} is not a variable of this collection. Did you mean {meant}? If not, rename it.", hosts


def _differing(stack: Stack) -> Iterator[str]:
    """Site-wide variables that are not the same for all hosts: tiers would be configured for different stacks."""
    for name, option in stack.run.specs["settings"].items():
        if name in OF_A_HOST or option.get("no_log"):
            continue
        found: list[tuple[object, list[str]]] = []
        for host in stack.layout.hosts:
            value = _plain(stack, host, name)
            for known, hosts in found:
                if known == value:
                    hosts.append(host)
                    break
            else:
                found.append((value, [host]))
        if len(found) > 1:
            each = " and ".join(f"{shown(value)} for {listed(hosts)}" for value, hosts in found[:3])
            yield f"{name} is {each}. Set it once for all hosts of the stack, in the group all."


def _plain(stack: Stack, host: str, name: str) -> object:
    option = stack.values.options[name]
    value = stack.values.of(host, name)
    return option_default(option) if value is None else value
