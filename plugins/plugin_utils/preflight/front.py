"""What the balancers are told of web hosts, applications and clients is about those that exist."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from .model import Stack, listed

PREFIX = "haproxy_keepalived_"
SECTIONS = ("global", "defaults", "frontend_http", "frontend_https", "backend_web", "extra")
MOST_WEIGHT = 256


def check(stack: Stack) -> Iterator[str]:
    """Each sentence once, however many balancers it is true for."""
    for host in stack.hosts_of("haproxy_keepalived"):
        given = {
            name: stack.values.of(host, PREFIX + name)
            for name in ("servers", "persistent", "maintenance", "rate_allow", "snippets")
        }
        yield from _servers(stack, given["servers"] or {})
        for name in ("persistent", "maintenance"):
            yield from _applications(stack, PREFIX + name, given[name] or [])
        yield from _networks(given["rate_allow"] or [])
        for section in given["snippets"] or {}:
            if section not in SECTIONS:
                yield f"{PREFIX}snippets has {section!r}, which is no section. Known are {', '.join(SECTIONS)}."
        if stack.values.of(host, f"{PREFIX}rate_header_per_second") and not stack.values.of(
            host, f"{PREFIX}rate_header"
        ):
            yield (
                f"{PREFIX}rate_header_per_second is set, and {PREFIX}rate_header is empty: nobody is counted. "
                "Name the header, such as X-Api-Key."
            )


def _servers(stack: Stack, given: dict[str, Any]) -> Iterator[str]:
    web = stack.layout.tiers["web"]
    for name, options in given.items():
        if name not in web:
            yield f"{PREFIX}servers has {name}, which is no web host. Known are {listed(web) or 'none'}."
            continue
        wrong = (
            [str(each) for each, value in options.items() if not _fits(each, value)]
            if isinstance(options, dict)
            else ["it"]
        )
        if wrong:
            yield (
                f"{PREFIX}servers: {', '.join(wrong)} of {name} makes no sense. Give weight, a whole number from 0 to "
                f"{MOST_WEIGHT}, or standby, true or false."
            )
    if web and all(isinstance(given.get(name), dict) and given[name].get("standby") is True for name in web):
        yield f"{PREFIX}servers makes every web host a standby. Leave at least one that serves."


def _fits(option: object, value: object) -> bool:
    if option == "standby":
        return isinstance(value, bool)
    # Ansible's own whole numbers are of a class of theirs.
    if option != "weight" or not isinstance(value, int) or isinstance(value, bool):
        return False
    return 0 <= value <= MOST_WEIGHT


def _applications(stack: Stack, variable: str, given: list[str]) -> Iterator[str]:
    known = [each["name"] for each in stack.values.site("webstack_applications") or []]
    for name in given:
        if known and name not in known:
            yield f"{variable} names {name}, which is no application. Known are {', '.join(known)}."


def _networks(given: list[str]) -> Iterator[str]:
    for each in given:
        try:
            ipaddress.ip_network(each)
        except ValueError as error:
            yield f"{PREFIX}rate_allow holds {each!r}: {error}. Write an address or a network, such as 192.0.2.0/24."
