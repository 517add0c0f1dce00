"""One host's copy of the lease: its file, and two runs that want it."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.private_file import alone
from ansible_collections.scaleup.webstack.plugins.modules import stack_lease

Call = Callable[..., dict[str, Any]]


def run(pid: int, controller: str = "boot-a") -> dict[str, Any]:
    return {"controller": controller, "pid": pid, "started": "1", "owner": f"ops@{controller}"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "webstack" / "lease.json"


@pytest.fixture
def take(call: Call, path: Path) -> Call:
    def take(who: dict[str, Any], *, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        arguments = {"path": str(path), "operation": "site", "run": who, **options}
        told = call("stack_lease", arguments, check_mode=check_mode)
        assert not told.get("changed")
        return told

    return take


def test_it_is_taken_renewed_and_given_back_and_nothing_counts_as_a_change(take: Call, path: Path) -> None:
    assert take(run(1))["msg"] == ""
    first = json.loads(path.read_text())
    assert (first["operation"], first["owner"], first["seconds"]) == ("site", "ops@boot-a", 900)
    assert (oct(path.stat().st_mode & 0o777), oct(path.parent.stat().st_mode & 0o777)) == ("0o600", "0o700")
    assert take(run(1), operation="later")["msg"] == ""
    assert json.loads(path.read_text())["operation"] == "site"
    take(run(1), state="released")
    assert [*path.parent.iterdir()] == []


def test_another_run_is_refused_and_gives_back_nothing(take: Call, path: Path) -> None:
    take(run(1))
    told = take(run(1, "boot-b"))
    assert told["failed"]
    assert told["msg"].startswith("Another run changes this stack: ops@boot-a began site ")
    take(run(1, "boot-b"), state="released")
    assert json.loads(path.read_text())["owner"] == "ops@boot-a"


def test_a_holder_of_the_same_machine_is_asked_about_and_taken_over_if_it_has_stopped(take: Call, path: Path) -> None:
    take(run(1))
    asked = take(run(2))["asked"]
    assert asked == {"controller": "boot-a", "pid": 1, "started": "1"}
    assert take(run(2), judged=[{**asked, "runs": True}])["failed"]
    assert "that run has stopped" in take(run(2), judged=[{**asked, "runs": False}])["msg"]
    assert json.loads(path.read_text())["process"]["pid"] == 2


def test_check_mode_refuses_alike_and_writes_nothing(take: Call, path: Path) -> None:
    assert not take(run(1), check_mode=True).get("failed")
    assert not path.parent.exists()
    take(run(1))
    before = path.read_text()
    assert take(run(1, "boot-b"), check_mode=True)["failed"]
    take(run(1, "boot-b"), check_mode=True, break_lease=True)
    take(run(1), check_mode=True, state="released")
    assert path.read_text() == before


def test_break_lease_takes_it_even_if_nobody_can_read_it(take: Call, path: Path) -> None:
    path.parent.mkdir()
    path.write_text("{")
    assert "no lease that can be read" in take(run(1))["msg"]
    assert not take(run(1), break_lease="yes").get("failed")
    assert json.loads(path.read_text())["process"]["pid"] == 1


def test_a_folder_that_cannot_be_written_is_said(take: Call, path: Path) -> None:
    path.parent.write_text("")
    assert take(run(1))["msg"].endswith("lease.json cannot be read or written: File exists.")


def test_of_many_that_begin_together_one_has_it(path: Path) -> None:
    """Threads stand for modules: each opens the folder itself, and the kernel lets one in at a time."""
    path.parent.mkdir()
    options = {
        "path": str(path),
        "state": "taken",
        "operation": "site",
        "seconds": 900,
        "break_lease": False,
        "judged": [],
    }

    def one(number: int) -> bool:
        with alone(str(path.parent)):
            return not stack_lease.settle({**options, "run": run(1, f"boot-{number}")}, check_mode=False).get("failed")

    for _round in range(20):
        path.unlink(missing_ok=True)
        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(one, range(8))) == 1
