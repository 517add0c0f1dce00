"""`make bench PART=seed`: how long a database server takes that gets a copy of another one's data.

Against CLONE typed by hand: both copy the same data to the same server, in turn, RUNS times each, and end when it is
online again in its group. By hand it leaves the group, CLONE, and back it is by itself. The collection: the tasks of
rejoin.yml that copy, on a server that is kept apart because it has a transaction of its own; what the playbook does
before and after is left out, because a person would have to do it, too.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_run import Run

RUNS = int(os.environ.get("RUNS", "3"))
MEBIBYTES = int(os.environ.get("SIZE_MIB", "2048"))
AIM = 0.6
TARGET, DONOR = "db3", "db2"
COPYING = ("member.yml", "progress.yml")
PATIENCE = 600
Needed = Callable[..., Run]

FILL = """CREATE DATABASE bench;
CREATE TABLE bench.data (id BIGINT PRIMARY KEY AUTO_INCREMENT, content VARBINARY(1024));"""
ROWS = """INSERT INTO bench.data (content)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
SELECT RANDOM_BYTES(1024) FROM n;"""
APART = """STOP GROUP_REPLICATION; SET GLOBAL super_read_only = OFF; CREATE DATABASE IF NOT EXISTS errant;
SET GLOBAL super_read_only = ON;"""
# The password goes from the file to the client's input, and is in no command line.
BY_HAND = '''import json
password = json.load(open("/etc/webstack/mysql_logins.json"))["secrets"]["mysql_replication"]
print(f"""SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF;
SET GLOBAL clone_valid_donor_list = 'DONOR:3306';
CLONE INSTANCE FROM 'webstack_replication'@'DONOR':3306 IDENTIFIED BY '{password}' REQUIRE SSL;""")'''
STATE = "SELECT MEMBER_STATE FROM performance_schema.replication_group_members WHERE MEMBER_ID = @@server_uuid"


def measure(needed: Needed, state: Path, lab: str, say: Callable[[str], None]) -> dict[str, Any]:
    """Seconds of each copy."""

    def into(host: str) -> list[str]:
        return [str(state / "podman"), "exec", "--interactive", f"{lab}-{host}"]

    def sql(host: str, statement: str, *, check: bool = True) -> str:
        command = [*into(host), "mysql", "--batch", "--skip-column-names"]
        done = subprocess.run(command, input=statement, capture_output=True, text=True, check=False)
        if check and done.returncode:
            raise SystemExit(f"{host} refused a statement: {done.stderr.strip()}")
        return done.stdout.strip()

    def online(host: str) -> None:
        until = time.monotonic() + PATIENCE
        while sql(host, STATE, check=False) != "ONLINE":
            if time.monotonic() > until:
                raise SystemExit(f"{host} was not online in its group again within {PATIENCE} s.")
            time.sleep(0.2)

    def by_hand() -> float:
        program = BY_HAND.replace("DONOR", sql(DONOR, "SELECT @@report_host"))
        sql(TARGET, "STOP GROUP_REPLICATION")
        began = time.monotonic()
        # It ends with the connection that mysqld cuts when it starts again.
        subprocess.run(
            [*into(TARGET), "bash", "-c", "python3 - | mysql"],
            input=program,
            text=True,
            check=False,
            capture_output=True,
        )
        online(TARGET)
        return time.monotonic() - began

    def collection(number: int) -> float:
        sql(TARGET, APART)
        play = ["ansible-playbook", "--inventory", "inventory/lab", "playbooks/rejoin.yml"]
        done = needed(f"rejoin {number}", lab, *play, "-e", f"target_host={TARGET}", "-e", f"confirm={TARGET}")
        online(TARGET)
        return float(
            sum(task["seconds"] for task in done.record["tasks"] if Path(task["path"].split(":")[0]).name in COPYING)
        )

    result: dict[str, Any] = {"mebibytes": MEBIBYTES, "by hand": [], "collection": []}
    try:
        needed("seed lab", lab, "make", "lab")
        needed("seed site", lab, "ansible-playbook", "--inventory", "inventory/lab", "playbooks/site.yml")
        say(f"....  {MEBIBYTES} MiB are written")
        primary = sql(
            DONOR, "SELECT MEMBER_HOST FROM performance_schema.replication_group_members WHERE MEMBER_ROLE = 'PRIMARY'"
        )
        writer = next(host for host in ("db1", "db2", "db3") if sql(host, "SELECT @@report_host") == primary)
        if writer == TARGET:
            raise SystemExit(f"{TARGET} is the primary: nothing is copied to it.")
        sql(writer, FILL + ROWS * MEBIBYTES)
        for number in range(1, RUNS + 1):
            result["by hand"].append(by_hand())
            result["collection"].append(collection(number))
            say(f"      by hand {result['by hand'][-1]:.1f} s, the collection {result['collection'][-1]:.1f} s")
    finally:
        needed("seed lab-destroy", lab, "make", "lab-destroy")
    ratios = [hand / ours for hand, ours in zip(result["by hand"], result["collection"], strict=True)]
    return {**result, "share": statistics.median(ratios)}


def table(result: dict[str, Any]) -> str:
    """The measurement for people."""
    shown = {name: ", ".join(f"{value:.1f}" for value in result[name]) for name in ("by hand", "collection")}
    met = "met" if result["share"] >= AIM else "missed"
    return (
        f"CLONE of {result['mebibytes']} MiB by hand   {shown['by hand']} s\n"
        f"the same by rejoin.yml        {shown['collection']} s\n"
        f"speed of that by hand         {result['share']:.2f}  (aim >= {AIM:g}: {met};"
        f" median of {len(result['by hand'])} pairs)"
    )
