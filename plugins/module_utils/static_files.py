# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Static files of a release: packed on an application host, and kept on a web host beside those of the release before.

On a web host three links name releases: what serves (`current`), what is about to (`next`) and what did (`old`). A page
finds its files in one of them, whichever release made it.
"""

from __future__ import annotations

import io
import os
import shutil
import tarfile
from collections.abc import Mapping

from ansible_collections.scaleup.webstack.plugins.module_utils.errors import WebstackError

ROOT = "/srv/webstack/static"
CURRENT, NEXT, OLD = "current", "next", "old"
# They pass through the machine that runs Ansible, in its memory.
MOST_MIB = 64


def pack(release: str, paths: Mapping[str, str]) -> bytes:
    """Return the files of a release by the paths at which they answer, without hidden ones and links out of it."""
    packed, size, root = io.BytesIO(), 0, os.path.realpath(release)
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=6, dereference=True) as tar:
        for url, place in sorted(paths.items()):
            source = os.path.join(release, place)
            if not os.path.exists(source):
                raise WebstackError(
                    f"Release {os.path.basename(release)} has no {place}, which static says for {url}. "
                    "Deploy a version that has it (deploy.yml -e app=NAME), or take it out of static."
                )
            for path in _files(source):
                if not os.path.realpath(path).startswith(root + os.sep):
                    continue
                size += os.path.getsize(path)
                if size > MOST_MIB << 20:
                    raise WebstackError(
                        f"The static files of {os.path.basename(release)} take more than {MOST_MIB} MiB. "
                        "Give the larger ones from a store of objects, or by the application."
                    )
                name = url.strip("/") if path == source else os.path.join(url.strip("/"), os.path.relpath(path, source))
                tar.add(path, name, recursive=False, filter=_anonymous)
    return packed.getvalue()


def _files(source: str) -> list[str]:
    if os.path.isfile(source):
        return [source]
    found = []
    for folder, folders, files in os.walk(source):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [os.path.join(folder, name) for name in sorted(files) if not name.startswith(".")]
    return [path for path in found if os.path.isfile(path)]


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.mode, entry.uid, entry.gid, entry.uname, entry.gname = 0o644, 0, 0, "root", "root"
    return entry


class Kept:
    """The static files of an application on a web host."""

    def __init__(self, name: str, root: str = ROOT) -> None:
        self.folder = os.path.join(root, name)

    def link(self, which: str) -> str:
        """Return the release that a link names, if its files are there."""
        path = os.path.join(self.folder, which)
        return os.path.basename(os.readlink(path)) if os.path.islink(path) and os.path.isdir(path) else ""

    def releases(self) -> list[str]:
        """Return the releases whose files are there, all of them."""
        names = os.listdir(self.folder) if os.path.isdir(self.folder) else []
        paths = {name: os.path.join(self.folder, name) for name in sorted(names) if not name.startswith(".")}
        return [name for name, path in paths.items() if os.path.isdir(path) and not os.path.islink(path)]

    def unpack(self, release: str, archive: bytes) -> None:
        """Put the files of a release in place, all or none, as old as their folder: dates tell clients what is new."""
        made = os.path.join(self.folder, f".{release}.new")
        shutil.rmtree(made, ignore_errors=True)
        os.makedirs(made)
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
            tar.extractall(made, filter="data")
        for folder, _folders, files in os.walk(made):
            for name in files:
                os.utime(os.path.join(folder, name))
        os.rename(made, os.path.join(self.folder, release))

    def announce(self, release: str) -> None:
        """Requests find the files of a release that is about to serve."""
        self._point(NEXT, release)

    def serve(self, release: str) -> None:
        """Requests find its files first, and then those of the release before; all others go."""
        if (before := self.link(CURRENT)) and before != release:
            self._point(OLD, before)
        self._point(CURRENT, release)
        if os.path.islink(path := os.path.join(self.folder, NEXT)):
            os.unlink(path)
        kept = {CURRENT, OLD, self.link(CURRENT), self.link(OLD)}
        for name in os.listdir(self.folder):
            if name not in kept:
                shutil.rmtree(os.path.join(self.folder, name), ignore_errors=True)

    def _point(self, which: str, release: str) -> None:
        path = os.path.join(self.folder, which)
        beside = f"{path}.new"
        if os.path.islink(beside):
            os.unlink(beside)
        os.symlink(release, beside)
        os.replace(beside, path)
