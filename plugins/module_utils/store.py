# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The store of generated secrets: what it holds, and what must be added. Pure apart from reading."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ansible_collections.scaleup.webstack.plugins.module_utils.errors import WebstackError


class StoreError(WebstackError):
    """The store's file is there, but it is not a store."""


@dataclass(frozen=True)
class Store:
    """Secrets by name, and the id that tells this store from any other."""

    identity: str = ""
    secrets: dict[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(cls, text: str, path: str) -> Store:
        """Read a store, or say why it is none, without a word of its contents."""
        try:
            found = json.loads(text)
            secrets = {str(name): str(value) for name, value in found["secrets"].items()}
            return cls(str(found["id"]), secrets)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise StoreError(
                f"{path} is not a store of secrets: restore it from a backup. It is never replaced by a new one, "
                "because the servers know the old passwords."
            ) from None

    def serialize(self) -> str:
        """Write the store as the file holds it."""
        return json.dumps({"id": self.identity, "secrets": self.secrets}, indent=2, sort_keys=True) + "\n"

    def missing(self, names: Iterable[str]) -> list[str]:
        """Names that the store does not hold yet, sorted."""
        return sorted(set(names) - self.secrets.keys())

    def completed(self, names: Iterable[str], generate: Callable[[], str], identify: Callable[[], str]) -> Store:
        """Return the store with every missing name generated; what it holds is never changed."""
        added = {name: generate() for name in self.missing(names)}
        return Store(self.identity or identify(), {**self.secrets, **added})


def read(path: str) -> Store:
    """Read the store, empty if there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return Store.parse(file.read(), path)
    except FileNotFoundError:
        return Store()


def open_to_others(folder: str) -> list[str]:
    """Return what of a store users other than root could open: its folder, its file, the CA's key."""
    found = []
    for path in (folder, os.path.join(folder, "secrets.json"), os.path.join(folder, "ca", "ca.key")):
        try:
            if os.stat(path).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                found.append(path)
        except FileNotFoundError:
            continue
    return found
