"""Looks for secrets where nobody should find them, and says which secret is where, never its value.

Standard input: JSON with `secrets` (values by name) and what to look at: `files` (all of them, or everything in a
folder), `folders` (what every user of the host may read there), `journal` (true: the host's). A secret is found as it
is, and as base64 holds it. Standard output: JSON with `looked` (how many files, the journal is one), `found`, and
`missing`: those of the texts `expected` that were seen nowhere, so that a search of nothing is no proof.
"""

from __future__ import annotations

import base64
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator

LARGEST = 64 * 2**20


def forms(secret: str) -> Iterator[bytes]:
    """The secret as it is, and the part of its base64 that does not depend on what stands before and after it."""
    value = secret.encode()
    yield value
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + value)
        yield encoded[(0, 2, 3)[before] : len(encoded) - 4]


class Finder:
    """One search for all secrets at the same time."""

    def __init__(self, secrets: dict[str, str], expected: list[str]) -> None:
        self.names = {form: name for name, secret in secrets.items() for form in forms(secret)}
        self.pattern = re.compile(b"|".join(re.escape(form) for form in self.names))
        self.looked, self.found, self.missing = 0, set[str](), set(expected)

    def see(self, content: bytes, where: str) -> None:
        self.looked += 1
        for hit in set(self.pattern.findall(content)):
            self.found.add(f"{self.names[hit]} in {where}")
        self.missing = {each for each in self.missing if each.encode() not in content}

    def file(self, path: str) -> None:
        try:
            if os.path.getsize(path) <= LARGEST:
                with open(path, "rb") as file:
                    self.see(file.read(), path)
        except OSError:  # gone in between, or a socket
            return

    def folder(self, top: str) -> None:
        for folder, folders, files in os.walk(top):
            # What is below a folder that others may not enter, they cannot read.
            folders[:] = [each for each in folders if others(os.path.join(folder, each), stat.S_IXOTH, stat.S_ISDIR)]
            for name in files:
                path = os.path.join(folder, name)
                if others(path, stat.S_IROTH, stat.S_ISREG):
                    self.file(path)


def others(path: str, right: int, kind: object) -> bool:
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return False
    return bool(kind(mode)) and bool(mode & right)  # type: ignore[operator]


def main() -> None:
    asked = json.load(sys.stdin)
    finder = Finder(asked["secrets"], asked.get("expected", []))
    for path in asked.get("files", []):
        if os.path.isdir(path):
            for folder, _folders, files in os.walk(path):
                for name in files:
                    finder.file(os.path.join(folder, name))
        else:
            finder.file(path)
    for top in asked.get("folders", []):
        finder.folder(top)
    if asked.get("journal"):
        entries = subprocess.run(["journalctl", "--no-pager", "--output=export"], capture_output=True, check=True)
        finder.see(entries.stdout, "the journal")
    print(json.dumps({"looked": finder.looked, "found": sorted(finder.found), "missing": sorted(finder.missing)}))


if __name__ == "__main__":
    main()
