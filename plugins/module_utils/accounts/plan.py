# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From the accounts that a server has to the accounts that it should have.

Invariant: accounts, schemas and objects that nobody named stay as they are (an account's privileges on ``*.*`` are
always named). No account ever has more than it should after a step that it did not have before. Every prefix of a plan
keeps this, and planning again after any prefix gives the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ansible_collections.scaleup.webstack.plugins.module_utils.accounts.model import Account, Found, Grant, Instance
from ansible_collections.scaleup.webstack.plugins.module_utils.accounts.password import matches
from ansible_collections.scaleup.webstack.plugins.module_utils.digest import SYSTEM_SCHEMAS
from ansible_collections.scaleup.webstack.plugins.module_utils.step import Action, Step


@dataclass(frozen=True)
class AccountsPlan:
    """Steps, steps that must follow whatever happens, and the sentence that refuses all of it, if one does."""

    steps: tuple[Step, ...] = ()
    afterwards: tuple[Step, ...] = ()
    refusal: str = ""


def plan_accounts(
    found: Instance, accounts: Sequence[Account], schemas: Iterable[str], *, binlog: bool, force: bool = False
) -> AccountsPlan:
    """The plan for one server. Without the binary log only one without data may be changed, or whose data is to go."""
    steps = [
        Step(found.name, Action.CREATE_SCHEMA, f"schema {schema} is missing", schema)
        for schema in schemas
        if schema not in found.schemas
    ]
    for account in accounts:
        steps += _account_steps(found.name, account, found.accounts.get(account.shown))
    back = Step(found.name, Action.CLOSE_WRITES, "the server is read-only again, as it was")
    if not steps:
        left_open = (found.pristine or force) and found.read_only and not (binlog or found.super_read_only)
        return AccountsPlan((back,) if left_open else ())  # a run that was interrupted left it so
    if binlog:
        refusal = _refused_with_binlog(found)
        return AccountsPlan(() if refusal else tuple(steps), refusal=refusal)
    if not (found.pristine or found.nobodys or force):
        if not any(account.shown in found.accounts for account in accounts):
            return AccountsPlan(refusal=_stranger(found))
        text = f"{found.name} already holds data, so its accounts come through the binary log: run this on the primary"
        return AccountsPlan(refusal=f"{text} with binlog set to true.")
    first = [Step(found.name, Action.KEEP_OUT_OF_BINLOG, "what is made here must not become an errant transaction")]
    if found.super_read_only:
        first.append(Step(found.name, Action.LIFT_SUPER_READ_ONLY, "accounts cannot be made while it is on"))
    if found.nobodys and not force:
        reason = "it holds only what its package has written, and nobody else has these transactions"
        first.append(Step(found.name, Action.FORGET_TRANSACTIONS, reason))
    if not found.read_only:
        return AccountsPlan((*first, *steps))
    return AccountsPlan((*first, *steps), (back,))


def lines(found: Instance, accounts: Iterable[Account], schemas: Iterable[str]) -> list[str]:
    """The named accounts and schemas as the server has them, one line each, for the diff."""
    there = [f"schema {name}" for name in schemas if name in found.schemas]
    for account in accounts:
        one = found.accounts.get(account.shown)
        if one:
            right = one.plugin == account.plugin and _verified(account, one)
            there.append(_line(account.shown, one, "as given" if right else "another one"))
    return there


def wanted_lines(found: Instance, accounts: Iterable[Account], schemas: Iterable[str]) -> list[str]:
    """The same lines as they will be afterwards."""
    will_be = [f"schema {name}" for name in schemas]
    for account in accounts:
        one = found.accounts.get(account.shown)
        named = {grant.on for grant in account.grants} | {"*.*"}
        kept = tuple(grant for grant in one.grants if grant.on not in named) if one else ()
        grants = tuple(sorted((*account.grants, *kept), key=lambda grant: grant.on))
        after = Found(account.plugin, "", account.tls, locked=False, grants=grants, sessions=account.sessions)
        will_be.append(_line(account.shown, after, "as given"))
    return will_be


def _line(who: str, one: Found, verifier: str) -> str:
    grants = "; ".join(f"{', '.join(sorted(grant.privileges))} on {grant.on}" for grant in one.grants)
    how = f"{one.plugin}, {'password' if one.plugin != 'auth_socket' else 'OS user'} {verifier}"
    tls = "required" if one.tls else "not required"
    limit = f", {one.sessions} sessions" if one.sessions else ""
    return f"account {who}: {how}, TLS {tls}{limit}{', locked' * one.locked}; {grants}"


def _stranger(found: Instance) -> str:
    own = ", ".join(sorted(found.schemas.difference(SYSTEM_SCHEMAS)))
    return (
        f"{found.name} holds data of its own ({own or 'no schema, but transactions'}) and no account of this stack: it "
        "is no member. Take it out of the inventory; or save what it holds if it matters, and add "
        f"-e force_reseed={found.name}: all of it is replaced with a copy of the others."
    )


def _refused_with_binlog(found: Instance) -> str:
    if not found.read_only:
        return ""
    return f"{found.name} is read-only, so it is not the primary now: accounts are made on the primary and replicated."


def _account_steps(server: str, account: Account, found: Found | None) -> Iterator[Step]:
    if found is None:
        yield Step(server, Action.CREATE_ACCOUNT, f"account {account.shown} is missing", account)
    else:
        reasons = _reasons(account, found)
        if reasons:
            yield Step(server, Action.ALTER_ACCOUNT, f"account {account.shown}: {', '.join(reasons)}", account)
    have = {grant.on: grant.privileges for grant in found.grants} if found else {}
    want = {grant.on: grant.privileges for grant in account.grants}
    for on in sorted({*want, "*.*"}):
        surplus = have.get(on, frozenset()) - want.get(on, frozenset())
        missing = want.get(on, frozenset()) - have.get(on, frozenset())
        for action, words in ((Action.REVOKE, surplus), (Action.GRANT, missing)):
            if words:
                verb = "should not have" if action is Action.REVOKE else "needs"
                reason = f"account {account.shown} {verb} {', '.join(sorted(words))} on {on}"
                yield Step(server, action, reason, (account, Grant(on, words)))


def _reasons(account: Account, found: Found) -> list[str]:
    checks = {
        f"its plugin is {found.plugin}, not {account.plugin}": found.plugin == account.plugin,
        "its password is another one": account.plugin == "auth_socket" or _verified(account, found),
        f"its OS user is {found.verifier}": account.plugin != "auth_socket" or _verified(account, found),
        f"TLS {'must' if account.tls else 'cannot'} be required of it": account.tls == found.tls,
        f"its limit of sessions is {found.sessions}, not {account.sessions}": account.sessions == found.sessions,
        "it is locked": not found.locked,
    }
    if found.plugin != account.plugin:
        return [next(iter(checks))]
    return [reason for reason, right in checks.items() if not right]


def _verified(account: Account, found: Found) -> bool:
    if account.plugin == "auth_socket":
        return found.verifier == account.os_user
    return matches(account.password.value, found.verifier)
