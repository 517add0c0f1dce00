"""Machines: what they run, and whether they have room for what they shall carry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..jobs import shared_folder
from ..sizing import ASSUMED_WORKERS, application_hosts, size, with_data
from .model import Seen, Stack, listed

# Tried releases of Debian; testing calls itself by the name of the release to come, and so does sid.
STABLE, SID = "trixie", ("sid", "forky")
PYTHON = (3, 11)
DATA = "/var/lib/mysql"
# What an empty server takes beside its redo log: packages, system tables, undo and temporary tables, first binary logs.
ROOM_MIB = 1536
# What HAProxy needs beside its clients' connections and those that it makes for them.
SPARE_FILES = 500
SIZES = ("memory_mib", "buffer_pool_size_mib", "redo_log_capacity_mib", "max_connections")


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
        if "app" in host.tiers:
            yield from _application(stack, name, look)
        if "lb" in host.tiers:
            yield from _balancer(stack, name, look)
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
    given = {option: stack.values.of(name, f"mysql_server_{option}") for option in SIZES}
    if None in given.values():
        return
    hosts = application_hosts(
        stack.layout.tiers["app"], stack.values.of, with_data(stack.values.site("webstack_applications") or [])
    )
    memory = given.pop("memory_mib") or look["memory_mib"]
    sessions = sum(host.sessions for host in hosts)
    sizes = size(memory, look["processors"], sessions, len(stack.layout.tiers["db"]), **given)
    if memory > look["memory_mib"]:
        yield (
            f"Host {name}: mysql_server_memory_mib is {memory}, and the host has {look['memory_mib']}. "
            "Choose less, or 0 for all of it."
        )
    elif sizes.needed_mib > memory:
        yield (
            f"Host {name}: MySQL may need {sizes.needed_mib} MiB of memory, and has {memory}: "
            f"{sizes.buffer_pool_size_mib} for its buffer pool, 1 for each of {sizes.max_connections} sessions, "
            "the rest for itself. Give the host more memory, or choose fewer app_server_workers or app_server_threads"
            f"{' or a smaller mysql_server_buffer_pool_size_mib' * bool(given['buffer_pool_size_mib'])}."
        )
    if sizes.max_connections < sizes.sessions + sizes.reserve:
        yield (
            f"Host {name}: mysql_server_max_connections is {sizes.max_connections}, and the applications may hold "
            f"{sizes.sessions} sessions, beside {sizes.reserve} of operators and replication. Choose at least "
            f"{sizes.sessions + sizes.reserve}, or 0, or fewer app_server_workers or app_server_threads."
        )
    redo, free = sizes.redo_log_capacity_mib, look["free_mib"].get(DATA)
    # A server that is there has taken its room.
    if free is not None and "mysql-server" not in look["packages"] and free < redo + ROOM_MIB:
        yield (
            f"Host {name}: {DATA} has {free} MiB left, and a new server needs {redo + ROOM_MIB} "
            f"(its redo log is {redo}). Make room there, or choose a smaller mysql_server_redo_log_capacity_mib."
        )


def _application(stack: Stack, name: str, look: Mapping[str, Any]) -> Iterator[str]:
    for entry in stack.values.site("webstack_applications") or []:
        folder = shared_folder(entry["name"])
        if entry.get("shared_paths") and len(stack.layout.tiers["app"]) > 1 and folder not in look["mounts"]:
            yield (
                f"Host {name}: {entry['name']} has shared_paths, and no file system is mounted at {folder}: each "
                "application host would have files of its own. Mount one there that all of them share."
            )
        yield from _user(name, entry, look["users"].get(f"webstack-{entry['name']}", {}))
    if stack.layout.tiers["db"] and not stack.values.of(name, "app_server_workers"):
        workers = look["processors"]
        if workers > ASSUMED_WORKERS:
            yield (
                f"Host {name} has {workers} cores, and each application gets as many workers; database servers have "
                f"sessions for {ASSUMED_WORKERS}, because they know the inventory alone. "
                f"Set app_server_workers to {workers}, or less."
            )


def _user(name: str, entry: Mapping[str, Any], user: Mapping[str, Any]) -> Iterator[str]:
    app, uid = entry["name"], entry.get("uid")
    if user.get("uid") not in (None, uid):
        yield (
            f"Host {name}: uid of {app} is {uid}, and its user webstack-{app} has the number {user['uid']} there. "
            "Give uid that number, if all application hosts have it, or take the application, then its user, off them."
        )
    elif user.get("others"):
        yield (
            f"Host {name}: uid of {app} is {uid}, which is the number of {listed(user['others'])} there. "
            "Choose one that no user has on any application host."
        )


def _balancer(stack: Stack, name: str, look: Mapping[str, Any]) -> Iterator[str]:
    wanted, most = stack.values.of(name, "haproxy_keepalived_maxconn"), (look["open_files"] - SPARE_FILES) // 2
    if wanted and wanted > most:
        yield (
            f"Host {name}: haproxy_keepalived_maxconn is {wanted}, and a service may open {look['open_files']} files "
            f"there, two of which go into each connection. Choose at most {most}, or 0."
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
