"""The store of secrets on a host: made once, added to, never changed, and never shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., dict[str, Any]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "webstack" / "secrets.json"


def test_a_store_is_made(call: Call, path: Path) -> None:
    told = call("secret_store", {"path": str(path), "names": ["b", "a", "b"]})
    store = json.loads(path.read_text())
    assert (told["changed"], told["added"], told["id"]) == (True, ["a", "b"], store["id"])
    assert told["msg"] == "2 secrets were generated."
    assert set(store["secrets"]) == {"a", "b"}
    assert {len(secret) for secret in store["secrets"].values()} == {32}
    assert not [secret for secret in store["secrets"].values() if secret in json.dumps(told)]


def test_root_alone_can_read_it(call: Call, path: Path) -> None:
    call("secret_store", {"path": str(path), "names": ["a"]})
    assert (oct(path.stat().st_mode & 0o777), oct(path.parent.stat().st_mode & 0o777)) == ("0o600", "0o700")


def test_what_others_could_open_is_closed(call: Call, path: Path) -> None:
    call("secret_store", {"path": str(path), "names": ["a"]})
    key, before = path.parent / "ca" / "ca.key", path.read_text()
    key.parent.mkdir()
    key.touch()
    for each, mode in {path: 0o644, path.parent: 0o755, key: 0o640}.items():
        each.chmod(mode)
    told = call("secret_store", {"path": str(path), "names": ["a"]}, check_mode=True)
    assert (told["changed"], oct(path.stat().st_mode & 0o777)) == (True, "0o644")
    told = call("secret_store", {"path": str(path), "names": ["a"]})
    assert told["changed"]
    assert told["msg"].endswith(f"Others than root could open {path.parent}, {path}, {key}; they no longer can.")
    assert [oct(each.stat().st_mode & 0o777) for each in (path.parent, path, key)] == ["0o700", "0o600", "0o600"]
    assert (path.read_text(), call("secret_store", {"path": str(path), "names": ["a"]})["changed"]) == (before, False)


def test_what_it_holds_stays_and_what_is_missing_is_added(call: Call, path: Path) -> None:
    first = call("secret_store", {"path": str(path), "names": ["a"]})
    held = json.loads(path.read_text())["secrets"]["a"]
    again = call("secret_store", {"path": str(path), "names": ["a"]})
    assert (again["changed"], again["added"], again["msg"]) == (False, [], "Every secret exists.")
    more = call("secret_store", {"path": str(path), "names": ["c"]})
    assert (more["added"], first["id"], again["id"]) == (["c"], more["id"], more["id"])
    secrets = json.loads(path.read_text())["secrets"]
    assert (secrets["a"], set(secrets)) == (held, {"a", "c"})


def test_a_store_without_secrets_is_one(call: Call, path: Path) -> None:
    told = call("secret_store", {"path": str(path), "names": []})
    assert (told["changed"], json.loads(path.read_text())) == (True, {"id": told["id"], "secrets": {}})
    assert not call("secret_store", {"path": str(path), "names": []})["changed"]


def test_check_mode_makes_nothing(call: Call, path: Path) -> None:
    told = call("secret_store", {"path": str(path), "names": ["a"]}, check_mode=True)
    assert (told["changed"], told["added"], told["id"]) == (True, ["a"], "")
    assert not path.parent.exists()


@pytest.mark.parametrize(
    "content",
    ["", "half a st", "[]", "{}", '{"id": "x"}', '{"secrets": {"a": "kept"}}', '{"id": "x", "secrets": ["kept"]}'],
)
def test_what_is_no_store_is_never_replaced_nor_shown(call: Call, path: Path, content: str) -> None:
    path.parent.mkdir(mode=0o700)
    path.write_text(content)
    told = call("secret_store", {"path": str(path), "names": ["a"]})
    assert told["failed"]
    assert told["msg"].startswith(f"{path} is not a store of secrets: restore it from a backup.")
    assert "kept" not in told["msg"]
    assert path.read_text() == content


def test_a_write_that_fails_leaves_the_old_store_and_nothing_beside_it(
    call: Call, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("secret_store", {"path": str(path), "names": ["a"]})
    before = path.read_text()

    def full(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    told = call("secret_store", {"path": str(path), "names": ["b"]})
    assert told["failed"]
    assert told["msg"] == f"The store {path} cannot be read or written: No space left on device."
    assert path.read_text() == before
    assert list(path.parent.iterdir()) == [path]
