# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a host says of itself: read here, judged elsewhere. Nothing is changed."""

from __future__ import annotations

import glob
import hashlib
import json
import os
import platform
from collections.abc import Callable, Iterable
from typing import Any

Run = Callable[[list[str]], tuple[int, str, str]]


def system() -> dict[str, str]:
    """Return the distribution, in the words of os-release(5), and the version of the Python that runs here."""
    release = platform.freedesktop_os_release()
    return {
        "distribution": release["ID"],
        "release": release.get("VERSION_CODENAME", ""),
        "python": platform.python_version(),
    }


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


def memory_mib(text: str) -> int:
    """Return the memory from the text of /proc/meminfo, in MiB; pure."""
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    return int(fields["MemTotal"].split()[0]) // 1024


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


def look(asked: dict[str, Any], run: Run) -> dict[str, Any]:
    """Return all of it."""
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = memory_mib(file.read())
    return {
        **system(),
        "processors": processors(),
        "memory_mib": memory,
        "interfaces": interfaces(run(["ip", "-json", "address", "show"])[1]),
        "packages": packages(asked["packages"], run),
        "checksums": checksums(asked["checksums"]),
        "texts": texts(asked["texts"]),
        "free_mib": free_mib(asked["free_mib"]),
    }
