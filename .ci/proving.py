"""What `make test` and `make test-full` share: how each kind of proof is run, counted and reported.

Counted are unit tests, linters, commands, and for each story its stages and each sentence (assertion) of its
verification. A proof that fails does not keep the next one from running; a lab that does not come up does.
"""

from __future__ import annotations

import fcntl
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from ansible_run import LAB, ROOT, Run, run
from proof_table import Outcome, Proof

LOGS = ROOT / ".cache" / "test" / LAB
VERDICT = re.compile(r"^(passed|failed): (\S+)")
SUMMARY = re.compile(r"^(\d+) passed, (\d+) failed$")
# The task of molecule/shared/ready.yml that runs only when a story has left the stack broken.
REPAIR = "The stack is made whole again"
# Longer than any command or story takes, however busy the machine: a proof that hangs must not eat the others' time.
LIMIT_SECONDS = 3600


class StopError(Exception):
    """What follows makes no sense any more."""


@dataclass
class Books:
    """What passed, what failed, what was not run."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)

    def count(self, name: str, *, good: bool) -> None:
        """One proof."""
        if good:
            self.passed += 1
        else:
            self.failed.append(name)


def say(text: str) -> None:
    """A line of progress, at once."""
    print(text, flush=True)


def report(name: str, done: Run, *, good: bool, detail: str = "", lines: int = 30) -> None:
    """The line of a step, and what a failed one said last."""
    say(f"{'passed' if good else 'FAILED'}  {name}  {done.seconds:.0f} s{detail and '  ' + detail}")
    if not good:
        for line in done.last_lines(lines):
            say(f"    | {line}")
        say(f"    | the whole output: {(LOGS / (name.replace(' ', '-') + '.log')).relative_to(ROOT)}")


def step(name: str, command: Sequence[str], more: Mapping[str, str] | None = None) -> Run:
    """Run one command, its name in front."""
    say(f"....    {name}")
    return run(name.replace(" ", "-"), command, LOGS, more=more, limit=LIMIT_SECONDS)


def lint(proof: Proof, books: Books) -> None:
    """One proof for each linter."""
    done = step(proof.name, [".ci/lint.sh"])
    verdicts = [found for line in done.output if (found := VERDICT.match(line))]
    for verdict in verdicts:
        books.count(f"lint: {verdict[2]}", good=verdict[1] == "passed")
    if not verdicts:
        books.count("lint", good=False)
    books.not_run += [line.removeprefix("not run: ").strip() for line in done.output if line.startswith("not run: ")]
    report(proof.name, done, good=done.status == 0, detail=f"{len(verdicts)} linters", lines=100)


def unit(proof: Proof, books: Books) -> None:
    """One proof for each unit test."""
    reports = [LOGS / f"{part}.xml" for part in ("plugins", "others")]
    for junit in reports:
        junit.unlink(missing_ok=True)
    done = step(proof.name, [".ci/unit.sh", str(LOGS)], proof.environment)
    # S314: these files are what pytest has just written.
    trees = [ElementTree.parse(junit) for junit in reports if junit.exists()]  # noqa: S314
    cases = [case for tree in trees for case in tree.iter("testcase")]
    for case in cases:
        bad = case.find("failure") is not None or case.find("error") is not None
        name = f"unit: {case.get('classname', '')}.{case.get('name', '')}"
        if case.find("skipped") is not None:
            books.not_run.append(f"{name} (skipped)")
        else:
            books.count(name, good=not bad)
    if done.status and not any(name.startswith("unit: ") for name in books.failed):
        books.count("unit: pytest itself", good=False)
    covered = next((line.split()[-1] for line in done.output if line.startswith("TOTAL")), "unknown")
    detail = f"{len(cases)} tests, branches of plugins/ covered: {covered}"
    report(proof.name, done, good=done.status == 0, detail=detail)


def command(proof: Proof, books: Books) -> None:
    """One proof, or as many as its last line `N passed, N failed` says."""
    done = step(proof.name, proof.command, proof.environment)
    last = next((line.strip() for line in reversed(done.output) if line.strip()), "")
    counts = SUMMARY.match(last)
    good = done.status == 0 and (counts is None or counts[2] == "0")
    if counts:
        books.passed += int(counts[1])
        books.failed += [f"{proof.name}: {number + 1} of {counts[2]}" for number in range(int(counts[2]))]
    if counts is None or (done.status and counts[2] == "0"):
        books.count(proof.name, good=good)
    report(proof.name, done, good=good, detail=last if counts else "")


def story(proof: Proof, books: Books) -> None:
    """The story's own playbook, once more if that may change nothing, and each sentence of its verification."""
    name = proof.name
    done = step(f"{name} converge", ["molecule", "converge", "--scenario-name", name])
    books.count(f"{name} converge", good=done.status == 0)
    report(f"{name} converge", done, good=done.status == 0, detail=f"{len(done.record.get('tasks', []))} tasks")
    if any(task["name"] == REPAIR and task["changed_on"] for task in done.record.get("tasks", [])):
        books.count(f"{name}: the story before it left a broken stack, on which site.yml had to run", good=False)
    if done.status:
        books.not_run.append(f"{name}: what follows its deployment")
        return
    if proof.repeat:
        _idempotence(name, books)
    _verify(name, books)


def _idempotence(name: str, books: Books) -> None:
    done = step(f"{name} idempotence", ["molecule", "converge", "--scenario-name", name])
    hosts = done.record.get("hosts", {})
    good = done.status == 0 and bool(hosts) and not done.changed_hosts
    books.count(f"{name} idempotence", good=good)
    report(f"{name} idempotence", done, good=good, detail=f"{len(hosts)} hosts")
    say("        " + "  ".join(f"{host} changed={counts['changed']}" for host, counts in hosts.items()))
    for task in done.changing_tasks:
        say(f"    | changed again: {task}")


def _verify(name: str, books: Books) -> None:
    done = step(f"{name} verify", ["molecule", "verify", "--scenario-name", name])
    sentences = [task for task in done.record.get("tasks", []) if task["action"].endswith("assert")]
    sentences = [task for task in sentences if f"{ROOT / 'molecule'}/" in task["path"]]
    sentences = [task for task in sentences if set(task["results"]) - {"skipped"}]
    for task in sentences:
        good = not task["failures"]
        books.count(f"{name}: {task['name']}", good=good)
        say(f"    {'passed' if good else 'FAILED'}  {task['name']}")
        for failure in task["failures"]:
            say(f"        | {failure['host']}: {failure['message']}")
    if done.status:
        books.not_run.append(f"{name}: the sentences after the first that failed")
    if (done.status or not sentences) and all(not task["failures"] for task in sentences):
        books.count(f"{name} verify", good=False)
    report(f"{name} verify", done, good=done.status == 0 and bool(sentences), detail=f"{len(sentences)} sentences")


KINDS: dict[str, Callable[[Proof, Books], None]] = {"lint": lint, "unit": unit, "command": command, "story": story}


def lab_exists() -> bool:
    """The lab has a state folder: before this run, it belongs to somebody else."""
    return (ROOT / ".cache" / "lab" / LAB).exists()


@contextmanager
def _alone() -> Iterator[None]:
    LOGS.mkdir(parents=True, exist_ok=True)
    with open(LOGS / "lock", "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(
                f"Another test run works with the lab {LAB}: wait for it, or set WEBSTACK_LAB to another name."
            ) from None
        yield


def prove(proofs: Sequence[Proof], books: Books) -> list[Outcome]:
    """Run them in this order, with a lab that is made for the first that needs one and removed after the last."""
    # As for Ctrl-C: what was started is ended, and a lab of this run's own is removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    outcomes: list[Outcome] = []
    ours, up = not lab_exists(), False
    with _alone():
        say(f"Lab {LAB}{', made for this run' if ours else ', warm'}")
        left = list(proofs)
        try:
            for proof in proofs:
                if proof.bare and not ours:
                    books.not_run.append(f"{proof.name} (the lab was warm)")
                elif proof.runnable():
                    if proof.lab and not up:
                        up = _make_lab(books)
                    outcomes.append(_one(proof, books))
                else:
                    books.not_run.append(f"{proof.name} ({' '.join(proof.command)} does not exist here)")
                left.remove(proof)
        except StopError as reason:
            books.not_run += [f"{proof.name} ({reason})" for proof in left]
        finally:
            if ours and lab_exists():
                done = step("lab-destroy", ["make", "lab-destroy"])
                books.count("lab-destroy", good=done.status == 0)
                report("lab-destroy", done, good=done.status == 0)
    return outcomes


def _one(proof: Proof, books: Books) -> Outcome:
    began, passed, failed = time.monotonic(), books.passed, len(books.failed)
    KINDS[proof.kind](proof, books)
    return Outcome(proof.name, books.passed - passed, len(books.failed) - failed, time.monotonic() - began)


def _make_lab(books: Books) -> bool:
    done = step("lab", ["make", "lab"])
    books.count("lab", good=done.status == 0)
    report("lab", done, good=done.status == 0)
    if done.status:
        raise StopError("the lab did not come up")
    return True


def finish(books: Books, seconds: float, further: Mapping[str, Sequence[str]] | None = None) -> int:
    """The end of every test run: what was not run, what failed, the counts."""
    sections: dict[str, Any] = {"Not run": books.not_run, **(further or {}), "Failed": books.failed}
    say(f"\nTook {seconds / 60:.1f} min.")
    for heading, lines in sections.items():
        if lines:
            say(f"{heading}:")
            for line in lines:
                say(f"  {line}")
    say(f"{books.passed} passed, {len(books.failed)} failed")
    return 1 if books.failed else 0
