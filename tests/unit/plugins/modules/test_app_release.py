"""The two modules about releases: what they hand to the code that looks and acts, and what they say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import WaitError
from ansible_collections.scaleup.webstack.plugins.module_utils.release import Seen, Slot
from ansible_collections.scaleup.webstack.plugins.modules import app_release, app_release_info

Call = Callable[..., dict[str, Any]]
SEEN = Seen({"a": Slot("1", True, True), "b": Slot()}, "a", "a", ("1", "2"), ("1",))
ASKED = {"name": "shop", "release": "2", "host": "app1"}


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The steps that were done; an empty string makes the next one fail."""
    steps: list[str] = []

    def apply(planned: Any, place: Any, _run: Any) -> None:
        if "" in steps:
            raise WaitError(f"{place.host}: release 2 of {place.name} did not pass its gate.")
        steps.extend(step.action for step in planned)

    for module in (app_release, app_release_info):
        monkeypatch.setattr(module, "observe", lambda _place, _run, *, unread: SEEN if not unread else unread_one())
    monkeypatch.setattr(app_release, "apply", apply)
    monkeypatch.setattr(app_release_info, "migrated", lambda _place: ["1"])
    monkeypatch.setattr(app_release_info, "deployed", lambda _place: ["shop", "old"])
    return steps


def unread_one() -> Seen:
    return Seen(SEEN.slots, "a", "a", SEEN.releases, SEEN.history, stale=True)


def test_a_release_is_changed_and_a_check_only_says_how(call: Call, done: list[str]) -> None:
    checked = call("app_release", ASKED, check_mode=True)
    assert done == []
    told = call("app_release", ASKED)
    assert told == checked
    assert (told["changed"], told["before"]) == (True, "1")
    assert [step["action"] for step in told["plan"]] == done
    assert "2 is started beside 1." in [step["reason"] for step in told["plan"]]


def test_one_that_serves_needs_nothing(call: Call, done: list[str]) -> None:
    assert call("app_release", {**ASKED, "release": "1"}) == {"changed": False, "plan": [], "before": "1"}
    assert call("app_release", {**ASKED, "release": "1", "unread": True})["changed"]
    assert done[-1] == "forget"


def test_what_stands_in_the_way_is_said(call: Call, done: list[str]) -> None:
    done.append("")
    assert call("app_release", ASKED)["msg"] == "app1: release 2 of shop did not pass its gate."
    assert "not complete" in call("app_release", {**ASKED, "release": "9"})["msg"]


@pytest.mark.usefixtures("done")
def test_it_is_told_what_serves(call: Call) -> None:
    told = call("app_release_info", {"name": "shop"})
    assert told.pop("settled")
    assert told.pop("applications") == ["shop", "old"]
    assert told == {"changed": False, "current": "1", "releases": ["1", "2"], "history": ["1"], "migrated": ["1"]}
    assert not call("app_release_info", {"name": "shop", "unread": True})["settled"]


def test_a_folder_that_cannot_be_read_is_said(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def observe(_place: Any, _run: Any, *, unread: bool) -> Seen:
        raise PermissionError(13, "Permission denied", f"/srv{'' if unread else '/webstack'}")

    monkeypatch.setattr(app_release_info, "observe", observe)
    assert "/srv/webstack" in call("app_release_info", {"name": "shop"})["msg"]
