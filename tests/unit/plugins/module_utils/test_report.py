"""What modules return: stable, complete, and without secrets."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.apply import apply
from ansible_collections.scaleup.webstack.plugins.module_utils.report import (
    accounts_report,
    member_report,
    servers_report,
    topology_lines,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.step import Outcome
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.diagnose import find_primary
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.plan import Course, expected, plan_member
from ansible_collections.scaleup.webstack.tests.unit.plugins.module_utils.topology.world import (
    topology_of,
    wanted,
    worlds,
)

BY_NAME = {world["world"]: world for world in worlds()}


def result(name: str, server: str, error: str = "") -> dict[str, Any]:
    before = topology_of(BY_NAME[name])
    plan = plan_member(before, wanted(server))
    done = apply(plan.steps, None, check_mode=True)  # type: ignore[arg-type]
    done.error = error
    return member_report(server, Course(before, expected(before, plan.steps), plan, done))


def test_a_fresh_replica() -> None:
    found = result("the seed is open, nobody is attached", "db2")
    assert found["changed"]
    assert not found["failed"]
    assert found["primary"] == "db1"
    assert found["msg"].startswith("db2 replicates from the primary db1; steps: point_to_source")
    assert found["diff"]["before"] == "db1: primary, writable\ndb2: none, read-only\ndb3: none, read-only\n"
    assert "db2: replica, read-only, replicates from db1 as webstack_replication, running" in found["diff"]["after"]
    assert set(found["plan"][0]) == {"server", "action", "reason"}
    assert "hidden" not in repr(found)


@pytest.mark.parametrize("server", ["db1", "db2", "db3"])
def test_nothing_to_do(server: str) -> None:
    found = result("whole", server)
    assert not found["changed"]
    assert found["diff"]["before"] == found["diff"]["after"]
    assert found["msg"].endswith("nothing to do.")


def test_a_refusal_explains_itself() -> None:
    found = result("a writable replica has written", "db2")
    assert found["failed"]
    assert found["changed"]
    assert found["diagnosis"] == "errant_gtids"
    assert "db2 holds 1 transaction that the primary db1 does not have" in found["msg"]


def test_a_failed_step_is_said() -> None:
    found = result("the seed is open, nobody is attached", "db2", error="db2 was not ready within 60 s: denied")
    assert found["failed"]
    assert found["diagnosis"] == "broken_replica"
    assert found["msg"] == "db2 is not a whole member yet: db2 was not ready within 60 s: denied."


@pytest.mark.parametrize("world", worlds(), ids=lambda world: world["world"])
def test_servers(world: dict[str, Any]) -> None:
    topology = topology_of(world)
    primary = find_primary(topology, world.get("seed", "db1")).primary
    servers = servers_report(topology, primary)
    assert list(servers) == list(world["servers"])
    assert {name for name, server in servers.items() if server["role"] == "primary"} <= {primary}
    for server in servers.values():
        assert server["reachable"] or (server["role"], server["lag_seconds"]) == ("unknown", None)
        assert server["source"] is None or server["role"] == "replica"
    assert len(topology_lines(topology, primary)) == len(servers)


def test_unknown_lag_is_not_zero() -> None:
    world = BY_NAME["a replica lags, and another one does not know by how much"]
    servers = servers_report(topology_of(world), "db1")
    assert [servers[name]["lag_seconds"] for name in ("db1", "db2", "db3")] == [None, 600, None]


def test_accounts() -> None:
    done = Outcome(queries=["CREATE DATABASE `demo`"])
    assert accounts_report("db1", "", done, before=[], after=["schema demo"])["diff"]["after"] == "schema demo\n"
    refused = accounts_report("db1", "db1 is read-only.", Outcome(), before=["a"], after=["a", "b"])
    assert refused["failed"]
    assert refused["msg"] == "db1 is read-only."
    assert refused["diff"]["after"] == "a\n"
