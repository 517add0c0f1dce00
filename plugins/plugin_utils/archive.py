"""Folders as one archive: the same content gives the same bytes, wherever and whenever it was checked out."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Sequence
from pathlib import Path

_LEFT_OUT = ("__pycache__",)


def archive(folders: Sequence[Path]) -> bytes:
    """Pack the files of folders, the later ones over the earlier; owner, time and umask of the checkout leave no trace.

    Not compressed: two builds of zlib give different bytes, and a folder that is named by its content would get another
    name from a controller with another Python.
    """
    packed = io.BytesIO()
    found = {path.relative_to(folder): path for folder in folders for path in folder.rglob("*")}
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, path in sorted(found.items()):
            if not any(part in _LEFT_OUT for part in name.parts):
                tar.add(path, name.as_posix(), recursive=False, filter=_anonymous)
    return packed.getvalue()


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    entry.mtime = 0
    return entry
