"""What the checks of the roles share: where roles are, their defaults and their argument specs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Role:
    """One role, as its files describe it."""

    path: Path
    defaults: dict[str, Any]
    options: dict[str, Any]

    @property
    def name(self) -> str:
        return self.path.name


def load(path: Path) -> dict[str, Any]:
    """A YAML mapping, empty if the file is not there."""
    return (yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader) or {}) if path.exists() else {}


def roles() -> list[Role]:
    """All roles of the collection."""
    found = []
    for path in sorted((ROOT / "roles").iterdir()):
        if path.is_dir():
            specs = load(path / "meta" / "argument_specs.yml").get("argument_specs", {})
            # The role settings is validated once a run, by the layout stage, and has another entry point for that.
            options = (specs.get("main") or specs.get("site") or {}).get("options") or {}
            found.append(Role(path, load(path / "defaults" / "main.yml"), options))
    return found
