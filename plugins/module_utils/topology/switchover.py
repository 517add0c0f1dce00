# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How the primary's part is handed to another server while both are well.

Invariant: never two writable servers, and the new primary has every transaction of the old one before it takes a write.
A group moves its primary itself. Where servers follow by channels the way has three stretches, each planned from what
the servers say by then: the old one is closed; the new one has applied what the old one held when it closed (if it
cannot in time, the old one is opened again); then it is followed, and opened last. Planning again after any prefix
gives the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ansible_collections.scaleup.webstack.plugins.module_utils.step import Action, Step
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.diagnose import (
    Diagnosis,
    Finding,
    Verdict,
    broken_finding,
    errant_finding,
    find_primary,
    newer_finding,
    silent_finding,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Server, Topology
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.plan import (
    Plan,
    Wanted,
    attaching,
    detaching,
    waiting_for_replicas,
)

# Seconds that a transaction may still take once the group begins to move its primary; then its session is cut.
_DRAIN_SECONDS = 3


def plan_switchover(topology: Topology, wanted: Wanted) -> Plan:
    """The next stretch of the way to `wanted.name` as the primary; to the fittest replica where no name is given."""
    verdict = find_primary(topology, wanted.name or wanted.seed)
    if verdict.primary is None:
        return Plan(refusal=verdict.finding)
    primary = topology[verdict.primary]
    if verdict.finding and not _closed_for_this(topology, verdict):
        return Plan(refusal=verdict.finding, primary=primary.name)
    target = wanted.name or next((each.name for each in _fit(topology, primary)), "")
    if not target:
        reasons = (unfit(topology, primary, each.name) for each in topology.others(primary.name))
        return Plan(refusal=next(reasons, None) or _alone(primary), primary=primary.name)
    refusal = unfit(topology, primary, target) if target != primary.name else None
    if refusal:
        return Plan(refusal=refusal, primary=primary.name)
    return replace(_moving(topology, primary, topology[target], wanted), aim=target)


def unfit(topology: Topology, primary: Server, name: str) -> Finding | None:
    """Why a server cannot take the primary's part; None if it can."""
    server = topology[name]
    if not server.reachable:
        return silent_finding(server)
    return (
        _outside(topology, primary, server)
        or (broken_finding(server) if primary.writable else None)
        or errant_finding(server, primary)
        or newer_finding(topology, server)
    )


def _outside(topology: Topology, primary: Server, server: Server) -> Finding | None:
    """A server that receives nothing from the primary."""
    if primary.group:
        text = f"{server.name} is not online in the replication group: its state there is {server.group_state}."
        online = server.group_state == "ONLINE"
        return None if online else Finding(Diagnosis.OUT_OF_GROUP, (server.name,), text)
    # An interrupted switchover to it leaves a server that has let go of a primary that is closed.
    let_go = not any(each.writable for each in topology.answering)
    if server.channels or let_go:
        return None
    return Finding(Diagnosis.UNATTACHED, (server.name,), f"{server.name} replicates from no server.")


def _fit(topology: Topology, primary: Server) -> Iterator[Server]:
    return (each for each in topology.others(primary.name) if not unfit(topology, primary, each.name))


def _closed_for_this(topology: Topology, verdict: Verdict) -> bool:
    """Only the primary's closed writes are the matter, as an interrupted switchover leaves them."""
    return verdict.provable and not verdict.begins and not topology.silent


def _alone(primary: Server) -> Finding:
    text = f"No other server can take the part of the primary {primary.name}."
    return Finding(Diagnosis.NO_CANDIDATE, (primary.name,), text)


def _moving(topology: Topology, primary: Server, target: Server, wanted: Wanted) -> Plan:
    reason = f"{target.name} is to be the primary, not {primary.name}"
    if primary.group:
        return Plan(tuple(_in_group(primary, target, wanted, reason)), primary=primary.name)
    if primary.name == target.name:
        return Plan(followed(topology, target, wanted), primary=target.name)
    catching_up = _catching_up(primary, target, wanted)
    if primary.writable:
        closing = Step(primary.name, Action.CLOSE_WRITES, reason)
        return Plan((catching_up, closing), primary=primary.name)
    if not target.gtid_executed.contains(primary.gtid_executed):
        opening = Step(primary.name, Action.OPEN_WRITES, f"{target.name} could not catch up in time")
        return Plan((catching_up,), primary=primary.name, undo=(opening,))
    return Plan((*detaching(target), *followed(topology, target, wanted)), primary=primary.name)


def _in_group(primary: Server, target: Server, wanted: Wanted, reason: str) -> Iterator[Step]:
    if primary.name == target.name:
        return
    yield _catching_up(primary, target, wanted)
    yield Step(target.name, Action.MOVE_PRIMARY, reason, (target.server_uuid, _DRAIN_SECONDS))
    yield Step(target.name, Action.WAIT_UNTIL_WRITABLE, "the group has opened it", wanted.timeout)


def _catching_up(primary: Server, target: Server, wanted: Wanted) -> Step:
    reason = f"{target.name} must hold all that {primary.name} holds"
    return Step(target.name, Action.CATCH_UP, reason, (str(primary.gtid_executed), wanted.timeout))


def followed(topology: Topology, target: Server, wanted: Wanted) -> tuple[Step, ...]:
    """The other servers follow the target; only then is it opened, so that what it acknowledges is on one of them."""
    steps, waits = [], []
    for each in topology.others(target.name):
        source = topology.source_of(each.channels[0]) if each.channels else None
        if source and source.name == target.name and each.channels[0].running:
            continue
        if each.semi_sync:
            reason = "only a primary waits for replicas"
            steps.append(Step(each.name, Action.WAIT_FOR_REPLICAS, reason, argument=False))
        *attach, wait = attaching(each, each.channels[0] if each.channels else None, target, wanted)
        steps += attach
        waits.append(wait)
    if not target.writable:
        if topology.others(target.name) and not target.semi_sync:
            steps.append(waiting_for_replicas(target))
        steps.append(Step(target.name, Action.OPEN_WRITES, f"{target.name} holds everything, and is followed"))
    return (*steps, *waits)
