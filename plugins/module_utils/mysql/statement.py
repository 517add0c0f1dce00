# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every word of SQL that the collection sends, and how it may be shown. Nothing here talks to a server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ansible_collections.scaleup.webstack.plugins.module_utils.accounts.model import Account, Grant
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError
from ansible_collections.scaleup.webstack.plugins.module_utils.secret import Secret
from ansible_collections.scaleup.webstack.plugins.module_utils.settings import Setting
from ansible_collections.scaleup.webstack.plugins.module_utils.step import Action, Step
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.group import Membership
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.plan import Donor, Source

Value: TypeAlias = "str | int | Secret"
Row = dict[str, object]


_GROUP_RUNS, _PLUGIN_THERE = 3093, 1125
_TURN = "webstack_join"  # a lock of a session, on the primary


@dataclass(frozen=True)
class Statement:
    """SQL with its values apart; the driver quotes them, `shown` does so for people."""

    sql: str
    parameters: tuple[Value, ...] = ()
    ends_session: bool = False  # the server restarts because of it: a session that is lost then is no error
    done_already: int = 0  # the number of the error that says so

    @property
    def shown(self) -> str:
        """The statement for people: secrets are stars."""
        return self.sql % tuple(_shown(value) for value in self.parameters) if self.parameters else self.sql

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Values that must not appear in an error text."""
        return tuple(value for value in self.parameters if isinstance(value, Secret))


@dataclass(frozen=True)
class Wait:
    """Ask again until `missing` finds nothing missing; it may raise when waiting has become pointless."""

    statement: Statement
    missing: Callable[[Sequence[Row]], str]
    seconds: int


@dataclass(frozen=True)
class Restart:
    """The server restarts by itself, and takes sessions again within a bound."""

    seconds: int


IDENTITY = Statement(
    "SELECT @@global.server_uuid AS server_uuid, @@global.server_id AS server_id, @@global.version AS version,"
    " @@global.read_only AS read_only, @@global.super_read_only AS super_read_only,"
    " @@global.gtid_executed AS gtid_executed, @@global.gtid_purged AS gtid_purged, @@global.gtid_mode AS gtid_mode"
)
# The distribution's package loads it only where it has made the data itself.
_AUTH_SOCKET = Statement("INSTALL PLUGIN auth_socket SONAME 'auth_socket.so'", done_already=_PLUGIN_THERE)
REPLICA_STATUS = Statement("SHOW REPLICA STATUS")
# Kept by the server itself, as it is in its file: that it is kept marks a server that waits for a replica, or is one.
_MARK = Statement("SET PERSIST rpl_semi_sync_source_wait_for_replica_count = 1")
_KEPT_OF_A_GROUP = ("start_on_boot", "group_seeds", "local_address", "group_name")
# Settings of plugins: a server that has not loaded one answers NULL. A group's name counts if the server keeps it: one
# that has forgotten it still shows it until it is restarted.
MEMBERSHIP = Statement(
    "SELECT"
    " MAX(IF(VARIABLE_NAME = 'group_replication_local_address', VARIABLE_VALUE, NULL)) AS local_address,"
    " MAX(IF(VARIABLE_NAME = 'group_replication_group_seeds', VARIABLE_VALUE, NULL)) AS seeds,"
    " MAX(IF(VARIABLE_NAME = 'group_replication_start_on_boot', VARIABLE_VALUE, NULL)) AS on_boot,"
    " MAX(IF(VARIABLE_NAME = 'rpl_semi_sync_source_enabled', VARIABLE_VALUE, NULL)) AS semi_sync,"
    " (SELECT VARIABLE_VALUE FROM performance_schema.persisted_variables"
    " WHERE VARIABLE_NAME = 'group_replication_group_name') AS group_name,"
    " (SELECT USER FROM performance_schema.replication_connection_configuration"
    " WHERE CHANNEL_NAME = 'group_replication_recovery') AS recovery_user,"
    " (SELECT RECEIVED_TRANSACTION_SET FROM performance_schema.replication_connection_status"
    " WHERE CHANNEL_NAME = 'group_replication_applier') AS received,"
    " (SELECT COUNT(*) FROM performance_schema.persisted_variables"
    " WHERE VARIABLE_NAME = 'rpl_semi_sync_source_wait_for_replica_count') AS made_for_two,"
    " (SELECT GROUP_CONCAT(SCHEMA_NAME ORDER BY SCHEMA_NAME) FROM information_schema.SCHEMATA"
    " WHERE SCHEMA_NAME NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')) AS `schemas`"
    " FROM performance_schema.global_variables"
)
GROUP_MEMBERS = Statement(
    "SELECT MEMBER_ID AS server_uuid, MEMBER_HOST AS host, MEMBER_PORT AS port, MEMBER_STATE AS state,"
    " MEMBER_ROLE AS role FROM performance_schema.replication_group_members"
)
SETTINGS = Statement("SELECT VARIABLE_NAME AS name, VARIABLE_VALUE AS value FROM performance_schema.global_variables")
# What the server keeps itself, in mysqld-auto.cnf: it wins over every file.
PERSISTED = Statement("SELECT VARIABLE_NAME AS name FROM performance_schema.persisted_variables")
# PROCESS is enough for both, where information_schema.STATISTICS shows only tables that the account may read.
INNODB_INDEXES = Statement(
    "SELECT t.NAME AS table_name, i.NAME AS index_name, i.TYPE AS type"
    " FROM information_schema.INNODB_INDEXES i JOIN information_schema.INNODB_TABLES t USING (TABLE_ID)"
)
# As sys.schema_unused_indexes has it, for which the account would need privileges on sys and on the data.
UNUSED_INDEXES = Statement(
    "SELECT OBJECT_SCHEMA AS schema_name, OBJECT_NAME AS table_name, INDEX_NAME AS index_name"
    " FROM performance_schema.table_io_waits_summary_by_index_usage"
    " WHERE INDEX_NAME IS NOT NULL AND INDEX_NAME <> 'PRIMARY' AND COUNT_STAR = 0"
)
CLONE_STATUS = Statement(
    "SELECT STATE AS state, ERROR_NO AS number, ERROR_MESSAGE AS message FROM performance_schema.clone_status"
)
# Tables that Group Replication does not write to, apart from those without a key (INNODB_INDEXES).
OTHER_ENGINES = Statement(
    "SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) AS name, ENGINE AS engine FROM information_schema.TABLES"
    " WHERE TABLE_TYPE = 'BASE TABLE' AND ENGINE <> 'InnoDB'"
    " AND TABLE_SCHEMA NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys') ORDER BY 1"
)
# Those that the server and the distribution's package make are left out.
PEOPLE = Statement(
    "SELECT User AS name FROM mysql.user WHERE User NOT IN"
    " ('root', 'mysql.infoschema', 'mysql.session', 'mysql.sys', 'debian-sys-maint')"
)
SCHEMAS = Statement("SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA")


def digests(limit: int, schemas: Sequence[str], system: Sequence[str], *, without_index: bool) -> Statement:
    """The heaviest statements, values left out, of these schemas; of all but the `system` ones if there are none.

    QUERY_SAMPLE_TEXT is never read: it holds the values of one of them.
    """
    names = schemas or system
    which = f"SCHEMA_NAME IN ({', '.join(['%s'] * len(names))})"
    if not schemas:
        which = f"(SCHEMA_NAME IS NULL OR NOT {which})"
    if without_index:
        which += " AND SUM_NO_INDEX_USED + SUM_NO_GOOD_INDEX_USED > 0"
    return Statement(
        # What is put together are words of this function; names are parameters, hence the noqa.
        "SELECT SCHEMA_NAME AS schema_name, DIGEST AS digest, DIGEST_TEXT AS statement, COUNT_STAR AS count,"  # noqa: S608
        " SUM_TIMER_WAIT AS total, SUM_ROWS_EXAMINED AS rows_examined, SUM_ROWS_SENT AS rows_sent,"
        " SUM_NO_INDEX_USED + SUM_NO_GOOD_INDEX_USED AS without_index"
        " FROM performance_schema.events_statements_summary_by_digest"
        f" WHERE {which} ORDER BY SUM_TIMER_WAIT DESC LIMIT %s",
        (*names, limit),
    )


def wait_for_gtids(gtids: str, seconds: int) -> Statement:
    """Wait on the server until it has executed a set; 0 if it has, 1 if the time ran out."""
    return Statement("SELECT WAIT_FOR_EXECUTED_GTID_SET(%s, %s) AS timed_out", (gtids, seconds))


def read_account(name: str, host: str) -> Statement:
    """One account; no row if there is none."""
    return Statement(
        "SELECT plugin, authentication_string, ssl_type, account_locked, max_user_connections FROM mysql.user"
        " WHERE User = %s AND Host = %s",
        (name, host),
    )


def show_grants(name: str, host: str) -> Statement:
    """Privileges of an account, as GRANT statements."""
    return Statement("SHOW GRANTS FOR %s@%s", (name, host))


def statements_for(step: Step) -> tuple[Statement | Wait | Restart, ...]:  # noqa: PLR0911, PLR0912 - one case an action
    """The SQL of one step."""
    match step.action, step.argument:
        case Action.CLOSE_WRITES, _:
            return (Statement("SET GLOBAL super_read_only = ON"),)
        case Action.WAIT_FOR_REPLICAS, bool() as wait:
            switch = Statement(f"SET GLOBAL rpl_semi_sync_source_enabled = {'ON' if wait else 'OFF'}")
            return (_MARK, switch) if wait else (switch,)
        case Action.CONFIGURE_GROUP, Membership() as membership:
            return tuple(_persisted(membership))
        case Action.SET_RECOVERY_ACCOUNT, (str() as user, Secret() as password):
            return (_recovery(user, password),)
        case Action.ALLOW_BOOTSTRAP, bool() as allowed:
            return (Statement(f"SET GLOBAL group_replication_bootstrap_group = {'ON' if allowed else 'OFF'}"),)
        case Action.START_GROUP, _:
            # A server that has just booted may be starting it by itself.
            return (Statement("START GROUP_REPLICATION", done_already=_GROUP_RUNS),)
        case Action.TAKE_TURN, int() as seconds:
            return (Wait(Statement("SELECT GET_LOCK(%s, 1) AS taken", (_TURN,)), _not_my_turn, seconds),)
        case Action.END_TURN, _:
            return (Statement("SELECT RELEASE_LOCK(%s)", (_TURN,)),)
        case Action.STOP_GROUP, _:
            return (Statement("STOP GROUP_REPLICATION"),)
        case Action.WAIT_UNTIL_ONLINE, (str() as server_uuid, int() as seconds):
            return (Wait(GROUP_MEMBERS, lambda rows: _not_online(rows, server_uuid), seconds),)
        case Action.LEAVE_GROUP, _:
            return (Statement("SET PERSIST group_replication_start_on_boot = OFF"), Statement("STOP GROUP_REPLICATION"))
        case Action.FORGET_GROUP, _:
            return tuple(_forgotten(f"group_replication_{name}") for name in _KEPT_OF_A_GROUP)
        case Action.FORGET_PAIR, _:
            return (_forgotten("rpl_semi_sync_source_wait_for_replica_count"),)
        case Action.CATCH_UP, (str() as gtids, int() as seconds):
            return (Wait(wait_for_gtids(gtids, 1), _not_caught_up, seconds),)
        case Action.MOVE_PRIMARY, (str() as server_uuid, int() as seconds):
            return (Statement("SELECT group_replication_set_as_primary(%s, %s)", (server_uuid, seconds)),)
        case Action.WAIT_UNTIL_WRITABLE, int() as seconds:
            return (Wait(IDENTITY, _not_writable, seconds),)
        case Action.STOP_RECEIVING, str() as channel:
            return (Statement("STOP REPLICA IO_THREAD FOR CHANNEL %s", (channel,)),)
        case Action.FORGET_SOURCE, str() as channel:
            return (Statement("RESET REPLICA ALL FOR CHANNEL %s", (channel,)),)
        case Action.REPLACE_DATA, Donor() as donor:
            return _clone(donor)
        case Action.OPEN_WRITES, _:
            return (Statement("SET GLOBAL super_read_only = OFF"), Statement("SET GLOBAL read_only = OFF"))
        case Action.LIFT_SUPER_READ_ONLY, _:
            return (Statement("SET GLOBAL super_read_only = OFF"),)
        case Action.FORGET_TRANSACTIONS, _:
            return (Statement("RESET BINARY LOGS AND GTIDS"),)
        case Action.KEEP_OUT_OF_BINLOG, _:
            return (Statement("SET SESSION sql_log_bin = OFF"),)
        case Action.STOP_REPLICATION, str() as channel:
            return (Statement("STOP REPLICA FOR CHANNEL %s", (channel,)),)
        case Action.START_REPLICATION, str() as channel:
            return (Statement("START REPLICA FOR CHANNEL %s", (channel,)),)
        case Action.POINT_TO_SOURCE, Source() as source:
            return (_MARK, _change_source(source))
        case Action.WAIT_UNTIL_REPLICATING, (str() as channel, int() as seconds):
            return (Wait(REPLICA_STATUS, lambda rows: _not_replicating(rows, channel), seconds),)
        case Action.SET_GLOBAL, Setting() as setting:
            return (_set_global(setting),)
        case Action.CREATE_SCHEMA, str() as schema:
            return (Statement(f"CREATE DATABASE IF NOT EXISTS {_name(schema)}"),)
        case ((Action.CREATE_ACCOUNT | Action.ALTER_ACCOUNT), Account() as account):
            verb = "CREATE" if step.action is Action.CREATE_ACCOUNT else "ALTER"
            return (*([_AUTH_SOCKET] if account.plugin == "auth_socket" else []), _account(verb, account))
        case ((Action.GRANT | Action.REVOKE), (Account() as account, Grant() as grant)):
            return tuple(_privileges(step.action, account, grant))
    raise InvalidError(f"There is no SQL for the step {step.action} with {type(step.argument).__name__}.")


def _change_source(source: Source) -> Statement:
    return Statement(
        "CHANGE REPLICATION SOURCE TO SOURCE_HOST = %s, SOURCE_PORT = %s, SOURCE_USER = %s, SOURCE_PASSWORD = %s,"
        " SOURCE_AUTO_POSITION = 1, SOURCE_SSL = 1, SOURCE_SSL_CA = %s, SOURCE_SSL_VERIFY_SERVER_CERT = 1,"
        " SOURCE_CONNECT_RETRY = 1, SOURCE_RETRY_COUNT = 86400, SOURCE_HEARTBEAT_PERIOD = 1 FOR CHANNEL %s",
        (source.host, source.port, source.user, source.password, source.ca_file, source.channel),
    )


def _clone(donor: Donor) -> tuple[Statement | Wait | Restart, ...]:
    """What this server holds is replaced; the account at the other end is there afterwards, too."""
    return (
        Statement("SET GLOBAL super_read_only = OFF"),
        Statement("SET GLOBAL read_only = OFF"),
        Statement("SET GLOBAL clone_ssl_ca = %s", (donor.ca_file,)),
        Statement("SET GLOBAL clone_valid_donor_list = %s", (f"{donor.host}:{donor.port}",)),
        Statement(
            "CLONE INSTANCE FROM %s@%s:%s IDENTIFIED BY %s REQUIRE SSL",
            (donor.user, donor.host, donor.port, donor.password),
            ends_session=True,
        ),
        Restart(donor.restart_seconds),
        Wait(CLONE_STATUS, _not_cloned, donor.restart_seconds),
    )


def _persisted(membership: Membership) -> list[Statement]:
    """Kept by the server itself, so that it knows its group whatever the inventory says."""
    kept = {
        "group_name": membership.group_name,
        "local_address": membership.local_address,
        "group_seeds": membership.seeds,
    }
    return [
        *(
            Statement(f"SET PERSIST group_replication_{name} = %s", (value,))
            for name, value in kept.items()
            if value is not None
        ),
        Statement("SET PERSIST group_replication_start_on_boot = ON"),
    ]


def _forgotten(name: str) -> Statement:
    return Statement(f"RESET PERSIST IF EXISTS {name}")


def _set_global(setting: Setting) -> Statement:
    """A number stands as it is, because the server takes no text for one."""
    name = f"SET GLOBAL {_plain(setting.name)} = "
    if setting.wanted.replace(".", "", 1).isascii() and setting.wanted.replace(".", "", 1).isdigit():
        return Statement(name + setting.wanted)
    return Statement(f"{name}%s", (setting.wanted,))


def _recovery(user: str, password: Secret) -> Statement:
    return Statement(
        "CHANGE REPLICATION SOURCE TO SOURCE_USER = %s, SOURCE_PASSWORD = %s FOR CHANNEL 'group_replication_recovery'",
        (user, password),
    )


def _not_online(rows: Sequence[Row], server_uuid: str) -> str:
    """What a member still lacks; one that gave up makes waiting pointless."""
    state = next((str(row["state"]) for row in rows if row["server_uuid"] == server_uuid), "OFFLINE")
    if state == "ERROR":
        raise InvalidError("its state in the group became ERROR; its error log names the cause")
    return "" if state == "ONLINE" else f"its state in the group is {state}"


def _not_my_turn(rows: Sequence[Row]) -> str:
    return "" if rows and rows[0]["taken"] == 1 else "another server is joining the group"


def _not_caught_up(rows: Sequence[Row]) -> str:
    return "" if rows and rows[0]["timed_out"] == 0 else "it has not applied everything yet"


def _not_writable(rows: Sequence[Row]) -> str:
    return "it is still read-only" if rows[0]["read_only"] else ""


def _not_cloned(rows: Sequence[Row]) -> str:
    """What a copy still lacks; a failed one makes waiting pointless."""
    row = rows[0] if rows else {"state": "Not Started", "number": 0, "message": ""}
    if row["state"] == "Failed":
        raise InvalidError(f"the copy failed: {row['message']} (error {row['number']})")
    return "" if row["state"] == "Completed" else f"the state of the copy is {row['state']}"


def _not_replicating(rows: Sequence[Row], channel: str) -> str:
    """What is missing for a running channel; a thread that stopped with an error makes waiting pointless."""
    row = next((each for each in rows if each["Channel_Name"] == channel), None)
    if row is None:
        raise InvalidError("the replication channel is gone")
    for running, error in (("Replica_IO_Running", "Last_IO_Error"), ("Replica_SQL_Running", "Last_SQL_Error")):
        if row[running] == "No" and row[error]:
            raise InvalidError(f"replication stopped: {row[error]}")
        if row[running] != "Yes":
            return str(row[error] or f"{running} is {row[running]}")
    return ""


def _account(verb: str, account: Account) -> Statement:
    what: tuple[Value, ...] = (account.password,)
    how = "BY %s"
    if account.plugin == "auth_socket":
        what, how = (account.os_user,), "AS %s"
    return Statement(
        f"{verb} USER %s@%s IDENTIFIED WITH {_plain(account.plugin)} {how}"
        f" REQUIRE {'SSL' if account.tls else 'NONE'} WITH MAX_USER_CONNECTIONS %s ACCOUNT UNLOCK",
        (account.name, account.host, *what, account.sessions),
    )


def _privileges(action: Action, account: Account, grant: Grant) -> list[Statement]:
    """Static and dynamic privileges may stand in one statement; GRANT OPTION is worded apart."""
    words = sorted(_plain(each) for each in grant.privileges - {"GRANT OPTION"})
    option = "GRANT OPTION" in grant.privileges
    where, who = _object(grant.on), (account.name, account.host)
    if action is Action.REVOKE:
        return [Statement(f"REVOKE {', '.join(words + ['GRANT OPTION'] * option)} ON {where} FROM %s@%s", who)]
    suffix = " WITH GRANT OPTION" if option else ""
    return [Statement(f"GRANT {', '.join(words) or 'USAGE'} ON {where} TO %s@%s{suffix}", who)]


def _object(on: str) -> str:
    """`demo.*` in quotes; a schema-level grant takes _ as a wildcard, so it is escaped."""
    schema, _dot, table = on.partition(".")
    if schema == "*":
        return "*.*"
    if table == "*":
        return f"{_name(schema.replace('_', chr(92) + '_'))}.*"
    return f"{_name(schema)}.{_name(table)}"


def _name(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _plain(word: str) -> str:
    """A keyword that stands in SQL as it is: nothing else may come this way."""
    if not word or not all(char.isascii() and (char.isalnum() or char in "_ ") for char in word):
        raise InvalidError(f"{word!r} is no privilege or plugin that can be named in SQL.")
    return word


def _shown(value: Value) -> str:
    if isinstance(value, int):
        return str(value)
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"
