"""What is said of the store before a run changes anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.authority import print_of
from authorities import Authority

Call = Callable[..., dict[str, Any]]
CERTIFICATE = Authority.made("ca").certificate
MEMBER = {"name": "web1", "id": "X", "trusted": CERTIFICATE}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A whole store."""
    (tmp_path / "ca").mkdir()
    (tmp_path / "ca" / "ca.crt").write_text(CERTIFICATE)
    (tmp_path / "ca" / "ca.key").write_text("the key")
    (tmp_path / "secrets.json").write_text(json.dumps({"id": "X", "secrets": {"a": "hidden"}}))
    for path, mode in {"": 0o700, "secrets.json": 0o600, "ca/ca.key": 0o600}.items():
        (tmp_path / path).chmod(mode)
    return tmp_path


def look(call: Call, folder: Path, *names: str, hosts: Any = (), **more: Any) -> dict[str, Any]:
    asked = {"host": "db1", "folder": str(folder), "names": list(names), "hosts": list(hosts), "marks": ["/id"], **more}
    told = call("secret_store_info", asked)
    assert "hidden" not in json.dumps(told)
    return told


def test_a_whole_store(call: Call, folder: Path) -> None:
    told = look(call, folder, "a", hosts=[MEMBER])
    assert (told["id"], told["missing"], told["complete"], told["authority"]) == ("X", [], True, CERTIFICATE)
    assert not told["changed"]


def test_another_ca_takes_the_place_of_the_one_that_is_there(call: Call, folder: Path) -> None:
    other = Authority.made("next").certificate
    (folder / "ca" / "next.key").write_text("its key")
    (folder / "ca" / "next.crt").write_text(other)
    hosts = [MEMBER, {**MEMBER, "name": "web2", "trusted": CERTIFICATE + other}]
    told = look(call, folder, "a", hosts=hosts)
    assert (told["stage"], told["authority"], told["trusted"]) == ("introduced", CERTIFICATE, CERTIFICATE + other)
    (folder / "ca" / "next.key").rename(folder / "ca" / "ca.key")
    told = look(call, folder, "a", hosts=hosts)
    assert (told["stage"], told["authority"], told["newest"]) == ("issuing", other, print_of(other))
    (folder / "ca" / "next.crt").rename(folder / "ca" / "ca.crt")
    told = look(call, folder, "a", hosts=hosts[1:])
    assert (told["stage"], told["authority"], told["trusted"]) == ("steady", other, other)
    assert "ca.pem on web1 is not the one of" in look(call, folder, "a", hosts=hosts)["msg"]


def test_a_new_name(call: Call, folder: Path) -> None:
    told = look(call, folder, "a", "b", hosts=[MEMBER])
    assert (told["missing"], told["complete"]) == (["b"], False)


@pytest.mark.parametrize("path", ["", "secrets.json", "ca/ca.key"])
def test_what_others_could_open_makes_it_incomplete(call: Call, folder: Path, path: str) -> None:
    (folder / path).chmod(0o755)
    told = look(call, folder, "a", hosts=[MEMBER])
    assert (told["missing"], told["complete"]) == ([], False)


def test_no_store_yet(call: Call, tmp_path: Path) -> None:
    told = look(call, tmp_path / "none", "a", hosts=[{"name": "web1"}])
    assert (told["id"], told["missing"], told["complete"], told["authority"]) == ("", ["a"], False, "")


def test_a_store_that_holds_a_ca_alone_is_begun_too(call: Call, tmp_path: Path) -> None:
    assert not look(call, tmp_path)["complete"]
    assert look(call, tmp_path, given_authority=CERTIFICATE)["complete"]


def test_everything_is_given(call: Call, folder: Path) -> None:
    told = look(call, folder, given_authority=CERTIFICATE, hosts=[MEMBER])
    assert (told["id"], told["complete"]) == ("", True)


@pytest.mark.parametrize("lost", ["secrets.json", "ca/ca.crt", "ca/ca.key"])
def test_a_part_of_the_store_is_lost(call: Call, folder: Path, lost: str) -> None:
    (folder / lost).unlink()
    told = look(call, folder, "a", hosts=[MEMBER])
    assert told["failed"]
    assert told["msg"].startswith("db1 holds no ")
    assert told["msg"].endswith("remove /id there.")


def test_hosts_that_were_not_seen(call: Call, tmp_path: Path) -> None:
    assert "has not looked at web2" in look(call, tmp_path, "a", hosts=[{"name": "web1"}], unseen=["web2"])["msg"]


def test_what_is_no_store(call: Call, folder: Path) -> None:
    (folder / "secrets.json").write_text("hidden")
    assert "is not a store of secrets" in look(call, folder, "a")["msg"]


def test_what_cannot_be_read(call: Call, folder: Path) -> None:
    (folder / "secrets.json").unlink()
    (folder / "secrets.json").mkdir()
    assert look(call, folder, "a")["msg"] == f"The store in {folder} cannot be read: Is a directory."
