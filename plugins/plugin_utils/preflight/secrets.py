"""Secrets that are given, for instance from Ansible Vault. No sentence shows one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..applications import SOURCE_KEY, secret_names, source_secret
from .model import Stack

LEAST = 16
# MySQL takes no longer password for a replication channel.
MOST = {"mysql_replication": 32}
# As ssh-keygen and openssl write one without a passphrase. OpenSSH's form begins with its cipher, "none".
KEY = re.compile(
    r"-----BEGIN (?:OPENSSH PRIVATE KEY-----\s+b3BlbnNzaC1rZXktdjEAAAAABG5vbmU|(?:RSA |EC )?PRIVATE KEY-----)"
    r"[A-Za-z0-9+/=\s]+-----END [A-Z ]*PRIVATE KEY-----\s*"
)
NO_TEXT = "webstack_secrets: {} is no text. Put quotes around it."
NOT_TYPED = "webstack_secrets: {} has white space at an end, or characters that nobody can type. Remove it."
FIXED = ("mysql_operator", "mysql_replication", "mysql_monitoring", "mysql_backup")


def names(applications: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the names of all secrets that a stack with these applications has, and could generate."""
    found = list(FIXED)
    for entry in applications:
        found += secret_names(entry["name"], entry.get("secrets", []), entry.get("database", True))
    return tuple(found)


def logins(applications: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the names of secrets that others have made, each with the application whose source asks for it."""
    return {source_secret(entry): entry["name"] for entry in applications if source_secret(entry)}


def _login(name: str, application: str, value: object) -> Iterator[str]:
    """Judge what a source asks for; `value` is None where it is not given."""
    key = name.endswith(SOURCE_KEY)
    why, what = ("source_host_key", "private key") if key else ("source_user", "password")
    if value is None:
        yield (
            f"webstack_applications: {application} has a {why}, and no {what} for it. Give it as {name} "
            "in webstack_secrets, for instance from Ansible Vault."
        )
    elif value == "":
        yield f"webstack_secrets: {name} is empty. Give the {what}, or leave {why} out of {application}."
    elif not isinstance(value, str):
        yield NO_TEXT.format(name)
    elif key and not KEY.fullmatch(value):
        yield (
            f"webstack_secrets: {name} is no private key that git can use. Give one without a passphrase, "
            "from its line BEGIN to its line END, as ssh-keygen writes it."
        )
    elif not key and not _typed(value):
        yield NOT_TYPED.format(name)


def _typed(value: str) -> bool:
    """Whether somebody can type it."""
    return value.isprintable() and value == value.strip()


def check(stack: Stack) -> Iterator[str]:
    """Names that exist, and lengths."""
    given = stack.values.site("webstack_secrets") or {}
    applications = stack.values.site("webstack_applications")
    others = logins(applications or [])
    known = (*names(applications), *others) if applications else ()
    for name, application in others.items():
        yield from _login(name, application, given.get(name))
    for name, value in given.items():
        if known and name not in known:
            yield f"webstack_secrets names {name}, which no role asks for. Known are {', '.join(known)}."
        elif name in others:
            continue
        elif not isinstance(value, str):
            yield NO_TEXT.format(name)
        elif len(value) < LEAST:
            yield (
                f"webstack_secrets: {name} has {len(value)} characters. Give at least {LEAST}, or leave it out: "
                "it is generated then."
            )
        elif len(value) > MOST.get(name, 255):
            yield f"webstack_secrets: {name} has {len(value)} characters. Give at most {MOST.get(name, 255)}."
        elif not _typed(value):
            yield NOT_TYPED.format(name)
