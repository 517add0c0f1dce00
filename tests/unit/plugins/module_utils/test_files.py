"""Which files differ from what is wanted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError
from ansible_collections.scaleup.webstack.plugins.module_utils.files import Seen, Wanted, differs, look

FILE = Wanted.of({"dest": "/etc/x", "content": "text\n"}).question()
FOLDER = Wanted.of({"dest": "/etc/x.d"}).question()


def of(number: int) -> str:
    return {os.getuid(): "root", os.getgid(): "root"}.get(number, str(number))


def test_defaults() -> None:
    assert (FILE["mode"], FOLDER["mode"], FILE["owner"], FILE["group"]) == ("0644", "0755", "root", "root")
    assert FOLDER["checksum"] is None


def test_the_content_is_never_part_of_the_question() -> None:
    assert "text" not in str(FILE)


def test_a_file_that_is_as_wanted(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("text\n")
    path.chmod(0o644)
    assert not differs(FILE, look(str(path), of, of))


@pytest.mark.parametrize(
    ("text", "mode"), [pytest.param("other\n", 0o644, id="content"), pytest.param("text\n", 0o600, id="mode")]
)
def test_a_file_that_differs(tmp_path: Path, text: str, mode: int) -> None:
    path = tmp_path / "x"
    path.write_text(text)
    path.chmod(mode)
    assert differs(FILE, look(str(path), of, of))


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(None, id="nothing there"),
        pytest.param(Seen(True, "root", "root", 0o644, None), id="a folder in place of the file"),
        pytest.param(Seen(False, "nobody", "root", 0o644, FILE["checksum"]), id="owner"),
        pytest.param(Seen(False, "root", "nogroup", 0o644, FILE["checksum"]), id="group"),
    ],
)
def test_what_differs(seen: Seen | None) -> None:
    assert differs(FILE, seen)


def test_folders() -> None:
    assert not differs(FOLDER, Seen(True, "root", "root", 0o755, None))
    assert differs(FOLDER, Seen(False, "root", "root", 0o755, "x"))


def test_look_at_nothing(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    assert look(str(tmp_path / "missing"), of, of) is None
    assert look(str(tmp_path / "x" / "below"), of, of) is None


@pytest.mark.parametrize(
    ("item", "words"),
    [
        pytest.param("text", "needs dest", id="no mapping"),
        pytest.param({"content": "x"}, "needs dest", id="no dest"),
        pytest.param({"dest": "relative"}, "needs dest", id="relative"),
        pytest.param({"dest": "/x", "contents": ""}, "contents", id="unknown key"),
    ],
)
def test_refusals(item: object, words: str) -> None:
    with pytest.raises(InvalidError, match=words):
        Wanted.of(item)
