"""The primary moves, planned or not, or a server leaves: the whole way, and what holds wherever it is interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.step import Action, Step
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.conversion import plan_conversion
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.failover import plan_failover
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.group import expected, plan_group_member
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.leave import plan_leaving
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.mode import Mode, decide_mode, live_mode
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Topology
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.plan import Plan, Wanted, plan_member
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.switchover import plan_switchover
from ansible_collections.scaleup.webstack.tests.unit.plugins.module_utils.topology.world import (
    moving,
    topology_of,
    wanted,
)


def converting(topology: Topology, wanted: Wanted) -> Plan:
    """A way's name is a mode."""
    return plan_conversion(topology, replace(wanted, name=""), Mode(wanted.name))


PLANNERS = {
    "switchover": plan_switchover,
    "failover": plan_failover,
    "leaving": plan_leaving,
    "conversion": converting,
}


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


CONVERSIONS = pytest.mark.parametrize(
    ("world", "to"),
    [
        pytest.param(world, to, id=f"{world['world']}: {to}")
        for world in moving("conversion")
        for to, way in world["ways"].items()
        if " " in " ".join(way)
    ],
)


def prefixes(topology: Topology, to: str) -> Iterator[Topology]:
    """What may be found where a conversion was interrupted."""
    for seen, plan in rounds("conversion", topology, to):
        for length in range(len(plan.steps) + 1):
            yield expected(seen, plan.steps[:length])


def is_kept_twice(topology: Topology) -> bool:
    """What the primary acknowledges is on another server; one that takes no writes acknowledges nothing."""
    for primary in writers(topology):
        group = topology[primary].group
        online = [row for row in group.members if row.state == "ONLINE"] if group else []
        if not (topology[primary].semi_sync or len(online) > 1):
            return False
    return True


@CONVERSIONS
def test_a_conversion_keeps_what_is_acknowledged_on_two_servers(world: dict[str, Any], to: str) -> None:
    before = topology_of(world)
    for now in prefixes(before, to):
        assert is_kept_twice(now) or not is_kept_twice(before)
        assert {each.name for each in now.servers if each.writable} <= set(writers(before))
        held = [server.holds for server in before.servers]
        assert all(now[writers(before)[0]].gtid_executed.contains(each) for each in held)


@CONVERSIONS
def test_an_interrupted_conversion_ends_in_its_mode(world: dict[str, Any], to: str) -> None:
    before = topology_of(world)
    for now in prefixes(before, to):
        *_others, (end, _plan) = rounds("conversion", now, to)
        assert live_mode(end) == to
        assert writers(end) == writers(before)
        assert not decide_mode(end, to).between
        assert is_kept_twice(end) or to == "single"


@CONVERSIONS
def test_a_run_in_the_middle_of_a_conversion_is_refused_or_does_no_harm(world: dict[str, Any], to: str) -> None:
    """One that does not ask for it; whatever it does, the conversion goes to its end afterwards."""
    before = topology_of(world)
    for found in prefixes(before, to):
        now, decided = found, decide_mode(found, "auto")
        if decided.refusal:
            assert "-e convert=true" in decided.refusal.sentence
            continue
        for name in (*world["servers"], *world["servers"]):
            asked = replace(wanted(name), semi_sync=decided.mode is Mode.SEMISYNC)
            plan = (plan_group_member if decided.mode is Mode.GROUP else plan_member)(now, asked)
            for step in plan.steps:
                now = expected(now, (step,))
                assert set(writers(now)) <= set(writers(before))
        assert writers(now) == writers(before)
        *_others, (end, _plan) = rounds("conversion", now, to)
        assert (live_mode(end), writers(end)) == (to, writers(before))
