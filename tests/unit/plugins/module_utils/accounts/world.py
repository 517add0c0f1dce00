"""Read the worlds of accounts, which are data, and carry out steps on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.scaleup.webstack.plugins.module_utils.accounts.model import (
    Account,
    Found,
    Grant,
    Instance,
    account_of,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.accounts.plan import AccountsPlan, plan_accounts
from ansible_collections.scaleup.webstack.plugins.module_utils.step import Action, Step
from ansible_collections.scaleup.webstack.tests.unit.plugins.module_utils.accounts.verifiers import VERIFIERS

(PASSWORD, VERIFIER), (_, OTHER) = list(VERIFIERS.items())[:2]


@dataclass(frozen=True)
class World:
    """A server, and what is asked of it."""

    server: Instance
    accounts: tuple[Account, ...]
    schemas: tuple[str, ...] = ()
    binlog: bool = True
    force: bool = False

    def plan(self) -> AccountsPlan:
        return plan_accounts(self.server, self.accounts, self.schemas, binlog=self.binlog, force=self.force)

    def after(self, steps: Iterable[Step]) -> World:
        server = self.server
        for step in steps:
            server = _after(server, step)
        return replace(self, server=server)


def worlds() -> list[dict[str, Any]]:
    return [
        world
        for path in sorted((Path(__file__).parent / "worlds").glob("*.yml"))
        for world in yaml.load(path.read_text(), yaml.CSafeLoader)
    ]


def world_of(facts: dict[str, Any]) -> World:
    accounts = {f"{name}@%": found_of(each) for name, each in facts.get("found", {}).items()}
    server = Instance("db1", False, False, False, frozenset({"mysql"}), accounts)
    return World(
        replace(server, **facts.get("server", {})),
        tuple(wanted(name, each) for name, each in facts["wanted"].items()),
        tuple(facts.get("schemas", ())),
        facts.get("binlog", True),
        facts.get("force", False),
    )


def wanted(name: str, facts: dict[str, Any]) -> Account:
    grants = [{"object": on, "privileges": words} for on, words in facts.get("grants", {}).items()]
    given: dict[str, Any] = {"name": name, "host": "%", "grants": grants, "sessions": facts.get("sessions", 0)}
    if "os_user" in facts:
        return account_of({**given, "plugin": "auth_socket", "os_user": facts["os_user"]})
    return account_of({**given, "plugin": "caching_sha2_password", "password": PASSWORD})


def found_of(facts: dict[str, Any]) -> Found:
    grants = tuple(Grant(on, frozenset(words)) for on, words in sorted(facts.get("grants", {}).items()))
    verifier = facts.get("os_user", OTHER if facts.get("password") == "other" else VERIFIER)
    plugin = "auth_socket" if "os_user" in facts else "caching_sha2_password"
    tls, locked = facts.get("tls", "os_user" not in facts), facts.get("locked", False)
    return Found(plugin, verifier, tls, locked, grants, facts.get("sessions", 0))


def _after(server: Instance, step: Step) -> Instance:  # noqa: PLR0911 - one case an action
    match step.action, step.argument:
        case Action.LIFT_SUPER_READ_ONLY, _:
            return replace(server, super_read_only=False)
        case Action.FORGET_TRANSACTIONS, _:
            return replace(server, pristine=True, nobodys=False)
        case Action.CLOSE_WRITES, _:
            return replace(server, read_only=True, super_read_only=True)
        case Action.CREATE_SCHEMA, str() as schema:
            return replace(server, schemas=server.schemas | {schema})
        case ((Action.CREATE_ACCOUNT | Action.ALTER_ACCOUNT), Account() as account):
            verifier = account.os_user or VERIFIER
            there = server.accounts.get(account.shown)
            grants = there.grants if there else ()
            return _with(server, account, Found(account.plugin, verifier, account.tls, False, grants, account.sessions))
        case ((Action.GRANT | Action.REVOKE), (Account() as account, Grant() as grant)):
            there = server.accounts[account.shown]
            have = {each.on: each.privileges for each in there.grants}
            old = have.get(grant.on, frozenset())
            have[grant.on] = old | grant.privileges if step.action is Action.GRANT else old - grant.privileges
            grants = tuple(Grant(on, words) for on, words in sorted(have.items()) if words)
            return _with(server, account, replace(there, grants=grants))
    assert step.action is Action.KEEP_OUT_OF_BINLOG, step
    return server


def _with(server: Instance, account: Account, found: Found) -> Instance:
    return replace(server, accounts={**server.accounts, account.shown: found})
