"""Machines: what they run, and whether they have room for what they shall carry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .model import Seen, Stack

# Tried releases of Debian; testing calls itself by the name of the release to come, and so does sid.
STABLE, SID = "trixie", ("sid", "forky")
PYTHON = (3, 11)
DATA = "/var/lib/mysql"
# What an empty server takes beside its redo log: packages, system tables, undo and temporary tables, first binary logs.
ROOM_MIB = 1536
SHARE_OF_MEMORY = 0.8


def check(stack: Stack, seen: Seen) -> Iterator[str]:
    """One host after the other, in the order of the inventory."""
    for name, host in stack.layout.hosts.items():
        look = seen.hosts.get(name)
        if look is None:
            continue
        if look.get("failed"):
            yield f"Host {name} could not be looked at: {_line(look.get('msg'))} See what it says, and run again."
            continue
        if "python" not in look:
            continue
        yield from _system(name, "db" in host.tiers, look)
        if "db" in host.tiers:
            yield from _database(stack, name, look)
    yield from _authority(stack, seen)


def _system(name: str, database: bool, look: Mapping[str, Any]) -> Iterator[str]:
    runs = " ".join(filter(None, (look["distribution"], look["release"])))
    wanted = SID if database else (STABLE, *SID)
    if look["distribution"] != "debian" or look["release"] not in wanted:
        needed = (
            "a database host needs Debian sid, which holds MySQL 9.7" if database else "Debian 13 (trixie) is needed"
        )
        yield f"Host {name} runs {runs}; {needed}. Install that, or take the host out of the inventory."
    numbers = tuple(int(each) for each in re.findall(r"\d+", look["python"])[:2])
    if numbers < PYTHON:
        yield (
            f"Host {name}: Ansible uses Python {look['python']} there, and needs 3.11 or later. "
            "Set ansible_python_interpreter to a later one, such as /usr/bin/python3."
        )


def _database(stack: Stack, name: str, look: Mapping[str, Any]) -> Iterator[str]:
    pool = stack.values.of(name, "mysql_server_buffer_pool_size_mib")
    if pool is not None and pool > look["memory_mib"] * SHARE_OF_MEMORY:
        yield (
            f"Host {name}: mysql_server_buffer_pool_size_mib is {pool}, more than 80 % of the host's "
            f"{look['memory_mib']} MiB of memory. Choose less."
        )
    redo = stack.values.of(name, "mysql_server_redo_log_capacity_mib")
    free = look["free_mib"].get(DATA)
    # A server that is there has taken its room.
    if redo is not None and free is not None and "mysql-server" not in look["packages"] and free < redo + ROOM_MIB:
        yield (
            f"Host {name}: {DATA} has {free} MiB left, and a new server needs {redo + ROOM_MIB} "
            f"(mysql_server_redo_log_capacity_mib is {redo}). Make room there, or choose less."
        )


def _authority(stack: Stack, seen: Seen) -> Iterator[str]:
    host = stack.layout.state_host or ""
    for path, fault in seen.hosts.get(host, {}).get("certificates", {}).items():
        if fault:
            yield (
                f"Host {host}: the certificate {path} of the internal CA {fault}. "
                "Bring back the pair that the stack trusts, from a backup."
            )


def _line(text: object) -> str:
    line = " ".join(str(text or "the task failed").split())
    return line if line.endswith(".") else f"{line}."
