# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How the servers come from one mode into another while applications go on.

Invariant: the primary stays the primary, and nobody else takes writes. What it acknowledges is on another server as
well, by channel or by group, at every moment at which it was before; where the last other server changes sides, the
primary rather waits. Every server answers, and none is given up.
Order: to a group, the primary begins it alone while all others go on to replicate by channels; they come over one by
one, and the primary stops waiting for channels once another member has what it acknowledges. Back, the others leave the
group one by one and replicate by channels; the primary leaves last. What a server keeps about the mode that it leaves,
it forgets before it enters the other one. Planning again after any prefix gives the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ansible_collections.scaleup.webstack.plugins.module_utils.step import Action, Step
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.diagnose import (
    Diagnosis,
    Finding,
    Verdict,
    errant_finding,
    find_primary,
    listed,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.group import (
    beginning,
    expected,
    group_name_of,
    plan_group_member,
    settings_of_group,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.mode import Mode
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Server, Topology
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.plan import (
    Plan,
    Wanted,
    detaching,
    foreign_finding,
    forgetting,
    plan_replica,
    waiting_for_replicas,
)


@dataclass
class _Way:
    """Steps so far, and where they lead."""

    now: Topology
    primary: str
    steps: tuple[Step, ...] = ()
    refusal: Finding | None = None

    def go(self, *steps: Step) -> None:
        """Take some more."""
        self.steps += steps
        self.now = expected(self.now, steps)

    @property
    def leader(self) -> Server:
        """The primary as it is by now."""
        return self.now[self.primary]

    @property
    def others(self) -> list[str]:
        """The other servers: first those that follow nobody, then the rest."""
        others = self.now.others(self.primary)
        return [each.name for each in sorted(others, key=lambda each: bool(each.channels or each.in_group))]

    def following(self) -> list[str]:
        """Servers that receive from the primary by a channel."""
        followers = self.now.followers_of(self.primary)
        return [each.name for each in followers if any(channel.running for channel in each.channels)]


def plan_conversion(topology: Topology, wanted: Wanted, mode: Mode) -> Plan:
    """The next stretch of the way into a mode, for all servers at once."""
    verdict = find_primary(topology, wanted.seed)
    refusal = _refusal(topology, verdict, mode)
    if refusal or verdict.primary is None:
        return Plan(refusal=refusal or verdict.finding, primary=verdict.primary)
    way = _Way(topology, verdict.primary)
    if mode is not Mode.GROUP:
        _to_channels(way, wanted, mode)
    elif not way.leader.in_group:
        return _beginning(topology, way.leader, wanted)
    else:
        _to_group(way, wanted)
    return Plan(way.steps, way.refusal, way.primary)


def _refusal(topology: Topology, verdict: Verdict, mode: Mode) -> Finding | None:
    for each in topology.servers:
        if not each.reachable:
            text = (
                f"{each.name} does not answer by SQL ({each.error}), and every server has to while they are converted."
            )
            return Finding(Diagnosis.UNREACHABLE_MEMBER, (each.name,), text)
    if verdict.primary is None or (verdict.finding and not verdict.provable):
        return verdict.finding
    primary = topology[verdict.primary]
    found = [foreign_finding(topology, each) or errant_finding(each, primary) for each in topology.others(primary.name)]
    found += [_foreign_member(topology, primary), _unfit_finding(topology) if mode is Mode.GROUP else None]
    return next(filter(None, found), None)


def _foreign_member(topology: Topology, primary: Server) -> Finding | None:
    known = {each.server_uuid for each in topology.servers}
    for row in primary.group.members if primary.group else ():
        if row.server_uuid not in known:
            where = f"{row.host}:{row.port}"
            return Finding(Diagnosis.FOREIGN_MEMBER, (where,), f"{where} is in the group, and not in the inventory.")
    return None


def _unfit_finding(topology: Topology) -> Finding | None:
    for each in topology.answering:
        if each.unfit:
            text = f"{each.name} holds tables that a group refuses to write to: {listed(each.unfit)}."
            return Finding(Diagnosis.UNFIT_TABLES, (each.name,), text)
    return None


def _beginning(topology: Topology, primary: Server, wanted: Wanted) -> Plan:
    """A group of one. Should that fail, the primary takes writes again as it did."""
    name = primary.group.name if primary.group else group_name_of(primary)
    settings = settings_of_group(topology, primary, name, wanted)
    steps, afterwards = beginning(primary, f"{primary.name} is the primary, and the others will follow", wanted)
    opening = Step(primary.name, Action.OPEN_WRITES, "it could not begin the group, and goes on as it was")
    undo = (opening,) if primary.writable else ()
    return Plan((*_no_pair(primary), *settings, *steps), None, primary.name, afterwards, undo)


def _to_group(way: _Way, wanted: Wanted) -> None:
    for name in way.others:
        server = way.now[name]
        if way.leader.semi_sync and way.following() == [name]:
            way.go(_waiting_for_nobody(way.leader))
        if server.group_state != "ONLINE":
            way.go(*_no_pair(server), *detaching(server))
        plan = plan_group_member(way.now, replace(wanted, name=name))
        way.go(*plan.steps)
        if plan.refusal:
            way.refusal = plan.refusal
            return
    if way.leader.semi_sync:
        way.go(_waiting_for_nobody(way.leader))


def _to_channels(way: _Way, wanted: Wanted, mode: Mode) -> None:
    for name in way.others:
        server = way.now[name]
        inside = [each.name for each in way.now.others(way.primary) if each.in_group]
        if inside == [name] and not way.leader.semi_sync:
            way.go(waiting_for_replicas(way.leader))
        if server.group:
            way.go(*detaching(server), *forgetting(server))
        steps, way.refusal = plan_replica(way.now, way.now[name], way.leader, replace(wanted, semi_sync=True))
        way.go(*steps)
        if way.refusal:
            return
    if way.leader.group:
        way.go(*detaching(way.leader), *forgetting(replace(way.leader, made_for_two=False)))
    if mode is Mode.SINGLE:
        lowering = (_waiting_for_nobody(way.leader),) if way.leader.semi_sync else ()
        way.go(*lowering, *forgetting(way.leader))
    elif way.following() and not way.leader.semi_sync:
        way.go(waiting_for_replicas(way.leader))
    if not way.leader.writable:
        way.go(Step(way.primary, Action.OPEN_WRITES, f"{way.primary} is the primary, as it was in the group"))


def _no_pair(server: Server) -> tuple[Step, ...]:
    return forgetting(replace(server, group=None))


def _waiting_for_nobody(primary: Server) -> Step:
    reason = "no replica by channel is to acknowledge what it does"
    return Step(primary.name, Action.WAIT_FOR_REPLICAS, reason, argument=False)
