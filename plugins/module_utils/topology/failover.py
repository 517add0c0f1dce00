# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How the servers that are left go on without those that are lost.

Invariant: every server is either a survivor that answers, or is given up by name, by a person who vouches that it is
off; nothing that a survivor holds is lost. A server that was not named keeps the rest from going on: it may hold more,
or still be taking writes. Where the primary lives, there is nothing to do.
"""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.scaleup.webstack.plugins.module_utils.step import Action, Step
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.diagnose import (
    Diagnosis,
    Finding,
    diverged_finding,
    find_primary,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.group import plan_group_member
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.gtid import GtidSet
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Receiver, Server, Topology
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.plan import Plan, Wanted, detaching
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.switchover import followed

_LEADERLESS = {
    Diagnosis.UNREACHABLE_PRIMARY,
    Diagnosis.NO_PRIMARY,
    Diagnosis.PRIMARY_READ_ONLY,
    Diagnosis.GROUP_WITHOUT_MAJORITY,
    Diagnosis.COMPLETE_OUTAGE,
    Diagnosis.CONFLICTING_CLAIMS,
}


def plan_failover(topology: Topology, wanted: Wanted) -> Plan:
    """The next stretch of the way to a primary among the servers that answer; `wanted.name` where there is a choice."""
    verdict = find_primary(topology, wanted.name or wanted.seed)
    if verdict.primary and verdict.finding is None:
        return Plan(primary=verdict.primary)
    if verdict.finding is None or verdict.finding.diagnosis not in _LEADERLESS:
        return Plan(refusal=verdict.finding, primary=verdict.primary)
    refusal = _not_vouched_for(topology)
    if refusal:
        return Plan(refusal=refusal)
    if any(server.group for server in topology.answering):
        return _of_a_group(topology, wanted)
    return _by_channels(topology, wanted, wanted.name or verdict.primary or "")


def most_advanced(topology: Topology, preferred: str) -> Server | None:
    """A survivor that holds whatever any other one holds; None if there is none."""
    everything = GtidSet().union(*(server.holds for server in topology.answering))
    whole = [server for server in topology.answering if server.holds.contains(everything)]
    return next((each for each in whole if each.name == preferred), whole[0] if whole else None)


def _not_vouched_for(topology: Topology) -> Finding | None:
    """Why going on is not safe: somebody may still write, or hold more, whatever was said of him."""
    alive = [f"{each.name} is to be given up, and answers by SQL" for each in topology.answering if each.given_up]
    hidden = [f"{each.name} does not answer by SQL ({each.error}), and may be alive" for each in topology.silent]
    if not (alive or hidden):
        return None
    names = tuple(
        each.name for each in topology.servers if each in topology.silent or (each.given_up and each.reachable)
    )
    return Finding(Diagnosis.NOT_FENCED, names, f"{'; '.join(alive + hidden)}.")


def _of_a_group(topology: Topology, wanted: Wanted) -> Plan:
    """Survivors that wait for a lost majority are stopped, then one begins the group again and the others join it."""
    waiting = [server for server in topology.answering if server.in_group]
    if waiting:
        reason = "the majority of its group is lost for good"
        return Plan(tuple(Step(server.name, Action.STOP_GROUP, reason) for server in waiting))
    first = most_advanced(topology, wanted.name)
    if first is None:
        return Plan(refusal=diverged_finding(topology))
    return plan_group_member(topology, replace(wanted, name=first.name, seed=first.name))


def _by_channels(topology: Topology, wanted: Wanted, preferred: str) -> Plan:
    receiving = [(server, each) for server in topology.answering for each in server.channels]
    reason = "what every survivor has received must stand before one is chosen"
    stopping = tuple(
        Step(server.name, Action.STOP_RECEIVING, reason, channel.name)
        for server, channel in receiving
        if channel.receiver is not Receiver.OFF and not _follows_a_survivor(topology, server)
    )
    if stopping:
        return Plan(stopping)
    winner = most_advanced(topology, preferred)
    if winner is None:
        return Plan(refusal=diverged_finding(topology))
    applying: tuple[Step, ...] = ()
    if not winner.gtid_executed.contains(winner.holds):
        reason = f"{winner.name} holds everything, and must have applied it"
        applying = (Step(winner.name, Action.CATCH_UP, reason, (str(winner.holds), wanted.timeout)),)
    return Plan((*applying, *detaching(winner), *followed(topology, winner, wanted)), primary=winner.name)


def _follows_a_survivor(topology: Topology, server: Server) -> bool:
    sources = [topology.source_of(channel) for channel in server.channels]
    return any(source and source.reachable for source in sources)
