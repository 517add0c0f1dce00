"""Runs a command with a log, a sign of life and, for playbooks, a record of what each task did."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LAB = os.environ.get("WEBSTACK_LAB", "webstack")
HEADING = re.compile(r"^(TASK|PLAY|RUNNING HANDLER) \[(.*?)\]")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
NOISE = re.compile(
    r"^\s*$|^\s+(changed: false|msg: All assertions passed)$|^(ok|skipping|included):|failed=0 .*ignored=0"
    r"|^(TASK|PLAY) \[[^\]]*\] \**$|Molecule scenarios should migrate"
)


@dataclass
class Run:
    """What became of a command."""

    status: int
    seconds: float
    output: list[str]
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def changed_hosts(self) -> list[str]:
        """The hosts on which the playbook changed something."""
        return [host for host, counts in self.record.get("hosts", {}).items() if counts["changed"]]

    @property
    def changing_tasks(self) -> list[str]:
        """The tasks that changed something, and where."""
        return [
            f"{task['name']} ({', '.join(task['changed_on'])})"
            for task in self.record.get("tasks", [])
            if task["changed_on"]
        ]

    def last_lines(self, count: int = 30) -> list[str]:
        """The end of the output without what says that all was well."""
        useful = [line.rstrip() for line in self.output if not NOISE.search(line)]
        return [line[:400] for line in useful[-count:]]


def environment(**more: str) -> dict[str, str]:
    """The environment that the Makefile gives, for whoever calls a script by hand."""
    values = {
        **os.environ,
        "WEBSTACK_LAB": LAB,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "MOLECULE_GLOB": "molecule/*/molecule.yml",
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_FORCE_COLOR": "0",
        "PY_COLORS": "0",
        "PYTHONUNBUFFERED": "1",
        **more,
    }
    # Molecule keeps its state by the name of the checkout's folder, and so takes one lab for another.
    values["MOLECULE_EPHEMERAL_DIRECTORY"] = str(ROOT / ".cache" / "molecule" / values["WEBSTACK_LAB"])
    values["PATH"] = f"{ROOT / '.venv' / 'bin'}:{os.environ.get('PATH', '')}"
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        values.pop(name, None)
    return values


def _end(process: subprocess.Popen[str], reason: str, output: list[str]) -> None:
    output.append(f"It was ended, because {reason}.\n")
    os.killpg(process.pid, signal.SIGKILL)


def run(
    name: str,
    command: Sequence[str],
    folder: Path,
    *,
    more: Mapping[str, str] | None = None,
    beat: float = 30,
    limit: float = 7200,
) -> Run:
    """Run it; the whole output goes to folder/name.log, and every `beat` seconds a line says where it is.

    After `limit` seconds it is ended, with all that it has started.
    """
    folder.mkdir(parents=True, exist_ok=True)
    record = folder / f"{name}.record.json"
    record.unlink(missing_ok=True)
    recording = {
        "WEBSTACK_RECORD": str(record),
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / ".ci" / "callback"),
        "ANSIBLE_CALLBACKS_ENABLED": "record",
    }
    began, output, where = time.monotonic(), [], [""]
    ended = threading.Event()

    def sign_of_life() -> None:
        while not ended.wait(beat):
            print(f"    {name}: {time.monotonic() - began:.0f} s{where[0]}", flush=True)

    threading.Thread(target=sign_of_life, daemon=True).start()
    with (
        open(folder / f"{name}.log", "w", encoding="utf-8") as log,
        subprocess.Popen(
            list(command), cwd=ROOT, env=environment(**recording, **(more or {})), text=True, errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        ) as process,
    ):  # fmt: skip
        clock = threading.Timer(limit, _end, (process, f"it took longer than {limit / 60:.0f} minutes", output))
        clock.daemon = True
        clock.start()
        try:
            for coloured in process.stdout or []:
                line = COLOUR.sub("", coloured)
                log.write(line)
                log.flush()
                output.append(line)
                if heading := HEADING.match(line):
                    where[0] = f", {heading[2]}"
        except BaseException:
            _end(process, "the run was stopped", output)
            raise
        finally:
            ended.set()
            clock.cancel()
    found = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    return Run(process.returncode, time.monotonic() - began, output, found)
