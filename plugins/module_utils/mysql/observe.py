# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ask the servers, and turn their rows into values. Changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Protocol

from ansible_collections.scaleup.webstack.plugins.module_utils.accounts.model import (
    Account,
    Found,
    Instance,
    parse_grants,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.digest import (
    SYSTEM_SCHEMAS,
    Digest,
    Report,
    unused,
    without_primary_key,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import QueryError, UnreachableError
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql import statement as sql
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.gtid import GtidSet
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import (
    Channel,
    Group,
    GroupMember,
    Member,
    Receiver,
    Server,
)

_RECEIVER = {"Yes": Receiver.ON, "Connecting": Receiver.CONNECTING, "No": Receiver.OFF}
_OF_A_GROUP = "group_replication_"
_SETTLE_SECONDS = 2


class Asks(Protocol):
    """What observing needs of a session."""

    def run(self, statement: sql.Statement) -> Sequence[sql.Row]:
        """The rows of one statement."""


Connect = Callable[[Member], AbstractContextManager[Asks]]


def observe(members: Sequence[Member], connect: Connect, *, tables: bool = False) -> tuple[Server, ...]:
    """Every member, at the same time; with the `tables` that a group refuses. One that does not answer is a value too.

    The sets are not read at one instant: a replica that was read last may show a transaction that its source had not
    committed when it was read first. So a server that follows nobody is given a moment to show those as its own; those
    alone, because what it has beyond them others have not been asked for.
    """
    with ThreadPoolExecutor(max_workers=max(1, len(members))) as pool:
        servers = tuple(pool.map(lambda member: _observed(member, connect, tables=tables), members))
        return tuple(pool.map(lambda server: _settled(server, servers, connect), servers))


def observe_accounts(session: Asks, name: str, accounts: Iterable[Account]) -> Instance:
    """Schemas and the named accounts of one server."""
    row = session.run(sql.IDENTITY)[0]
    schemas = frozenset(str(each["name"]) for each in session.run(sql.SCHEMAS))
    found = {account.shown: one for account in accounts if (one := _account(session, account))}
    executed = GtidSet.parse(str(row["gtid_executed"]))
    foreign = schemas.difference(SYSTEM_SCHEMAS) or session.run(sql.PEOPLE)
    nobodys = bool(executed) and executed == executed.of_server(str(row["server_uuid"])) and not foreign
    return Instance(name, bool(row["read_only"]), bool(row["super_read_only"]), not executed, schemas, found, nobodys)


def observe_digests(
    members: Sequence[Member], connect: Connect, limit: int, schemas: Sequence[str]
) -> tuple[Report, ...]:
    """What every member has counted, all at the same time. One that does not answer is a value too."""
    with ThreadPoolExecutor(max_workers=max(1, len(members))) as pool:
        return tuple(pool.map(lambda member: _digests(member, connect, limit, schemas), members))


def _digests(member: Member, connect: Connect, limit: int, schemas: Sequence[str]) -> Report:
    def heaviest(*, without_index: bool) -> tuple[Digest, ...]:
        rows = session.run(sql.digests(limit, schemas, SYSTEM_SCHEMAS, without_index=without_index))
        return tuple(Digest.of(row) for row in rows)

    try:
        with connect(member) as session:
            indexes = session.run(sql.INNODB_INDEXES)
            return Report(
                member.name,
                statements=heaviest(without_index=False),
                statements_without_index=heaviest(without_index=True),
                unused_indexes=unused(session.run(sql.UNUSED_INDEXES), indexes, schemas),
                tables_without_primary_key=without_primary_key(indexes, schemas),
            )
    except (UnreachableError, QueryError) as error:
        return Report(member.name, reachable=False, error=str(error))


def observe_settings(session: Asks) -> tuple[dict[str, str], frozenset[str]]:
    """What a server works with, by name, and the names of what it keeps itself."""
    running = {str(row["name"]): _text(row["value"]) for row in session.run(sql.SETTINGS)}
    return running, frozenset(str(row["name"]) for row in session.run(sql.PERSISTED))


def _account(session: Asks, account: Account) -> Found | None:
    rows = session.run(sql.read_account(account.name, account.host))
    if not rows:
        return None
    row = rows[0]
    granted = session.run(sql.show_grants(account.name, account.host))
    grants = [str(value) for each in granted for value in each.values()]
    tls, locked = row["ssl_type"] != "", row["account_locked"] == "Y"
    sessions = int(str(row["max_user_connections"]))
    return Found(str(row["plugin"]), _text(row["authentication_string"]), tls, locked, parse_grants(grants), sessions)


def _observed(member: Member, connect: Connect, *, tables: bool) -> Server:
    try:
        with connect(member) as session:
            server = _server(member, session)
            return replace(server, unfit=_unfit(session)) if tables else server
    except (UnreachableError, QueryError) as error:
        return Server(member, reachable=False, error=str(error))


def _settled(server: Server, servers: tuple[Server, ...], connect: Connect) -> Server:
    if not server.reachable or server.channels:
        return server
    ahead = GtidSet().union(*(other.holds for other in servers)).subtract(server.gtid_executed)
    if not ahead:
        return server
    try:
        with connect(server.member) as session:
            session.run(sql.wait_for_gtids(str(ahead), _SETTLE_SECONDS))
            executed = GtidSet.parse(str(session.run(sql.IDENTITY)[0]["gtid_executed"]))
    except (UnreachableError, QueryError) as error:
        return Server(server.member, reachable=False, error=str(error))
    shown = ahead.subtract(ahead.subtract(executed))
    return replace(server, gtid_executed=server.gtid_executed.union(shown))


def _server(member: Member, session: Asks) -> Server:
    row = session.run(sql.IDENTITY)[0]
    status = [each for each in session.run(sql.REPLICA_STATUS) if not str(each["Channel_Name"]).startswith(_OF_A_GROUP)]
    membership = session.run(sql.MEMBERSHIP)[0]
    return Server(
        member,
        server_uuid=str(row["server_uuid"]),
        server_id=int(str(row["server_id"])),
        version=str(row["version"]),
        read_only=bool(row["read_only"]),
        super_read_only=bool(row["super_read_only"]),
        gtid_executed=GtidSet.parse(str(row["gtid_executed"])),
        gtid_purged=GtidSet.parse(str(row["gtid_purged"])),
        channels=tuple(_channel(each) for each in status),
        group=_group(session, membership),
        semi_sync=membership["semi_sync"] == "ON",
        made_for_two=bool(membership["made_for_two"]),
        gtid_mode=str(row["gtid_mode"]),
        schemas=tuple(str(membership["schemas"]).split(",")) if membership["schemas"] else (),
    )


def _unfit(session: Asks) -> tuple[str, ...]:
    """Tables that a group refuses to write to, each with the reason."""
    keyless = without_primary_key(session.run(sql.INNODB_INDEXES), ())
    others = [f"{row['name']} ({row['engine']})" for row in session.run(sql.OTHER_ENGINES)]
    return (*(f"{name} (no primary key)" for name in keyless), *others)


def _channel(row: sql.Row) -> Channel:
    lag = row["Seconds_Behind_Source"]
    return Channel(
        name=str(row["Channel_Name"]),
        source_host=str(row["Source_Host"]),
        source_port=int(str(row["Source_Port"])),
        source_user=str(row["Source_User"]),
        source_uuid=str(row["Source_UUID"]),
        receiver=_RECEIVER.get(str(row["Replica_IO_Running"]), Receiver.OFF),
        applier_running=row["Replica_SQL_Running"] == "Yes",
        auto_position=str(row["Auto_Position"]) == "1",
        tls=row["Source_SSL_Allowed"] == "Yes",
        tls_verified=row["Source_SSL_Verify_Server_Cert"] == "Yes",
        ca_file=str(row["Source_SSL_CA_File"]),
        lag_seconds=None if lag is None else int(str(lag)),
        received=GtidSet.parse(str(row["Retrieved_Gtid_Set"])),
        receiver_error=str(row["Last_IO_Error"]),
        applier_error=str(row["Last_SQL_Error"]),
    )


def _group(session: Asks, row: sql.Row) -> Group | None:
    if not row["group_name"]:
        return None
    return Group(
        name=str(row["group_name"]),
        members=tuple(_group_member(each) for each in session.run(sql.GROUP_MEMBERS) if each["server_uuid"]),
        local_address=str(row["local_address"] or ""),
        seeds=str(row["seeds"] or ""),
        on_boot=row["on_boot"] == "ON",
        recovery_user=str(row["recovery_user"] or ""),
        received=GtidSet.parse(str(row["received"] or "")),
    )


def _group_member(row: sql.Row) -> GroupMember:
    uuid, host, port = str(row["server_uuid"]), str(row["host"]), int(str(row["port"]))
    return GroupMember(uuid, host, port, str(row["state"]), str(row["role"]))


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value or "")
