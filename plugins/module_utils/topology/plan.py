# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How one server becomes, or stays, a whole member of its topology.

Invariant: never two writable servers, no transaction lost, nothing rewound. Every prefix of a plan keeps it, and
planning again after any prefix gives the rest of the plan.
Order: a replica's writes are closed before anything else; writes are opened last, and only with proof. A plan
changes the server that it is made for, and no other one but for the primary's waiting for replicas: that is raised as
soon as there is one again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ansible_collections.scaleup.webstack.plugins.module_utils.secret import Secret
from ansible_collections.scaleup.webstack.plugins.module_utils.step import Action, Outcome, Step
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.diagnose import (
    Diagnosis,
    Finding,
    Verdict,
    errant_finding,
    errant_on,
    find_primary,
    foreign_data_finding,
    purged_finding,
    silent_finding,
    without_gtid_finding,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.gtid import GtidSet
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Channel, Receiver, Server, Topology


@dataclass(frozen=True)
class Wanted:
    """What the caller asks for: this member, whole."""

    name: str
    seed: str = ""
    replication_user: str = ""
    replication_password: Secret = field(default_factory=lambda: Secret(""))
    ca_file: str = ""
    timeout: int = 60
    semi_sync: bool | None = None  # None: as it is
    reseed: bool = False
    clone_threshold: int = 1000
    copy_timeout: int = 14400


@dataclass(frozen=True)
class Donor:
    """Whom a server copies everything from, and with what."""

    host: str
    port: int
    user: str
    password: Secret
    ca_file: str
    restart_seconds: int


@dataclass(frozen=True)
class Source:
    """Where a channel should point to, and with what."""

    channel: str
    host: str
    port: int
    user: str
    password: Secret
    ca_file: str


@dataclass(frozen=True)
class Plan:
    """Steps that are safe, then the refusal of what is not, if anything is not."""

    steps: tuple[Step, ...] = ()
    refusal: Finding | None = None
    primary: str | None = None
    afterwards: tuple[Step, ...] = ()
    undo: tuple[Step, ...] = ()
    aim: str = ""  # who is to be the primary in the end, where the plan had a choice


@dataclass(frozen=True)
class Course:
    """How an operation went: what was seen first and last, the last plan, and the steps of all of them."""

    before: Topology
    after: Topology
    plan: Plan
    done: Outcome


def plan_member(topology: Topology, wanted: Wanted) -> Plan:
    """The plan for the server `wanted.name`."""
    server = topology[wanted.name]
    if not server.reachable:
        return Plan(refusal=silent_finding(server))
    closed = closing(server)
    verdict = find_primary(topology, wanted.seed)
    if verdict.primary is None:
        return Plan(closed, verdict.finding)
    refusal = never(server, topology[verdict.primary], wanted)
    if refusal:
        return Plan(closed, refusal, verdict.primary)
    grouped = next((each for each in (server, topology[verdict.primary]) if each.group), None)
    if grouped:
        text = f"{grouped.name} is made for a replication group, where nobody replicates by a channel of its own."
        return Plan(closed, Finding(Diagnosis.WRONG_MODE, (grouped.name,), text), verdict.primary)
    if verdict.primary == server.name:
        return _plan_primary(topology, server, verdict, wanted)
    steps, refusal = plan_replica(topology, server, topology[verdict.primary], wanted)
    return Plan((*closed, *steps), refusal, verdict.primary)


def never(server: Server, primary: Server, wanted: Wanted) -> Finding | None:
    """What is refused in every mode: a copy in place of the primary's own data, and servers without GTID."""
    if wanted.reseed and server.name == primary.name and server.holds:
        text = f"{server.name} is the primary, and nobody else holds more."
        return Finding(Diagnosis.PRIMARY_NEEDED, (server.name,), text)
    return without_gtid_finding(server) or without_gtid_finding(primary)


def expected(topology: Topology, steps: tuple[Step, ...]) -> Topology:
    """The topology as it should be after some steps: what check mode shows, and what tests replay."""
    for step in steps:
        topology = after(topology, step)
    return topology


def after(topology: Topology, step: Step) -> Topology:
    """The topology as it should be after one step."""
    return topology.with_(_after(topology, topology[step.server], step))


def closing(server: Server) -> tuple[Step, ...]:
    """A server that replicates must not take writes, nor wait for replicas: this much is right whoever is primary."""
    steps = []
    if server.channels and not server.super_read_only:
        reason = f"{server.name} replicates from another server, and only a primary may take writes"
        steps.append(_step(server, Action.CLOSE_WRITES, reason))
    if server.channels and server.semi_sync:
        # Its applier would wait for replicas that it does not have, for ever and without an error.
        steps.append(_step(server, Action.WAIT_FOR_REPLICAS, "only a primary waits for replicas", argument=False))
    return tuple(steps)


def seeding(
    topology: Topology, server: Server, primary: Server, wanted: Wanted
) -> tuple[tuple[Step, ...], Finding | None]:
    """How a server that cannot catch up gets a copy of everything, or why it may not. Nothing where it can."""
    empty = not (server.holds or server.schemas)
    stands_in_the_way = (
        errant_finding(server, primary) or purged_finding(server, primary) or foreign_data_finding(server, primary)
    )
    if stands_in_the_way and not (empty or wanted.reseed):
        return (), stands_in_the_way
    behind = len(primary.gtid_executed.subtract(server.gtid_executed))
    if not stands_in_the_way and not (empty and behind > wanted.clone_threshold):
        return (), None
    donor = _donor(topology, server, primary)
    why = stands_in_the_way.evidence.rstrip(".") if stands_in_the_way else f"{server.name} is new"
    copy = Donor(
        donor.member.address,
        donor.member.port,
        wanted.replication_user,
        wanted.replication_password,
        wanted.ca_file,
        wanted.timeout,
    )
    reason = f"{why}; it copies everything from {donor.name}"
    return (*detaching(server), _step(server, Action.REPLACE_DATA, reason, copy)), None


def to_be_copied(topology: Topology, primary: str | None) -> Iterator[str]:
    """Servers that hold nothing, and get a copy of another one rather than all its binary logs."""
    for server in topology.answering:
        if primary not in (None, server.name) and not (server.in_group or server.channels):
            steps, _refusal = seeding(topology, server, topology[str(primary)], Wanted(server.name))
            if steps:
                yield server.name


def detaching(server: Server) -> tuple[Step, ...]:
    """A server that is to be nobody's replica, now and after a boot."""
    steps = []
    if server.group and (server.group.on_boot or server.group_state != "OFFLINE"):
        steps.append(_step(server, Action.LEAVE_GROUP, f"{server.name} is to be in no group for now"))
    for channel in server.channels:
        reason = f"{server.name} is to replicate from nobody for now"
        steps += [
            _step(server, Action.STOP_REPLICATION, reason, channel.name),
            _step(server, Action.FORGET_SOURCE, reason, channel.name),
        ]
    return tuple(steps)


def forgetting(server: Server) -> tuple[Step, ...]:
    """A server that is in no mode: what it kept about its group, or as one of two, would be taken for one later."""
    steps = []
    if server.group:
        steps.append(_step(server, Action.FORGET_GROUP, f"{server.name} is made for no group any more"))
    if server.made_for_two:
        steps.append(_step(server, Action.FORGET_PAIR, f"{server.name} is not one of two any more"))
    return tuple(steps)


def _donor(topology: Topology, server: Server, primary: Server) -> Server:
    """A whole replica, so that the primary is spared; else the primary."""
    for each in topology.others(server.name):
        whole = each.group_state == "ONLINE" if primary.group else any(one.running for one in each.channels)
        if each.name != primary.name and whole and not errant_finding(each, primary):
            return each
    return primary


def _plan_primary(topology: Topology, server: Server, verdict: Verdict, wanted: Wanted) -> Plan:
    waiting: tuple[Step, ...] = ()
    if wanted.semi_sync is False and server.semi_sync:
        reason = "it is to wait for no replica"
        waiting = (_step(server, Action.WAIT_FOR_REPLICAS, reason, argument=False),)
    # Without a replica it would wait for ever; the first one that comes raises it.
    if wanted.semi_sync and not server.semi_sync and (verdict.is_first_start or topology.followers_of(server.name)):
        waiting = (waiting_for_replicas(server),)
    if server.writable:
        return Plan(waiting, primary=server.name)
    if not verdict.provable or verdict.finding is None:
        return Plan(refusal=verdict.finding, primary=server.name)
    reason = verdict.finding.evidence.rstrip(".")
    return Plan((*waiting, _step(server, Action.OPEN_WRITES, reason)), primary=server.name)


def plan_replica(
    topology: Topology, server: Server, primary: Server, wanted: Wanted
) -> tuple[tuple[Step, ...], Finding | None]:
    """How a server that is in no group comes to replicate from the primary, or why it may not."""
    unheard = wanted.semi_sync and primary.writable and not primary.semi_sync
    raising = (waiting_for_replicas(primary),) if unheard else ()
    refusal = foreign_finding(topology, server)
    if refusal:
        return (), refusal
    channel = server.channels[0] if server.channels else None
    if channel and channel.running and not _differences(channel, primary, wanted) and not errant_on(server, primary):
        return raising, None
    copying, refusal = seeding(topology, server, primary, wanted)
    if refusal:
        return (), refusal
    if copying:
        copied = expected(topology, copying)
        return (*copying, *attaching(copied[server.name], None, primary, wanted), *raising), None
    return (*attaching(server, channel, primary, wanted), *raising), None


def waiting_for_replicas(server: Server) -> Step:
    """The primary acknowledges nothing any more that no replica has."""
    reason = "what it acknowledges must be on a replica as well"
    return _step(server, Action.WAIT_FOR_REPLICAS, reason, argument=True)


def attaching(server: Server, channel: Channel | None, primary: Server, wanted: Wanted) -> list[Step]:
    """How a server comes to replicate from the primary."""
    name = channel.name if channel else ""
    steps = []
    if not server.super_read_only and channel is None:
        steps.append(_step(server, Action.CLOSE_WRITES, "a replica must not take writes"))
    differences = [f"it does not replicate from {primary.name} yet"]
    if channel:
        differences = _differences(channel, primary, wanted)
        if channel.receiver is not Receiver.ON and not differences:
            cause = channel.receiver_error or "its receiver is stopped"
            differences = [f"it receives nothing from {primary.name}: {cause}"]
    if differences:
        source = Source(
            name,
            primary.member.address,
            primary.member.port,
            wanted.replication_user,
            wanted.replication_password,
            wanted.ca_file,
        )
        if channel and (channel.receiver is not Receiver.OFF or channel.applier_running):
            steps.append(_step(server, Action.STOP_REPLICATION, "its settings change only while it is stopped", name))
        steps.append(_step(server, Action.POINT_TO_SOURCE, "; ".join(differences), source))
    steps.append(_step(server, Action.START_REPLICATION, f"{server.name} is to replicate from {primary.name}", name))
    reason = f"within {wanted.timeout} s it must be seen to receive and to apply"
    steps.append(_step(server, Action.WAIT_UNTIL_REPLICATING, reason, (name, wanted.timeout)))
    return steps


def _step(server: Server, action: Action, reason: str, argument: object = None) -> Step:
    return Step(server.name, action, reason, argument)


def foreign_finding(topology: Topology, server: Server) -> Finding | None:
    """The refusal of a server that replicates from somebody unknown, or from several."""
    for channel in server.channels:
        if topology.source_of(channel) is None:
            where = f"{channel.source_host}:{channel.source_port}"
            text = f"{server.name} replicates from {where}, which is not in the inventory."
            return Finding(Diagnosis.FOREIGN_SOURCE, (server.name,), text)
    if len(server.channels) > 1:
        text = f"{server.name} has {len(server.channels)} replication channels; one is expected."
        return Finding(Diagnosis.FOREIGN_SOURCE, (server.name,), text)
    return None


def _differences(channel: Channel, primary: Server, wanted: Wanted) -> list[str]:
    """What is not as wanted in a channel's settings, in words."""
    here = (channel.source_host, channel.source_port)
    there = (primary.member.address, primary.member.port)
    checks = {
        f"it points to {here[0]}:{here[1]}, and the primary {primary.name} is {there[0]}:{there[1]}": here == there,
        f"it logs in as {channel.source_user}, not as {wanted.replication_user}": channel.source_user
        == wanted.replication_user,
        "it does not use GTID auto-positioning": channel.auto_position,
        "it does not use TLS": channel.tls,
        "it does not verify the primary's certificate": channel.tls_verified,
        f"it trusts the CA in {channel.ca_file or 'no file'}, not the one in {wanted.ca_file}": channel.ca_file
        == wanted.ca_file,
    }
    return [text for text, right in checks.items() if not right]


def _after(topology: Topology, server: Server, step: Step) -> Server:  # noqa: PLR0911, PLR0912 - one case an action
    match step.action, step.argument:
        case Action.CLOSE_WRITES, _:
            return replace(server, read_only=True, super_read_only=True)
        case Action.OPEN_WRITES, _:
            return replace(server, read_only=False, super_read_only=False)
        case Action.WAIT_FOR_REPLICAS, bool() as wait:
            return replace(server, semi_sync=wait, made_for_two=wait or server.made_for_two)
        case Action.POINT_TO_SOURCE, Source() as source:
            channel = Channel(
                source.channel,
                source.host,
                source.port,
                source.user,
                auto_position=True,
                tls=True,
                tls_verified=True,
                ca_file=source.ca_file,
            )
            return replace(server, channels=(channel,), made_for_two=True)
        case Action.STOP_REPLICATION, _:
            return _running(server, Receiver.OFF)
        case Action.STOP_RECEIVING, _:
            channels = tuple(replace(each, receiver=Receiver.OFF) for each in server.channels)
            return replace(server, channels=channels)
        case Action.FORGET_SOURCE, _:
            return replace(server, channels=())
        case Action.FORGET_GROUP, _:
            return replace(server, group=None)
        case Action.FORGET_PAIR, _:
            return replace(server, made_for_two=False)
        case Action.CATCH_UP, (str() as gtids, _):
            return replace(server, gtid_executed=server.gtid_executed.union(GtidSet.parse(gtids)))
        case Action.REPLACE_DATA, Donor() as donor:
            return _copied(topology, server, donor)
        case Action.START_REPLICATION, _:
            return _running(server, Receiver.CONNECTING)
        case Action.WAIT_UNTIL_REPLICATING, _:
            source_server = topology.source_of(server.channels[0])
            caught_up = source_server.gtid_executed if source_server else server.gtid_executed
            return replace(_running(server, Receiver.ON), gtid_executed=server.gtid_executed.union(caught_up))
    return server


def _copied(topology: Topology, server: Server, donor: Donor) -> Server:
    """Everything of the donor, and nothing of its own but who it is and how it is set up."""
    given = next(each for each in topology.servers if each.member.address == donor.host)
    return replace(
        server,
        read_only=True,
        super_read_only=True,
        gtid_executed=given.gtid_executed,
        gtid_purged=given.gtid_executed,
        schemas=given.schemas,
        channels=(),
        group=replace(server.group, received=GtidSet()) if server.group else None,
    )


def _running(server: Server, receiver: Receiver) -> Server:
    channels = tuple(
        replace(
            channel,
            receiver=receiver,
            applier_running=receiver is not Receiver.OFF,
            lag_seconds=0 if receiver is Receiver.ON else None,
        )
        for channel in server.channels
    )
    return replace(server, channels=channels)
