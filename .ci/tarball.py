"""Builds the collection and checks what is in it: `make dist` keeps the tarball, `--check` throws it away.

ansible-galaxy packs everything that galaxy.yml does not ignore. What a person needs who installs the tarball is listed
here instead, so that a new folder of the checkout does not slip in, and no wrong pattern in galaxy.yml leaves one out.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Patterns of files; * matches folders as well.
SHIPPED = (
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "changelogs/changelog.yaml",
    "changelogs/config.yaml",
    "changelogs/fragments/*.yml",
    "docs/*.md",
    "docs/*.svg",
    "inventory/example/*",
    "inventory/samples/*",
    "meta/runtime.yml",
    "playbooks/*.yml",
    "plugins/*.py",
    "roles/*",
)
# Never shipped, wherever it lies.
STRAY = ("*.pyc", "*.swp", "*~", "*.orig", "*.rej", "*.retry", "*.log", "*.pem", "*.key", "*id_ed25519*")
# What ansible-galaxy adds.
MADE = ("MANIFEST.json", "FILES.json")


def shipped(name: str) -> bool:
    """Whether this file belongs into the tarball."""
    return any(fnmatch(name, pattern) for pattern in SHIPPED) and not any(fnmatch(name, pattern) for pattern in STRAY)


def faults(members: Iterable[str], tracked: Iterable[str]) -> Iterator[str]:
    """One sentence for each file of the tarball that is too many, and for each file of the checkout that lacks."""
    found, known = set(members) - set(MADE), set(tracked)
    for name in sorted(found):
        if not shipped(name):
            yield f"{name} does not belong here: name it in build_ignore (galaxy.yml) or SHIPPED (.ci/tarball.py)."
        elif name not in known:
            yield f"{name} is in the tarball and not in git: add it to git, or remove it."
    for name in sorted(known):
        if shipped(name) and name not in found:
            yield f"{name} is missing from the tarball: a pattern of build_ignore in galaxy.yml leaves it out."


def members(tarball: Path) -> list[str]:
    """The files in a tarball, without its folders."""
    with tarfile.open(tarball) as archive:
        return [member.name for member in archive.getmembers() if not member.isdir()]


def tracked() -> list[str]:
    """The files that git knows, or would with the next commit."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if listed.returncode:
        raise SystemExit("The tarball is built from a git checkout, to be compared with it; this folder is none.")
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


def build(folder: Path) -> Path:
    """Pack the checkout."""
    command = [
        str(Path(sys.executable).with_name("ansible-galaxy")),
        "collection",
        "build",
        "--force",
        "--output-path",
        str(folder),
        str(ROOT),
    ]
    said = subprocess.run(command, check=False, capture_output=True, text=True)
    if said.returncode:
        raise SystemExit(said.stdout + said.stderr)
    return max(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)


def main(arguments: Sequence[str]) -> int:
    """Build, check; 0 if nothing is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        tarball = build(Path(folder))
        names = members(tarball)
        found = list(faults(names, tracked()))
        if found:
            print("\n".join(found))
            return 1
        if "--check" not in arguments:
            kept = ROOT / "build" / tarball.name
            kept.parent.mkdir(exist_ok=True)
            kept.write_bytes(tarball.read_bytes())
            print(f"{kept.relative_to(ROOT)} holds {len(names)} files.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
