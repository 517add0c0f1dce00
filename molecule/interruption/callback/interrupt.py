"""Ends an ansible-playbook run at a given point, as a power cut, a lost connection or a killed controller would.

WEBSTACK_INTERRUPT is JSON: `play` (when the play of this number has ended, from 1) or `task` (a pattern; once such a
task runs), for a task also `process` (not before a process with this pattern runs on a lab host) and `seconds` (so much
later); `how` is one of
  controller   this process and what it has started are killed; what runs on the hosts goes on
  connections  its SSH connections are killed, and it with the task that lost them
  hosts        all hosts lose their power, then this process is killed
A task that ends before such a process has run is not interrupted. WEBSTACK_INTERRUPTED names a file that tells that it
was done. Linux only.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: interrupt
type: aggregate
short_description: Ends a run at a given point
description:
  - See the file itself.
options: {}
"""


@dataclass(frozen=True)
class Process:
    """A process of this machine; those of lab hosts are among them."""

    number: int
    parent: int
    space: str
    line: str


def processes() -> Iterator[Process]:
    """All that run."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            parent = int((folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
            yield Process(int(folder.name), parent, os.readlink(folder / "ns" / "pid"), line)
        except OSError:
            continue  # it has just ended


def family(root: int, of: Iterable[Process]) -> list[int]:
    """A process and what it has started, it last. Ansible's workers have sessions of their own: no group holds them."""
    children: dict[int, list[int]] = {}
    for each in of:
        children.setdefault(each.parent, []).append(each.number)
    found = [root]
    for number in found:
        found += children.get(number, [])
    return found[::-1]


def kill(number: int) -> None:
    """End a process, unless it has ended."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)


class CallbackModule(CallbackBase):
    """Counts plays, watches tasks, and strikes once."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "interrupt"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self.point: dict[str, Any] = json.loads(os.environ.get("WEBSTACK_INTERRUPT") or "{}")
        self.disabled = not self.point
        self.plays = 0
        self.waiting = False
        self.over = threading.Event()
        self.struck = False

    def v2_playbook_on_play_start(self, _play: Any) -> None:
        if self.plays and self.plays == self.point.get("play"):
            self.strike()
        self.plays += 1

    def v2_playbook_on_task_start(self, task: Any, **_more: Any) -> None:
        if self.struck:
            self.end()
        if "task" not in self.point:
            return
        if not re.search(self.point["task"], task.get_name()):
            self.over.set()
        elif not self.waiting:
            self.over.clear()
            self.waiting = True
            threading.Thread(target=self.later, daemon=True).start()

    def later(self) -> None:
        """Wait for the middle of the task."""
        if pattern := self.point.get("process"):
            roots = self.on_hosts("inspect", "--format", "{{.State.Pid}}")
            spaces = {os.readlink(f"/proc/{root}/ns/pid") for root in roots}
            while not any(each.space in spaces and re.search(pattern, each.line) for each in processes()):
                if self.over.wait(0.02):
                    return
        time.sleep(self.point.get("seconds", 0))
        self.strike()

    def strike(self) -> None:
        """Interrupt."""
        how = self.point["how"]
        if how == "connections":
            folder = os.environ["ANSIBLE_SSH_CONTROL_PATH_DIR"]
            for each in processes():
                if each.line.startswith("ssh") and folder in each.line:
                    kill(each.number)
        Path(os.environ["WEBSTACK_INTERRUPTED"]).touch()
        if how == "hosts":
            self.on_hosts("kill")
        self.struck = True
        if how != "connections":
            self.end()

    def end(self) -> None:
        """Kill this process with all that it has started."""
        for number in family(os.getpid(), processes()):
            kill(number)

    def on_hosts(self, *command: str) -> list[str]:
        """Run podman on the lab's hosts; return the words that it says."""
        podman, *hosts = os.environ["WEBSTACK_LAB_HOSTS"].split()
        done = subprocess.run([podman, *command, *hosts], check=False, capture_output=True, text=True)
        return done.stdout.split()
