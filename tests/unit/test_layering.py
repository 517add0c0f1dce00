"""Who may import what. Decisions stay apart from SQL, SQL from the driver, the driver from Ansible."""

from __future__ import annotations

import ast
import sys
from functools import cache
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
OURS = "ansible_collections.scaleup.webstack.plugins."
UTILS = "module_utils/"

# Pure files: the standard library without its ways out of the process, and each other.
PURE = (
    "accounts",
    "belonging.py",
    "digest.py",
    "errors.py",
    "firewall.py",
    "lease.py",
    "mysql/statement.py",
    "report.py",
    "secret.py",
    "settings.py",
    "step.py",
    "topology",
)
WAYS_OUT = {
    "asyncio",
    "http",
    "io",
    "os",
    "pathlib",
    "random",
    "shutil",
    "socket",
    "ssl",
    "subprocess",
    "tempfile",
    "time",
}
NOT_PURE = {
    "plugin_utils/archive.py",  # packs a folder of the controller for a lookup, so it reads files
    "plugin_utils/inventory.py",  # knows how Ansible says that a template cannot be worked out
}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = f"{package(path, node.level)}{node.module or ''}"
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return found


def package(path: Path, level: int) -> str:
    """Where a relative import starts; nothing for an absolute one."""
    return OURS + ".".join([*path.relative_to(PLUGINS).parts[:-level], ""]) if level else ""


def files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((PLUGINS / folder).rglob("*.py"))]


def label(path: Path) -> str:
    return path.relative_to(PLUGINS).as_posix()


def is_pure(path: Path) -> bool:
    if label(path) in NOT_PURE:
        return False
    inside = label(path).removeprefix(UTILS)
    return label(path).startswith("plugin_utils/") or any(
        inside == pure or inside.startswith(f"{pure}/") for pure in PURE
    )


def root(name: str) -> str:
    return name.partition(".")[0]


@pytest.mark.parametrize("path", [path for path in files("module_utils", "plugin_utils") if is_pure(path)], ids=label)
def test_pure_files_stay_pure(path: Path) -> None:
    for name in imports(path):
        if name.startswith(OURS):
            inside = name.removeprefix(OURS).replace(".", "/")
            targets = [PLUGINS / f"{inside}.py", PLUGINS / f"{inside.rpartition('/')[0]}.py"]
            target = next((each for each in targets if each.is_file()), None)
            assert target is None or is_pure(target), f"{label(path)} is pure, and imports {name}, which is not"
        elif root(name) != "ansible_collections":
            assert root(name) in sys.stdlib_module_names, f"{label(path)} is pure, and imports {name}"
            assert root(name) not in WAYS_OUT, f"{label(path)} is pure, and {name} leads out of the process"


@pytest.mark.parametrize("path", files("module_utils"), ids=label)
def test_one_driver_one_clock_no_ansible_below_modules(path: Path) -> None:
    names = imports(path)
    if label(path) != "module_utils/mysql/session.py":
        assert "pymysql" not in {root(name) for name in names}
    if label(path) not in ("module_utils/mysql/session.py", "module_utils/runtime.py"):
        used = {ast.unparse(node) for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
        assert "time.sleep" not in names | used
    if "mysql" in path.parts:
        assert "ansible" not in {root(name) for name in names}


@pytest.mark.parametrize("path", files("module_utils", "plugin_utils", "filter", "doc_fragments"), ids=label)
def test_ansible_module_only_in_modules(path: Path) -> None:
    assert not any(name.endswith("AnsibleModule") for name in imports(path))


@pytest.mark.parametrize("path", files("modules"), ids=label)
def test_modules_are_thin(path: Path) -> None:
    module = tree(path)
    texts = {"DOCUMENTATION", "EXAMPLES", "RETURN"}
    documented = sum(
        (node.end_lineno or 0) - node.lineno + 1
        for node in module.body
        if isinstance(node, ast.Assign) and {ast.unparse(target) for target in node.targets} & texts
    )
    assert len(path.read_text().splitlines()) - documented <= 100
