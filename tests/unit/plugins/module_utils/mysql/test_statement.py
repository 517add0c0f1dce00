"""SQL, word for word: what is sent is part of the interface (`queries`)."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.accounts.model import Grant, account_of
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.statement import (
    Statement,
    Wait,
    digests,
    statements_for,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.secret import Secret, redact
from ansible_collections.scaleup.webstack.plugins.module_utils.settings import Setting
from ansible_collections.scaleup.webstack.plugins.module_utils.step import Action, Step
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.group import Membership
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.plan import Donor, Source

ACCOUNT = account_of({"name": "w", "host": "%", "plugin": "caching_sha2_password", "password": "hid'den"})
AGENT = account_of({"name": "a", "host": "localhost", "plugin": "auth_socket", "os_user": "agent"})
SOURCE = Source("", "192.0.2.11", 3306, "repl", Secret("hid'den"), "/ca.pem")


MARK = "SET PERSIST rpl_semi_sync_source_wait_for_replica_count = 1"


def shown(action: Action, argument: object = None) -> list[str]:
    return [each.shown for each in statements_for(Step("db1", action, "", argument)) if isinstance(each, Statement)]


@pytest.mark.parametrize(
    ("action", "argument", "sql"),
    [
        (Action.CLOSE_WRITES, None, ["SET GLOBAL super_read_only = ON"]),
        (Action.OPEN_WRITES, None, ["SET GLOBAL super_read_only = OFF", "SET GLOBAL read_only = OFF"]),
        (Action.LIFT_SUPER_READ_ONLY, None, ["SET GLOBAL super_read_only = OFF"]),
        (Action.KEEP_OUT_OF_BINLOG, None, ["SET SESSION sql_log_bin = OFF"]),
        (Action.SET_GLOBAL, Setting("max_connections", "1", "420"), ["SET GLOBAL max_connections = 420"]),
        (Action.SET_GLOBAL, Setting("long_query_time", "1", "0.5"), ["SET GLOBAL long_query_time = 0.5"]),
        (Action.SET_GLOBAL, Setting("slow_query_log", "1", "O'N"), [r"SET GLOBAL slow_query_log = 'O\'N'"]),
        (Action.STOP_REPLICATION, "", ["STOP REPLICA FOR CHANNEL ''"]),
        (Action.START_REPLICATION, "c", ["START REPLICA FOR CHANNEL 'c'"]),
        (Action.WAIT_FOR_REPLICAS, True, [MARK, "SET GLOBAL rpl_semi_sync_source_enabled = ON"]),
        (Action.WAIT_FOR_REPLICAS, False, ["SET GLOBAL rpl_semi_sync_source_enabled = OFF"]),
        (
            Action.CONFIGURE_GROUP,
            Membership("aa-bb", "192.0.2.11:3306", "192.0.2.11:3306,192.0.2.12:3306"),
            [
                "SET PERSIST group_replication_group_name = 'aa-bb'",
                "SET PERSIST group_replication_local_address = '192.0.2.11:3306'",
                "SET PERSIST group_replication_group_seeds = '192.0.2.11:3306,192.0.2.12:3306'",
                "SET PERSIST group_replication_start_on_boot = ON",
            ],
        ),
        (
            Action.CONFIGURE_GROUP,
            Membership(None, None, "192.0.2.11:3306"),
            [
                "SET PERSIST group_replication_group_seeds = '192.0.2.11:3306'",
                "SET PERSIST group_replication_start_on_boot = ON",
            ],
        ),
        (
            Action.SET_RECOVERY_ACCOUNT,
            ("repl", Secret("hid'den")),
            [
                "CHANGE REPLICATION SOURCE TO SOURCE_USER = 'repl', SOURCE_PASSWORD = '********'"
                " FOR CHANNEL 'group_replication_recovery'"
            ],
        ),
        (Action.ALLOW_BOOTSTRAP, True, ["SET GLOBAL group_replication_bootstrap_group = ON"]),
        (Action.ALLOW_BOOTSTRAP, False, ["SET GLOBAL group_replication_bootstrap_group = OFF"]),
        (Action.START_GROUP, None, ["START GROUP_REPLICATION"]),
        (Action.FORGET_TRANSACTIONS, None, ["RESET BINARY LOGS AND GTIDS"]),
        (Action.END_TURN, None, ["SELECT RELEASE_LOCK('webstack_join')"]),
        (
            Action.FORGET_GROUP,
            None,
            [
                "RESET PERSIST IF EXISTS group_replication_start_on_boot",
                "RESET PERSIST IF EXISTS group_replication_group_seeds",
                "RESET PERSIST IF EXISTS group_replication_local_address",
                "RESET PERSIST IF EXISTS group_replication_group_name",
            ],
        ),
        (Action.FORGET_PAIR, None, ["RESET PERSIST IF EXISTS rpl_semi_sync_source_wait_for_replica_count"]),
        (Action.STOP_GROUP, None, ["STOP GROUP_REPLICATION"]),
        (
            Action.LEAVE_GROUP,
            None,
            ["SET PERSIST group_replication_start_on_boot = OFF", "STOP GROUP_REPLICATION"],
        ),
        (Action.MOVE_PRIMARY, ("aa-bb", 3), ["SELECT group_replication_set_as_primary('aa-bb', 3)"]),
        (Action.STOP_RECEIVING, "", ["STOP REPLICA IO_THREAD FOR CHANNEL ''"]),
        (Action.FORGET_SOURCE, "", ["RESET REPLICA ALL FOR CHANNEL ''"]),
        (
            Action.REPLACE_DATA,
            Donor("192.0.2.12", 3306, "repl", Secret("hidden"), "/ca.pem", 60),
            [
                "SET GLOBAL super_read_only = OFF",
                "SET GLOBAL read_only = OFF",
                "SET GLOBAL clone_ssl_ca = '/ca.pem'",
                "SET GLOBAL clone_valid_donor_list = '192.0.2.12:3306'",
                "CLONE INSTANCE FROM 'repl'@'192.0.2.12':3306 IDENTIFIED BY '********' REQUIRE SSL",
            ],
        ),
        (Action.CREATE_SCHEMA, "shop_eu", ["CREATE DATABASE IF NOT EXISTS `shop_eu`"]),
        (
            Action.POINT_TO_SOURCE,
            SOURCE,
            [
                MARK,
                "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '192.0.2.11', SOURCE_PORT = 3306, SOURCE_USER = 'repl',"
                " SOURCE_PASSWORD = '********', SOURCE_AUTO_POSITION = 1, SOURCE_SSL = 1, SOURCE_SSL_CA = '/ca.pem',"
                " SOURCE_SSL_VERIFY_SERVER_CERT = 1, SOURCE_CONNECT_RETRY = 1, SOURCE_RETRY_COUNT = 86400,"
                " SOURCE_HEARTBEAT_PERIOD = 1 FOR CHANNEL ''",
            ],
        ),
        (
            Action.CREATE_ACCOUNT,
            ACCOUNT,
            [
                "CREATE USER 'w'@'%' IDENTIFIED WITH caching_sha2_password BY '********' REQUIRE SSL"
                " WITH MAX_USER_CONNECTIONS 0 ACCOUNT UNLOCK"
            ],
        ),
        (
            Action.ALTER_ACCOUNT,
            AGENT,
            [
                "INSTALL PLUGIN auth_socket SONAME 'auth_socket.so'",
                "ALTER USER 'a'@'localhost' IDENTIFIED WITH auth_socket AS 'agent' REQUIRE NONE"
                " WITH MAX_USER_CONNECTIONS 0 ACCOUNT UNLOCK",
            ],
        ),
        (
            Action.GRANT,
            (ACCOUNT, Grant("shop_eu.*", frozenset({"SELECT", "INSERT"}))),
            ["GRANT INSERT, SELECT ON `shop\\_eu`.* TO 'w'@'%'"],
        ),
        (
            Action.GRANT,
            (ACCOUNT, Grant("*.*", frozenset({"GRANT OPTION"}))),
            ["GRANT USAGE ON *.* TO 'w'@'%' WITH GRANT OPTION"],
        ),
        (
            Action.REVOKE,
            (ACCOUNT, Grant("a.my_t", frozenset({"GRANT OPTION", "DROP"}))),
            ["REVOKE DROP, GRANT OPTION ON `a`.`my_t` FROM 'w'@'%'"],
        ),
    ],
)
def test_sql(action: Action, argument: object, sql: list[str]) -> None:
    assert shown(action, argument) == sql


def test_every_action_has_sql() -> None:
    covered = {mark.args[1][number][0] for mark in test_sql.pytestmark for number in range(len(mark.args[1]))}  # type: ignore[attr-defined]
    waits = {each for each in Action if each.value.startswith("wait_until_")} | {Action.CATCH_UP, Action.TAKE_TURN}
    assert covered | waits == set(Action)


def test_nothing_strange_becomes_sql() -> None:
    with pytest.raises(InvalidError):
        shown(Action.GRANT, (ACCOUNT, Grant("a.*", frozenset({"SELECT ON *.* TO x; --"}))))
    with pytest.raises(InvalidError):
        shown(Action.CREATE_SCHEMA, 7)


def test_secrets_leave_error_texts() -> None:
    assert redact("near 'hid\\'den' or hid'den", [Secret("hid'den"), Secret("")]) == "near '********' or ********"
    assert str(Secret("x")) == repr(Secret("x")) == "********"


def row(**changes: Any) -> dict[str, Any]:
    right = {
        "Channel_Name": "",
        "Replica_IO_Running": "Yes",
        "Replica_SQL_Running": "Yes",
        "Last_IO_Error": "",
        "Last_SQL_Error": "",
    }
    return {**right, **changes}


def test_waits_for_its_own_state_in_the_group() -> None:
    (wait,) = statements_for(Step("db1", Action.WAIT_UNTIL_ONLINE, "", ("me", 30)))
    assert isinstance(wait, Wait)
    other = {"server_uuid": "other", "state": "ONLINE"}
    assert wait.missing([other]) == "its state in the group is OFFLINE"
    assert wait.missing([other, {"server_uuid": "me", "state": "RECOVERING"}]) == "its state in the group is RECOVERING"
    assert wait.missing([other, {"server_uuid": "me", "state": "ONLINE"}]) == ""
    with pytest.raises(InvalidError):
        wait.missing([{"server_uuid": "me", "state": "ERROR"}])


def test_waits_for_its_turn_to_join() -> None:
    (wait,) = statements_for(Step("db1", Action.TAKE_TURN, "", 30))
    assert isinstance(wait, Wait)
    assert wait.missing([{"taken": 0}]) == "another server is joining the group"
    assert wait.missing([{"taken": 1}]) == ""


def waiting() -> Wait:
    (wait,) = statements_for(Step("db1", Action.WAIT_UNTIL_REPLICATING, "", ("", 30)))
    assert isinstance(wait, Wait)
    return wait


def test_waits_for_both_halves() -> None:
    assert waiting().missing([row()]) == ""
    assert "Connecting" in waiting().missing([row(Replica_IO_Running="Connecting")])
    assert waiting().missing([row(Replica_IO_Running="Connecting", Last_IO_Error="denied")]) == "denied"
    assert "Replica_SQL_Running" in waiting().missing([row(Replica_SQL_Running="No")])


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row(Channel_Name="other")],
        [row(Replica_IO_Running="No", Last_IO_Error="equal MySQL server ids")],
        [row(Replica_SQL_Running="No", Last_SQL_Error="duplicate key")],
    ],
)
def test_waiting_ends_where_it_is_pointless(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(InvalidError):
        waiting().missing(rows)


@pytest.mark.parametrize("without_index", [True, False])
@pytest.mark.parametrize(
    ("schemas", "where"),
    [
        ((), "WHERE (SCHEMA_NAME IS NULL OR NOT SCHEMA_NAME IN ('mysql', 'sys'))"),
        (("o'n", "b"), r"WHERE SCHEMA_NAME IN ('o\'n', 'b')"),
    ],
)
def test_digests_never_ask_for_values(schemas: tuple[str, ...], where: str, without_index: bool) -> None:
    asked = digests(5, schemas, ("mysql", "sys"), without_index=without_index).shown
    assert where in asked
    assert asked.endswith("ORDER BY SUM_TIMER_WAIT DESC LIMIT 5")
    assert "QUERY_SAMPLE" not in asked
    assert (" AND SUM_NO_INDEX_USED + SUM_NO_GOOD_INDEX_USED > 0" in asked) is without_index
