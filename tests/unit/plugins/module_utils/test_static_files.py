"""Static files of releases, packed here and unpacked there, in real folders."""

from __future__ import annotations

import io
import tarfile

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils import static_files
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import WebstackError
from ansible_collections.scaleup.webstack.plugins.module_utils.static_files import CURRENT, NEXT, OLD, Kept, pack


def release(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return str(folder)


def names(archive):
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return sorted(tar.getnames())


def test_files_are_packed_by_the_paths_at_which_they_answer(tmp_path):
    made = release(tmp_path / "v1", build__css__app="a", build__js="b", icon="c", server="d")
    assert names(pack(made, {"/static/": "build", "/favicon.ico": "icon"})) == [
        "favicon.ico",
        "static/css/app",
        "static/js",
    ]


def test_hidden_files_and_links_that_lead_out_are_left_out(tmp_path):
    (tmp_path / "secret").write_text("x")
    made = release(tmp_path / "v1", **{"public__.env": "x", "public__.git__config": "x", "public__page": "p"})
    (tmp_path / "v1/public/out").symlink_to(tmp_path / "secret")
    (tmp_path / "v1/public/in").symlink_to(tmp_path / "v1/public/page")
    (tmp_path / "v1/public/gone").symlink_to(tmp_path / "nowhere")
    assert names(pack(made, {"/public/": "public"})) == ["public/in", "public/page"]


def test_a_folder_that_is_not_there_and_one_that_is_too_large_are_refused(tmp_path, monkeypatch):
    made = release(tmp_path / "v1", public__page="p" * 2_000_000)
    with pytest.raises(WebstackError, match="Release v1 has no dist, which static says for /static/"):
        pack(made, {"/static/": "dist"})
    monkeypatch.setattr(static_files, "MOST_MIB", 1)
    with pytest.raises(WebstackError, match="more than 1 MiB"):
        pack(made, {"/static/": "public"})


def test_files_of_the_release_before_stay_until_the_one_after(tmp_path):
    kept = Kept("shop", root=str(tmp_path / "kept"))
    assert kept.link(CURRENT) == ""
    assert kept.releases() == []
    packed = {
        version: pack(release(tmp_path / version, public__page=version), {"/p/": "public"})
        for version in ("v1", "v2", "v3")
    }
    for version in ("v1", "v2"):
        kept.unpack(version, packed[version])
        kept.announce(version)
        assert kept.link(NEXT) == version
        kept.serve(version)
    assert (kept.link(CURRENT), kept.link(OLD), kept.link(NEXT)) == ("v2", "v1", "")
    kept.serve("v2")
    assert (kept.link(CURRENT), kept.link(OLD)) == ("v2", "v1")
    kept.unpack("v3", packed["v3"])
    kept.serve("v3")
    assert kept.releases() == ["v2", "v3"]
    assert (tmp_path / "kept/shop/current/p/page").read_text() == "v3"


def test_what_was_left_half_unpacked_is_no_release(tmp_path):
    kept = Kept("shop", root=str(tmp_path))
    release(tmp_path / "shop/.v1.new", p__rest="x")
    (tmp_path / "shop/current.new").symlink_to("v1")
    assert kept.releases() == []
    kept.unpack("v1", pack(release(tmp_path / "v1", public__page="p"), {"/p/": "public"}))
    kept.serve("v1")
    assert sorted(path.name for path in (tmp_path / "shop/v1/p").iterdir()) == ["page"]
    assert sorted(path.name for path in (tmp_path / "shop").iterdir()) == ["current", "v1"]
