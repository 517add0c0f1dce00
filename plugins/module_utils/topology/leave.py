# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How one server leaves the topology for good, without harm to the others.

Invariant: the primary never leaves, and those that stay have a majority, or a replica that their primary waits for. The
server is closed, belongs to nobody now and after a boot, and keeps what it holds.
"""

from __future__ import annotations

from ansible_collections.scaleup.webstack.plugins.module_utils.step import Action, Step
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.diagnose import (
    Diagnosis,
    Finding,
    find_primary,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import IN_GROUP, Server, Topology
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.plan import Plan, Wanted, detaching, forgetting


def plan_leaving(topology: Topology, wanted: Wanted) -> Plan:
    """The plan for the server `wanted.name`."""
    server = topology[wanted.name]
    verdict = find_primary(topology, wanted.seed)
    if not server.reachable:
        # Nothing can be told to it, and it is no part of anything that lives.
        return Plan(primary=verdict.primary)
    if verdict.primary is None:
        return Plan(refusal=verdict.finding)
    refusal = _needed(topology, server, topology[verdict.primary])
    if refusal:
        return Plan(refusal=refusal, primary=verdict.primary)
    lowering: tuple[Step, ...] = ()
    primary = topology[verdict.primary]
    followers = [each.name for each in topology.followers_of(primary.name)]
    if followers == [server.name] and primary.semi_sync:
        reason = f"{server.name} is its only replica, and leaves"
        lowering = (Step(primary.name, Action.WAIT_FOR_REPLICAS, reason, argument=False),)
    closing = () if server.super_read_only else (Step(server.name, Action.CLOSE_WRITES, "it belongs to nobody"),)
    return Plan((*lowering, *detaching(server), *closing, *forgetting(server)), primary=primary.name)


def _needed(topology: Topology, server: Server, primary: Server) -> Finding | None:
    if server.name == primary.name:
        text = f"{server.name} is the primary, and the others replicate from it."
        return Finding(Diagnosis.PRIMARY_NEEDED, (server.name,), text)
    if primary.group and server.in_group:
        rest = [each for each in primary.group.members if each.server_uuid != server.server_uuid]
        alive = [each for each in rest if each.state in IN_GROUP]
        if 2 * len(alive) <= len(rest):
            text = f"Without {server.name} only {len(alive)} of {len(rest)} members of the group would answer."
            return Finding(Diagnosis.MAJORITY_NEEDED, (server.name,), text)
        # One that died is soon no member of the group any more, and still one of those that are to be.
        others = [each for each in topology.servers if each.name != server.name]
        inside = [each for each in others if each.in_group]
        if 2 * len(inside) <= len(others):
            text = f"Without {server.name} only {len(inside)} of {len(others)} database hosts would be in the group."
            return Finding(Diagnosis.MAJORITY_NEEDED, (server.name,), text)
    return None
