"""How large MySQL may be: a table of hosts, and what holds for any."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.filter.application_sessions import application_sessions
from ansible_collections.scaleup.webstack.plugins.filter.mysql_sizing import mysql_sizing
from ansible_collections.scaleup.webstack.plugins.plugin_utils.sizing import Host, size
from hypothesis import given
from hypothesis import strategies as st

LAYOUT = {
    "hosts": {},
    "tiers": {"app": ["app1", "app2"], "db": ["db1"]},
    "seed": "db1",
    "state_host": "db1",
    "vips": [],
    "domain": "",
}


@pytest.mark.parametrize(
    ("memory", "cores", "members", "said"),
    [
        (1024, 1, 1, (128, 128, 128, 4)),
        (1408, 2, 3, (256, 256, 128, 4)),  # the lab
        (2048, 2, 3, (768, 768, 256, 4)),
        (4096, 2, 3, (2560, 1024, 512, 4)),
        (8192, 4, 1, (6144, 2048, 1024, 4)),
        (8192, 4, 3, (6144, 2048, 1024, 4)),
        (16384, 8, 3, (12288, 4096, 1024, 8)),
        (262144, 64, 3, (196608, 16384, 1024, 16)),
    ],
)
def test_hosts_of_every_size(memory: int, cores: int, members: int, said: tuple[int, ...]) -> None:
    sizes = size(memory, cores, 384, members)
    pool, redo = sizes.buffer_pool_size_mib, sizes.redo_log_capacity_mib
    assert (pool, redo, sizes.group_cache_mib, sizes.replica_parallel_workers) == said
    assert sizes.max_connections == 384 + 30 + 2 * members


def test_what_is_given_is_taken() -> None:
    sizes = size(8192, 4, 384, 3, buffer_pool_size_mib=300, redo_log_capacity_mib=99, max_connections=50)
    assert (sizes.buffer_pool_size_mib, sizes.redo_log_capacity_mib, sizes.max_connections) == (300, 99, 50)
    assert sizes.writer_sessions == size(1024, 1, 384, 3).writer_sessions == 210


@given(st.integers(256, 2**20), st.integers(1, 256), st.integers(0, 20000), st.integers(1, 9))
def test_it_fits_unless_even_the_smallest_pool_does_not(memory: int, cores: int, sessions: int, members: int) -> None:
    sizes = size(memory, cores, sessions, members)
    assert sizes.needed_mib <= memory or sizes.buffer_pool_size_mib == 128
    assert sizes.buffer_pool_size_mib % 128 == 0
    assert sizes.redo_log_capacity_mib >= 8
    assert sizes.max_connections > sessions
    assert sizes.writer_sessions >= sessions // 2  # what the pools of writers hold
    assert sizes.max_connections - sizes.writer_sessions >= 15
    larger = size(memory * 2, cores, sessions, members)
    assert larger.buffer_pool_size_mib >= sizes.buffer_pool_size_mib


@pytest.mark.parametrize(
    ("host", "sessions"),
    [(Host(), 8 * 24), (Host(4), 4 * 24), (Host(4, 1), 4 * 2), (Host(2, 16, 3), 2 * 24 * 3), (Host(2, 16, 0), 0)],
)
def test_sessions_of_an_application_host(host: Host, sessions: int) -> None:
    assert host.sessions == sessions


@pytest.mark.parametrize(
    ("app1", "sessions"),
    [
        ({}, 2 * 8 * 24),
        ({"app_server_workers": "2", "app_server_threads": 4}, 2 * 6 + 8 * 24),
        ({"app_server_workers": 0}, 2 * 8 * 24),
        ({"app_server_applications": [{"name": "a"}, {"name": "b"}]}, 3 * 8 * 24),
        ({"app_server_applications": [{"name": "a"}, {"name": "b", "database": False}]}, 2 * 8 * 24),
    ],
)
def test_sessions_come_from_the_inventory(app1, sessions) -> None:
    assert application_sessions(LAYOUT, {"app1": app1, "app2": {}}) == sessions


def test_the_filters_take_text_and_say_what_is_wrong() -> None:
    host = {"memory_mib": 8192, "processors": 4}
    assert mysql_sizing(host, "384", 3, memory_mib="4096", max_connections="0")["memory_mib"] == 4096
    assert mysql_sizing(host, 384, 3, memory_mib=0)["memory_mib"] == 8192
    with pytest.raises(AnsibleFilterError, match="mysql_sizing"):
        mysql_sizing({}, 384, 3)
    with pytest.raises(AnsibleFilterError, match=r"application_sessions: .*no whole number"):
        application_sessions(LAYOUT, {"app1": {"app_server_workers": "many"}, "app2": {}})
