"""Plans of group members: the expected steps in every world, and what must hold wherever a plan is interrupted."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.step import Action, Step
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.group import (
    Membership,
    expected,
    group_name_of,
    plan_group_member,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Topology
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.plan import Plan
from ansible_collections.scaleup.webstack.tests.unit.plugins.module_utils.topology.world import (
    topology_of,
    wanted,
    worlds,
)

WORLDS = pytest.mark.parametrize(
    "world", [world for world in worlds() if "joins" in world], ids=lambda world: world["world"]
)

TURN = (Action.TAKE_TURN, Action.END_TURN)  # on the primary, and nothing else


def primaries(topology: Topology) -> set[str]:
    """Every server that some view calls primary and that has a majority in its own."""
    return {
        server.name
        for server in topology.answering
        if server.group and server.group.primary and server.group.has_majority and server.writable
    }


def steps_of(plan: Plan) -> tuple[Step, ...]:
    return (*plan.steps, *plan.afterwards)


@WORLDS
def test_plan(world: dict[str, Any]) -> None:
    topology = topology_of(world)
    for name, want in world["joins"].items():
        plan = plan_group_member(topology, wanted(name))
        found = [each.action.value for each in steps_of(plan)]
        assert found + ([plan.refusal.diagnosis.value] if plan.refusal else []) == want, name
        assert {each.server for each in steps_of(plan) if each.action not in TURN} <= {name}
        assert "hidden" not in repr(plan)


@WORLDS
def test_every_prefix_is_safe_and_the_rest_follows_from_it(world: dict[str, Any]) -> None:
    before = topology_of(world)
    for server in before.servers:
        plan = plan_group_member(before, wanted(server.name))
        end = expected(before, plan.steps)
        for length in range(len(plan.steps) + 1):
            now = expected(before, plan.steps[:length])
            assert len(primaries(now)) <= max(1, len(primaries(before)))
            again = plan_group_member(now, wanted(server.name))
            assert expected(now, again.steps) == end
            assert (again.refusal is None) == (plan.refusal is None)


@WORLDS
def test_one_group_comes_of_it_in_any_order(world: dict[str, Any]) -> None:
    """Each server by itself, the one to begin with first, as the database stage does."""
    before, ends = topology_of(world), set()
    if world["primary"] is None:
        return
    for order in permutations(world["servers"]):
        topology, first = before, world["primary"]
        for name in (first, *order, *order):
            topology = expected(topology, plan_group_member(topology, wanted(name)).steps)
        names = {server.group.name for server in topology.answering if server.group and server.group.members}
        assert len(names) <= 1
        assert primaries(topology) <= {first}
        for name in order:
            assert steps_of(plan_group_member(topology, wanted(name))) == ()
        ends.add(tuple((server.name, server.writable, server.group_state) for server in topology.servers))
    assert len(ends) == 1


@WORLDS
def test_a_group_is_begun_only_where_none_lives_and_nothing_is_given_up(world: dict[str, Any]) -> None:
    topology = topology_of(world)
    beginners = [
        server.name
        for server in topology.servers
        if any(step.action is Action.ALLOW_BOOTSTRAP for step in plan_group_member(topology, wanted(server.name)).steps)
    ]
    assert len(beginners) <= 1
    for name in beginners:
        assert not primaries(topology)
        assert not topology.silent
        assert all(topology[name].holds.contains(server.holds) for server in topology.servers)


def test_leave_to_begin_is_taken_back_afterwards() -> None:
    plan = plan_group_member(topology_of({"servers": {"db1": {}, "db2": {}, "db3": {}}}), wanted("db1"))
    assert [(step.action, step.argument) for step in plan.afterwards] == [(Action.ALLOW_BOOTSTRAP, False)]


def test_a_group_has_the_same_name_each_time_and_another_one_for_each_seed() -> None:
    servers = topology_of({"servers": {"db1": {}, "db2": {}}})
    assert group_name_of(servers["db1"]) == group_name_of(servers["db1"]) != group_name_of(servers["db2"])


def test_what_is_not_as_wanted_is_said() -> None:
    view = {"db1": "ONLINE PRIMARY"}
    kept = {"seeds": "192.0.2.99:3306", "on_boot": False, "recovery_user": "other", "local_address": "192.0.2.9:3306"}
    topology = topology_of({"servers": {"db1": {"has": "A:1", "writable": True, "group": view, "keeps": kept}}})
    steps = plan_group_member(topology, wanted("db1")).steps
    assert [step.action for step in steps] == [Action.CONFIGURE_GROUP, Action.SET_RECOVERY_ACCOUNT]
    for text in ("group at 192.0.2.99:3306", "after a boot"):
        assert text in steps[0].reason
    assert steps[0].argument == Membership(None, None, "192.0.2.11:3306")  # the rest cannot be set on a running member
    assert "catches up as other" in steps[1].reason
    stopped = {"has": "A:1", "group": {}, "keeps": kept}
    steps = plan_group_member(topology_of({"servers": {"db1": stopped}}), wanted("db1")).steps
    assert "found at 192.0.2.9:3306" in steps[0].reason
    assert isinstance(steps[0].argument, Membership)
    assert steps[0].argument.local_address == "192.0.2.11:3306"
