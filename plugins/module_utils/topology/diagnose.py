# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who is primary, and what is wrong: named findings, each with its evidence and a remedy.

The servers know better than the inventory. The one thing that the inventory adds is `seed`, the member that may be
made primary while no server holds any data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ansible_collections.scaleup.webstack.plugins.module_utils.topology.gtid import GtidSet
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import IN_GROUP, Channel, Server, Topology


class Diagnosis(StrEnum):
    """What can be the matter, worst first."""

    TWO_WRITABLE = "two_writable"
    CONFLICTING_CLAIMS = "conflicting_claims"
    DUPLICATE_IDENTITY = "duplicate_identity"
    UNREACHABLE_PRIMARY = "unreachable_primary"
    GROUP_WITHOUT_MAJORITY = "group_without_majority"
    COMPLETE_OUTAGE = "complete_outage"
    NOT_FENCED = "not_fenced"
    WRONG_MODE = "wrong_mode"
    LOGIN_REFUSED = "login_refused"
    NO_TLS = "no_tls"
    GTID_OFF = "gtid_off"
    DIVERGED = "diverged"
    NO_PRIMARY = "no_primary"
    UNINITIALISED = "uninitialised"
    PRIMARY_READ_ONLY = "primary_read_only"
    WRITABLE_REPLICA = "writable_replica"
    ERRANT_GTIDS = "errant_gtids"
    PURGED_BINLOGS = "purged_binlogs"
    FOREIGN_DATA = "foreign_data"
    FOREIGN_SOURCE = "foreign_source"
    FOREIGN_MEMBER = "foreign_member"
    UNFIT_TABLES = "unfit_tables"
    BROKEN_REPLICA = "broken_replica"
    ASYNCHRONOUS = "asynchronous"
    WAITING_REPLICA = "waiting_replica"
    OUT_OF_GROUP = "out_of_group"
    UNATTACHED = "unattached"
    UNREACHABLE_MEMBER = "unreachable_member"
    PRIMARY_NEEDED = "primary_needed"
    MAJORITY_NEEDED = "majority_needed"
    VERSION_MIX = "version_mix"
    NO_CANDIDATE = "no_candidate"
    LAGGING = "lagging"
    HEALTHY = "healthy"


REMEDIES: dict[Diagnosis, str] = {
    Diagnosis.TWO_WRITABLE: "Decide which one is right, and on every other one run SET GLOBAL super_read_only=ON "
    "before anything else.",
    Diagnosis.CONFLICTING_CLAIMS: "Decide which one is the primary, make the others read-only and point them to it.",
    Diagnosis.DUPLICATE_IDENTITY: "Give each server its own server_id; where the UUIDs are equal, stop one mysqld, "
    "remove auto.cnf from its data directory and start it.",
    Diagnosis.UNREACHABLE_PRIMARY: "Bring that server back, or fail over to another one.",
    Diagnosis.GROUP_WITHOUT_MAJORITY: "Bring its members back.",
    Diagnosis.COMPLETE_OUTAGE: "Make every configured server answer, then run the database playbook: the group begins "
    "again on a member that holds every transaction.",
    Diagnosis.NOT_FENCED: "Bring it back; or switch it off, and run the failover playbook with survivors set to those "
    "that are to go on.",
    Diagnosis.WRONG_MODE: "Add -e convert=true to convert the servers. Or set webstack_db_mode to auto or to the mode "
    "that they work in, and name as many servers as that mode takes.",
    Diagnosis.LOGIN_REFUSED: "Give the password that the server has, in webstack_secrets or by the store on the state "
    "host; or take the server out of the inventory, if it is one of another stack.",
    Diagnosis.NO_TLS: "See in its error log why it cannot read its certificate, then run ALTER INSTANCE RELOAD TLS "
    "there.",
    Diagnosis.GTID_OFF: "Set it to OFF_PERMISSIVE, ON_PERMISSIVE and ON there, one after the other, with SET GLOBAL "
    "gtid_mode; its file has it so already.",
    Diagnosis.DIVERGED: "Decide whose transactions count, and re-create the others from that server.",
    Diagnosis.NO_PRIMARY: "Make every configured server answer, then run this again.",
    Diagnosis.UNINITIALISED: "Run site.yml: the seed becomes the primary.",
    Diagnosis.PRIMARY_READ_ONLY: "Run the database playbook: it opens writes again where that is provably right.",
    Diagnosis.WRITABLE_REPLICA: "Run the database playbook: it makes replicas read-only.",
    Diagnosis.ERRANT_GTIDS: "Run the rejoin playbook for it, or add -e force_reseed=HOST: what those transactions "
    "wrote is saved to a file, and the server's data is replaced with a copy of the others; skipping them would leave "
    "the data different.",
    Diagnosis.PURGED_BINLOGS: "Run the rejoin playbook for it, or add -e force_reseed=HOST: the server's data is "
    "replaced with a copy of the others.",
    Diagnosis.FOREIGN_DATA: "Save what it holds if it matters, then run the rejoin playbook for it, or add "
    "-e force_reseed=HOST: all of it is replaced with a copy of the others.",
    Diagnosis.FOREIGN_SOURCE: "Name that source in the inventory, or remove the channel on purpose: STOP REPLICA, "
    "then RESET REPLICA ALL.",
    Diagnosis.FOREIGN_MEMBER: "Put it back into the inventory, and take it out with the scale_in playbook.",
    Diagnosis.UNFIT_TABLES: "Give each of them a primary key and ENGINE = InnoDB with ALTER TABLE, or drop it.",
    Diagnosis.BROKEN_REPLICA: "Remove the cause that the error names, then run the database playbook.",
    Diagnosis.ASYNCHRONOUS: "Run the database playbook: it makes the primary wait for a replica again.",
    Diagnosis.WAITING_REPLICA: "Run the database playbook: it makes replicas wait for nobody.",
    Diagnosis.OUT_OF_GROUP: "Run the database playbook: it takes the server in again; where that fails, its error log "
    "names the cause.",
    Diagnosis.UNATTACHED: "Run the database playbook: it attaches the server to the primary.",
    Diagnosis.UNREACHABLE_MEMBER: "Bring mysqld on that host back, or take the host out of the inventory.",
    Diagnosis.PRIMARY_NEEDED: "Move the primary to another server with the switchover playbook first.",
    Diagnosis.MAJORITY_NEEDED: "Bring the members that do not answer back first.",
    Diagnosis.VERSION_MIX: "Upgrade the older one first: a server replicates from an older one, not from a newer one.",
    Diagnosis.NO_CANDIDATE: "Bring another database server into the topology first.",
    Diagnosis.LAGGING: "Wait, or look for long transactions and a slow disk on that replica.",
    Diagnosis.HEALTHY: "Nothing to do.",
}

_SEVERITY = list(Diagnosis)


@dataclass(frozen=True)
class Finding:
    """One thing that is the matter: what, with whom, and how that is known."""

    diagnosis: Diagnosis
    subjects: tuple[str, ...]
    evidence: str

    @property
    def remedy(self) -> str:
        """What a person can do about it."""
        return REMEDIES[self.diagnosis]

    @property
    def sentence(self) -> str:
        """Evidence and remedy, to be read by a person."""
        return f"{self.evidence} {self.remedy}"


@dataclass(frozen=True)
class Verdict:
    """Who is primary. `finding` is what is not right about that; `provable` says that its writes may be opened."""

    primary: str | None
    finding: Finding | None = None
    provable: bool = False

    @property
    def is_first_start(self) -> bool:
        """No server holds any data yet."""
        return self.finding is not None and self.finding.diagnosis is Diagnosis.UNINITIALISED

    @property
    def begins(self) -> bool:
        """No group lives, and the server named may begin one."""
        outage = self.finding is not None and self.finding.diagnosis is Diagnosis.COMPLETE_OUTAGE
        return self.provable and (self.is_first_start or outage)


def diagnose(
    topology: Topology, seed: str = "", lag_limit: int = 30, refusal: Finding | None = None
) -> tuple[Finding, ...]:
    """Everything that is the matter, worst first; a single `healthy` if nothing is. `refusal` is known beforehand."""
    verdict = find_primary(topology, seed)
    found = [finding for finding in (refusal, verdict.finding) if finding]
    found += [finding for server in topology.servers for finding in _about(topology, server, verdict, lag_limit)]
    found += _about_acknowledgement(topology, verdict)
    found = [each for number, each in enumerate(found) if each not in found[:number]]
    if not found:
        names = tuple(server.name for server in topology.servers)
        found = [Finding(Diagnosis.HEALTHY, names, f"{verdict.primary} is primary, and every member is whole.")]
    return tuple(sorted(found, key=lambda each: _SEVERITY.index(each.diagnosis)))


def find_primary(topology: Topology, seed: str = "") -> Verdict:
    """The first rule that knows: two primaries are worse than none, a live group knows best, then claims, then data."""
    for rule in (_two_of_a_kind, _by_group, _by_claims, _by_absence_of_data):
        verdict = rule(topology, seed)
        if verdict:
            return verdict
    return _by_data(topology, seed)


def errant_on(server: Server, primary: Server) -> GtidSet:
    """Transactions on a server that the primary does not have.

    A member of the primary's group has none: the group lets nobody in who holds more than it does, and what a member
    gets from it may be there before the primary's own commit is done.
    """
    members = {each.server_uuid for each in primary.group.members if each.state in IN_GROUP} if primary.group else set()
    if server.in_group and server.server_uuid in members:
        return GtidSet()
    return server.holds.subtract(primary.gtid_executed)


def purged_for(server: Server, primary: Server) -> GtidSet:
    """Transactions that a server still needs and the primary no longer has in its binary logs."""
    return primary.gtid_purged.subtract(server.gtid_executed)


# What MySQL's errors say of a server that is there.
_REFUSALS = {"(error 1045)": Diagnosis.LOGIN_REFUSED, "(error 2026)": Diagnosis.NO_TLS}


def silent_finding(server: Server) -> Finding:
    """Why a server cannot be asked."""
    text = f"{server.name} does not answer by SQL: {server.error}."
    known = (diagnosis for number, diagnosis in _REFUSALS.items() if number in server.error)
    return Finding(next(known, Diagnosis.UNREACHABLE_MEMBER), (server.name,), text)


def without_gtid_finding(server: Server) -> Finding | None:
    """The refusal of a server whose transactions cannot be told apart."""
    if server.gtid_mode == "ON":
        return None
    text = f"{server.name} runs with gtid_mode {server.gtid_mode}, and nobody can tell what it holds."
    return Finding(Diagnosis.GTID_OFF, (server.name,), text)


def errant_finding(server: Server, primary: Server) -> Finding | None:
    """The refusal of a server that holds more than the primary."""
    errant = errant_on(server, primary)
    if not errant:
        return None
    text = f"{server.name} holds {_counted(errant)} that the primary {primary.name} does not have: {errant}."
    return Finding(Diagnosis.ERRANT_GTIDS, (server.name,), text)


def purged_finding(server: Server, primary: Server) -> Finding | None:
    """The refusal of a server that can no longer catch up from the primary's binary logs."""
    purged = purged_for(server, primary)
    if not purged:
        return None
    text = f"{server.name} needs {_counted(purged)} that the primary {primary.name} has purged: {purged}."
    return Finding(Diagnosis.PURGED_BINLOGS, (server.name,), text)


def broken_finding(server: Server) -> Finding | None:
    """What stopped a server's channel."""
    for channel in server.channels:
        if not channel.running:
            where = f"{channel.source_host}:{channel.source_port}"
            text = f"Replication from {where} to {server.name} does not run: {channel.error or 'it is stopped'}."
            return Finding(Diagnosis.BROKEN_REPLICA, (server.name,), text)
    return None


def newer_finding(topology: Topology, server: Server) -> Finding | None:
    """Why a server may not lead: another one is older, and would have to replicate from it."""
    for other in topology.others(server.name):
        if _version(other) < _version(server):
            text = f"{other.name} runs MySQL {other.version}, {server.name} runs {server.version}."
            return Finding(Diagnosis.VERSION_MIX, (other.name, server.name), text)
    return None


def diverged_finding(topology: Topology) -> Finding:
    """Nobody among those that answer holds everything."""
    names = tuple(server.name for server in topology.answering)
    text = f"None of {listed(names)} holds every transaction of the others."
    return Finding(Diagnosis.DIVERGED, names, text)


def foreign_data_finding(server: Server, primary: Server) -> Finding | None:
    """The refusal of a server with data of which no other server knows."""
    if not server.schemas or server.holds or not primary.gtid_executed:
        return None
    text = f"{server.name} holds {listed(server.schemas)}, and no transaction of the primary {primary.name}."
    return Finding(Diagnosis.FOREIGN_DATA, (server.name,), text)


def out_of_group_finding(server: Server) -> Finding | None:
    """What is the matter with a server that is made for a group, and is not working in it."""
    if server.group is None or server.in_group:
        return None
    text = f"{server.name} is made for a replication group, and its state in it is {server.group_state}."
    return Finding(Diagnosis.OUT_OF_GROUP, (server.name,), text)


def _two_of_a_kind(topology: Topology, _seed: str) -> Verdict | None:
    writable = [server.name for server in topology.answering if server.writable and not server.channels]
    twins = _twins(topology)
    if len(writable) > 1:
        # Seen in a group after a server with the server_uuid of its primary had begun to join it.
        why = f" {twins.evidence}" if twins else ""
        text = f"{listed(writable)} accept writes at the same time.{why}"
        return Verdict(None, Finding(Diagnosis.TWO_WRITABLE, tuple(writable), text))
    return Verdict(None, twins) if twins else None


def _twins(topology: Topology) -> Finding | None:
    for what in ("server_uuid", "server_id"):
        seen: dict[str, str] = {}
        for server in topology.answering:
            value = str(getattr(server, what))
            if value in seen:
                names = (seen[value], server.name)
                text = f"{listed(names)} have the same {what} {value}."
                return Finding(Diagnosis.DUPLICATE_IDENTITY, names, text)
            seen[value] = server.name
    return None


def _by_group(topology: Topology, seed: str) -> Verdict | None:
    grouped = [server for server in topology.answering if server.group]
    for server in grouped:
        group = server.group
        if group is None or not (group.primary and group.has_majority):
            continue
        if group.state_of(server.server_uuid) != "ONLINE":
            continue
        chosen = next((each for each in topology.servers if each.server_uuid == group.primary.server_uuid), None)
        if chosen is None:
            where = f"{group.primary.host}:{group.primary.port}"
            text = f"{where}, the primary of {server.name}'s group, does not answer by SQL or is not in the inventory."
            return Verdict(None, Finding(Diagnosis.UNREACHABLE_PRIMARY, (where,), text))
        return Verdict(chosen.name)
    if any(server.holds for server in grouped) and not any(server.channels for server in topology.answering):
        return _without_group(topology, grouped, seed)
    return None


def _without_group(topology: Topology, grouped: list[Server], seed: str) -> Verdict:
    """Servers of a group that has no majority anywhere. Begun again only with every answer at hand."""
    inside = [server.name for server in grouped if server.in_group]
    if inside:
        text = f"{listed(inside)} can reach no majority of the replication group."
        return Verdict(None, Finding(Diagnosis.GROUP_WITHOUT_MAJORITY, tuple(inside), text))
    names = tuple(server.name for server in grouped)
    stopped = f"The replication group is stopped on {listed(names)}"
    if topology.silent:
        silent = [
            f"{server.name}, which may hold more, does not answer by SQL ({server.error})" for server in topology.silent
        ]
        return Verdict(None, Finding(Diagnosis.COMPLETE_OUTAGE, names, f"{stopped}, and {listed(silent)}."))
    everything = GtidSet().union(*(server.holds for server in topology.answering))
    whole = [server for server in grouped if server.holds.contains(everything)]
    if not whole:
        text = f"{stopped}, and none of them holds every transaction of the others."
        return Verdict(None, Finding(Diagnosis.DIVERGED, names, text))
    first = next((server for server in whole if server.name == seed), whole[0])
    text = f"{stopped}; every member answers, and {first.name} holds every transaction."
    return Verdict(first.name, Finding(Diagnosis.COMPLETE_OUTAGE, names, text), provable=True)


def _by_claims(topology: Topology, _seed: str) -> Verdict | None:
    """A server that others follow and that follows nobody, or the only writable one that follows nobody."""
    followed = [
        server
        for server in topology.servers
        if topology.followers_of(server.name) and not (server.reachable and server.channels)
    ]
    writer = next((server for server in topology.answering if server.writable and not server.channels), None)
    claims = _outdone(followed, writer)
    if not claims:
        return None
    if len(claims) > 1:
        names = tuple(server.name for server in claims)
        how = [f"{each.name} {_claim(topology, each)}" for each in claims]
        return Verdict(None, Finding(Diagnosis.CONFLICTING_CLAIMS, names, f"{listed(how)}: each may be the primary."))
    primary = claims[0]
    if not primary.reachable:
        who = listed([server.name for server in topology.followers_of(primary.name)])
        text = f"{primary.name}, which {who} replicate from, does not answer by SQL: {primary.error}."
        return Verdict(None, Finding(Diagnosis.UNREACHABLE_PRIMARY, (primary.name,), text))
    if primary.writable:
        return Verdict(primary.name)
    doubt = _doubt(topology, primary)
    text = f"{primary.name} is the primary by its {_followers(topology, primary)}, and is read-only"
    text += f"; its writes stay closed, because {doubt}." if doubt else "."
    return Verdict(primary.name, Finding(Diagnosis.PRIMARY_READ_ONLY, (primary.name,), text), provable=not doubt)


def _outdone(followed: list[Server], writer: Server | None) -> list[Server]:
    """A writer outdoes claims of silent servers, and those of read-only servers of which it has every transaction."""
    if writer is None:
        return followed
    rivals = [each for each in followed if each.name != writer.name and each.reachable and errant_on(each, writer)]
    return [writer, *rivals]


def _claim(topology: Topology, server: Server) -> str:
    return "accepts writes" if server.writable else f"is followed by {_followers(topology, server, kind='')}"


def _doubt(topology: Topology, primary: Server) -> str:
    """Why the writes of a read-only primary must stay closed; empty if they may be opened."""
    followers = {server.name for server in topology.followers_of(primary.name)}
    for other in topology.others(primary.name):
        if other.writable:
            return f"{other.name} accepts writes"
        extra = errant_on(other, primary)
        if other.name in followers:  # what a follower wrote by itself is its own trouble, and refused there
            extra = extra.subtract(extra.of_server(other.server_uuid))
        if extra:
            return f"{other.name} holds transactions that it lacks: {extra}"
    if topology.silent and (len(followers) + 1) * 2 <= len(topology.servers):
        silent = listed([server.name for server in topology.silent])
        return f"{silent} did not answer, and the servers that follow it are no majority"
    return ""


def _by_absence_of_data(topology: Topology, seed: str) -> Verdict | None:
    if topology.silent or any(server.holds or server.channels for server in topology.answering):
        return None
    names = tuple(server.name for server in topology.servers)
    text = "No server holds any data, and every configured member answers."
    finding = Finding(Diagnosis.UNINITIALISED, names, text)
    return Verdict(seed if seed in names else None, finding, provable=seed in names)


def _by_data(topology: Topology, seed: str) -> Verdict:
    """Nobody claims to be primary: with every answer at hand, a server that has all transactions may be."""
    alone = [server for server in topology.answering if not server.channels]
    if topology.silent or not alone:
        silent = [f"{server.name} does not answer by SQL ({server.error})" for server in topology.silent]
        text = f"No server is primary: {listed(silent) or 'each one follows another'}, so none can be proven to be."
        return Verdict(None, Finding(Diagnosis.NO_PRIMARY, tuple(each.name for each in topology.servers), text))
    whole = [one for one in alone if not any(errant_on(other, one) for other in topology.others(one.name))]
    if not whole:
        return Verdict(None, diverged_finding(topology))
    primary = next((server for server in whole if server.name == seed), whole[0])
    text = f"{primary.name} is read-only; every member answers, and none holds a transaction that it lacks."
    return Verdict(primary.name, Finding(Diagnosis.PRIMARY_READ_ONLY, (primary.name,), text), provable=True)


def _about(topology: Topology, server: Server, verdict: Verdict, lag_limit: int) -> Iterator[Finding]:
    """What is the matter with one server that is not the primary."""
    if not server.reachable:
        yield silent_finding(server)
        return
    without_gtid = without_gtid_finding(server)
    if without_gtid:
        yield without_gtid
    for channel in server.channels:
        yield from _about_channel(topology, server, channel, lag_limit)
    if server.writable and server.channels:
        text = f"{server.name} accepts writes though it replicates from another server."
        yield Finding(Diagnosis.WRITABLE_REPLICA, (server.name,), text)
    if server.semi_sync and server.channels:
        text = f"{server.name} replicates, and waits for replicas that it does not have before it applies anything."
        yield Finding(Diagnosis.WAITING_REPLICA, (server.name,), text)
    primary = topology[verdict.primary] if verdict.primary else None
    if primary and primary.reachable and primary.name != server.name:
        aloof = not (server.channels or server.in_group)
        for finding in (
            errant_finding(server, primary),
            purged_finding(server, primary) if aloof else None,
            foreign_data_finding(server, primary) if aloof else None,
        ):
            if finding:
                yield finding
        older = newer_finding(Topology.of((server, primary)), primary)
        if older:
            yield older
        if server.channels and primary.group:
            text = f"{server.name} replicates by a channel of its own, and the primary {primary.name} is in a group."
            yield Finding(Diagnosis.WRONG_MODE, (server.name,), text)
        outside = out_of_group_finding(server)
        if outside and not verdict.is_first_start:
            yield outside
        if not (server.channels or server.group or verdict.is_first_start):
            text = f"{server.name} replicates from no server."
            yield Finding(Diagnosis.UNATTACHED, (server.name,), text)


def _about_acknowledgement(topology: Topology, verdict: Verdict) -> Iterator[Finding]:
    """A primary that others follow by a channel acknowledges nothing that no other server has."""
    primary = topology[verdict.primary] if verdict.primary else None
    if primary and primary.writable and not primary.semi_sync and not primary.group:
        followers = tuple(server.name for server in topology.followers_of(primary.name))
        if followers:
            text = f"{primary.name} acknowledges transactions that {listed(followers)} may not have received."
            yield Finding(Diagnosis.ASYNCHRONOUS, (primary.name,), text)


def _about_channel(topology: Topology, server: Server, channel: Channel, lag_limit: int) -> Iterator[Finding]:
    where = f"{channel.source_host}:{channel.source_port}"
    if topology.source_of(channel) is None:
        text = f"{server.name} replicates from {where}, which is not in the inventory."
        yield Finding(Diagnosis.FOREIGN_SOURCE, (server.name,), text)
    broken = broken_finding(server)
    if broken:
        yield broken
    elif channel.lag_seconds is None or channel.lag_seconds > lag_limit:
        lag = "an unknown time" if channel.lag_seconds is None else f"{channel.lag_seconds} s"
        yield Finding(Diagnosis.LAGGING, (server.name,), f"{server.name} is {lag} behind {where}.")


def _followers(topology: Topology, server: Server, kind: str = "followers ") -> str:
    return kind + listed([each.name for each in topology.followers_of(server.name)])


def _version(server: Server) -> tuple[int, ...]:
    return tuple(int(each) for each in re.findall(r"[0-9]+", server.version)[:3])


def _counted(gtids: GtidSet) -> str:
    return f"{len(gtids)} transaction{'s' * (len(gtids) != 1)}"


def listed(names: tuple[str, ...] | list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
