"""What a server works with beside what its file wants."""

from __future__ import annotations

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.settings import Setting, differences, parse, plan

FILE = """# comment
[client]
max_connections = 1
[mysqld]
max-connections = 420
skip_name_resolve
innodb_buffer_pool_size = 256M
ssl_ca = "/etc/ca.pem"
; another comment
max_connections = 421
"""


def test_a_file_is_read_as_mysqld_reads_it() -> None:
    assert parse(FILE) == {
        "max_connections": "421",
        "skip_name_resolve": "ON",
        "innodb_buffer_pool_size": "256M",
        "ssl_ca": "/etc/ca.pem",
    }


@pytest.mark.parametrize(
    ("name", "wanted", "running"),
    [
        ("max_connections", "420", "420"),
        ("innodb_redo_log_capacity", "256M", "268435456"),
        ("skip_name_resolve", "ON", "ON"),
        ("sync_binlog", "ON", "1"),
        ("long_query_time", "1", "1.000000"),
        ("rpl_semi_sync_source_wait_point", "AFTER_SYNC", "AFTER_SYNC"),
        ("group_replication_exit_state_action", "read_only", "READ_ONLY"),
        ("mysqlx", "OFF", None),
        ("super_read_only", "ON", "OFF"),
        ("log_bin", "binlog", "ON"),
        ("group_replication_start_on_boot", "OFF", "ON"),
        ("group_replication_group_seeds", "", "192.0.2.1:3306"),
    ],
)
def test_what_is_the_same_or_none_of_our_business(name: str, wanted: str, running: str | None) -> None:
    known = {} if running is None else {name: running}
    assert list(differences({name: wanted}, known, {"group_replication_group_seeds"})) == []


@pytest.mark.parametrize(
    ("name", "wanted", "running", "shown", "online"),
    [
        ("max_connections", "420", "300", "420", True),
        ("innodb_redo_log_capacity", "1G", "268435456", "1073741824", True),
        ("replica_parallel_workers", "8", "4", "8", False),
        ("gtid_mode", "ON", "OFF", "ON", False),
        ("require_secure_transport", "ON", "OFF", "ON", True),
        ("something_of_a_person", "2", "1", "2", False),
    ],
)
def test_what_differs(name: str, wanted: str, running: str, shown: str, online: bool) -> None:
    (setting,) = differences({name: wanted}, {name: running})
    assert setting == Setting(name, running, shown)
    assert setting.online is online
    assert [step.argument for step in plan("db1", [setting])] == [setting] * online


@pytest.mark.parametrize(
    ("wanted", "running", "same"), [("300M", 384, True), ("384M", 384, True), ("256M", 384, False)]
)
def test_a_buffer_pool_is_made_of_whole_chunks(wanted: str, running: int, same: bool) -> None:
    known = {
        "innodb_buffer_pool_size": str(running * 2**20),
        "innodb_buffer_pool_chunk_size": str(128 * 2**20),
        "innodb_buffer_pool_instances": "1",
    }
    assert (list(differences({"innodb_buffer_pool_size": wanted}, known)) == []) is same
