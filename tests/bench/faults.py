"""`make bench PART=db`: how long writes stand still when a primary is lost, and how often one is lost needlessly.

A preset is what `mysql_server_settings` says over the collection's own settings. For each, a lab of its own is
deployed, and the faults of molecule/shared/vars/faults.yml happen under load: those with an outage RUNS times each,
those that are no reason for a failover once each. What was acknowledged has to be there afterwards, once.
PRESETS=name,name chooses.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

RUNS = int(os.environ.get("RUNS", "5"))
MEDIAN_AIM, WORST_AIM = 7.0, 10.0
OUTAGES = ("kill", "host", "cut_off", "freeze")
NEEDLESS = ("pauses", "loss", "busy")
PLANNED = ("switchover",)
PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    "single_leader": {"group_replication_paxos_single_leader": "ON"},
    "patient": {"group_replication_member_expel_timeout": 5},
}
# A patient group has expelled nobody yet when a server that stood still for 20 s goes on.
LEFT_OUT = {"patient": ("freeze",)}
Needed = Callable[..., object]


def chosen() -> dict[str, dict[str, Any]]:
    """The presets of PRESETS, or all."""
    names = os.environ.get("PRESETS", "").split(",") if os.environ.get("PRESETS") else list(PRESETS)
    if unknown := [name for name in names if name not in PRESETS]:
        raise SystemExit(f"There is no preset {unknown[0]!r}: choose from {', '.join(PRESETS)}.")
    return {name: PRESETS[name] for name in names}


def outages(preset: str) -> list[str]:
    """The unplanned losses of a primary in a preset."""
    return [fault for fault in OUTAGES if fault not in LEFT_OUT.get(preset, ())]


def measure(needed: Needed, folder: Path, lab: str) -> dict[str, Any]:
    """The books of all faults, by preset."""
    result = {}
    for name, settings in chosen().items():
        books = folder / f"books-{name}"
        shutil.rmtree(books, ignore_errors=True)
        books.mkdir(parents=True)
        wanted = [*PLANNED * RUNS, *outages(name) * RUNS, *NEEDLESS]
        extra = {"fault_names": wanted, "fault_books": str(books), "mysql_server_settings": settings}
        playbook = ["ansible-playbook", "--inventory", "inventory/lab", "--extra-vars", json.dumps(extra)]
        try:
            needed(f"db lab {name}", lab, "make", "lab")
            needed(f"db site {name}", lab, *playbook, "playbooks/site.yml")
            needed(f"db faults {name}", lab, *playbook, "molecule/shared/verify_faults.yml")
        finally:
            needed("db lab-destroy", lab, "make", "lab-destroy")
        result[name] = [json.loads(path.read_text()) for path in sorted(books.iterdir())]
    return result


def seconds(rows: Sequence[dict[str, Any]]) -> list[float]:
    """The longest time without an acknowledged write of each run."""
    return sorted(row["books"]["longest_gap_ms"]["writes"] / 1000 for row in rows)


def later_stalls(row: dict[str, Any]) -> list[float]:
    """The other times without a write, in seconds: what comes while a host stays away, and when it is back."""
    found = sorted(stall["ms"] / 1000 for stall in row["books"]["stalls"]["writes"])
    return found[:-1]


def table(result: dict[str, Any]) -> str:
    """The measurement for people."""
    lines = []
    for preset, rows in result.items():
        lines.append(f"preset {preset}: seconds without an acknowledged write")
        for fault in (*PLANNED, *outages(preset)):
            mine = [row for row in rows if row["fault"] == fault]
            gaps, other = seconds(mine), [stall for row in mine for stall in later_stalls(row)]
            failed = sum(row["books"]["failed"] for row in mine)
            lines.append(
                f"  {fault:<10} {len(gaps)} runs  median {statistics.median(gaps):5.1f}  worst {gaps[-1]:5.1f}"
                f"  later stalls {len(other)}, the longest {max(other, default=0):.1f}  failed requests {failed}"
            )
        unplanned = [
            gap for fault in outages(preset) for gap in seconds([row for row in rows if row["fault"] == fault])
        ]
        median, worst = statistics.median(unplanned), max(unplanned)
        met = median <= MEDIAN_AIM and worst <= WORST_AIM
        lines.append(
            f"  unplanned  {len(unplanned)} runs  median {median:5.1f}  worst {worst:5.1f}"
            f"  (aims {MEDIAN_AIM:g} and {WORST_AIM:g}: {'met' if met else 'missed'})"
        )
        needless = [row["fault"] for row in rows if row["fault"] in NEEDLESS and row["moved"]]
        lines.append(f"  needless failovers: {len(needless)} {' '.join(needless)}".rstrip())
        writes = [row["books"]["writes"] for row in rows]
        lines.append(
            f"  {sum(w['acknowledged'] for w in writes)} writes acknowledged, {sum(w['lost'] for w in writes)} lost,"
            f" {sum(w['duplicated'] for w in writes)} twice"
        )
    return "\n".join(lines)
