"""Writes what a playbook run did, as data: WEBSTACK_RECORD names the file."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: record
type: aggregate
short_description: Writes tasks, durations and results as JSON
description:
  - Writes one JSON document when the run ends.
options: {}
"""


class CallbackModule(CallbackBase):
    """One entry for each task, and the recap."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "record"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self.file = os.environ.get("WEBSTACK_RECORD", "")
        self.disabled = not self.file
        self.began = time.monotonic()
        self.play = ""
        self.tasks: list[dict[str, Any]] = []
        self.by_task: dict[str, dict[str, Any]] = {}

    def v2_playbook_on_play_start(self, play: Any) -> None:
        self.play = play.get_name()

    def v2_playbook_on_task_start(self, task: Any, **_more: Any) -> None:
        self._start(task)

    def v2_playbook_on_handler_task_start(self, task: Any) -> None:
        self._start(task)

    def _start(self, task: Any) -> None:
        now = time.monotonic()
        self._stop(now)
        self.current = {
            "play": self.play,
            "name": task.get_name(),
            "action": task.action,
            "path": task.get_path() or "",
            "since": now,
            "results": Counter(),
            "changed_on": [],
            "failures": [],
        }
        self.tasks.append(self.current)
        self.by_task[task._uuid] = self.current

    def _stop(self, now: float) -> None:
        if self.tasks and "since" in self.tasks[-1]:
            self.tasks[-1]["seconds"] = round(now - self.tasks[-1].pop("since"), 3)

    def _count(self, result: Any, what: str) -> None:
        entry = self.by_task.get(result.task._uuid)
        if entry is None:
            return
        entry["results"][what] += 1
        if what == "changed":
            entry["changed_on"].append(result.host.get_name())
        host = result.host.get_name()
        if what in {"failed", "unreachable"} and all(failure["host"] != host for failure in entry["failures"]):
            self._fail(result)

    def _fail(self, result: Any) -> None:
        if entry := self.by_task.get(result.task._uuid):
            message = str(result.result.get("msg", ""))[:2000]
            entry["failures"].append({"host": result.host.get_name(), "message": message})

    def v2_runner_item_on_failed(self, result: Any) -> None:
        self._fail(result)

    def v2_runner_on_ok(self, result: Any) -> None:
        self._count(result, "changed" if result.result.get("changed") else "ok")

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._count(result, "skipped")

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._count(result, "ignored" if ignore_errors else "failed")

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._count(result, "unreachable")

    def v2_playbook_on_stats(self, stats: Any) -> None:
        now = time.monotonic()
        self._stop(now)
        recap = {host: stats.summarize(host) for host in sorted(stats.processed)}
        document = {"seconds": round(now - self.began, 3), "tasks": self.tasks, "hosts": recap}
        with open(self.file, "w", encoding="utf-8") as file:
            json.dump(document, file, indent=1)
