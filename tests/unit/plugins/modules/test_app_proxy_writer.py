"""The proxy beside an application follows a primary that moves: what HAProxy is told, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.following import Moment
from ansible_collections.scaleup.webstack.plugins.module_utils.runtime import Agent
from ansible_collections.scaleup.webstack.plugins.modules import app_proxy_writer as module

Call = Callable[..., dict[str, Any]]
MOVE = {
    "sessions": 40,
    "old": "db1",
    "new": "db2",
    "agents": [{"name": "db1", "address": "192.0.2.1"}, {"name": "db2", "address": "192.0.2.2"}],
}


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What HAProxy is told while the old server stops taking writes, and the new one begins."""
    told: list[str] = []

    def moments(old: Agent, new: Agent, _seconds: float) -> Iterator[Moment]:
        assert (old.address, new.address) == ("192.0.2.1", "192.0.2.2")
        for at, (old_writes, new_writes) in enumerate([(True, False), (False, False), (False, False), (False, True)]):
            told.append(f"- {at}")
            yield Moment(at / 10, old_writes, new_writes)

    monkeypatch.setattr(module, "moments", moments)
    monkeypatch.setattr(module, "say", lambda _path, command: told.append(command))
    return told


def test_sessions_wait_while_nobody_writes_and_then_go_to_the_new_primary(call: Call, heard: list[str]) -> None:
    done = call("app_proxy_writer", MOVE)
    assert (done["followed"], done["held_seconds"], done["changed"]) == (True, 0.2, False)
    assert heard == [
        "- 0",
        "- 1",
        "set maxconn frontend write_sessions 0",
        "- 2",
        "- 3",
        "set server writer/db1 health down",
        "set server writer/db2 health up",
        "set maxconn frontend write_sessions 40",
    ]


def test_a_check_tells_nobody(call: Call, heard: list[str]) -> None:
    assert call("app_proxy_writer", MOVE, check_mode=True)["followed"] is False
    assert heard == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"old": "db2"}, "old and new are one server, 'db2': no primary moves."),
        ({"new": "db9"}, "agents names no server 'db9'."),
    ],
)
def test_a_move_that_is_none_is_refused(call: Call, heard: list[str], given: dict[str, str], said: str) -> None:
    done = call("app_proxy_writer", {**MOVE, **given})
    assert done["failed"]
    assert done["msg"] == said
    assert heard == []


def test_the_queue_is_opened_in_any_case(call: Call, heard: list[str]) -> None:
    assert not call("app_proxy_writer", {"sessions": 40, "state": "released"}).get("failed")
    assert heard == ["set maxconn frontend write_sessions 40"]
