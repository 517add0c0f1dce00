"""Plans: the expected steps in every world, and what must hold wherever a plan is interrupted."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.step import Action
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Channel, Receiver, Server, Topology
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.plan import expected, plan_member
from ansible_collections.scaleup.webstack.tests.unit.plugins.module_utils.topology.worlds import (
    CA,
    gtids,
    member_of,
    topology_of,
    uuid_of,
    wanted,
    worlds,
)
from hypothesis import given, settings
from hypothesis import strategies as st

WORLDS = pytest.mark.parametrize("world", worlds(), ids=lambda world: world["world"])


def writers(topology: Topology) -> set[str]:
    return {server.name for server in topology.servers if server.writable}


@WORLDS
def test_plan(world: dict[str, Any]) -> None:
    topology = topology_of(world)
    for name, want in world["plans"].items():
        plan = plan_member(topology, wanted(name, world.get("seed", "db1")))
        found = [step.action.value for step in plan.steps] + ([plan.refusal.diagnosis.value] if plan.refusal else [])
        assert found == want, name
        assert {step.server for step in plan.steps} <= {name}
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
    """Any state of two to four servers with at most one writer, which most of them follow or nobody else is followed."""
    names = ["db1", "db2", "db3", "db4"][: draw(st.integers(2, 4))]
    writer = draw(st.sampled_from([*names, None]))
    servers = []
    for number, name in enumerate(names):
        follows = None if name == writer else draw(st.sampled_from([None, *(each for each in names if each != name)]))
        has = ",".join(
            f"{'ABCD'[origin]}:1-{draw(st.integers(1, 2))}" for origin in draw(st.sets(st.integers(0, 3), max_size=2))
        )
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


@settings(max_examples=500)
@given(truths(), st.lists(st.sets(st.sampled_from(["db1", "db2", "db3", "db4"])), min_size=4, max_size=4))
def test_partial_views_never_open_two_servers(truth: Topology, silences: list[set[str]]) -> None:
    """Each server plans from its own view; a writer is protected when most follow it, or nobody follows another one."""
    writer = next(iter(writers(truth)), None)
    rivals = {server.name for server in truth.servers if truth.followers_of(server.name)} - {writer}
    protected = writer and (not rivals or 2 * (len(truth.followers_of(writer)) + 1) > len(truth.servers))
    opened = set()
    for server, silent in zip(truth.servers, silences, strict=False):
        view = seen(truth, silent - {server.name})
        steps = plan_member(view, wanted(server.name)).steps
        if any(step.action is Action.OPEN_WRITES for step in steps):
            opened.add(server.name)
            assert not writers(view)
    assert len(opened) <= 1
    if protected:
        assert not opened


@settings(max_examples=300)
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
