# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the servers said about themselves, at one moment. Values only; nothing here asks a server."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from ansible_collections.scaleup.webstack.plugins.module_utils.topology.gtid import GtidSet


@dataclass(frozen=True)
class Member:
    """A database server that the inventory names."""

    name: str
    address: str
    port: int = 3306


# States of members that take part; every other one stands outside.
IN_GROUP = frozenset({"ONLINE", "RECOVERING"})


class Receiver(StrEnum):
    """State of a channel's receiver (IO) thread."""

    ON = "on"
    CONNECTING = "connecting"
    OFF = "off"


@dataclass(frozen=True)
class Channel:
    """One asynchronous replication channel, as SHOW REPLICA STATUS tells it."""

    name: str = ""
    source_host: str = ""
    source_port: int = 3306
    source_user: str = ""
    source_uuid: str = ""
    receiver: Receiver = Receiver.OFF
    applier_running: bool = False
    auto_position: bool = False
    tls: bool = False
    tls_verified: bool = False
    ca_file: str = ""
    lag_seconds: int | None = None
    received: GtidSet = field(default_factory=GtidSet)
    receiver_error: str = ""
    applier_error: str = ""

    @property
    def running(self) -> bool:
        """Both halves run; what arrives is also applied."""
        return self.receiver is Receiver.ON and self.applier_running

    @property
    def error(self) -> str:
        """The error that stands in the way, if any."""
        return self.receiver_error or self.applier_error


@dataclass(frozen=True)
class GroupMember:
    """One row of performance_schema.replication_group_members."""

    server_uuid: str
    host: str
    port: int
    state: str
    role: str


@dataclass(frozen=True)
class Group:
    """Group Replication as one server sees it. A server without the plugin, or without a group name, has none."""

    name: str
    members: tuple[GroupMember, ...] = ()
    local_address: str = ""
    seeds: str = ""
    on_boot: bool = False
    recovery_user: str = ""
    received: GtidSet = field(default_factory=GtidSet)

    @property
    def has_majority(self) -> bool:
        """Most of the members in this view answer each other; only then may its primary be believed."""
        alive = sum(member.state in IN_GROUP for member in self.members)
        return alive * 2 > len(self.members)

    def state_of(self, server_uuid: str) -> str:
        """A member's state in the view, OFFLINE if it is not in it."""
        return next((member.state for member in self.members if member.server_uuid == server_uuid), "OFFLINE")

    @property
    def primary(self) -> GroupMember | None:
        """The member that this view calls primary."""
        return next((each for each in self.members if each.role == "PRIMARY" and each.state == "ONLINE"), None)


@dataclass(frozen=True)
class Server:
    """A member and what it answered; `error` says why there is no answer.

    `semi_sync`: it waits for a replica now. `made_for_two`: it is marked as one that does, though it may be alone.
    `given_up`: a person vouches that it is off, and that nobody is to wait for it. `schemas`: those that are not
    MySQL's own. `unfit`: tables that a group refuses to write to, where that was asked for.
    """

    member: Member
    reachable: bool = True
    error: str = ""
    server_uuid: str = ""
    server_id: int = 0
    version: str = ""
    read_only: bool = True
    super_read_only: bool = True
    gtid_executed: GtidSet = field(default_factory=GtidSet)
    gtid_purged: GtidSet = field(default_factory=GtidSet)
    channels: tuple[Channel, ...] = ()
    group: Group | None = None
    semi_sync: bool = False
    made_for_two: bool = False
    schemas: tuple[str, ...] = ()
    given_up: bool = False
    unfit: tuple[str, ...] = ()
    gtid_mode: str = "ON"

    @property
    def name(self) -> str:
        """The name in the inventory."""
        return self.member.name

    @property
    def writable(self) -> bool:
        """An ordinary account could write here."""
        return self.reachable and not self.read_only

    @property
    def holds(self) -> GtidSet:
        """Everything that is on this server: executed, or received and not yet applied."""
        received = [channel.received for channel in self.channels]
        return self.gtid_executed.union(*received, self.group.received if self.group else GtidSet())

    @property
    def group_state(self) -> str:
        """Its own state as it sees it itself; OFFLINE also for a server without a group."""
        return self.group.state_of(self.server_uuid) if self.group else "OFFLINE"

    @property
    def in_group(self) -> bool:
        """It takes part in a group, by its own view."""
        return self.group_state in IN_GROUP

    @property
    def endpoint(self) -> str:
        """Where the other servers of a group find it."""
        host = f"[{self.member.address}]" if ":" in self.member.address else self.member.address
        return f"{host}:{self.member.port}"


@dataclass(frozen=True)
class Topology:
    """All configured members, in the order of the inventory."""

    servers: tuple[Server, ...]

    @classmethod
    def of(cls, servers: Iterable[Server]) -> Topology:
        """Gather what was observed."""
        return cls(tuple(servers))

    def __getitem__(self, name: str) -> Server:
        """The server with this inventory name."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Server]:
        return {server.name: server for server in self.servers}

    @cached_property
    def _by_endpoint(self) -> dict[tuple[str, int], Server]:
        return {(server.member.address, server.member.port): server for server in self.servers}

    @cached_property
    def _by_uuid(self) -> dict[str, Server]:
        return {server.server_uuid: server for server in reversed(self.servers) if server.server_uuid}

    @cached_property
    def _followers(self) -> dict[str, tuple[Server, ...]]:
        found: dict[str, dict[str, Server]] = {}
        for server in self.answering:
            for channel in server.channels:
                source = self.source_of(channel)
                if source:
                    found.setdefault(source.name, {})[server.name] = server
        return {name: tuple(followers.values()) for name, followers in found.items()}

    @cached_property
    def answering(self) -> tuple[Server, ...]:
        """Servers that answered by SQL."""
        return tuple(server for server in self.servers if server.reachable)

    @property
    def silent(self) -> tuple[Server, ...]:
        """Servers that did not answer by SQL, and may be alive."""
        return tuple(server for server in self.servers if not (server.reachable or server.given_up))

    def giving_up(self, names: Iterable[str]) -> Topology:
        """The same, where a person vouches that these servers are off."""
        gone = set(names)
        return Topology.of(replace(each, given_up=True) if each.name in gone else each for each in self.servers)

    def with_(self, changed: Server) -> Topology:
        """The same with one server as it is now."""
        return Topology.of(changed if each.name == changed.name else each for each in self.servers)

    def source_of(self, channel: Channel) -> Server | None:
        """The member that a channel points to, None for a server that the inventory does not name."""
        at = self._by_endpoint.get((channel.source_host, channel.source_port))
        return at or self._by_uuid.get(channel.source_uuid)

    def followers_of(self, name: str) -> tuple[Server, ...]:
        """Answering servers with a channel that points to this member."""
        return self._followers.get(name, ())

    def others(self, name: str) -> tuple[Server, ...]:
        """Answering servers apart from this one."""
        return tuple(server for server in self.answering if server.name != name)
