"""The primary moves, planned or not, or a server leaves: the whole way, and what holds wherever it is interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.step import Action, Step
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.failover import plan_failover
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.group import expected
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.leave import plan_leaving
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Topology
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.plan import Plan
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.switchover import plan_switchover
from ansible_collections.scaleup.webstack.tests.unit.plugins.module_utils.topology.world import (
    moving,
    topology_of,
    wanted,
)

PLANNERS = {"switchover": plan_switchover, "failover": plan_failover, "leaving": plan_leaving}


def ways() -> list[Any]:
    found = []
    for kind in PLANNERS:
        for world in moving(kind):
            for to, way in world["ways"].items():
                name = f"{kind}: {world['world']}: {to or 'anyone'}"
                found.append(pytest.param(kind, world, to, way, id=name))
    return found


WAYS = pytest.mark.parametrize(("kind", "world", "to", "way"), ways())


def rounds(kind: str, topology: Topology, to: str) -> Iterator[tuple[Topology, Plan]]:
    """Every stretch of the way and what was seen before it, as module_utils/member.py goes it."""
    for _round in range(8):
        plan = PLANNERS[kind](topology, replace(wanted(to), seed="db1"))
        yield topology, plan
        if not plan.steps or plan.refusal:
            return
        topology, to = expected(topology, plan.steps), to or plan.aim
    raise AssertionError("the way has no end")


def writers(topology: Topology) -> list[str]:
    return [server.name for server in topology.servers if server.writable]


@WAYS
def test_the_whole_way(kind: str, world: dict[str, Any], to: str, way: list[str]) -> None:
    steps: list[str] = []
    for _seen, plan in rounds(kind, topology_of(world), to):
        steps += [f"{step.server} {step.action.value}" for step in (*plan.steps, *plan.afterwards)]
        assert "hidden" not in repr(plan)
    assert steps + ([plan.refusal.diagnosis.value] if plan.refusal else []) == way


@WAYS
def test_there_are_never_two_writers_and_nothing_is_lost(
    kind: str, world: dict[str, Any], to: str, way: list[str]
) -> None:
    before = topology_of(world)
    for seen, plan in rounds(kind, before, to):
        for length in range(len(plan.steps) + 1):
            now = expected(seen, plan.steps[:length])
            assert len(writers(now)) <= max(1, len(writers(before)))
            for name in set(writers(now)) - set(writers(before)):
                held = [server.holds for server in before.answering]
                assert all(now[name].gtid_executed.contains(each) for each in held)


@WAYS
def test_an_interrupted_way_is_gone_to_its_end(kind: str, world: dict[str, Any], to: str, way: list[str]) -> None:
    stretches = list(rounds(kind, topology_of(world), to))
    end = writers(stretches[-1][0])
    for seen, plan in stretches:
        for length in range(len(plan.steps)):
            *_others, (last, final) = rounds(kind, expected(seen, plan.steps[:length]), to or end[0])
            assert final.refusal is None
            assert writers(last) == end


def test_an_old_primary_is_opened_again_if_the_new_one_cannot_catch_up() -> None:
    world = {"servers": {"db1": {"has": "A:1-9"}, "db2": {"has": "A:1-8", "follows": "db1"}}}
    plan = plan_switchover(topology_of(world), wanted("db2"))
    assert [(step.server, step.action) for step in plan.undo] == [("db1", Action.OPEN_WRITES)]


def test_nobody_is_opened_before_it_is_followed() -> None:
    """What it acknowledges must be on a replica, so the replica has to be there first."""
    servers = {"db1": {"has": "A:1-9", "writable": True}, "db2": {"has": "A:1-9", "follows": "db1"}}
    steps: list[Step] = []
    for _seen, plan in rounds("switchover", topology_of({"servers": servers}), "db2"):
        steps += plan.steps
    order = [step.action for step in steps]
    assert order.index(Action.START_REPLICATION) < order.index(Action.OPEN_WRITES)
    assert order.index(Action.WAIT_FOR_REPLICAS) < order.index(Action.OPEN_WRITES)
