"""The mode is decided once, and read back from the servers ever after."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.mode import decide_mode, live_mode
from ansible_collections.scaleup.webstack.tests.unit.plugins.module_utils.topology.world import topology_of

NONE: dict[str, Any] = {}
GROUP = {"has": "A:1", "group": {}}
PRIMARY = {"has": "A:1-2", "writable": True}
PLAIN = {"has": "A:1-2", "writable": True, "semi_sync": False}
FOLLOWER = {"has": "A:1", "follows": "db1"}
SILENT = {"silent": True}


@pytest.mark.parametrize(
    ("servers", "asked", "mode", "refused"),
    [
        ([NONE], "auto", "single", ""),
        ([NONE] * 2, "auto", "semisync", ""),
        ([NONE] * 3, "auto", "group", ""),
        ([NONE] * 5, "auto", "group", ""),
        ([NONE] * 3, "semisync", "semisync", ""),
        ([NONE] * 2, "group", "group", "no majority is left"),
        ([NONE] * 2, "single", "single", "webstack_db_mode is single"),
        ([GROUP, GROUP, SILENT], "auto", "group", ""),
        ([GROUP, GROUP], "auto", "group", ""),
        (
            [GROUP, GROUP, GROUP],
            "semisync",
            "group",
            "db1, db2 and db3 work in mode group, and webstack_db_mode is semisync. Add",
        ),
        (
            [GROUP, FOLLOWER, FOLLOWER],
            "auto",
            "group",
            "A conversion was stopped: db1 made for a group, and db2 and db3",
        ),
        ([GROUP, FOLLOWER, FOLLOWER], "group", "group", "A conversion was stopped"),
        ([PRIMARY, FOLLOWER], "auto", "semisync", ""),
        ([PRIMARY, FOLLOWER, NONE], "auto", "semisync", ""),
        (
            [PRIMARY, FOLLOWER, NONE],
            "group",
            "semisync",
            "db1 and db2 work in mode semisync, and webstack_db_mode is group.",
        ),
        ([PRIMARY, SILENT], "auto", "semisync", ""),
        ([{**PLAIN, "made_for_two": True}, SILENT], "auto", "semisync", ""),
        ([{**PLAIN, "made_for_two": True}, NONE], "auto", "semisync", ""),
        ([PLAIN], "auto", "single", ""),
        ([PLAIN, NONE], "auto", "single", "works alone"),
        ([PLAIN, NONE], "semisync", "single", "work in mode single"),
    ],
)
def test_mode(servers: list[dict[str, Any]], asked: str, mode: str, refused: str) -> None:
    topology = topology_of({"servers": {f"db{number}": facts for number, facts in enumerate(servers, 1)}})
    decided = decide_mode(topology, asked)
    assert decided.mode == mode
    assert refused in (decided.refusal.sentence if decided.refusal else "")
    assert bool(decided.refusal) == bool(refused)
    assert not decided.converts


@pytest.mark.parametrize(
    ("servers", "asked", "mode", "wanted", "refused"),
    [
        ([NONE] * 3, "auto", "group", "", ""),
        ([GROUP] * 3, "auto", "group", "", ""),
        ([GROUP] * 3, "semisync", "group", "semisync", ""),
        ([GROUP] * 2, "auto", "group", "semisync", ""),
        ([GROUP], "auto", "group", "single", ""),
        ([PRIMARY, FOLLOWER, NONE], "auto", "semisync", "group", ""),
        ([PRIMARY, FOLLOWER], "auto", "semisync", "", ""),
        ([PRIMARY, FOLLOWER], "group", "semisync", "", "no majority is left"),
        ([PLAIN, NONE], "auto", "semisync", "semisync", ""),
        ([PLAIN, NONE, NONE], "auto", "semisync", "group", ""),
        ([PLAIN, NONE], "single", "single", "", "db1 works alone"),
        ([GROUP, FOLLOWER, FOLLOWER], "auto", "group", "group", ""),
        ([GROUP, FOLLOWER, FOLLOWER], "semisync", "group", "semisync", ""),
    ],
)
def test_a_conversion_is_asked_for(
    servers: list[dict[str, Any]], asked: str, mode: str, wanted: str, refused: str
) -> None:
    """`wanted` is empty where nothing is to be converted."""
    topology = topology_of({"servers": {f"db{number}": facts for number, facts in enumerate(servers, 1)}})
    decided = decide_mode(topology, asked, convert=True)
    assert (decided.mode, decided.wanted.value if decided.converts else "") == (mode, wanted)
    assert refused in (decided.refusal.sentence if decided.refusal else "")
    assert bool(decided.refusal) == bool(refused)


def test_servers_without_data_have_no_mode() -> None:
    assert live_mode(topology_of({"servers": {"db1": {}, "db2": {}}})) is None
