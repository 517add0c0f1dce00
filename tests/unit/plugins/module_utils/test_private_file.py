"""Files that their owner alone may read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.private_file import replace_text


def test_it_is_the_owners_alone_whatever_the_umask_says(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        replace_text(str(tmp_path / "folder" / "secret"), "word")
    finally:
        os.umask(before)
    assert (tmp_path / "folder" / "secret").read_text() == "word"
    assert (tmp_path / "folder" / "secret").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "folder").stat().st_mode & 0o777 == 0o700


def test_what_a_power_cut_left_behind_goes(tmp_path: Path) -> None:
    (tmp_path / ".secret.new").write_text("half a w")
    (tmp_path / ".secret.new").chmod(0o644)
    replace_text(str(tmp_path / "secret"), "word")
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_nothing_is_left_behind_where_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "secret").write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_text(str(tmp_path / "secret"), "new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"secret": "old"}
