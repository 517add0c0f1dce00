"""Plans: the expected steps in every world, and what must hold wherever a plan is interrupted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.step import Action
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.group import plan_group_member
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Channel, Receiver, Server, Topology
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.plan import Plan, Wanted, expected, plan_member
from ansible_collections.scaleup.webstack.tests.unit.plugins.module_utils.topology.world import (
    CA,
    NAMES,
    gtids,
    member_of,
    topology_of,
    uuid_of,
    wanted,
    worlds,
)
from hypothesis import given
from hypothesis import strategies as st

WORLDS = pytest.mark.parametrize("world", worlds(), ids=lambda world: world["world"])


def writers(topology: Topology) -> set[str]:
    return {server.name for server in topology.servers if server.writable}


@WORLDS
def test_plan(world: dict[str, Any]) -> None:
    topology = topology_of(world)
    for name, want in world["plans"].items():
        plan = plan_member(topology, wanted(name, world.get("seed", "db1"), semi_sync=world.get("semi_sync")))
        found = [step.action.value for step in plan.steps] + ([plan.refusal.diagnosis.value] if plan.refusal else [])
        assert found == want, name
        elsewhere = [step for step in plan.steps if step.server != name]
        assert {(step.server, step.action) for step in elsewhere} <= {(plan.primary, Action.WAIT_FOR_REPLICAS)}
        assert "hidden" not in repr(plan)


@WORLDS
def test_every_prefix_is_safe_and_the_rest_follows_from_it(world: dict[str, Any]) -> None:
    before, seed = topology_of(world), world.get("seed", "db1")
    for server in before.servers:
        plan = plan_member(before, wanted(server.name, seed))
        for length in range(len(plan.steps) + 1):
            now = expected(before, plan.steps[:length])
            opened = writers(now) - writers(before)
            assert not opened or len(writers(now)) == 1
            again = plan_member(now, wanted(server.name, seed))
            end = expected(now, again.steps)
            assert writers(end) == writers(expected(before, plan.steps))
            assert end[server.name].channels == expected(before, plan.steps)[server.name].channels
            assert (again.refusal is None) == (plan.refusal is None)


@WORLDS
def test_any_order_of_servers_ends_alike(world: dict[str, Any]) -> None:
    seed, ends = world.get("seed", "db1"), set()
    for order in permutations(world["servers"]):
        topology = topology_of(world)
        for name in (*order, *order):
            topology = expected(topology, plan_member(topology, wanted(name, seed)).steps)
        for name in order:
            assert plan_member(topology, wanted(name, seed)).steps == ()
        ends.add(tuple((server.name, server.writable, server.channels) for server in topology.servers))
    assert len(ends) == 1


@st.composite
def truths(draw: st.DrawFn) -> Topology:
    """Any state of two to five servers with at most one writer; most of them hold the same."""
    names = NAMES[: draw(st.integers(2, 5))]
    sources = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
    writer = draw(st.sampled_from([None, None, *names]))
    servers = []
    for number, name in enumerate(names):
        choices = [None, *sources, *sources] if name not in sources else [None, None, None, *names]
        follows = None if name == writer else draw(st.sampled_from([each for each in choices if each != name]))
        has = draw(st.sampled_from(["A:1-2", "A:1-2", "A:1-2", "A:1", "", "A:1-2,B:1", f"A:1-2,{'ABCDE'[number]}:1"]))
        channels = () if follows is None else (running(follows),)
        servers.append(
            Server(
                member_of(name),
                server_uuid=uuid_of(name),
                server_id=number + 1,
                read_only=name != writer,
                super_read_only=name != writer,
                gtid_executed=gtids(has),
                channels=channels,
            )
        )
    return Topology.of(servers)


def running(source: str) -> Channel:
    return Channel(
        source_host=member_of(source).address,
        source_user="webstack_replication",
        receiver=Receiver.ON,
        applier_running=True,
        auto_position=True,
        tls=True,
        tls_verified=True,
        ca_file=CA,
    )


def seen(truth: Topology, silent: set[str]) -> Topology:
    return Topology.of(
        Server(server.member, reachable=False, error="timed out") if server.name in silent else server
        for server in truth.servers
    )


@given(truths(), st.lists(st.integers(0, 1), min_size=5, max_size=5), st.sets(st.sampled_from(NAMES), max_size=2))
def test_partial_views_never_open_two_servers(truth: Topology, sides: list[int], mute: set[str]) -> None:
    """A network in two halves, and servers that answer nobody: each plans from its own view. A writer is
    protected when most servers follow it, or nobody follows another one.
    """
    writer = next(iter(writers(truth)), None)
    rivals = {server.name for server in truth.servers if truth.followers_of(server.name)} - {writer}
    protected = writer and (not rivals or 2 * (len(truth.followers_of(writer)) + 1) > len(truth.servers))
    opened = set()
    for server, side in zip(truth.servers, sides, strict=False):
        beyond = {each.name for each, other in zip(truth.servers, sides, strict=False) if other != side}
        view = seen(truth, beyond | (mute - {server.name}))
        steps = plan_member(view, wanted(server.name)).steps
        if any(step.action is Action.OPEN_WRITES for step in steps):
            opened.add(server.name)
            assert not writers(view)
    assert len(opened) <= 1
    if protected:
        assert not opened


@given(truths())
def test_nothing_that_a_server_holds_is_given_up(truth: Topology) -> None:
    """A server is pointed to a primary only if the primary has everything that this server has."""
    for server in truth.servers:
        plan = plan_member(truth, wanted(server.name))
        if any(step.action is Action.POINT_TO_SOURCE for step in plan.steps):
            assert plan.primary is not None
            assert truth[plan.primary].gtid_executed.contains(server.holds)


def test_a_changed_replication_account_is_a_reason_to_point_again() -> None:
    truth = topology_of({"servers": {"db1": {"writable": True, "has": "A:1"}, "db2": {"follows": "db1"}}})
    plan = plan_member(truth, replace(wanted("db2"), replication_user="other", ca_file="/other.pem"))
    reason = next(step.reason for step in plan.steps if step.action is Action.POINT_TO_SOURCE)
    assert "not as other" in reason
    assert "/other.pem" in reason


@pytest.mark.parametrize("planner", [plan_member, plan_group_member])
def test_the_data_of_the_primary_is_never_replaced(planner: Callable[[Topology, Wanted], Plan]) -> None:
    truth = topology_of({"servers": {"db1": {"writable": True, "has": "A:1"}, "db2": {"has": "A:1,B:1"}}})
    plan = planner(truth, replace(wanted("db1"), reseed=True))
    assert plan.refusal is not None
    assert plan.refusal.sentence.startswith("db1 is the primary, and nobody else holds more. Move the primary")
    assert not plan.steps
