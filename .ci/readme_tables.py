"""Writes the table of variables into each role's README, from its argument specs; --check only says what drifted."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from role_files import Role, roles

BEGIN, END = "<!-- variables: begin -->", "<!-- variables: end -->"
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


def with_table(role: Role, text: str) -> str:
    """The README with its table brought up to date."""
    before, _begin, rest = text.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table(role)}\n{END}{after}"


def main(arguments: Sequence[str]) -> int:
    """Write, or check; 0 if nothing is wrong."""
    check, found = "--check" in arguments, []
    for role in roles():
        readme = role.path / "README.md"
        text = readme.read_text(encoding="utf-8") if readme.exists() else ""
        if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
            found.append(f"roles/{role.name}/README.md lacks the lines {BEGIN} and {END}.")
        elif (wanted := with_table(role, text)) != text:
            if check:
                found.append(f"roles/{role.name}/README.md does not show its variables as they are: run make docs.")
            else:
                readme.write_text(wanted, encoding="utf-8")
                print(f"roles/{role.name}/README.md is brought up to date.")
    print("\n".join(found) or "The tables of variables are up to date.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
