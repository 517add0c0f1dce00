"""`make bench`: how fast the playbooks are, as ratios that mean the same on any machine, side by side in one run.

`make bench PART=scale` takes seconds and no lab: see scale.py. `make bench PART=site` measures site.yml. Its floor is
what no tool can avoid: a shell loop over SSH installs the same packages on the same number of fresh hosts at the same
time, and the daemons start, mysqld among them. Then site.yml runs twice on other fresh hosts. Both labs are made and
removed here; packages are downloaded once beforehand, so that nobody profits from a warm mirror. `make bench PART=db`
measures outages of the database tier: see faults.py; `make bench PART=seed` how fast one of its servers gets its
data: see seed.py; `make bench PART=lb` what the way through the balancers costs: see door.py; `make bench PART=app`
what a deployment and its proxy cost: see app.py.
"""

from __future__ import annotations

import hashlib
import json
import resource
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / ".ci"), str(Path(__file__).parent)]

import app
import door
import faults
import scale
import seed
from ansible_run import Run, run

FOLDER = ROOT / ".cache" / "bench"
CHECKOUT = hashlib.sha256(str(ROOT).encode()).hexdigest()[:5]
FIRST_RUN_AIM, SECOND_RUN_AIM = 2.0, 0.25
UNITS = ("mysql", "nginx", "haproxy", "keepalived")
APT = "DEBIAN_FRONTEND=noninteractive apt-get --quiet --yes --no-install-recommends"
DOWNLOAD = (
    f"apt-get -q update && {APT} --download-only install {{packages}}; apt-get clean; rm -rf /var/lib/apt/lists/*"
)
INSTALL = f"""set -e
apt-get -q update
{APT} install {{packages}}
for unit in {" ".join(UNITS)}; do
  if systemctl cat "$unit.service" >/dev/null 2>&1; then systemctl start "$unit.service"; fi
done
"""


class StoppedError(Exception):
    """The measurement makes no sense any more."""


def say(text: str) -> None:
    """A line of progress, at once."""
    print(text, flush=True)


def needed(name: str, lab: str, *command: str) -> Run:
    """Run a step that has to succeed."""
    say(f"....  {name}")
    done = run(name.replace(" ", "-"), command, FOLDER, more={"WEBSTACK_LAB": lab})
    if done.status:
        for line in done.last_lines():
            say(f"    | {line}")
        raise StoppedError(f"{name} failed with status {done.status}; its output is in .cache/bench.")
    return done


def loop(hosts: dict[str, Any], script: str, name: str) -> float:
    """The shell loop: the script on all hosts that have packages, at the same time. Gives its seconds."""

    def one(host: str) -> tuple[str, int]:
        packages = " ".join(map(shlex.quote, hosts[host]["packages"]))
        command = ["ssh", "-n", *hosts[host]["ssh"], hosts[host]["login"], script.replace("{packages}", packages)]
        with open(FOLDER / f"{name}-{host}.log", "w", encoding="utf-8") as log:
            return host, subprocess.run(command, check=False, stdout=log, stderr=subprocess.STDOUT).returncode

    say(f"....  {name} on {len(hosts)} hosts")
    began = time.monotonic()
    with ThreadPoolExecutor(len(hosts)) as pool:
        failed = [host for host, status in pool.map(one, hosts) if status]
    if failed:
        raise StoppedError(f"{name} failed on {', '.join(failed)}: see .cache/bench/{name}-{failed[0]}.log.")
    return time.monotonic() - began


def floor(lab: str) -> dict[str, Any]:
    """Seconds of the shell loop on fresh hosts."""
    try:
        needed("floor lab", lab, "make", "lab")
        listing = FOLDER / "hosts.json"
        playbook = ["ansible-playbook", "--inventory", "inventory/lab", "tests/bench/hosts.yml"]
        needed("floor packages", lab, *playbook, "--extra-vars", json.dumps({"bench_hosts": str(listing)}))
        hosts = {name: row for name, row in json.loads(listing.read_text()).items() if row["packages"]}
        if not hosts:
            raise StoppedError("No host publishes packages: webstack_packages is empty after stages/layout.yml.")
        loop(hosts, DOWNLOAD, "warm-up")
        return {
            "seconds": loop(hosts, INSTALL, "floor"),
            "packages": {name: row["packages"] for name, row in hosts.items()},
        }
    finally:
        needed("floor lab-destroy", lab, "make", "lab-destroy")


def site(lab: str) -> dict[str, Any]:
    """Both runs of site.yml, on fresh hosts."""
    result: dict[str, Any] = {}
    try:
        needed("site lab", lab, "make", "lab")
        for name in ("first run", "second run"):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = needed(name, lab, "ansible-playbook", "--inventory", "inventory/lab", "playbooks/site.yml")
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            tasks = sorted(done.record["tasks"], key=lambda task: -task["seconds"])
            result[name] = {
                "seconds": done.seconds,
                "cpu_seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
                "tasks": len(tasks),
                "hosts": len(done.record["hosts"]),
                "changed": sum(counts["changed"] for counts in done.record["hosts"].values()),
                "slowest": [{key: task[key] for key in ("seconds", "play", "name")} for task in tasks[:10]],
            }
    finally:
        needed("site lab-destroy", lab, "make", "lab-destroy")
    return result


def verdict(value: float, aim: float) -> str:
    """Whether an aim is met."""
    return f"aim <= {aim:g}: {'met' if value <= aim else 'missed'}"


def table(result: dict[str, Any]) -> str:
    """The measurement for people."""
    first, second, base = result["first run"], result["second run"], result["floor"]["seconds"]
    lines = [
        f"floor            {base:6.1f} s  (packages by a shell loop, and daemon starts)",
        f"first run        {first['seconds']:6.1f} s  {result['first_run_floors']:.2f} floors"
        f"  ({verdict(result['first_run_floors'], FIRST_RUN_AIM)})",
        f"second run       {second['seconds']:6.1f} s  {result['second_run_share']:.2f} of the first"
        f"  ({verdict(result['second_run_share'], SECOND_RUN_AIM)}), changed={second['changed']}",
        f"controller CPU   {first['cpu_seconds']:6.1f} s  second run {second['cpu_seconds']:.1f} s",
        f"tasks            {first['tasks']:6d}    second run {second['tasks']}, on {first['hosts']} hosts",
    ]
    for name in ("first run", "second run"):
        lines.append(f"slowest tasks of the {name}")
        lines += [f"{row['seconds']:8.1f} s  {row['play']} / {row['name']}" for row in result[name]["slowest"]]
    return "\n".join(lines)


def measure_site() -> dict[str, Any]:
    """Measure site.yml against the floor."""
    result: dict[str, Any] = {"floor": floor(f"bf{CHECKOUT}"), **site(f"bs{CHECKOUT}")}
    result["first_run_floors"] = result["first run"]["seconds"] / result["floor"]["seconds"]
    result["second_run_share"] = result["second run"]["seconds"] / result["first run"]["seconds"]
    return result


def measured(part: str) -> bool:
    """Measure, keep it where programs find it, and print. A missed aim is said; only a steady one fails (`ok`)."""
    measure, shown = PARTS[part]
    try:
        result = measure()
    except StoppedError as reason:
        say(str(reason))
        return False
    (FOLDER / f"{part}.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    say(f"\n{shown(result)}")
    return bool(result.get("ok", True))


PARTS: dict[str, tuple[Callable[[], dict[str, Any]], Callable[[dict[str, Any]], str]]] = {
    "scale": (lambda: scale.measure(say), scale.table),
    "site": (measure_site, table),
    "db": (lambda: faults.measure(needed, FOLDER, f"bd{CHECKOUT}"), faults.table),
    "seed": (lambda: seed.measure(needed, ROOT / ".cache" / "lab" / f"bc{CHECKOUT}", f"bc{CHECKOUT}", say), seed.table),
    "app": (lambda: app.measure(needed, ROOT, FOLDER, f"ba{CHECKOUT}"), app.table),
    "lb": (lambda: door.measure(needed, ROOT, FOLDER, f"bl{CHECKOUT}"), door.table),
}


def main(parts: list[str]) -> int:
    """Measure these parts, or all of them."""
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        say(f"There is no part {unknown[0]!r} of the measurement. The parts are {', '.join(PARTS)}.")
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    good = [measured(part) for part in parts or PARTS]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
