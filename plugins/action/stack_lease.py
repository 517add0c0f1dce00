# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The controller's half of the module stack_lease: which run this is, and whether another of this machine runs."""

from __future__ import annotations

import multiprocessing
import os
import pwd
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase

PROC = Path("/proc")
# How often a lease may pass from hand to hand while it is asked for.
TRIES = 3


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible has no types
    """The action."""

    _supports_check_mode = True

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        """Return what the module says; it asks about a holder on this machine, and is told."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = {**self._task.args, "run": {**this_run(), "owner": owner()}}
        judged: list[dict[str, Any]] = []
        for _try in range(TRIES):
            said = self._execute_module(
                "scaleup.webstack.stack_lease", {**arguments, "judged": judged}, task_vars=task_vars
            )
            asked = said.pop("asked", None)
            if not asked:
                break
            judged.append({**asked, "runs": asked["started"] == started(int(asked["pid"]))})
        if said.get("failed"):
            return {**result, **said}
        if said.get("msg"):
            said["warnings"] = [*said.get("warnings", []), said["msg"]]
        return {**result, **said, "renew_at": int(time.time()) + int(arguments.get("seconds", 900)) // 3}


def this_run() -> dict[str, Any]:
    """The process of ansible-playbook; a task runs in a child of it."""
    parent = multiprocessing.parent_process()
    pid = parent.pid if parent and parent.pid else os.getpid()
    return {"controller": controller(), "pid": pid, "started": started(pid)}


def controller() -> str:
    """The boot of this machine, and the namespace in which its processes have their numbers; empty if it has none."""
    with suppress(OSError):
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink(PROC / 'self/ns/pid')}"
    return ""


def started(pid: int) -> str:
    """When a process began, as the kernel counts; empty if there is none, or only its exit status is left."""
    with suppress(OSError):
        # Field 2 is a name that may hold anything, in brackets; state is field 3, starttime 22: proc_pid_stat(5).
        fields = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        return "" if fields[0] in ("Z", "X") else fields[19]
    return ""


def owner() -> str:
    """Who runs this, for people."""
    user = os.environ.get("SUDO_USER", "")
    with suppress(KeyError):
        user = user or pwd.getpwuid(os.getuid()).pw_name
    return f"{user or os.getuid()}@{socket.gethostname()}"
