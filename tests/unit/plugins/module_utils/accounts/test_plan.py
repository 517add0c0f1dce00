"""From found accounts to steps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.accounts.model import (
    Account,
    Found,
    Grant,
    Instance,
    account_of,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.accounts.plan import lines, plan_accounts, wanted_lines
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.statement import statements_for
from ansible_collections.scaleup.webstack.tests.unit.plugins.module_utils.accounts.verifiers import VERIFIERS

PASSWORD, VERIFIER = next(iter(VERIFIERS.items()))
OTHER = list(VERIFIERS.values())[1]


def wanted(**changes: Any) -> Account:
    given = {
        "name": "demo_writer",
        "host": "%",
        "plugin": "caching_sha2_password",
        "password": PASSWORD,
        "grants": [{"object": "demo.*", "privileges": ["SELECT", "INSERT"]}],
    }
    return account_of({**given, **changes})


def found(**changes: Any) -> Found:
    right = Found("caching_sha2_password", VERIFIER, True, False, (Grant("demo.*", frozenset({"SELECT", "INSERT"})),))
    return replace(right, **changes)


def server(*, account: Found | None = None, **changes: Any) -> Instance:
    accounts = {"demo_writer@%": account} if account else {}
    return replace(Instance("db1", False, False, False, frozenset({"mysql"}), accounts), **changes)


def actions(instance: Instance, *accounts: Account, schemas: tuple[str, ...] = (), binlog: bool = True) -> list[str]:
    plan = plan_accounts(instance, accounts, schemas, binlog=binlog)
    return [step.action.value for step in (*plan.steps, *plan.afterwards)]


@pytest.mark.parametrize(
    ("account", "steps"),
    [
        (None, ["create_account", "grant"]),
        (found(), []),
        (found(verifier=OTHER), ["alter_account"]),
        (found(tls=False), ["alter_account"]),
        (found(locked=True), ["alter_account"]),
        (found(plugin="auth_socket", verifier="demo"), ["alter_account"]),
        (found(grants=()), ["grant"]),
        (found(grants=(Grant("demo.*", frozenset({"SELECT", "INSERT", "DROP"})),)), ["revoke"]),
        (found(grants=(Grant("demo.*", frozenset({"SELECT", "DROP"})),)), ["revoke", "grant"]),
        (found(grants=(*found().grants, Grant("other.*", frozenset({"SELECT"})))), []),
        (found(grants=(*found().grants, Grant("*.*", frozenset({"SELECT"})))), ["revoke"]),
    ],
)
def test_account(account: Found | None, steps: list[str]) -> None:
    instance = server(account=account)
    assert actions(instance, wanted()) == steps
    same = lines(instance, [wanted()], []) == wanted_lines(instance, [wanted()], [])
    assert same == (not steps)


def test_auth_socket_is_compared_by_its_os_user() -> None:
    account = wanted(plugin="auth_socket", password=None, os_user="agent")
    right = found(plugin="auth_socket", verifier="agent", tls=False)
    assert actions(server(account=right), account) == []
    assert actions(server(account=replace(right, verifier="root")), account) == ["alter_account"]


def test_missing_schemas_come_first() -> None:
    assert actions(server(), wanted(), schemas=("mysql", "demo")) == ["create_schema", "create_account", "grant"]


def test_a_read_only_server_is_refused_only_if_something_is_missing() -> None:
    replica = server(account=found(), read_only=True, super_read_only=True)
    assert plan_accounts(replica, [wanted()], [], binlog=True).refusal == ""
    plan = plan_accounts(replica, [wanted()], ["demo"], binlog=True)
    assert "db1 is read-only" in plan.refusal
    assert not plan.steps


def test_without_the_binary_log_only_a_pristine_server_is_changed() -> None:
    fresh = server(read_only=True, super_read_only=True, pristine=True)
    assert actions(fresh, wanted(), binlog=False) == [
        "keep_out_of_binlog",
        "lift_super_read_only",
        "create_account",
        "grant",
        "close_writes",
    ]
    half_done = replace(fresh, super_read_only=False)
    assert actions(half_done, wanted(), binlog=False)[-1] == "close_writes"
    assert actions(server(pristine=True), wanted(), binlog=False)[-1] == "grant"
    plan = plan_accounts(replace(fresh, pristine=False), [wanted()], [], binlog=False)
    assert "already holds data" in plan.refusal
    assert not plan.steps


def test_no_password_is_shown_anywhere() -> None:
    plan = plan_accounts(server(account=found(verifier=OTHER)), [wanted()], ["demo"], binlog=True)
    shown = [repr(plan), *(each.shown for step in plan.steps for each in statements_for(step))]  # type: ignore[union-attr]
    assert PASSWORD not in "".join(shown)
    assert VERIFIER not in repr(server(account=found()))
