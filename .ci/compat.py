"""`make compat`: the unit tests and `site.yml --check` on each supported ansible-core, side by side.

Both see the same lab, deployed or not, and have to say the same about it. The last line is `N passed, N failed`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from xml.etree import ElementTree

from ansible_run import LAB, ROOT, Run, run

CORES = ("2.19", "2.21")
LOGS = ROOT / ".cache" / "compat" / LAB
Counts = Mapping[str, Mapping[str, int]]


def program(core: str, name: str) -> str:
    """A program of the environment that the Makefile has made for this ansible-core."""
    return str(ROOT / ".cache" / "venv" / f"controller-{core}" / "bin" / name)


def tell(core: str, name: str, done: Run, *, good: bool, detail: str) -> bool:
    """The line of a step, and what a failed one said last."""
    print(f"{'passed' if good else 'FAILED'}  ansible-core {core}: {name}  {done.seconds:.0f} s  {detail}", flush=True)
    if not good:
        print("".join(f"    | {line}\n" for line in done.last_lines()), end="", flush=True)
    return good


def unit(core: str) -> bool:
    """Run the unit tests."""
    junit = LOGS / f"unit-{core}.xml"
    done = run(f"unit-{core}", [program(core, "pytest"), f"--junitxml={junit}"], LOGS)
    # S314: this file is what pytest has just written.
    count = len(list(ElementTree.parse(junit).iter("testcase"))) if junit.exists() else 0  # noqa: S314
    return tell(core, "unit tests", done, good=done.status == 0 and count > 0, detail=f"{count} tests")


def check(core: str) -> tuple[bool, Counts]:
    """Run site.yml in check mode, and return what it counted for each host."""
    command = [program(core, "ansible-playbook"), "--inventory", "inventory/lab", "--check", "playbooks/site.yml"]
    done = run(f"check-{core}", command, LOGS)
    hosts: Counts = done.record.get("hosts", {})
    changes = sum(counts["changed"] for counts in hosts.values())
    detail = f"{len(hosts)} hosts, {changes} changes foreseen"
    return tell(core, "site.yml --check", done, good=done.status == 0 and bool(hosts), detail=detail), hosts


def differences(said: Mapping[str, Counts]) -> list[str]:
    """One line for each host about which two ansible-cores do not say the same; pure."""
    lines = []
    for host in sorted({host for hosts in said.values() for host in hosts}):
        counts = {core: dict(hosts.get(host, {})) for core, hosts in said.items()}
        if any(each != counts[next(iter(counts))] for each in counts.values()):
            lines.append(f"{host}: " + "; ".join(f"{core} counts {each or 'nothing'}" for core, each in counts.items()))
    return lines


def main() -> int:
    """All of it; 0 if nothing failed."""
    LOGS.mkdir(parents=True, exist_ok=True)
    said: dict[str, Counts] = {}
    verdicts: list[bool] = []
    for core in CORES:
        verdicts.append(unit(core))
        good, said[core] = check(core)
        verdicts.append(good)
    different = differences(said)
    verdicts.append(not different)
    print(f"{'FAILED' if different else 'passed'}  they say the same about every host")
    print("".join(f"    | {line}\n" for line in different), end="")
    print(f"{verdicts.count(True)} passed, {verdicts.count(False)} failed")
    return 1 if False in verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
