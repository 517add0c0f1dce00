# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The host's side of the packet filter: nft, systemd and the files that belong to them. Decides nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from ansible_collections.scaleup.webstack.plugins.module_utils.firewall import (
    EMPTY,
    TABLE,
    Connection,
    FirewallError,
    Seen,
)

UNIT = "webstack-firewall.service"
ENABLED = f"/etc/systemd/system/sysinit.target.wants/{UNIT}"
ROLLBACK = "webstack-firewall-rollback"
PREVIOUS = "/run/webstack-firewall.previous.nft"

Runner = Callable[..., Any]


def read(path: str) -> str | None:
    """Return a file's text, None if there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None


def connection() -> Connection | None:
    """Return the SSH connection that this process runs in; sudo hides it from its children, not from root."""
    process = os.getpid()
    while process > 1:
        try:
            with open(f"/proc/{process}/environ", "rb") as file:
                variables = file.read().split(b"\0")
            with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
                process = int(file.read().rpartition(")")[2].split()[1])
        except OSError:
            return None
        for variable in variables:
            if variable.startswith(b"SSH_CONNECTION="):
                return Connection.parse(variable.partition(b"=")[2].decode(errors="replace"))
    return None


class Filter:
    """The table on this host."""

    def __init__(self, run: Runner) -> None:
        """Keep how commands are run: AnsibleModule.run_command."""
        self._run = run

    def _do(self, *command: str, data: str = "") -> str:
        status, output, error = self._run(list(command), data=data)
        if status:
            raise FirewallError(f"`{' '.join(command)}` ended with {status}: {(error or output).strip()}")
        return str(output)

    def live(self) -> str | None:
        """Return the table's listing without counters, None if there is no such table."""
        status, output, error = self._run(["nft", "--stateless", "list", "table", *TABLE.split()])
        if status and "No such file" not in error:
            raise FirewallError(f"nft cannot list its tables: {error.strip()}")
        return None if status else str(output)

    def expected(self, rules: str) -> str:
        """Return how the table would be listed: the rules are loaded into a network namespace of their own."""
        script = f"nft --file - && nft --stateless list table {TABLE}"
        return self._do("unshare", "--net", "sh", "-c", script, data=rules)

    def load(self, rules: str) -> None:
        """Load rules in one transaction."""
        self._do("nft", "--file", "-", data=rules)

    def look(self, wanted: str, confirmed: str | None) -> Seen:
        """Return what there is."""
        return Seen(
            wanted=wanted,
            confirmed=confirmed,
            expected=self.expected(wanted),
            live=self.live(),
            enabled=os.path.lexists(ENABLED),
            armed=self.armed(),
            previous=os.path.exists(PREVIOUS),
        )

    def _ok(self, *command: str) -> bool:
        return bool(self._run(list(command))[0] == 0)

    def armed(self) -> bool:
        """Return whether the timer still waits to take the previous rules back; it is never armed without them."""
        return os.path.exists(PREVIOUS) and self._ok("systemctl", "--quiet", "is-active", f"{ROLLBACK}.timer")

    def arm(self, seconds: int) -> None:
        """Let the host take the previous rules back by itself, after a while."""
        self._do("systemctl", "enable", "--quiet", UNIT)
        undo = f"nft --file {PREVIOUS} && rm {PREVIOUS}"
        self._do(
            "systemd-run", "--quiet", "--collect", f"--unit={ROLLBACK}", f"--on-active={seconds}",
            "--timer-property=AccuracySec=100ms", "sh", "-c", undo,
        )  # fmt: skip

    def put_on_trial(self, previous: str, rules: str, seconds: int) -> None:
        """Load rules with a timer running: killed at any point, the host has its old rules or will have them."""
        self.remember(previous)
        self.arm(seconds)
        self.load(rules)

    def open_up(self, previous: str, more: str) -> None:
        """Add rules to those that are loaded; without a timer, because they shut nobody out."""
        self.remember(previous)
        self.load(more)

    def disarm(self) -> None:
        """Stop the timer, and what it has just started; neither need be there."""
        self._run(["systemctl", "stop", f"{ROLLBACK}.timer", f"{ROLLBACK}.service"])

    def take_back(self) -> None:
        """Do now what the timer would do."""
        previous = read(PREVIOUS)
        if previous is not None:
            self.load(previous)
        self.disarm()
        self.forget()

    def remember(self, rules: str) -> None:
        """Keep the rules to take back, unless an interrupted run has kept its own."""
        if not os.path.exists(PREVIOUS):
            with open(
                os.open(f"{PREVIOUS}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
            ) as file:
                file.write(rules)
            os.replace(f"{PREVIOUS}.new", PREVIOUS)

    def forget(self) -> None:
        """Drop the rules to take back."""
        if os.path.exists(PREVIOUS):
            os.unlink(PREVIOUS)

    def start(self) -> None:
        """Have systemd know that the rules are loaded."""
        self._do("systemctl", "start", UNIT)

    def remove(self, confirmed: str, *, change: bool) -> bool:
        """Let everything in again, now and after a boot; return whether anything was there to be removed."""
        enabled = os.path.lexists(ENABLED)
        there = enabled or any(map(os.path.exists, (confirmed, PREVIOUS))) or self.live() is not None
        if there and change:
            self.disarm()
            self.load(EMPTY)
            self.forget()
            if enabled:
                self._do("systemctl", "disable", "--quiet", "--now", UNIT)
            if os.path.exists(confirmed):
                os.unlink(confirmed)
        return there
