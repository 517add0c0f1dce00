"""The same content gives the same archive, and nothing of the checkout shows in it."""

import base64
import io
import os
import tarfile

import pytest
from ansible.errors import AnsibleLookupError
from ansible_collections.scaleup.webstack.plugins.lookup.folder_archive import LookupModule


def run(folder):
    (text,) = LookupModule().run([str(folder)], {})
    return text


def make(folder, umask=0o022, **files):
    before = os.umask(umask)
    try:
        folder.mkdir()
        (folder / "sub").mkdir()
        for name, content in files.items():
            (folder / "sub" / name).write_text(content)
    finally:
        os.umask(before)
    return folder


def test_content_alone_decides(tmp_path):
    one = make(tmp_path / "one", a="1", b="2")
    other = make(tmp_path / "other", umask=0o077, b="2", a="1")
    os.utime(other / "sub" / "a", (1, 1))
    (other / "sub" / "__pycache__").mkdir()
    (other / "sub" / "__pycache__" / "a.pyc").write_text("bytes")
    assert run(one) == run(other)
    assert run(one) != run(make(tmp_path / "third", a="1", b="3"))


def test_it_is_a_readable_archive_of_root(tmp_path):
    folder = make(tmp_path / "one", a="1")
    (folder / "run").write_text("#!/bin/sh\n")
    (folder / "run").chmod(0o700)
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(run(folder)))) as tar:
        assert {entry.name: oct(entry.mode) for entry in tar} == {"run": "0o755", "sub": "0o755", "sub/a": "0o644"}
        assert {(entry.uid, entry.uname, entry.mtime) for entry in tar} == {(0, "root", 0)}


def test_a_later_folder_lies_over_an_earlier_one(tmp_path):
    one, other = make(tmp_path / "one", a="1", b="2"), make(tmp_path / "other", b="3", c="4")
    (text,) = LookupModule().run([[str(one), str(other)]], {})
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(text))) as tar:
        files = {entry.name: tar.extractfile(entry).read() for entry in tar if entry.isfile()}
    assert files == {"sub/a": b"1", "sub/b": b"3", "sub/c": b"4"}


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(AnsibleLookupError, match="nowhere is no folder"):
        run(tmp_path / "nowhere")
