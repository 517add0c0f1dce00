# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How one server becomes, or stays, an online member of the replication group.

Invariant: a group is begun once, or again only where every server answers, none is in a live group and the one that
begins holds whatever any other holds. A server joins only if it holds nothing that the primary lacks, and lacks
nothing that the primary has purged. Where it does, it gets a copy of another member first: without a question if it is
empty, else only if it was asked for by name. Every prefix of a plan keeps that, and planning again after any prefix
gives the rest.
Order: settings that the server keeps, the account that it catches up with, then the start, when it is its turn; leave
to begin a group is taken back whatever became of the start.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from ansible_collections.scaleup.webstack.plugins.module_utils.step import Action, Step
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.diagnose import (
    Diagnosis,
    Finding,
    Verdict,
    errant_finding,
    find_primary,
    silent_finding,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import (
    IN_GROUP,
    Group,
    GroupMember,
    Server,
    Topology,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.plan import (
    Plan,
    Wanted,
    after,
    closing,
    never,
    seeding,
)

_OUT = "OFFLINE"


@dataclass(frozen=True)
class Membership:
    """What a server keeps about its group, so that it finds it again after a boot; None for what stays as it is."""

    group_name: str | None
    local_address: str | None
    seeds: str


def plan_group_member(topology: Topology, wanted: Wanted) -> Plan:
    """The plan for the server `wanted.name`."""
    server = topology[wanted.name]
    if not server.reachable:
        return Plan(refusal=silent_finding(server))
    verdict = find_primary(topology, wanted.seed)
    if verdict.primary is None:
        return Plan(closing(server), verdict.finding)
    primary = topology[verdict.primary]
    refusal = never(server, primary, wanted) or _no_group(server, primary, begins=verdict.begins)
    if refusal:
        return Plan((), refusal, primary.name)
    name = primary.group.name if primary.group else group_name_of(primary)
    settings = settings_of_group(topology, server, name, wanted)
    if server.name == primary.name:
        begin = beginning(server, _cause(verdict), wanted) if verdict.begins else ((), ())
        return Plan((*_waiting_for_nobody(topology, server), *settings, *begin[0]), None, primary.name, begin[1])
    return _plan_joiner(topology, server, primary, settings, wanted)


def _plan_joiner(
    topology: Topology, server: Server, primary: Server, settings: tuple[Step, ...], wanted: Wanted
) -> Plan:
    copying: tuple[Step, ...] = ()
    if server.in_group:
        refusal = errant_finding(server, primary)
    else:
        copying, refusal = seeding(topology, server, primary, wanted)
    if refusal:
        return Plan(closing(server), refusal, primary.name)
    if copying:
        rest = plan_group_member(expected(topology, copying), wanted)
        return Plan((*copying, *rest.steps), rest.refusal, primary.name)
    return Plan(tuple(_joining(server, primary, settings, wanted)), None, primary.name)


def expected(topology: Topology, steps: tuple[Step, ...]) -> Topology:
    """The topology as it should be after some steps: what check mode shows, and what tests replay."""
    for step in steps:
        topology = _after(topology, topology[step.server], step)
    return topology


def group_name_of(seed: Server) -> str:
    """The name of the group that a server begins: always the same one, and no other server's."""
    return str(uuid5(UUID(seed.server_uuid), "replication group"))


def _no_group(server: Server, primary: Server, *, begins: bool) -> Finding | None:
    """Why this is no matter of a group."""
    for each in (primary, server):
        if each.channels:
            text = f"{each.name} replicates by a channel of its own, and the database tier is to be a group."
            return Finding(Diagnosis.WRONG_MODE, (each.name,), text)
    if primary.group is None and not begins:
        text = f"{primary.name} is primary, and is in no group."
        return Finding(Diagnosis.WRONG_MODE, (primary.name,), text)
    return None


def settings_of_group(topology: Topology, server: Server, group_name: str, wanted: Wanted) -> tuple[Step, ...]:
    """What a server has to keep about its group, and does not yet."""
    seeds = ",".join(each.endpoint for each in topology.servers)
    group = server.group or Group("")
    steps = []
    differences = [
        text
        for text, right in {
            f"its group is {group.name or 'none'}, not {group_name}": server.in_group or group.name == group_name,
            f"it is found at {group.local_address or 'no address'}, not at {server.endpoint}": server.in_group
            or group.local_address == server.endpoint,
            f"it looks for the group at {group.seeds or 'no address'}, not at {seeds}": group.seeds == seeds,
            "it does not join its group after a boot": group.on_boot,
        }.items()
        if not right
    ]
    if differences:
        # Name and address of a member that is in its group are right, and cannot be set.
        membership = (
            Membership(None, None, seeds) if server.in_group else Membership(group_name, server.endpoint, seeds)
        )
        steps.append(Step(server.name, Action.CONFIGURE_GROUP, "; ".join(differences), membership))
    if group.recovery_user != wanted.replication_user:
        reason = f"it catches up as {group.recovery_user or 'nobody'}, not as {wanted.replication_user}"
        account = (wanted.replication_user, wanted.replication_password)
        steps.append(Step(server.name, Action.SET_RECOVERY_ACCOUNT, reason, account))
    return tuple(steps)


def beginning(server: Server, reason: str, wanted: Wanted) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """How a server begins its group, and what is done afterwards whatever became of that."""
    steps = (
        *_stopping(server),
        Step(server.name, Action.ALLOW_BOOTSTRAP, reason, True),
        Step(server.name, Action.START_GROUP, f"{server.name} begins the group"),
        _waiting(server, wanted),
    )
    return steps, (Step(server.name, Action.ALLOW_BOOTSTRAP, "a group is begun once", False),)


def _cause(verdict: Verdict) -> str:
    return verdict.finding.evidence.rstrip(".") if verdict.finding else "no group lives"


def _waiting_for_nobody(topology: Topology, server: Server) -> tuple[Step, ...]:
    """A conversion that was stopped, and is not gone on with, leaves a primary that waits for a replica by channel."""
    if not server.semi_sync or topology.followers_of(server.name):
        return ()
    reason = "the group keeps what it acknowledges, and nobody replicates from it by a channel"
    return (Step(server.name, Action.WAIT_FOR_REPLICAS, reason, argument=False),)


def _joining(server: Server, primary: Server, settings: tuple[Step, ...], wanted: Wanted) -> list[Step]:
    state = server.group_state
    if state == "ONLINE":
        return list(settings)
    steps = list(closing(server))
    if state != "RECOVERING":
        steps += [*_stopping(server), *settings]
        reason = f"its state is {state}, and {primary.name} leads the group"
        steps += _in_turn(primary, Step(server.name, Action.START_GROUP, reason), wanted)
    return [*steps, _waiting(server, wanted)]


def _in_turn(primary: Server, start: Step, wanted: Wanted) -> tuple[Step, ...]:
    """Two that join at once get in each other's way, and wait for half a minute before they try again.

    The lock that keeps them apart is the primary's, and ends with the session that holds it.
    """
    reason = f"one server at a time joins the group, {start.server} now"
    return (
        Step(primary.name, Action.TAKE_TURN, reason, wanted.timeout),
        start,
        Step(primary.name, Action.END_TURN, f"{start.server} has joined"),
    )


def _stopping(server: Server) -> tuple[Step, ...]:
    if server.group_state == _OUT:
        return ()
    return (Step(server.name, Action.STOP_GROUP, f"its state is {server.group_state}: it starts anew"),)


def _waiting(server: Server, wanted: Wanted) -> Step:
    reason = f"within {wanted.timeout} s it must be seen online"
    return Step(server.name, Action.WAIT_UNTIL_ONLINE, reason, (server.server_uuid, wanted.timeout))


def _after(topology: Topology, server: Server, step: Step) -> Topology:  # noqa: PLR0911 - one case an action
    group = server.group or Group("")
    match step.action, step.argument:
        case Action.CONFIGURE_GROUP, Membership() as membership:
            group = replace(
                group,
                name=membership.group_name or group.name,
                local_address=membership.local_address or group.local_address,
                seeds=membership.seeds,
                on_boot=True,
            )
            return topology.with_(replace(server, group=group))
        case Action.SET_RECOVERY_ACCOUNT, (str() as user, _):
            return topology.with_(replace(server, group=replace(group, recovery_user=user)))
        case ((Action.ALLOW_BOOTSTRAP | Action.TAKE_TURN | Action.END_TURN), _):
            return topology
        case Action.STOP_GROUP, _:
            return _left(topology, server, group)
        case Action.LEAVE_GROUP, _:
            return _left(topology, server, replace(group, on_boot=False))
        case Action.START_GROUP, _:
            return _started(topology, server, group)
        case Action.WAIT_UNTIL_ONLINE, _:
            return _online(topology, server)
        case Action.MOVE_PRIMARY, _:
            return _led_by(topology, server)
    return after(topology, step)


def _started(topology: Topology, server: Server, group: Group) -> Topology:
    """It is in every view of the living group, or alone in its own as the primary."""
    living = [each for each in topology.others(server.name) if each.in_group]
    if not living:
        me = _row(server, "ONLINE", "PRIMARY")
        begun = replace(server, group=replace(group, members=(me,)), read_only=False, super_read_only=False)
        return topology.with_(begun)
    view = living[0].group
    members = tuple(each for each in (view.members if view else ()) if each.server_uuid != server.server_uuid)
    return _seen(topology, server, (*members, _row(server, "RECOVERING", "SECONDARY")))


def _led_by(topology: Topology, leader: Server) -> Topology:
    """Every member sees the same primary, and only that one takes writes."""
    rows = leader.group.members if leader.group else ()
    roles = (replace(row, role="PRIMARY" if row.server_uuid == leader.server_uuid else "SECONDARY") for row in rows)
    topology = _seen(topology, leader, tuple(roles))
    for each in topology.answering:
        if each.in_group:
            closed = each.name != leader.name
            topology = topology.with_(replace(each, read_only=closed, super_read_only=closed))
    return topology


def _left(topology: Topology, server: Server, group: Group) -> Topology:
    """It sees nobody, and the others no longer see it."""
    others = next((each.group for each in topology.others(server.name) if each.group and each.in_group), None)
    if others and others.state_of(server.server_uuid) in IN_GROUP:
        rest = tuple(each for each in others.members if each.server_uuid != server.server_uuid)
        topology = _seen(topology, topology.others(server.name)[0], rest)
    return topology.with_(replace(server, group=replace(group, members=()), read_only=True, super_read_only=True))


def _online(topology: Topology, server: Server) -> Topology:
    members = server.group.members if server.group else ()
    rows = (replace(row, state="ONLINE") if row.server_uuid == server.server_uuid else row for row in members)
    holds = [each.gtid_executed for each in topology.others(server.name) if each.in_group]
    caught_up = replace(server, gtid_executed=server.gtid_executed.union(*holds))
    return _seen(topology.with_(caught_up), caught_up, tuple(rows))


def _seen(topology: Topology, server: Server, members: tuple[GroupMember, ...]) -> Topology:
    """All that are in the group see the same members."""
    inside = {row.server_uuid for row in members} | {server.server_uuid}
    for each in topology.servers:
        if each.reachable and each.group and each.server_uuid in inside:
            topology = topology.with_(replace(each, group=replace(each.group, members=members)))
    return topology


def _row(server: Server, state: str, role: str) -> GroupMember:
    return GroupMember(server.server_uuid, server.member.address, server.member.port, state, role)
