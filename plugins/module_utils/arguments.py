# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options that modules share, and what becomes of them. Mirrors the documentation fragments mysql_*."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.session import Login
from ansible_collections.scaleup.webstack.plugins.module_utils.secret import Secret
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Member

LOGIN: dict[str, Any] = {
    "login_user": {"type": "str", "default": "webstack_operator"},
    "login_password": {"type": "str", "no_log": True},
    "ca_file": {"type": "path", "default": "/etc/webstack/pki/ca.pem"},
    "tls_name": {"type": "str", "default": "mysql.webstack.internal"},
    "connect_timeout": {"type": "int", "default": 3},
}

# The local socket, for modules that work on one server.
LOCAL: dict[str, Any] = {
    "login_user": {"type": "str", "default": "root"},
    "login_unix_socket": {"type": "path", "default": "/run/mysqld/mysqld.sock"},
    "connect_timeout": {"type": "int", "default": 3},
    "timeout": {"type": "int", "default": 60},
}

MEMBERS: dict[str, Any] = {
    "type": "list",
    "elements": "dict",
    "required": True,
    "options": {
        "name": {"type": "str", "required": True},
        "address": {"type": "str", "required": True},
        "port": {"type": "int", "default": 3306},
    },
}

REPLICATION: dict[str, Any] = {
    "replication_user": {"type": "str", "default": "webstack_replication"},
    "replication_password": {"type": "str", "required": True, "no_log": True},
    "timeout": {"type": "int", "default": 60},
}

MEMBER: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "seed": {"type": "str", "required": True},
    "reseed": {"type": "bool", "default": False},
    "clone_threshold": {"type": "int", "default": 1000},
    "copy_timeout": {"type": "int", "default": 14400},
    **REPLICATION,
}

STATE: dict[str, Any] = {"type": "str", "choices": ["present", "absent"], "default": "present"}

ACCOUNTS: dict[str, Any] = {
    "type": "list",
    "elements": "dict",
    "default": [],
    "options": {
        "name": {"type": "str", "required": True},
        "host": {"type": "str", "default": "%"},
        "plugin": {
            "type": "str",
            "choices": ["caching_sha2_password", "auth_socket"],
            "default": "caching_sha2_password",
        },
        "password": {"type": "str", "no_log": True},
        "os_user": {"type": "str"},
        "tls": {"type": "bool"},
        "sessions": {"type": "int", "default": 0},
        "grants": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {
                "privileges": {"type": "list", "elements": "str", "required": True},
                "object": {"type": "str", "required": True, "aliases": ["on"]},
            },
        },
    },
}


def login_of(params: Mapping[str, Any]) -> Login:
    """TLS login to members."""
    if params["connect_timeout"] < 1:
        raise InvalidError("connect_timeout must be at least 1 second.")
    return Login(
        user=params["login_user"],
        password=Secret(params["login_password"] or ""),
        ca_file=params["ca_file"],
        tls_name=params["tls_name"],
        connect_timeout=params["connect_timeout"],
    )


def local_login_of(params: Mapping[str, Any]) -> Login:
    """Login by the local socket, where the operating system says who the user is."""
    return Login(
        params["login_user"],
        Secret(""),
        connect_timeout=params["connect_timeout"],
        unix_socket=params["login_unix_socket"],
    )


def members_of(params: Mapping[str, Any]) -> tuple[Member, ...]:
    """Configured members, each name and each address once."""
    members = tuple(Member(each["name"], each["address"], each["port"]) for each in params["members"])
    if not members:
        raise InvalidError("members is empty: name every database server of the layout.")
    for what in ({each.name for each in members}, {(each.address, each.port) for each in members}):
        if len(what) < len(members):
            raise InvalidError("members holds a name or an address twice: each server is to be named once.")
    return members


def name_in(members: tuple[Member, ...], option: str, value: str) -> str:
    """A member's name that was given as an option."""
    names = [member.name for member in members]
    if value not in names:
        raise InvalidError(f"{option} is {value!r}, and members names only {', '.join(names)}.")
    return value
