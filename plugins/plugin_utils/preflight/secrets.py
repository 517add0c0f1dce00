"""Secrets that are given, for instance from Ansible Vault. No sentence shows one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..applications import secret_names
from .model import Stack

LEAST = 16
# MySQL takes no longer password for a replication channel.
MOST = {"mysql_replication": 32}
FIXED = ("mysql_operator", "mysql_replication", "mysql_monitoring", "mysql_backup")


def names(applications: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the names of all secrets that a stack with these applications has."""
    found = list(FIXED)
    for entry in applications:
        found += secret_names(entry["name"], entry.get("secrets", []), entry.get("database", True))
    return tuple(found)


def check(stack: Stack) -> Iterator[str]:
    """Names that exist, and lengths."""
    given = stack.values.site("webstack_secrets") or {}
    applications = stack.values.site("webstack_applications")
    known = names(applications) if applications else ()
    for name, value in given.items():
        if known and name not in known:
            yield f"webstack_secrets names {name}, which no role asks for. Known are {', '.join(known)}."
        elif not isinstance(value, str):
            yield f"webstack_secrets: {name} is no text. Put quotes around it."
        elif len(value) < LEAST:
            yield (
                f"webstack_secrets: {name} has {len(value)} characters. Give at least {LEAST}, or leave it out: "
                "it is generated then."
            )
        elif len(value) > MOST.get(name, 255):
            yield f"webstack_secrets: {name} has {len(value)} characters. Give at most {MOST.get(name, 255)}."
        elif not value.isprintable() or value != value.strip():
            yield f"webstack_secrets: {name} has white space at an end, or characters that nobody can type. Remove it."
