"""Static files from an application host to a web host, by the two modules, in real folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.release_host import Place
from ansible_collections.scaleup.webstack.plugins.module_utils.static_files import Kept
from ansible_collections.scaleup.webstack.plugins.modules import app_static_info, web_static

Call = Callable[..., dict[str, Any]]
ASKED = {"name": "shop", "paths": {"/static/": "public"}}


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host that serves release 1, has a whole release 2, and a release 3 that is half-built; and a web host."""
    folder = tmp_path / "apps/shop"
    for release in ("1", "2", "3"):
        (folder / "releases" / release / "public").mkdir(parents=True)
        (folder / "releases" / release / "public/page").write_text(release)
    for release in ("1", "2"):
        (folder / "releases" / release / ".webstack-release").touch()
    (folder / "b").symlink_to("releases/1")
    (tmp_path / "apps/slots.map").write_text("other a\nshop b\n")
    monkeypatch.setattr(app_static_info, "Place", lambda name, host: Place(name, host, root=str(tmp_path / "apps")))
    monkeypatch.setattr(web_static, "Kept", lambda name: Kept(name, root=str(tmp_path / "kept")))
    return tmp_path / "kept/shop"


def test_the_files_of_the_release_that_serves_come_to_a_web_host(call: Call, served: Path) -> None:
    assert call("web_static", {"name": "shop"}) == {"changed": False, "current": "", "releases": []}
    told = call("app_static_info", ASKED)
    assert (told["changed"], told["release"]) == (False, "1")
    wanted = {"name": "shop", "release": "1", "archive": told["archive"]}
    assert call("web_static", wanted, check_mode=True)["changed"]
    assert not served.exists()
    assert call("web_static", wanted)["changed"]
    assert (served / "current/static/page").read_text() == "1"
    assert call("web_static", {**wanted, "archive": ""}) == {"changed": False, "current": "1", "releases": ["1"]}


def test_files_that_every_web_host_has_are_not_packed(call: Call, served: Path) -> None:
    assert call("app_static_info", {**ASKED, "there": [["1"], ["1", "0"]]})["archive"] == ""
    assert call("app_static_info", {**ASKED, "there": [["1"], []]})["archive"] != ""
    assert not served.exists()


def test_a_release_is_announced_before_it_is_served(call: Call, served: Path) -> None:
    for release, state in (("1", "served"), ("2", "announced")):
        told = call("app_static_info", {**ASKED, "release": release})
        assert call("web_static", {"name": "shop", "release": release, "archive": told["archive"], "state": state})[
            "changed"
        ]
    assert ((served / "current/static/page").read_text(), (served / "next/static/page").read_text()) == ("1", "2")
    assert not call("web_static", {"name": "shop", "release": "2", "state": "announced"})["changed"]
    assert call("web_static", {"name": "shop", "release": "2"})["changed"]
    assert ((served / "current/static/page").read_text(), (served / "old/static/page").read_text()) == ("2", "1")


@pytest.mark.usefixtures("served")
def test_what_is_not_there_is_said(call: Call) -> None:
    assert call("app_static_info", {**ASKED, "release": "3"})["release"] == ""
    assert "has no dist" in call("app_static_info", {**ASKED, "paths": {"/static/": "dist"}})["msg"]
    assert "none were given" in call("web_static", {"name": "shop", "release": "1"})["msg"]


def test_a_folder_that_cannot_be_written_is_said(call: Call, served: Path) -> None:
    served.parent.mkdir()
    served.write_text("not a folder")
    archive = call("app_static_info", ASKED)["archive"]
    assert (
        "could not be put in place" in call("web_static", {"name": "shop", "release": "1", "archive": archive})["msg"]
    )
