"""`make test`: lint, unit tests, the lab, and the quick stories on it. The last line is `N passed, N failed`.

Counted are unit tests, linters, and for each story its stages and each sentence (assertion) of its verification.
A failed lint or unit test does not keep the rest from running; a lab that does not come up does.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree import ElementTree

from ansible_run import LAB, ROOT, Run, environment, run

LOGS = ROOT / ".cache" / "test" / LAB
QUICK_STORIES = ("site",)
VERDICT = re.compile(r"^(passed|failed): (\S+)")


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


def step(name: str, *command: str, **more: str) -> Run:
    """Run one command, its name in front."""
    say(f"....    {name}")
    return run(name.replace(" ", "-"), command, LOGS, more=more)


def lint(books: Books) -> None:
    """One proof for each linter."""
    done = step("lint", ".ci/lint.sh")
    verdicts = [found for line in done.output if (found := VERDICT.match(line))]
    for verdict in verdicts:
        books.count(f"lint: {verdict[2]}", good=verdict[1] == "passed")
    if not verdicts:
        books.count("lint", good=False)
    books.not_run += [line.removeprefix("not run: ").strip() for line in done.output if line.startswith("not run: ")]
    report("lint", done, good=done.status == 0, detail=f"{len(verdicts)} linters", lines=100)


def unit(books: Books) -> None:
    """One proof for each unit test."""
    junit = LOGS / "unit.xml"
    junit.unlink(missing_ok=True)
    done = step("unit", "pytest", "--cov", f"--junitxml={junit}")
    # S314: this file is what pytest has just written.
    cases = list(ElementTree.parse(junit).iter("testcase")) if junit.exists() else []  # noqa: S314
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
    report("unit", done, good=done.status == 0, detail=f"{len(cases)} tests, branches of plugins/ covered: {covered}")


def lab(books: Books) -> None:
    """The lab's hosts."""
    done = step("lab", "make", "lab")
    books.count("lab", good=done.status == 0)
    report("lab", done, good=done.status == 0)
    if done.status:
        raise StopError("the lab did not come up")


def bare_check(books: Books) -> None:
    """A check run over hosts that have nothing yet ends without an error."""
    name = "check on bare hosts"
    done = step(name, "ansible-playbook", "--inventory", "inventory/lab", "--check", "--diff", "playbooks/site.yml")
    books.count(name, good=done.status == 0)
    report(name, done, good=done.status == 0)


def converge(story: str, books: Books) -> None:
    """The story's own playbook."""
    name = f"{story} converge"
    done = step(name, "molecule", "converge", "--scenario-name", story)
    books.count(name, good=done.status == 0)
    report(name, done, good=done.status == 0, detail=f"{len(done.record.get('tasks', []))} tasks")
    if done.status:
        raise StopError(f"{story} could not be deployed")


def idempotence(story: str, books: Books) -> None:
    """The same again changes nothing, on every host."""
    name = f"{story} idempotence"
    done = step(name, "molecule", "converge", "--scenario-name", story)
    hosts = done.record.get("hosts", {})
    good = done.status == 0 and bool(hosts) and not done.changed_hosts
    books.count(name, good=good)
    report(name, done, good=good, detail=f"{len(hosts)} hosts")
    say("        " + "  ".join(f"{host} changed={counts['changed']}" for host, counts in hosts.items()))
    for task in done.changing_tasks:
        say(f"    | changed again: {task}")


def verify(story: str, books: Books) -> None:
    """One proof for each sentence."""
    name = f"{story} verify"
    done = step(name, "molecule", "verify", "--scenario-name", story)
    sentences = [task for task in done.record.get("tasks", []) if task["action"].endswith("assert")]
    sentences = [task for task in sentences if f"{ROOT / 'molecule'}/" in task["path"]]
    sentences = [task for task in sentences if set(task["results"]) - {"skipped"}]
    for task in sentences:
        good = not task["failures"]
        books.count(f"{story}: {task['name']}", good=good)
        say(f"    {'passed' if good else 'FAILED'}  {task['name']}")
        for failure in task["failures"]:
            say(f"        | {failure['host']}: {failure['message']}")
    if done.status:
        books.not_run.append(f"{story}: the sentences after the first that failed")
    if (done.status or not sentences) and all(not task["failures"] for task in sentences):
        books.count(name, good=False)
    report(name, done, good=done.status == 0 and bool(sentences), detail=f"{len(sentences)} sentences")


def lab_exists() -> bool:
    """The lab has a state folder: before this run, it belongs to somebody else."""
    return (ROOT / ".cache" / "lab" / LAB).exists()


def remove_lab(books: Books) -> None:
    """The lab that this run has made."""
    done = step("lab-destroy", "make", "lab-destroy")
    books.count("lab-destroy", good=done.status == 0)
    report("lab-destroy", done, good=done.status == 0)


def other_stories() -> list[str]:
    """The stories that are not quick."""
    folders = {path.parent.name for path in (ROOT / "molecule").glob("*/molecule.yml")}
    return sorted(folders - {"default", *QUICK_STORIES})


def main() -> int:
    """Run it all."""
    books, began, ours = Books(), time.monotonic(), not lab_exists()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        env=environment(),
        check=False,
        capture_output=True,
        text=True,
    ).stdout.strip()
    say(f"Commit {commit or 'unknown'}, lab {LAB}{', made for this run' if ours else ', warm'}")
    steps: list[tuple[str, Callable[[], None]]] = [
        ("lint", lambda: lint(books)),
        ("unit", lambda: unit(books)),
        ("lab", lambda: lab(books)),
    ]
    if ours:
        steps.append(("check on bare hosts", lambda: bare_check(books)))
    else:
        books.not_run.append("check on bare hosts (the lab was warm)")
    for story in QUICK_STORIES:
        for part in (converge, idempotence, verify):
            steps.append((f"{story} {part.__name__}", lambda story=story, part=part: part(story, books)))
    left = [name for name, _do in steps]
    try:
        for name, do in steps:
            do()
            left.remove(name)
    except StopError as reason:
        books.not_run += [f"{name} ({reason})" for name in left[1:]]
    finally:
        if ours and lab_exists():
            remove_lab(books)
    books.not_run += [f"story {story} (make molecule SCENARIO={story})" for story in other_stories()]
    books.not_run.append("speed (make bench)")
    say(f"\nTook {(time.monotonic() - began) / 60:.1f} min. Not run:")
    for name in books.not_run:
        say(f"  {name}")
    if books.failed:
        say("Failed:")
        for name in books.failed:
            say(f"  {name}")
    say(f"{books.passed} passed, {len(books.failed)} failed")
    return 1 if books.failed else 0


if __name__ == "__main__":
    sys.exit(main())
