"""The steps of a rollover, on files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.authority import print_of
from authorities import Authority

Call = Callable[..., dict[str, Any]]
OLD, NEW = (Authority.made(name).certificate for name in ("old", "new"))
READY = {"name": "web1", "trusted": OLD + NEW}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The new CA is there, and the old one signs."""
    for name, text in {"ca.crt": OLD, "ca.key": "old key", "next.crt": NEW, "next.key": "new key"}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def step(call: Call, folder: Path, name: str, *hosts: Any, check: bool = False, **more: Any) -> dict[str, Any]:
    asked = {"folder": str(folder), "step": name, "confirm": print_of(NEW), "hosts": list(hosts), **more}
    return call("authority_rollover", asked, check_mode=check)


def test_from_one_to_the_other(call: Call, folder: Path) -> None:
    told = [step(call, folder, name, READY) for name in ("issue", "issue", "retire", "retire")]
    assert [(each["changed"], each["stage"]) for each in told] == [
        (True, "issuing"),
        (False, "issuing"),
        (True, "steady"),
        (False, "steady"),
    ]
    assert {path.name: path.read_text() for path in folder.iterdir() if path.is_file()} == {
        "ca.crt": NEW,
        "ca.key": "new key",
    }


def test_a_check_changes_nothing(call: Call, folder: Path) -> None:
    assert step(call, folder, "issue", READY, check=True)["changed"]
    assert (folder / "next.key").read_text() == "new key"


def test_hosts_that_are_not_ready(call: Call, folder: Path) -> None:
    told = step(call, folder, "issue", {"name": "web2", "trusted": OLD})
    assert told["msg"].startswith("web2 would not trust what the new CA signs")
    step(call, folder, "issue", READY)
    told = step(call, folder, "retire", {**READY, "due": ["web"]})
    assert told["msg"].startswith("The old CA is still needed: web on web1 ")
    assert (folder / "ca.crt").read_text() == OLD


def test_another_ca_is_confirmed(call: Call, folder: Path, tmp_path: Path) -> None:
    told = step(call, folder, "issue", READY, confirm="00000000")
    assert told["msg"] == f"confirm=00000000 names no CA in {folder}: {print_of(NEW)} is that of the newest CA."
    told = step(call, tmp_path / "none", "issue", READY)
    assert told["msg"].endswith(": there is no CA.")
