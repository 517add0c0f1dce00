# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files and folders as they are wanted, and what about those on a host is different."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from typing import Any

from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError

KEYS = {"dest", "content", "owner", "group", "mode", "validate", "secret"}


@dataclass(frozen=True)
class Wanted:
    """One file with its content, or a folder if it has none."""

    dest: str
    content: str | None
    owner: str
    group: str
    mode: str
    validate: str | None = None
    secret: bool = False

    @classmethod
    def of(cls, item: object) -> Wanted:
        """Read one entry of the option `files`, or say what is wrong with it."""
        if not isinstance(item, dict) or not str(item.get("dest", "")).startswith("/"):
            raise InvalidError(f"Every entry of files needs dest, a path from the root; {item!r:.80} has none.")
        unknown = sorted(item.keys() - KEYS)
        if unknown:
            raise InvalidError(
                f"The entry for {item['dest']} has {', '.join(unknown)}: known are {', '.join(sorted(KEYS))}."
            )
        content = item.get("content")
        return cls(
            dest=str(item["dest"]),
            content=None if content is None else str(content),
            owner=str(item.get("owner", "root")),
            group=str(item.get("group", "root")),
            mode=str(item.get("mode", "0755" if content is None else "0644")),
            validate=item.get("validate"),
            secret=bool(item.get("secret", False)),
        )

    def question(self) -> dict[str, Any]:
        """What the host has to know to answer: a checksum, never the content."""
        checksum = None if self.content is None else hashlib.sha256(self.content.encode()).hexdigest()
        return {
            "dest": self.dest,
            "checksum": checksum,
            "owner": self.owner,
            "group": self.group,
            "mode": self.mode,
        }


@dataclass(frozen=True)
class Seen:
    """What is at a path."""

    folder: bool
    owner: str
    group: str
    mode: int
    checksum: str | None


def look(path: str, name_of_user: Any, name_of_group: Any) -> Seen | None:
    """Return what is at a path, None if nothing is."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    folder = stat.S_ISDIR(found.st_mode)
    checksum = None
    if stat.S_ISREG(found.st_mode):
        with open(path, "rb") as file:
            checksum = hashlib.sha256(file.read()).hexdigest()
    return Seen(folder, name_of_user(found.st_uid), name_of_group(found.st_gid), stat.S_IMODE(found.st_mode), checksum)


def differs(wanted: dict[str, Any], seen: Seen | None) -> bool:
    """Return whether what was seen is not as it is wanted; pure."""
    if seen is None:
        return True
    if (seen.owner, seen.group, seen.mode) != (wanted["owner"], wanted["group"], int(wanted["mode"], 8)):
        return True
    return not seen.folder if wanted["checksum"] is None else seen.checksum != wanted["checksum"]
