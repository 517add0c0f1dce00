"""Every world has its diagnosis, and every diagnosis its remedy."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.diagnose import (
    REMEDIES,
    Diagnosis,
    diagnose,
    find_primary,
)
from ansible_collections.scaleup.webstack.tests.unit.plugins.module_utils.topology.world import (
    moving,
    topology_of,
    worlds,
)


@pytest.mark.parametrize("world", worlds(), ids=lambda world: world["world"])
def test_world(world: dict[str, Any]) -> None:
    topology, seed = topology_of(world), world.get("seed", "db1")
    findings = diagnose(topology, seed)
    assert find_primary(topology, seed).primary == world["primary"]
    assert findings[0].diagnosis == world["diagnosis"], findings[0].sentence
    for finding in findings:
        assert finding.evidence.endswith(".")
        assert ".." not in finding.sentence
        assert finding.subjects


def test_every_diagnosis_has_a_remedy_and_a_world() -> None:
    assert set(REMEDIES) == set(Diagnosis)
    named = {world["diagnosis"] for world in worlds()}
    named |= {name for world in worlds() for plan in world["plans"].values() for name in plan}
    named |= {end for world in moving() for way in world["ways"].values() for end in way}
    assert set(Diagnosis) <= named | {Diagnosis.HEALTHY}


def test_two_writable_servers_are_said_with_what_may_be_why() -> None:
    servers = {"db1": {"has": "A:1", "writable": True}, "db2": {"has": "A:1"}, "db3": {"writable": True, "uuid": "B"}}
    assert diagnose(topology_of({"servers": servers}))[0].evidence == (
        "db1 and db3 accept writes at the same time. db2 and db3 have the same server_uuid "
        "bbbbbbbb-0000-0000-0000-000000000000."
    )


def test_without_a_seed_an_empty_topology_has_no_primary() -> None:
    verdict = find_primary(topology_of({"servers": {"db1": {}, "db2": {}}}))
    assert verdict.primary is None
    assert not verdict.provable
