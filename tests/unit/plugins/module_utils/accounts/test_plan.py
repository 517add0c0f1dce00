"""From found accounts to steps, and what must hold wherever they are interrupted."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.accounts import plan as planner
from ansible_collections.scaleup.webstack.plugins.module_utils.accounts.model import Instance
from ansible_collections.scaleup.webstack.plugins.module_utils.accounts.plan import lines, wanted_lines
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.statement import statements_for
from ansible_collections.scaleup.webstack.tests.unit.plugins.module_utils.accounts.world import (
    OTHER,
    PASSWORD,
    VERIFIER,
    World,
    world_of,
    worlds,
)
from hypothesis import given
from hypothesis import strategies as st

planner.matches = cache(planner.matches)  # a pure function of thousands of hashes, asked the same again and again

WORLDS = pytest.mark.parametrize("facts", worlds(), ids=lambda facts: facts["world"])

words = st.sets(st.sampled_from(["SELECT", "INSERT", "DROP", "GRANT OPTION"]), min_size=1)
grants = st.dictionaries(st.sampled_from(["demo.*", "demo.t", "other.*", "*.*"]), words, max_size=3)
names = st.sampled_from(["a", "b", "c"])
by_password = st.fixed_dictionaries(
    {"grants": grants},
    optional={"password": st.just("other"), "tls": st.booleans(), "locked": st.booleans(), "sessions": st.just(5)},
)
by_socket = st.fixed_dictionaries({"grants": grants, "os_user": st.sampled_from(["agent", "root"])})
wishes = st.one_of(st.fixed_dictionaries({"grants": grants}, optional={"sessions": st.just(9)}), by_socket)
anything = st.fixed_dictionaries(
    {
        "wanted": st.dictionaries(names, wishes),
        "found": st.dictionaries(names, st.one_of(by_password, by_socket)),
        "schemas": st.lists(st.sampled_from(["mysql", "demo", "shop"]), unique=True),
        "binlog": st.booleans(),
        "server": st.sampled_from(
            [
                {},
                {"pristine": True},
                {"nobodys": True},
                {"nobodys": True, "read_only": True, "super_read_only": True},
                {"read_only": True, "pristine": True},
                {"read_only": True, "super_read_only": True, "pristine": True},
                {"read_only": True, "super_read_only": True},
            ]
        ),
    }
)


@WORLDS
def test_plan(facts: dict[str, Any]) -> None:
    plan = world_of(facts).plan()
    assert [step.action.value for step in plan.steps] == facts["steps"]
    assert [step.action.value for step in plan.afterwards] == facts.get("afterwards", [])
    assert facts.get("refusal", "") in plan.refusal
    assert bool(facts.get("refusal")) == bool(plan.refusal)


@WORLDS
def test_the_diff_shows_what_changes(facts: dict[str, Any]) -> None:
    world = world_of(facts)
    about = {"create_schema", "create_account", "alter_account", "grant", "revoke"}
    there = lines(world.server, world.accounts, world.schemas)
    will_be = wanted_lines(world.server, world.accounts, world.schemas)
    assert (there != will_be) == bool(about & set(facts["steps"]) or facts.get("refusal"))


@WORLDS
def test_every_prefix_is_safe_and_the_rest_follows_from_it(facts: dict[str, Any]) -> None:
    replay(world_of(facts))


@given(anything)
def test_any_plan_may_be_interrupted_anywhere(facts: dict[str, Any]) -> None:
    replay(world_of(facts))


def replay(world: World) -> None:
    plan = world.plan()
    steps = (*plan.steps, *plan.afterwards)
    end = world.after(steps)
    for length in range(len(steps) + 1):
        now = world.after(steps[:length])
        nobody_has_too_much(world, now)
        nothing_is_lost(world, now.server)
        again = now.plan()
        assert bool(again.refusal) == bool(plan.refusal)
        finished = now.after((*again.steps, *again.afterwards))
        assert finished.server == end.server
        assert finished.plan().steps == ()


def nobody_has_too_much(world: World, now: World) -> None:
    """An account has what it had before or should have, and what it should have only with the password it should."""
    wanted = {account.shown: account for account in world.accounts}
    for name, found in now.server.accounts.items():
        before = world.server.accounts.get(name)
        had = {grant.on: grant.privileges for grant in before.grants} if before else {}
        should = {grant.on: grant.privileges for grant in wanted[name].grants} if name in wanted else {}
        for grant in found.grants:
            more = grant.privileges - had.get(grant.on, frozenset())
            assert more <= should.get(grant.on, frozenset()), name
            assert not more or found.verifier == (wanted[name].os_user or VERIFIER), name
        assert name in wanted or found == before


def nothing_is_lost(world: World, now: Instance) -> None:
    """Schemas and accounts stay, and a server that was read-only never opens to ordinary accounts."""
    assert now.schemas >= world.server.schemas
    assert now.accounts.keys() >= world.server.accounts.keys()
    assert now.read_only or not world.server.read_only


def test_no_password_is_shown_anywhere() -> None:
    world = world_of({"wanted": {"a": {}}, "found": {"a": {"password": "other"}}, "schemas": ["demo"]})
    plan = world.plan()
    shown = [repr(plan), *(each.shown for step in plan.steps for each in statements_for(step))]  # type: ignore[union-attr]
    assert PASSWORD not in "".join(shown)
    assert VERIFIER not in repr(world)
    assert OTHER not in repr(world)
