"""Shared options mean what they say, and the documentation says the same."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from ansible_collections.scaleup.webstack.plugins.doc_fragments import mysql_login, mysql_member, mysql_replication
from ansible_collections.scaleup.webstack.plugins.module_utils import arguments
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError

PACKAGE = "ansible_collections.scaleup.webstack.plugins.modules."
FRAGMENT = "scaleup.webstack."
PARAMS: dict[str, Any] = {
    "login_user": "u",
    "login_password": "hidden",
    "ca_file": "/ca.pem",
    "tls_name": "n",
    "connect_timeout": 3,
    "members": [{"name": "db1", "address": "192.0.2.11", "port": 3306}],
}


def test_login() -> None:
    login = arguments.login_of(PARAMS)
    assert (login.user, login.ca_file, login.tls_name, login.connect_timeout) == ("u", "/ca.pem", "n", 3)
    assert "hidden" not in repr(login)
    with pytest.raises(InvalidError):
        arguments.login_of({**PARAMS, "connect_timeout": 0})


@pytest.mark.parametrize(
    "members",
    [
        [],
        [*PARAMS["members"], {"name": "db1", "address": "192.0.2.12", "port": 3306}],
        [*PARAMS["members"], {"name": "db2", "address": "192.0.2.11", "port": 3306}],
    ],
)
def test_members_are_distinct(members: list[dict[str, Any]]) -> None:
    with pytest.raises(InvalidError):
        arguments.members_of({"members": members})


def test_names_are_members() -> None:
    members = arguments.members_of(PARAMS)
    assert arguments.name_in(members, "seed", "db1") == "db1"
    with pytest.raises(InvalidError, match="seed is 'db9', and members names only db1"):
        arguments.name_in(members, "seed", "db9")


class AskedError(Exception):
    """Thrown by the stand-in for AnsibleModule, with the argument specification."""


def spec_of(module: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    def stand_in(argument_spec: dict[str, Any], supports_check_mode: bool) -> None:
        assert supports_check_mode
        raise AskedError(argument_spec)

    loaded = importlib.import_module(PACKAGE + module)
    monkeypatch.setattr(loaded, "AnsibleModule", stand_in)
    with pytest.raises(AskedError) as asked:
        loaded.main()
    spec: dict[str, Any] = asked.value.args[0]
    return spec


def flat(options: dict[str, Any], inner: str, path: str = "") -> Iterator[tuple[str, Any]]:
    for name, option in options.items():
        yield (
            path + name,
            [option.get(key) for key in ("type", "default", "elements", "choices", "aliases")]
            + [bool(option.get("required"))],
        )
        yield from flat(option.get(inner, {}), inner, f"{path}{name}.")


@pytest.mark.parametrize(
    "module",
    [
        "mysql_accounts",
        "mysql_failover",
        "mysql_group_member",
        "mysql_replica",
        "mysql_replication_info",
        "mysql_switchover",
    ],
)
def test_documentation_equals_the_argument_specification(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    documentation = yaml.load(importlib.import_module(PACKAGE + module).DOCUMENTATION, yaml.CSafeLoader)
    documented = documentation.get("options", {})
    for fragment in (mysql_login, mysql_member, mysql_replication):
        if FRAGMENT + fragment.__name__.rpartition(".")[2] in documentation["extends_documentation_fragment"]:
            documented |= yaml.load(fragment.ModuleDocFragment.DOCUMENTATION, yaml.CSafeLoader)["options"]
    spec = spec_of(module, monkeypatch)
    assert dict(flat(documented, "suboptions")) == dict(flat(spec, "options"))
    secrets = [option for name, option in spec.items() if name.endswith("password")]
    assert all(option["no_log"] for option in secrets)
