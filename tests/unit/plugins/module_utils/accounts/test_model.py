"""Accounts and grants are read as sets, and nonsense is refused with a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.accounts.model import account_of, parse_grants, schema_of
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError

GIVEN: dict[str, Any] = {
    "name": "demo_writer",
    "host": "%",
    "plugin": "caching_sha2_password",
    "password": "hidden",
    "os_user": None,
    "tls": None,
    "grants": [],
}


def grants(*lines: str) -> dict[str, set[str]]:
    return {grant.on: set(grant.privileges) for grant in parse_grants(lines)}


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["GRANT USAGE ON *.* TO `a`@`%`"], {}),
        (["GRANT SELECT, INSERT ON `demo`.* TO `a`@`%`"], {"demo.*": {"SELECT", "INSERT"}}),
        (["GRANT SELECT ON `shop\\_eu`.* TO `a`@`%`"], {"shop_eu.*": {"SELECT"}}),
        (["GRANT SELECT ON `demo`.`my_table` TO `a`@`%`"], {"demo.my_table": {"SELECT"}}),
        (["GRANT ALL PRIVILEGES ON `demo`.* TO `a`@`%`"], {"demo.*": {"ALL PRIVILEGES"}}),
        (
            [
                "GRANT PROCESS, REPLICATION CLIENT ON *.* TO `a`@`%` WITH GRANT OPTION",
                "GRANT BACKUP_ADMIN,CLONE_ADMIN ON *.* TO `a`@`%`",
            ],
            {"*.*": {"PROCESS", "REPLICATION CLIENT", "GRANT OPTION", "BACKUP_ADMIN", "CLONE_ADMIN"}},
        ),
        (
            ["GRANT SELECT (`one`, `two`), INSERT ON `demo`.`t` TO `a`@`%`"],
            {"demo.t": {"SELECT (`ONE`, `TWO`)", "INSERT"}},
        ),
        (["GRANT `role`@`%` TO `a`@`%`", "GRANT PROXY ON ``@`` TO `root`@`localhost` WITH GRANT OPTION"], {}),
    ],
)
def test_show_grants(lines: list[str], found: dict[str, set[str]]) -> None:
    assert grants(*lines) == found


def test_defaults_follow_from_the_plugin() -> None:
    assert account_of(GIVEN).tls
    local = account_of({**GIVEN, "plugin": "auth_socket", "password": None, "os_user": "agent"})
    assert not local.tls


def test_privileges_are_gathered_by_object() -> None:
    rows = [
        {"object": "demo.*", "privileges": ["select", "insert "]},
        {"object": "demo.*", "privileges": ["UPDATE"]},
        {"object": "other.*", "privileges": ["all"]},
        {"object": "*.*", "privileges": ["usage"]},
    ]
    found = {grant.on: set(grant.privileges) for grant in account_of({**GIVEN, "grants": rows}).grants}
    assert found == {"demo.*": {"SELECT", "INSERT", "UPDATE"}, "other.*": {"ALL PRIVILEGES"}}


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": None},
        {"os_user": "agent"},
        {"plugin": "auth_socket"},
        {"plugin": "auth_socket", "password": None},
        {"plugin": "auth_socket", "password": None, "os_user": "agent", "tls": True},
        {"grants": [{"object": "demo", "privileges": ["SELECT"]}]},
        {"grants": [{"object": "demo.*; DROP DATABASE demo", "privileges": ["SELECT"]}]},
        {"grants": [{"object": "*.*", "privileges": ["ALL"]}]},
    ],
)
def test_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidError, match="Account demo_writer: ") as error:
        account_of({**GIVEN, **wrong})
    assert "hidden" not in str(error.value)


def test_schema_names() -> None:
    assert schema_of("shop_eu-1$") == "shop_eu-1$"
    with pytest.raises(InvalidError):
        schema_of("a`b")
