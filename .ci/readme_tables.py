"""Writes tables and the picture into the documentation, from argument specs, published flows and code.

--check only says what drifted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import flow_picture  # before the collection: it tells Ansible where that is
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.diagnose import (
    REMEDIES,
    Diagnosis,
)
from role_files import ROOT, Role, roles

LONGEST = 60


def cell(text: str) -> str:
    """Text that cannot break the table."""
    return " ".join(text.split()).replace("|", "\\|")


def shown_default(role: Role, name: str) -> str:
    """The default as code, or where to look it up."""
    if name not in role.defaults:
        return "required"
    value = role.defaults[name]
    text = value if isinstance(value, str) and value else json.dumps(value)
    return f"`{cell(text)}`" if len(text) <= LONGEST else "see [defaults](defaults/main.yml)"


def shown_type(option: dict[str, Any]) -> str:
    """The type, with that of the elements."""
    elements = option.get("elements")
    return f"{option.get('type', 'str')}" + (f" of {elements}" if elements else "")


def shown_description(option: dict[str, Any]) -> str:
    """The description and the choices."""
    description = option.get("description", "")
    text = description if isinstance(description, str) else " ".join(description)
    choices = ", ".join(f"`{choice}`" for choice in option.get("choices", []))
    return cell(text + (f" One of {choices}." if choices else ""))


def table(role: Role) -> str:
    """The table between the two marks."""
    if not role.options:
        return "None."
    rows = [
        f"| `{name}` | {shown_type(option)} | {shown_default(role, name)} | {shown_description(option)} |"
        for name, option in role.options.items()
    ]
    return "\n".join(["| Variable | Type | Default | What it is |", "|---|---|---|---|", *rows])


def diagnoses() -> str:
    """What can be the matter with the database tier, as the modules say it."""
    rows = [f"| `{each}` | {cell(REMEDIES[each])} |" for each in Diagnosis if each is not Diagnosis.HEALTHY]
    return "\n".join(["| diagnosis, worst first | what to do |", "|---|---|", *rows])


def plugins() -> str:
    """The names of the collection's own plugins, by kind."""
    kinds = {"modules": "modules", "filter": "filters", "lookup": "lookups"}
    found = {
        kind: sorted(path.stem for path in (ROOT / "plugins" / folder).glob("[a-z]*.py"))
        for folder, kind in kinds.items()
    }
    return ";\n".join(f"{kind} {', '.join(f'`{name}`' for name in names)}" for kind, names in found.items()) + "."


def generated() -> Iterator[tuple[Path, str, str]]:
    """Every file with a generated part: the file, the name in its marks, and the part."""
    for role in roles():
        yield role.path / "README.md", "variables", table(role)
    yield ROOT / "README.md", "plugins", plugins()
    yield ROOT / "docs/guides/operations.md", "diagnoses", diagnoses()
    flows = flow_picture.published()
    yield ROOT / "docs/architecture.md", "picture", flow_picture.picture(flows)
    yield ROOT / "docs/architecture.md", "flows", flow_picture.table(flows)


def with_part(text: str, name: str, part: str) -> str | None:
    """The text with the part between its two marks; None if it lacks them."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        return None
    return f"{text.partition(begin)[0]}{begin}\n{part}\n{end}{text.partition(end)[2]}"


def main(arguments: Sequence[str]) -> int:
    """Write, or check; 0 if nothing is wrong."""
    check, found = "--check" in arguments, []
    for file, name, part in generated():
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        shown, wanted = file.relative_to(ROOT), with_part(text, name, part)
        if wanted is None:
            found.append(f"{shown} lacks the lines <!-- {name}: begin --> and <!-- {name}: end -->.")
            continue
        if wanted == text:
            continue
        if check:
            found.append(f"{shown} does not show its {name} as they are: run make docs.")
        else:
            file.write_text(wanted, encoding="utf-8")
            print(f"{shown} is brought up to date.")
    print("\n".join(found) or "What is generated is up to date.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
