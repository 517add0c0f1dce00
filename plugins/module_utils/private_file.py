# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A file that its owner alone may read, replaced at once, and by one module at a time where that matters."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress


def replace_text(path: str, text: str) -> None:
    """Replace the file at once, readable by its owner alone from its first byte on.

    Not by atomic_move: it gives a new file the mode that the umask leaves, which others can read. The candidate has one
    name, so that what a host that lost its power left behind goes with the next call.
    """
    folder, name = os.path.split(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    candidate = os.path.join(folder, f".{name}.new")
    with suppress(FileNotFoundError):
        os.unlink(candidate)
    try:
        with open(os.open(candidate, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(candidate, path)
    except BaseException:
        os.unlink(candidate)
        raise


@contextmanager
def alone(folder: str) -> Iterator[None]:
    """Have the folder for oneself, so that of two modules the second sees what the first has written."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
