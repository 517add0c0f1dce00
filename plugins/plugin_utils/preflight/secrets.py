"""Secrets that are given, for instance from Ansible Vault. No sentence shows one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..applications import secret_names, source_password
from .model import Stack

LEAST = 16
# MySQL takes no longer password for a replication channel.
MOST = {"mysql_replication": 32}
FIXED = ("mysql_operator", "mysql_replication", "mysql_monitoring", "mysql_backup")


def names(applications: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the names of all secrets that a stack with these applications has, and could generate."""
    found = list(FIXED)
    for entry in applications:
        found += secret_names(entry["name"], entry.get("secrets", []), entry.get("database", True))
    return tuple(found)


def passwords(applications: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the names of passwords that others have made, each with the application whose source asks for it."""
    return {source_password(entry["name"]): entry["name"] for entry in applications if entry.get("source_user")}


def check(stack: Stack) -> Iterator[str]:
    """Names that exist, and lengths."""
    given = stack.values.site("webstack_secrets") or {}
    applications = stack.values.site("webstack_applications")
    others = passwords(applications or [])
    known = (*names(applications), *others) if applications else ()
    for name, application in others.items():
        if name not in given:
            yield (
                f"webstack_applications: {application} has a source_user, and no password for it. Give it as {name} "
                "in webstack_secrets, for instance from Ansible Vault."
            )
    for name, value in given.items():
        if known and name not in known:
            yield f"webstack_secrets names {name}, which no role asks for. Known are {', '.join(known)}."
        elif not isinstance(value, str):
            yield f"webstack_secrets: {name} is no text. Put quotes around it."
        elif name in others and not value:
            yield f"webstack_secrets: {name} is empty. Give the password, or leave source_user out of {others[name]}."
        elif len(value) < LEAST and name not in others:
            yield (
                f"webstack_secrets: {name} has {len(value)} characters. Give at least {LEAST}, or leave it out: "
                "it is generated then."
            )
        elif len(value) > MOST.get(name, 255) and name not in others:
            yield f"webstack_secrets: {name} has {len(value)} characters. Give at most {MOST.get(name, 255)}."
        elif not value.isprintable() or value != value.strip():
            yield f"webstack_secrets: {name} has white space at an end, or characters that nobody can type. Remove it."
