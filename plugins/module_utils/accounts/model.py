# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Accounts as wanted and as found, and the privileges in SHOW GRANTS as sets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError
from ansible_collections.scaleup.webstack.plugins.module_utils.secret import Secret

_OBJECT = re.compile(r"\*\.\*|[A-Za-z0-9_$-]+\.(\*|[A-Za-z0-9_$-]+)")
_SCHEMA = re.compile(r"[A-Za-z0-9_$-]{1,64}")
_GRANT = re.compile(r"GRANT (?P<what>.+) ON (?P<on>\S+) TO (?P<who>.+?)(?P<option> WITH GRANT OPTION)?")


@dataclass(frozen=True)
class Grant:
    """Privileges on one object, as a set of upper-case words."""

    on: str
    privileges: frozenset[str]


@dataclass(frozen=True)
class Account:
    """An account as it should be."""

    name: str
    host: str
    plugin: str
    password: Secret
    os_user: str
    tls: bool
    grants: tuple[Grant, ...] = ()
    sessions: int = 0

    @property
    def shown(self) -> str:
        """Its name, as MySQL writes it."""
        return f"{self.name}@{self.host}"


@dataclass(frozen=True)
class Found:
    """An account as the server has it."""

    plugin: str
    verifier: str = field(repr=False)
    tls: bool = True
    locked: bool = False
    grants: tuple[Grant, ...] = ()
    sessions: int = 0


@dataclass(frozen=True)
class Instance:
    """One server, as far as its accounts are concerned."""

    name: str
    read_only: bool
    super_read_only: bool
    pristine: bool
    schemas: frozenset[str]
    accounts: Mapping[str, Found]
    nobodys: bool = False  # it holds transactions of its own, but no schema and no account that is not its package's


def account_of(given: Mapping[str, object]) -> Account:
    """An account from module parameters, checked."""
    name, plugin = str(given["name"]), str(given["plugin"])
    password, os_user = str(given.get("password") or ""), str(given.get("os_user") or "")
    socket = plugin == "auth_socket"
    if socket and (password or not os_user):
        raise InvalidError(f"Account {name}: with auth_socket give os_user and no password.")
    if not socket and (os_user or not password):
        raise InvalidError(f"Account {name}: with {plugin} give a password and no os_user.")
    tls = given.get("tls")
    if socket and tls:
        raise InvalidError(f"Account {name}: auth_socket works over the local socket, where there is no TLS.")
    rows = given.get("grants") or []
    if not isinstance(rows, list):
        raise InvalidError(f"Account {name}: grants must be a list.")
    grants = _gathered(_grant_of(name, row) for row in rows)
    tls = not socket if tls is None else bool(tls)
    sessions = given.get("sessions") or 0
    if not isinstance(sessions, int) or sessions < 0:
        raise InvalidError(f"Account {name}: sessions must be a whole number, and 0 for no limit.")
    return Account(name, str(given["host"]), plugin, Secret(password), os_user, tls, grants, sessions)


def schema_of(name: str) -> str:
    """A schema's name, checked: letters, digits and _ $ - only."""
    if not _SCHEMA.fullmatch(name):
        raise InvalidError(f"{name!r} cannot be a schema's name here: letters, digits, _, $ and - are.")
    return name


def parse_grants(lines: Iterable[str]) -> tuple[Grant, ...]:
    """SHOW GRANTS as sets; roles and proxies, which have no object, stay out."""
    return _gathered(grant for line in lines if (grant := _parsed(line)))


def _parsed(line: str) -> Grant | None:
    match = _GRANT.fullmatch(line)
    if not match or match["what"] == "PROXY":
        return None
    on = match["on"]
    for prefix in ("PROCEDURE ", "FUNCTION "):
        on = on.removeprefix(prefix)
    schema, _dot, table = on.replace("`", "").partition(".")
    if table == "*":
        schema = schema.replace("\\_", "_").replace("\\%", "%")
    words = {word.strip().upper() for word in re.split(r",(?![^(]*\))", match["what"])} - {"USAGE"}
    if match["option"]:
        words.add("GRANT OPTION")
    return Grant(f"{schema}.{table}", frozenset(words))


def _grant_of(account: str, row: object) -> Grant:
    if not isinstance(row, Mapping) or not _OBJECT.fullmatch(str(row["object"])):
        raise InvalidError(f"Account {account}: a grant needs `object` as *.*, SCHEMA.* or SCHEMA.TABLE.")
    words = {" ".join(str(word).upper().split()) for word in row["privileges"]} - {"USAGE"}
    words = {"ALL PRIVILEGES" if word == "ALL" else word for word in words}
    if "ALL PRIVILEGES" in words and row["object"] == "*.*":
        raise InvalidError(f"Account {account}: name the privileges on *.*; ALL there is more than any account needs.")
    return Grant(str(row["object"]), frozenset(words))


def _gathered(grants: Iterable[Grant]) -> tuple[Grant, ...]:
    by_object: dict[str, frozenset[str]] = {}
    for grant in grants:
        by_object[grant.on] = by_object.get(grant.on, frozenset()) | grant.privileges
    return tuple(Grant(on, words) for on, words in sorted(by_object.items()) if words)
