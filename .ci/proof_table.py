"""The table of proofs (proofs.yml) and their record (docs/proof.md); `--check` says what is wrong with the table.

A proof is out of date when a path that it names is not as it was at the commit of its last good record.
"""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / ".ci" / "proofs.yml"
RECORD = ROOT / "docs" / "proof.md"
HEADING = re.compile(r"^## (\S+), commit (\S+), tier (\S+)$")
ROW = re.compile(r"^\| (\S+) \| (\d+) \| (\d+) \|")
TARGET = re.compile(r"^([a-z-]+)(?: [a-z -]+)?:", re.MULTILINE)


@dataclass(frozen=True)
class Proof:
    """One line of the table."""

    name: str
    tier: str
    kind: str
    paths: tuple[str, ...]
    quick: bool = False
    bare: bool = False  # needs hosts that have nothing yet
    repeat: bool = False  # a story whose second run may change nothing
    lab: bool = False
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    full: Mapping[str, str] = field(default_factory=dict)  # environment in make test-full only

    @classmethod
    def of(cls, row: dict[str, Any]) -> Proof:
        """Read a line of the table."""
        lists = {name: tuple(row.get(name) or ()) for name in ("paths", "command")}
        return cls(**{"lab": row.get("kind") == "story", **row, **lists})

    def runnable(self) -> bool:
        """Whether what it calls is there: a target of the Makefile may come later than its line in the table."""
        if self.command[:1] != ("make",):
            return True
        return self.command[1] in TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Outcome:
    """What became of a proof."""

    name: str
    passed: int
    failed: int
    seconds: float


@dataclass(frozen=True)
class Recorded:
    """A good run of a proof, as docs/proof.md has it."""

    date: str
    commit: str


def table() -> list[Proof]:
    """All proofs, in the order in which they run."""
    return [Proof.of(row) for row in yaml.load(TABLE.read_text(encoding="utf-8"), yaml.CSafeLoader)]


def recorded(text: str) -> dict[str, Recorded]:
    """The last good run of each proof; a run on uncommitted changes proves no commit."""
    found: dict[str, Recorded] = {}
    when = Recorded("", "+")
    for line in text.splitlines():
        if heading := HEADING.match(line):
            when = Recorded(heading[1], heading[2])
        elif (row := ROW.match(line)) and row[3] == "0" and row[2] != "0" and not when.commit.endswith("+"):
            found[row[1]] = when
    return found


def machine() -> str:
    """What the proofs ran on, without a name or a path."""
    release = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = release.get("PRETTY_NAME", "unknown system").strip('"')
    return f"{len(os.sched_getaffinity(0))} cores, {gib:.0f} GiB, {system}"


def section(tier: str, commit: str, outcomes: Iterable[Outcome], on: str, now: datetime) -> str:
    """What is appended for one run of a tier."""
    done = list(outcomes)
    return "\n".join(
        [
            f"\n## {now:%Y-%m-%d}, commit {commit}, tier {tier}\n",
            f"{on}. {sum(each.passed for each in done)} passed, {sum(each.failed for each in done)} failed,"
            f" {sum(each.seconds for each in done) / 60:.1f} min.\n",
            "| proof | passed | failed | minutes |",
            "|---|---|---|---|",
            *(f"| {each.name} | {each.passed} | {each.failed} | {each.seconds / 60:.1f} |" for each in done),
            "",
        ]
    )


def append(tier: str, outcomes: Sequence[Outcome], at: str) -> None:
    """Add a run to docs/proof.md; two tiers may end at the same time."""
    with open(RECORD, "a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(section(tier, at, outcomes, machine(), datetime.now(UTC)))


def git(*arguments: str) -> tuple[int, str]:
    """Ask git about this checkout."""
    done = subprocess.run(["git", *arguments], cwd=ROOT, check=False, capture_output=True, text=True)
    return done.returncode, done.stdout.strip()


def commit() -> str:
    """The commit of this checkout; with a plus sign where files differ from it."""
    changed = git("status", "--porcelain", "--", ".", ":(exclude)docs/proof.md")[1]
    return (git("rev-parse", "--short=10", "HEAD")[1] or "unknown") + ("+" if changed else "")


def outdated(proofs: Iterable[Proof], records: Mapping[str, Recorded]) -> Iterator[tuple[Proof, str]]:
    """Each proof that does not cover what it proves as it is now, and why."""
    for proof in proofs:
        record = records.get(proof.name)
        if record is None:
            yield proof, "never recorded as passed"
            continue
        status, _out = git("diff", "--quiet", record.commit, "--", *proof.paths, ":(exclude)docs/proof.md")
        if status == 1:
            last = git("log", "-1", "--format=%h of %cs", "--", *proof.paths)[1]
            yield proof, f"passed at {record.commit} of {record.date}, its paths last changed in {last}"
        elif status:
            yield proof, f"passed at {record.commit}, which this repository does not hold"


def faults(proofs: Sequence[Proof], stories: Iterable[str], exists: Iterable[str]) -> Iterator[str]:
    """What is wrong with the table, one sentence each; pure."""
    names, there = [proof.name for proof in proofs], set(exists)
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"The proof {name} stands in .ci/proofs.yml twice: give one of them another name."
    for story in sorted(set(stories) - {proof.name for proof in proofs if proof.kind == "story"}):
        yield f"The story {story} is not in .ci/proofs.yml: add a line with its tier and the paths that it proves."
    for proof in proofs:
        if proof.kind == "story" and proof.name not in set(stories):
            yield f"The proof {proof.name} has no story molecule/{proof.name}: add it, or take the line away."
        if not proof.paths:
            yield f"The proof {proof.name} names no path: without one it could never be out of date."
        for path in proof.paths:
            if path not in there:
                yield f"The proof {proof.name} names {path}, which does not exist: correct the path."


def main(arguments: Sequence[str]) -> int:
    """--check the table, or list what is out of date."""
    proofs = table()
    if "--check" in arguments:
        stories = {path.parent.name for path in (ROOT / "molecule").glob("*/molecule.yml")} - {"default"}
        named = {path for proof in proofs for path in proof.paths}
        found = list(faults(proofs, stories, {path for path in named if (ROOT / path).exists()}))
    else:
        records = recorded(RECORD.read_text(encoding="utf-8"))
        found = [f"{proof.name} (make test-full TIER={proof.tier}): {why}" for proof, why in outdated(proofs, records)]
    print("\n".join(found) or "Nothing.")
    return 1 if found and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
