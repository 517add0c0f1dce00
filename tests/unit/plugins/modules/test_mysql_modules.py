"""The MySQL modules from their arguments to what they print. How MySQL itself behaves is proven in the lab."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pymysql
import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils import entry
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.statement import MEMBERSHIP
from ansible_collections.scaleup.webstack.tests.unit.plugins.module_utils.accounts.verifiers import VERIFIERS
from ansible_collections.scaleup.webstack.tests.unit.plugins.module_utils.mysql.rows import (
    identity,
    membership,
    replica_status,
)
from ansible_collections.scaleup.webstack.tests.unit.plugins.module_utils.topology.world import (
    CA,
    GROUP,
    member_of,
    uuid_of,
)
from ansible_collections.scaleup.webstack.tests.unit.plugins.modules.conftest import Mysqld

Call = Callable[..., dict[str, Any]]
Servers = dict[str, Mysqld]

IDENTITY = "SELECT @@global.server_uuid"
MEMBERS = [{"name": name, "address": member_of(name).address} for name in ("db1", "db2")]
LOGIN = {"members": MEMBERS, "login_password": "hidden-login", "ca_file": CA}
REPLICA = {**LOGIN, "name": "db2", "seed": "db1", "replication_password": "hidden-channel"}
PASSWORD, VERIFIER = list(VERIFIERS.items())[-1]
ACCOUNTS = {
    "schemas": ["demo"],
    "accounts": [
        {"name": "w", "password": PASSWORD, "grants": [{"object": "demo.*", "privileges": ["SELECT", "INSERT"]}]}
    ],
}
USER = {
    "plugin": "caching_sha2_password",
    "authentication_string": VERIFIER,
    "ssl_type": "ANY",
    "account_locked": "N",
    "max_user_connections": 0,
}


def primary() -> Mysqld:
    waits = [membership(semi_sync="ON")]
    return Mysqld({IDENTITY: [identity("db1", "A:1-5", writable=True)], MEMBERSHIP.sql: waits})


def replica(executed: str = "A:1-5", **channel: Any) -> Mysqld:
    return Mysqld({IDENTITY: [identity("db2", executed)], "SHOW REPLICA STATUS": [replica_status("db1", **channel)]})


def fresh() -> Mysqld:
    return Mysqld({IDENTITY: [identity("db2")]}, replica().answers, until="START REPLICA")


def test_info_tells_the_whole_topology(call: Call, servers: Servers) -> None:
    servers |= {"db1": primary(), "db2": replica()}
    told = call("mysql_replication_info", LOGIN)
    assert (told["primary"], told["diagnosis"], told["changed"]) == ("db1", "healthy", False)
    assert {name: server["role"] for name, server in told["servers"].items()} == {"db1": "primary", "db2": "replica"}
    assert servers["db1"].closed == 1
    assert not servers["db1"].sent + servers["db2"].sent


def test_info_takes_a_silent_member_for_a_result(call: Call, servers: Servers) -> None:
    servers["db1"] = primary()
    told = call("mysql_replication_info", LOGIN)
    assert not told.get("failed")
    assert (told["primary"], told["diagnosis"]) == ("db1", "unreachable_member")
    assert "Connection refused" in told["servers"]["db2"]["error"]


def test_info_names_no_primary_before_the_first_start(call: Call, servers: Servers) -> None:
    servers |= {"db1": Mysqld({IDENTITY: [identity("db1")]}), "db2": fresh()}
    told = call("mysql_replication_info", {**LOGIN, "seed": "db1"})
    assert (told["primary"], told["diagnosis"]) == (None, "uninitialised")


@pytest.mark.parametrize("name", ["mysql_replication_info", "mysql_replica"])
def test_a_seed_that_is_no_member_is_refused(call: Call, servers: Servers, name: str) -> None:
    told = call(name, {**(REPLICA if name == "mysql_replica" else LOGIN), "seed": "db9"})
    assert told["failed"]
    assert told["msg"] == "seed is 'db9', and members names only db1, db2."
    assert not told.get("exception")


def test_a_fresh_server_becomes_a_replica(call: Call, servers: Servers) -> None:
    servers |= {"db1": primary(), "db2": fresh()}
    told = call("mysql_replica", REPLICA)
    assert (told["changed"], told["primary"], told["diagnosis"]) == (True, "db1", "healthy")
    assert [step["action"] for step in told["plan"]] == [
        "point_to_source",
        "start_replication",
        "wait_until_replicating",
    ]
    assert "SOURCE_PASSWORD = 'hidden-channel'" in servers["db2"].sent[1]
    assert "SOURCE_PASSWORD = '********'" in told["queries"][1]
    assert "db2: none" in told["diff"]["before"]
    assert "db2: replica, read-only, replicates from db1" in told["diff"]["after"]
    assert not servers["db1"].sent


def test_check_mode_tells_the_same_and_sends_nothing(call: Call, servers: Servers) -> None:
    servers |= {"db1": primary(), "db2": fresh()}
    only_said = call("mysql_replica", REPLICA, check_mode=True)
    assert not servers["db2"].sent
    assert only_said == call("mysql_replica", REPLICA)


def test_a_whole_replica_is_left_alone(call: Call, servers: Servers) -> None:
    servers |= {"db1": primary(), "db2": replica()}
    told = call("mysql_replica", REPLICA)
    assert (told["changed"], told["plan"], told["diff"]["before"]) == (False, [], told["diff"]["after"])


def test_a_refusal_fails_with_its_sentence(call: Call, servers: Servers) -> None:
    servers |= {"db1": primary(), "db2": Mysqld({IDENTITY: [identity("db2", "A:1-5,B:1")]})}
    told = call("mysql_replica", REPLICA)
    assert told["failed"]
    assert told["diagnosis"] == "errant_gtids"
    assert "does not have" in told["msg"]
    assert not servers["db2"].sent


def test_a_step_that_fails_is_told_without_its_secret(call: Call, servers: Servers) -> None:
    db2 = fresh()
    error = pymysql.err.OperationalError(1064, "near 'hidden-channel'")
    db2.answers = {**db2.answers, "CHANGE REPLICATION SOURCE": error}
    servers |= {"db1": primary(), "db2": db2}
    told = call("mysql_replica", REPLICA)
    assert (told["failed"], told["diagnosis"]) == (True, "broken_replica")
    assert told["msg"].startswith("db2 is not a whole member yet: db2 answered ")
    assert "near '********' (error 1064)." in told["msg"]


def in_group(name: str, *, writable: bool = False, states: dict[str, str] | None = None) -> Mysqld:
    kept = membership(
        group_name=GROUP,
        local_address=f"{member_of(name).address}:3306",
        seeds=",".join(f"{each['address']}:3306" for each in MEMBERS),
        on_boot="ON",
        recovery_user="webstack_replication",
    )
    view = [
        {"server_uuid": uuid_of(each), "host": "", "port": 3306, "state": state.split()[0], "role": state.split()[1]}
        for each, state in (states or {"db1": "ONLINE PRIMARY", "db2": "ONLINE SECONDARY"}).items()
    ]
    who = [identity(name, "A:1-5", writable=writable)]
    turn = [{"taken": 1}]
    return Mysqld({IDENTITY: who, MEMBERSHIP.sql: [kept], "SELECT MEMBER_ID": view, "SELECT GET_LOCK": turn})


def test_a_fresh_server_joins_the_group(call: Call, servers: Servers) -> None:
    db2 = Mysqld({IDENTITY: [identity("db2")]}, in_group("db2").answers, until="START GROUP")
    servers |= {"db1": in_group("db1", writable=True, states={"db1": "ONLINE PRIMARY"}), "db2": db2}
    told = call("mysql_group_member", REPLICA)
    assert (told["changed"], told["primary"], told["diagnosis"]) == (True, "db1", "healthy")
    assert [step["action"] for step in told["plan"]] == [
        "configure_group",
        "set_recovery_account",
        "take_turn",
        "start_group",
        "end_turn",
        "wait_until_online",
    ]
    assert "SOURCE_PASSWORD = '********'" in " ".join(told["queries"])
    assert "db2: replica, read-only, in a group, online" in told["diff"]["after"]
    assert not servers["db1"].sent


def test_leave_to_begin_a_group_is_taken_back_though_the_start_fails(call: Call, servers: Servers) -> None:
    db1 = Mysqld({IDENTITY: [identity("db1")], "START GROUP": pymysql.err.OperationalError(3092, "no")})
    servers |= {"db1": db1, "db2": Mysqld({IDENTITY: [identity("db2")]})}
    told = call("mysql_group_member", {**REPLICA, "name": "db1"})
    assert told["failed"]
    assert db1.sent[-1] == "SET GLOBAL group_replication_bootstrap_group = OFF"


def test_a_whole_member_is_left_alone(call: Call, servers: Servers) -> None:
    servers |= {"db1": in_group("db1", writable=True), "db2": in_group("db2")}
    for name in ("db1", "db2"):
        told = call("mysql_group_member", {**REPLICA, "name": name})
        assert (told["changed"], told["plan"], told["diff"]["before"]) == (False, [], told["diff"]["after"])
    assert call("mysql_replication_info", LOGIN)["mode"] == "group"


def writer(*, known: bool = False) -> Mysqld:
    there: dict[str, Any] = {
        "SELECT plugin": [USER],
        "SHOW GRANTS": [{"Grants": "GRANT SELECT, INSERT ON `demo`.* TO `w`@`%`"}],
        "SELECT SCHEMA_NAME": [{"name": "demo"}],
    }
    open_server = {IDENTITY: [identity("db1", "A:1", writable=True)]}
    return Mysqld({**open_server, **there} if known else open_server)


def test_accounts_are_made(call: Call, servers: Servers) -> None:
    servers["local"] = writer()
    told = call("mysql_accounts", ACCOUNTS)
    assert told["changed"]
    assert [step["action"] for step in told["plan"]] == ["create_schema", "create_account", "grant"]
    assert repr(PASSWORD) in servers["local"].sent[1]
    assert "CREATE USER 'w'@'%' IDENTIFIED WITH caching_sha2_password BY '********'" in told["queries"][1]
    assert told["diff"]["before"] == ""
    assert "account w@%" in told["diff"]["after"]


def test_accounts_in_check_mode_are_only_said(call: Call, servers: Servers) -> None:
    servers["local"] = writer()
    told = call("mysql_accounts", ACCOUNTS, check_mode=True)
    assert told["changed"]
    assert not servers["local"].sent


def test_accounts_that_are_right_are_left_alone(call: Call, servers: Servers) -> None:
    servers["local"] = writer(known=True)
    told = call("mysql_accounts", ACCOUNTS)
    assert (told["changed"], told["plan"]) == (False, [])
    assert told["diff"]["before"] == told["diff"]["after"]


@pytest.mark.parametrize(
    ("answers", "forgets"),
    [({}, True), ({"SELECT SCHEMA_NAME": [{"name": "shop"}]}, False), ({"SELECT User": [{"name": "ann"}]}, False)],
)
def test_only_what_nobody_has_written_is_forgotten(
    call: Call, servers: Servers, answers: dict[str, Any], forgets: bool
) -> None:
    servers["local"] = Mysqld({IDENTITY: [identity("db2", f"{uuid_of('db2')}:1")], **answers})
    told = call("mysql_accounts", {**ACCOUNTS, "binlog": False})
    assert ("RESET BINARY LOGS AND GTIDS" in servers["local"].sent) == forgets
    assert bool(told.get("failed")) != forgets


@pytest.mark.parametrize("fails", [False, True])
def test_a_fresh_server_is_closed_again_whatever_happens(call: Call, servers: Servers, fails: bool) -> None:
    answers: dict[str, Any] = {IDENTITY: [identity("db2")]}
    if fails:
        answers["CREATE USER"] = pymysql.err.OperationalError(1819, "password too weak")
    servers["local"] = Mysqld(answers)
    told = call("mysql_accounts", {**ACCOUNTS, "binlog": False})
    assert bool(told.get("failed")) == fails
    assert servers["local"].sent[:2] == ["SET SESSION sql_log_bin = OFF", "SET GLOBAL super_read_only = OFF"]
    assert servers["local"].sent[-1] == "SET GLOBAL super_read_only = ON"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"schemas": ["a`b"]}, "'a`b' cannot be a schema's name here"),
        ({"accounts": [{"name": "w"}]}, "Account w: with caching_sha2_password give a password and no os_user."),
        ({}, "local, asked through /run/mysqld/mysqld.sock: Can't connect to MySQL server"),
    ],
)
def test_accounts_that_cannot_be_made_are_said(
    call: Call, servers: Servers, change: dict[str, Any], sentence: str
) -> None:
    told = call("mysql_accounts", {**ACCOUNTS, **change})
    assert told["failed"]
    assert told["msg"].startswith(sentence)


def test_a_refusal_of_accounts_fails(call: Call, servers: Servers) -> None:
    servers["local"] = Mysqld({IDENTITY: [identity("db2", "A:1")]})
    told = call("mysql_accounts", ACCOUNTS)
    assert told["failed"]
    assert "local is read-only, so it is not the primary now" in told["msg"]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("mysql_replication_info", LOGIN), ("mysql_replica", REPLICA), ("mysql_accounts", ACCOUNTS)],
)
def test_a_host_without_the_driver_is_told_what_to_install(
    call: Call, servers: Servers, monkeypatch: pytest.MonkeyPatch, name: str, arguments: dict[str, Any]
) -> None:
    monkeypatch.setattr(entry, "DRIVER_ERROR", "Traceback: No module named 'pymysql'")
    told = call(name, arguments)
    assert told["failed"]
    assert "PyMySQL" in told["msg"]


RUNNING = {"max_connections": "300", "gtid_mode": "OFF", "innodb_redo_log_capacity": "268435456"}
CONTENT = "[mysqld]\nmax_connections = 420\ngtid_mode = ON\ninnodb_redo_log_capacity = 256M\n"


def settings_of(running: dict[str, str]) -> dict[str, Any]:
    return {"SELECT VARIABLE_NAME AS name, VARIABLE_VALUE": [{"name": n, "value": v} for n, v in running.items()]}


def test_settings_are_set_online_and_the_rest_is_pending(call: Call, servers: Servers) -> None:
    asked = {**settings_of(RUNNING), "SELECT VARIABLE_NAME AS name FROM": []}
    servers["local"] = Mysqld(asked, settings_of({**RUNNING, "max_connections": "420"}), until="SET GLOBAL")
    foreseen = call("mysql_settings", {"content": CONTENT}, check_mode=True)
    assert servers["local"].sent == []
    told = call("mysql_settings", {"content": CONTENT})
    assert servers["local"].sent == told["queries"] == foreseen["queries"] == ["SET GLOBAL max_connections = 420"]
    assert told["pending"] == foreseen["pending"] == [{"name": "gtid_mode", "running": "OFF", "wanted": "ON"}]
    assert (told["changed"], foreseen["changed"]) == (True, True)
    assert told["diff"] == {"before": "max_connections = 300\n", "after": "max_connections = 420\n"}
    assert told["msg"] == "Settings of local: steps: set_global; gtid_mode wait for a restart."
    again = call("mysql_settings", {"content": CONTENT})
    assert (again["changed"], again["pending"]) == (False, told["pending"])


def test_a_file_of_settings_that_is_not_there_is_said(call: Call, servers: Servers) -> None:
    told = call("mysql_settings", {"file": "/nowhere/my.cnf"})
    assert told["msg"] == "/nowhere/my.cnf, which holds the settings, cannot be read: No such file or directory."


DIGEST = {
    "schema_name": "demo",
    "digest": "d",
    "statement": "SELECT ?",
    "count": 2,
    "total": 10**12,
    "rows_examined": 3,
    "rows_sent": 4,
    "without_index": 1,
}


def test_digests_of_every_server_are_told_and_nothing_is_changed(call: Call, servers: Servers) -> None:
    made = {"table_name": "demo/t", "index_name": "GEN_CLUST_INDEX", "type": 1}
    servers["db1"] = Mysqld(
        {"SELECT SCHEMA_NAME AS schema_name": [DIGEST], "SELECT t.NAME": [made], "SELECT OBJECT": []}
    )
    told = call("mysql_digest_info", LOGIN)
    assert (told["changed"], servers["db1"].sent, servers["db1"].closed) == (False, [], 1)
    assert told["servers"]["db1"]["statements"][0]["total_ms"] == 1000.0
    assert told["servers"]["db1"]["tables_without_primary_key"] == ["demo.t"]
    assert not told["servers"]["db2"]["reachable"]
    assert "Connection refused" in told["servers"]["db2"]["error"]
    assert told["msg"].endswith("a group refuses 1 tables (demo.t); no answer from db2.")
    assert call("mysql_digest_info", LOGIN, check_mode=True) == told


def test_no_digest_at_all_is_refused(call: Call) -> None:
    assert call("mysql_digest_info", {**LOGIN, "limit": 0})["msg"] == "limit must be at least 1 statement."


MODE = {
    **LOGIN,
    "members": [{"name": name, "address": member_of(name).address} for name in ("db1", "db2", "db3")],
    "seed": "db1",
    "replication_password": "hidden-channel",
}


def follower(name: str, **asked: Any) -> Mysqld:
    return Mysqld({IDENTITY: [identity(name, "A:1-5")], "SHOW REPLICA STATUS": [replica_status("db1")], **asked})


def test_check_mode_tells_the_whole_way_into_a_group(call: Call, servers: Servers) -> None:
    servers |= {"db1": primary(), "db2": follower("db2"), "db3": follower("db3")}
    told = call("mysql_mode", {**MODE, "mode": "group"}, check_mode=True)
    assert (told["changed"], told["primary"], told["diagnosis"]) == (True, "db1", "healthy")
    steps = [f"{step['server']} {step['action']}" for step in told["plan"]]
    assert (steps[0], steps[-1]) == ("db1 configure_group", "db3 wait_until_online")
    assert told["msg"].startswith("The servers work in mode group, and db1 is the primary; steps: configure_group, ")
    assert "db3: replica, read-only, in a group, online" in told["diff"]["after"]
    assert not [server.sent for server in servers.values() if server.sent]


def test_a_primary_that_cannot_begin_a_group_goes_on(call: Call, servers: Servers) -> None:
    db1 = primary()
    db1.answers = {**db1.answers, "START GROUP": pymysql.err.OperationalError(3092, "no")}
    servers |= {"db1": db1, "db2": follower("db2"), "db3": follower("db3")}
    told = call("mysql_mode", {**MODE, "mode": "group"})
    assert (told["failed"], told["diagnosis"]) == (True, "wrong_mode")
    assert told["msg"].startswith("The servers are not all in mode group yet: db1 answered 'START GROUP_REPLICATION'")
    assert db1.sent[-3:] == [
        "SET GLOBAL super_read_only = OFF",
        "SET GLOBAL read_only = OFF",
        "SET GLOBAL group_replication_bootstrap_group = OFF",
    ]
    assert not servers["db2"].sent + servers["db3"].sent


def test_tables_that_a_group_refuses_are_named(call: Call, servers: Servers) -> None:
    keyless = {"SELECT t.NAME": [{"table_name": "shop/log", "index_name": "GEN_CLUST_INDEX", "type": 1}]}
    engine = {"SELECT CONCAT(TABLE_SCHEMA": [{"name": "shop.old", "engine": "MyISAM"}]}
    servers |= {"db1": primary(), "db2": follower("db2"), "db3": follower("db3", **keyless, **engine)}
    told = call("mysql_mode", {**MODE, "mode": "group"})
    assert (told["failed"], told["diagnosis"]) == (True, "unfit_tables")
    assert (
        "db3 holds tables that a group refuses to write to: shop.log (no primary key) and shop.old (MyISAM)."
        in told["msg"]
    )
    assert not [server.sent for server in servers.values() if server.sent]
    assert not call("mysql_mode", {**MODE, "mode": "semisync"}).get("failed")


def test_info_tells_what_a_conversion_would_come_to(call: Call, servers: Servers) -> None:
    servers |= {"db1": primary(), "db2": follower("db2"), "db3": follower("db3")}
    asked = {name: value for name, value in MODE.items() if name != "replication_password"}
    told = call("mysql_replication_info", {**asked, "mode": "group"})
    assert (told["diagnosis"], told["mode"], told["converts"]) == ("wrong_mode", "semisync", False)
    told = call("mysql_replication_info", {**asked, "convert": True})
    assert (told["diagnosis"], told["mode"], told["converts"]) == ("healthy", "semisync", True)
    assert (told["wanted_mode"], told["between_modes"]) == ("group", False)
