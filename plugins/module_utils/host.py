# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a host says of itself: read here, judged elsewhere. Nothing is changed."""

from __future__ import annotations

import glob
import hashlib
import json
import os
import platform
import pwd
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from typing import Any

from .certificate import can_judge, fault

Run = Callable[[list[str]], "tuple[int, str, str]"]
# A neighbour on the same network answers within milliseconds.
NEIGHBOUR_SECONDS = 1.0
DISCARD = 9
# The limit that systemd gives to a service (DefaultLimitNOFILE), where the machine does not allow less.
SERVICE_FILES = 524288
# Of both versions of control groups; the machine itself has no such file, or a number beyond its memory.
MEMORY_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def os_release(text: str) -> dict[str, str]:
    """Return the fields of os-release(5); pure. Python reads them itself from 3.10 on; an older one is to be told."""
    pairs = (line.partition("=")[::2] for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, value in pairs}


def system(text: str) -> dict[str, str]:
    """Return the distribution, in the words of os-release(5), and the version of the Python that runs here."""
    release = os_release(text)
    return {
        "distribution": release.get("ID", "linux"),
        "release": release.get("VERSION_CODENAME", ""),
        "python": platform.python_version(),
    }


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


def open_files(text: str) -> int:
    """Return how many open files the first process may give to a service, from its /proc/1/limits; pure."""
    row = next(line.split() for line in text.splitlines() if line.startswith("Max open files"))
    return SERVICE_FILES if row[4] == "unlimited" else min(int(row[4]), SERVICE_FILES)


def memory_mib(text: str) -> int:
    """Return the memory from the text of /proc/meminfo, in MiB; pure."""
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    return int(fields["MemTotal"].split()[0]) // 1024


def limit_mib(limits: Iterable[str]) -> int | None:
    """Return the lowest of these limits of control groups, in MiB, None for none; pure. Text may be "max"."""
    numbers = [int(each) for each in limits if each.strip().isdigit()]
    return min(numbers) // 2**20 if numbers else None


def interfaces(text: str) -> dict[str, list[str]]:
    """Return the addresses with their prefix lengths by interface, from what `ip -json address` prints; pure."""
    return {
        interface["ifname"]: [f"{each['local']}/{each['prefixlen']}" for each in interface.get("addr_info", [])]
        for interface in json.loads(text or "[]")
        if interface.get("ifname")
    }


def installed(text: str) -> list[str]:
    """Return the packages that are whole, from `dpkg-query` with the format of `packages`; pure.

    "ii" (or "hi", for one on hold) is installed and configured; whatever else a package is, apt has to finish it.
    """
    rows = (line.split() for line in text.splitlines())
    return sorted(row[1] for row in rows if len(row) == 2 and len(row[0]) == 2 and row[0][1] == "i")


def packages(names: Iterable[str], run: Run) -> list[str]:
    """Return which of these packages are installed. dpkg fails if it does not know one, and lists the others."""
    asked = list(names)
    command = ["dpkg-query", "--show", "--showformat=${db:Status-Abbrev} ${Package}\\n", *asked]
    return installed(run(command)[1]) if asked else []


def checksums(patterns: Iterable[str]) -> dict[str, str]:
    """Return the SHA-1 sums of the files that match, by path."""
    found = {}
    for pattern in patterns:
        for path in sorted(glob.glob(pattern)):
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    found[path] = hashlib.sha1(file.read(), usedforsecurity=False).hexdigest()
    return found


def texts(paths: Iterable[str]) -> dict[str, str]:
    """Return the texts of those of these files that are there, by path."""
    found = {}
    for path in paths:
        if os.path.isfile(path):
            with open(path, encoding="utf-8", errors="replace") as file:
                found[path] = file.read()
    return found


def free_mib(paths: Iterable[str]) -> dict[str, int]:
    """Return the room that the file system of each path has left, in MiB; for a path to come, that of its parent."""
    found = {}
    for path in paths:
        there = path
        while not os.path.exists(there):
            there = os.path.dirname(there)
        stat = os.statvfs(there)
        found[path] = stat.f_bavail * stat.f_frsize // 2**20
    return found


def folders(paths: Iterable[str]) -> dict[str, list[str]]:
    """Return the names of the folders in each of these folders that is there."""
    found = {}
    for path in paths:
        with suppress(FileNotFoundError), os.scandir(path) as entries:
            found[path] = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    return found


def users(wanted: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    """Return the number that each of these users has, and who else has the one that it is to have."""
    numbers = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    return {
        name: {
            "uid": numbers.get(name),
            "others": [each for each in numbers if numbers[each] == int(uid) and each != name],
        }
        for name, uid in wanted.items()
    }


def reachable(text: str) -> dict[str, str]:
    """Return the hardware addresses of neighbours that answer, from what `ip -json neighbour` prints; pure."""
    return {
        each["dst"]: each["lladdr"]
        for each in json.loads(text or "[]")
        if "lladdr" in each and not {"FAILED", "INCOMPLETE"} & set(each.get("state", []))
    }


def neighbours(addresses: Iterable[str], own: dict[str, list[str]], run: Run) -> dict[str, str]:
    """Return who answers at these addresses on the networks of this host, by hardware address; its own are left out.

    A datagram to the port "discard" makes the kernel ask who has the address. Nobody has to listen there.
    """
    here = {each.partition("/")[0] for of in own.values() for each in of}
    found: dict[str, str] = {}
    with ExitStack() as sockets:
        asked: dict[str, socket.socket] = {}
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            asking = sockets.enter_context(socket.socket(family, socket.SOCK_DGRAM))
            asking.settimeout(NEIGHBOUR_SECONDS / 20)
            with suppress(OSError):  # no route to it: nobody answers
                asking.connect((address, DISCARD))
                asking.send(b"")
                asked[address] = asking
        deadline = time.monotonic() + NEIGHBOUR_SECONDS
        while (missing := set(asked) - set(found) - here) and time.monotonic() < deadline:
            with suppress(OSError):  # silence and a refusal are alike: what counts is what the kernel has learned
                asked[min(missing)].recv(1)
            known = reachable(run(["ip", "-json", "neighbour", "show"])[1])
            found = {address: known[address] for address in asked if address in known}
    return found


def certificate_faults(pairs: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Return what is wrong with each authority whose certificate is there, by path; empty if nothing is.

    While another one takes its place, either of both may be the one that signs.
    """
    found = {}
    for pair in pairs:
        path = pair["certificate"]
        if os.path.isfile(path) and can_judge():
            text, *others = texts(filter(None, [path, pair.get("successor")])).values()
            if key := "".join(texts([pair["key"]]).values()):
                faults = [fault(each, key, authority=True) or "" for each in (text, *others)]
                found[path] = "" if "" in faults else faults[0]
            else:
                found[path] = fault(text, authority=True) or f"has no private key ({pair['key']})"
    return found


def look(asked: dict[str, Any], run: Run) -> dict[str, Any]:
    """Return all of it."""
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = memory_mib(file.read())
    with open("/proc/1/limits", encoding="utf-8") as file:
        limits = file.read()
    # A container sees the memory of its machine there, and what it may use of it in its control group.
    memory = min(memory, limit_mib(texts(MEMORY_LIMITS).values()) or memory)
    release = texts(["/etc/os-release", "/usr/lib/os-release"])
    own = interfaces(run(["ip", "-json", "address", "show"])[1])
    return {
        **system(next(iter(release.values()), "")),
        "processors": processors(),
        "memory_mib": memory,
        "open_files": open_files(limits),
        "interfaces": own,
        "packages": packages(asked["packages"], run),
        "checksums": checksums(asked["checksums"]),
        "texts": texts(asked["texts"]),
        "free_mib": free_mib(asked["free_mib"]),
        "folders": folders(asked["folders"]),
        "users": users(asked["users"]),
        "mounts": [path for path in asked["mounts"] if os.path.ismount(path)],
        "neighbours": neighbours(asked["neighbours"], own, run),
        "certificates": certificate_faults(asked["authorities"]),
    }
