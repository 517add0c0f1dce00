"""`make installed`: the tarball, installed offline into an empty folder, documents all that this checkout has.

Every plugin and every role of the checkout has to be shown by ansible-doc, with a description and with its options: a
plugin has some, a role has those of its defaults.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import tarball
import yaml

ROOT = Path(__file__).resolve().parents[1]
NAMESPACE = "scaleup.webstack."
# Folders of plugins, with the word that ansible-doc has for them. An action is documented by its module.
KINDS = {"modules": "module", "filter": "filter", "lookup": "lookup", "test": "test", "inventory": "inventory"}
INTERNAL = ("action", "doc_fragments", "module_utils", "plugin_utils")


def plugins(files: Iterable[str]) -> dict[str, set[str]]:
    """The plugins of a tree by the kind that ansible-doc calls them; a folder without one stands as it is; pure."""
    found: dict[str, set[str]] = {}
    for file in files:
        parts = Path(file).parts
        if parts[0] == "plugins" and parts[1] not in INTERNAL and file.endswith(".py") and parts[-1] != "__init__.py":
            found.setdefault(KINDS.get(parts[1], parts[1]), set()).add(NAMESPACE + Path(file).stem)
    return found


def plugin_faults(kind: str, wanted: set[str], said: Mapping[str, Any]) -> Iterator[str]:
    """One sentence for each plugin of a kind that ansible-doc shows badly or not at all; pure."""
    if kind not in KINDS.values():
        yield f"plugins/{kind} is a kind of plugin that .ci/installed_docs.py does not know: add it to KINDS."
        return
    for name in sorted(wanted | set(said)):
        document = said.get(name, {}).get("doc", {})
        if name not in wanted:
            yield f"The {kind} {name} is installed and not in the checkout."
        elif not document:
            yield f"The {kind} {name} is not shown by ansible-doc: give it a DOCUMENTATION that it can read."
        for part in ("short_description", "description", "options"):
            if document and not document.get(part):
                yield f"The {kind} {name} has no {part}."


def role_faults(wanted: Mapping[str, set[str]], said: Mapping[str, Any]) -> Iterator[str]:
    """The same for roles, whose options are the variables of their defaults; pure."""
    for name in sorted({*wanted, *said}):
        points = said.get(name, {}).get("entry_points", {})
        if name not in wanted:
            yield f"The role {name} is installed and not in the checkout."
        elif not points:
            yield f"The role {name} is not shown by ansible-doc: give it meta/argument_specs.yml."
        for point, document in points.items():
            for part in ("short_description", "description"):
                if not document.get(part):
                    yield f"The role {name}, entry point {point}, has no {part}."
        options = {option for document in points.values() for option in document.get("options") or {}}
        for option in sorted(wanted.get(name, set()) - options if points else ()):
            yield f"The role {name} does not document {option}."


def call(folder: str, program: str, *arguments: str) -> str:
    """What a program of Ansible says that knows this folder, and neither the checkout nor ansible.cfg."""
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": folder}
    environment.pop("ANSIBLE_CONFIG", None)
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed: {done.stdout}{done.stderr}")
    return done.stdout


def shown(kind: str, folder: str) -> dict[str, Any]:
    """What ansible-doc says about every plugin or role of one kind that is installed in this folder."""

    def ask(*arguments: str) -> dict[str, Any]:
        return dict(json.loads(call(folder, "ansible-doc", "--type", kind, "--json", *arguments)))

    names = [name for name in ask("--list", NAMESPACE.rstrip(".")) if name.startswith(NAMESPACE)]
    return ask(*names) if names else {}


def faults(folder: str) -> Iterator[str]:
    """One sentence for each difference between the checkout and what is installed in this folder."""
    files = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "plugins").rglob("*.py"))]
    for kind, names in plugins(files).items():
        yield from plugin_faults(kind, names, shown(kind, folder) if kind in KINDS.values() else {})
    defaults = sorted((ROOT / "roles").glob("*/defaults/main.yml"))
    wanted = {
        path.parts[-3]: set(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader) or {}) for path in defaults
    }
    yield from role_faults({NAMESPACE + name: names for name, names in wanted.items()}, shown("role", folder))


def main() -> int:
    """Say what is wrong; 0 if nothing is."""
    with tempfile.TemporaryDirectory() as folder:
        built = tarball.build(Path(folder))
        call(folder, "ansible-galaxy", "collection", "install", "--offline", "--collections-path", folder, str(built))
        found = list(faults(folder))
    print("\n".join(found) or "Every plugin and every role of the checkout is documented in the installed copy.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
