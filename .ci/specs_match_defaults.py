"""Each role's argument specs and defaults name the same variables, in the same order, with the same values."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from role_files import Role, roles


def faults(role: Role) -> Iterator[str]:
    """What differs, one sentence each."""
    if not (role.path / "meta" / "argument_specs.yml").exists():
        yield "has no meta/argument_specs.yml"
        return
    optional = [name for name, option in role.options.items() if not option.get("required")]
    for name in role.options:
        if name not in optional and name in role.defaults:
            yield f"{name} is required by meta/argument_specs.yml, and has a default: drop one of the two"
    for name in optional:
        if name not in role.defaults:
            yield f"{name} is in meta/argument_specs.yml only: give it a default, or require it"
    for name in role.defaults:
        if name not in role.options:
            yield f"{name} is in defaults/main.yml only: describe it in meta/argument_specs.yml"
    common = [name for name in optional if name in role.defaults]
    if common != [name for name in role.defaults if name in common]:
        yield "the variables stand in another order in defaults/main.yml than in meta/argument_specs.yml"
    for name in common:
        # The preflight reads defaults there, before any role is loaded.
        option = role.options[name]
        if "default" in option and option["default"] != role.defaults[name]:
            yield f"{name} is {role.defaults[name]!r} in defaults/main.yml, {option['default']!r} in its spec"
        lacking = [field for field in ("type", "description") if not option.get(field)]
        for field in (*lacking, *(["default"] if "default" not in option else [])):
            yield f"{name} has no {field} in meta/argument_specs.yml"


def main() -> int:
    """Print every fault; 0 if there is none."""
    found = [f"roles/{role.name}: {fault}." for role in roles() for fault in faults(role)]
    print("\n".join(found) or f"{len(roles())} roles: specs and defaults agree.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
