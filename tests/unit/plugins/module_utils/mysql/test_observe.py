"""Rows become values; silence becomes a value too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ansible_collections.scaleup.webstack.plugins.module_utils.accounts.model import account_of
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import QueryError, UnreachableError
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql import statement as sql
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.observe import observe, observe_accounts
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Member, Receiver
from ansible_collections.scaleup.webstack.tests.unit.plugins.module_utils.mysql.rows import (
    identity,
    membership,
    replica_status,
)
from ansible_collections.scaleup.webstack.tests.unit.plugins.module_utils.topology.world import (
    gtids,
    member_of,
    uuid_of,
)

STATUS = replica_status(
    "db1",
    Replica_IO_Running="Connecting",
    Seconds_Behind_Source=None,
    Retrieved_Gtid_Set=str(gtids("A:1-3")),
    Last_IO_Error="denied",
)


class Fake:
    """Answers statements from a table; a list of sets is answered in turn."""

    def __init__(
        self, name: str, sets: list[str], rows: dict[sql.Statement, list[dict[str, Any]]] | None = None
    ) -> None:
        self.name, self.sets, self.rows = name, sets, rows or {}
        self.waited: list[object] = []

    def run(self, statement: sql.Statement) -> Sequence[sql.Row]:
        if statement == sql.IDENTITY:
            executed = self.sets.pop(0) if len(self.sets) > 1 else self.sets[0]
            return [identity(self.name, executed)]
        if statement == sql.MEMBERSHIP:
            return self.rows.get(statement, [membership()])
        if statement.sql.startswith("SELECT WAIT_FOR"):
            self.waited.append(statement.parameters)
            return [{"timed_out": 0}]
        return self.rows.get(statement, [])


class World:
    def __init__(self, *servers: Fake) -> None:
        self.servers = {server.name: server for server in servers}

    @contextmanager
    def connect(self, member: Member) -> Iterator[Fake]:
        if member.name not in self.servers:
            raise UnreachableError("Connection refused")
        yield self.servers[member.name]


def test_a_channel_and_a_silent_server() -> None:
    world = World(
        Fake("db2", ["A:1-2"], {sql.REPLICA_STATUS: [STATUS, {**STATUS, "Channel_Name": "group_replication_applier"}]})
    )
    silent, server = observe([member_of("db1"), member_of("db2")], world.connect)
    assert (silent.reachable, silent.error) == (False, "Connection refused")
    (channel,) = server.channels
    assert channel.receiver is Receiver.CONNECTING
    assert channel.lag_seconds is None
    assert not channel.running
    assert channel.error == "denied"
    assert server.holds == gtids("A:1-3")
    assert not server.writable
    assert server.group is None


def test_a_query_that_fails_is_no_answer() -> None:
    class Broken(Fake):
        def run(self, statement: sql.Statement) -> Sequence[sql.Row]:
            raise QueryError("db1 answered with: no")

    (server,) = observe([member_of("db1")], World(Broken("db1", [""])).connect)
    assert server.error == "db1 answered with: no"


def test_a_primary_read_before_its_replica_is_read_again() -> None:
    primary = Fake("db1", ["A:1-5", "A:1-7"])
    status = {**STATUS, "Retrieved_Gtid_Set": str(gtids("A:1-7"))}
    replica = Fake("db2", ["A:1-6"], {sql.REPLICA_STATUS: [status]})
    servers = observe([member_of("db1"), member_of("db2")], World(primary, replica).connect)
    assert primary.waited == [(str(gtids("A:6-7")), 2)]
    assert servers[0].gtid_executed == gtids("A:1-7")
    assert not replica.waited


def test_a_member_that_is_read_again_shows_nothing_newer_than_the_first_look() -> None:
    """It joins under load: what it has got meanwhile the primary has as well, and was not asked for."""
    primary, member = Fake("db1", ["A:1-5"]), Fake("db2", ["A:1-3", "A:1-9"])
    servers = observe([member_of("db1"), member_of("db2")], World(primary, member).connect)
    assert member.waited == [(str(gtids("A:4-5")), 2)]
    assert [server.gtid_executed for server in servers] == [gtids("A:1-5"), gtids("A:1-5")]


def test_a_group_is_seen_where_its_name_is_set() -> None:
    rows = {
        sql.MEMBERSHIP: [
            membership(
                group_name="cccccccc-1111-1111-1111-111111111111",
                local_address="192.0.2.11:3306",
                seeds="192.0.2.11:3306",
                on_boot="ON",
                recovery_user="webstack_replication",
                received=str(gtids("A:1-3")),
            )
        ],
        sql.GROUP_MEMBERS: [
            {"server_uuid": uuid_of("db1"), "host": "192.0.2.11", "port": 3306, "state": "ONLINE", "role": "PRIMARY"},
            {"server_uuid": "", "host": "", "port": None, "state": "OFFLINE", "role": ""},
        ],
    }
    (server,) = observe([member_of("db1")], World(Fake("db1", ["A:1"], rows)).connect)
    assert server.group is not None
    assert server.group.state_of(uuid_of("db1")) == "ONLINE"
    assert len(server.group.members) == 1
    assert (server.group.local_address, server.group.seeds) == ("192.0.2.11:3306", "192.0.2.11:3306")
    assert (server.group.on_boot, server.group.recovery_user) == (True, "webstack_replication")
    assert server.holds == gtids("A:1-3")
    rows[sql.MEMBERSHIP] = [membership(group_name="")]
    (server,) = observe([member_of("db1")], World(Fake("db1", ["A:1"], rows)).connect)
    assert server.group is None


def test_accounts() -> None:
    account = account_of({"name": "w", "host": "%", "plugin": "caching_sha2_password", "password": "p"})
    user = {
        "plugin": "caching_sha2_password",
        "authentication_string": b"$A$",
        "ssl_type": "ANY",
        "account_locked": "Y",
        "max_user_connections": 7,
    }
    rows = {
        sql.SCHEMAS: [{"name": "demo"}],
        sql.read_account("w", "%"): [user],
        sql.show_grants("w", "%"): [{"Grants for w@%": "GRANT SELECT ON `demo`.* TO `w`@`%`"}],
    }
    found = observe_accounts(Fake("db1", [""], rows), "db1", [account])
    assert found.pristine
    assert found.schemas == {"demo"}
    one = found.accounts["w@%"]
    assert (one.tls, one.locked, one.verifier, one.sessions) == (True, True, "$A$", 7)
    assert [(grant.on, set(grant.privileges)) for grant in one.grants] == [("demo.*", {"SELECT"})]
    assert not observe_accounts(Fake("db1", ["A:1"]), "db1", [account]).accounts


def test_a_server_that_goes_away_between_two_questions_is_silent() -> None:
    class Leaving(Fake):
        def run(self, statement: sql.Statement) -> Sequence[sql.Row]:
            if statement.sql.startswith("SELECT WAIT_FOR"):
                raise QueryError("db1 answered with: Lost connection")
            return super().run(statement)

    replica = Fake("db2", ["A:1-6"], {sql.REPLICA_STATUS: [replica_status("db1")]})
    world = World(Leaving("db1", ["A:1-5"]), replica)
    silent, follower = observe([member_of("db1"), member_of("db2")], world.connect)
    assert (silent.reachable, silent.error) == (False, "db1 answered with: Lost connection")
    assert follower.reachable
