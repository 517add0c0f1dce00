# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The lease on a stack: who may change it now, and what becomes of a run that wants to; pure.

Invariant: a lease of another run is taken only if that run is proved to have ended, if it has neither renewed its
lease in time nor is known to run, or if a person has said so. All times are those of the clock of the host that keeps
the lease.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError


@dataclass(frozen=True)
class Process:
    """A run of Ansible: its process, when that began, and the running machine (and container) where its number counts.

    An empty controller is a machine that tells nothing of itself: no process of it is ever known to have ended.
    """

    controller: str
    pid: int
    started: str


@dataclass(frozen=True)
class Lease:
    """Who changes the stack by what; times in seconds since 1970."""

    process: Process
    owner: str
    operation: str
    seconds: int
    taken_at: int
    renewed_at: int

    @classmethod
    def parse(cls, text: str, path: str) -> Lease:
        """Read a lease as the file holds it."""
        try:
            found: dict[str, Any] = json.loads(text)
            process = Process(**found.pop("process"))
            seconds, taken_at, renewed_at = (int(found[name]) for name in ("seconds", "taken_at", "renewed_at"))
            return cls(process, str(found["owner"]), str(found["operation"]), seconds, taken_at, renewed_at)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise InvalidError(
                f"{path} is there, and is no lease that can be read. "
                "Make sure that nobody else changes this stack, then add -e break_lease=true."
            ) from None

    def serialize(self) -> str:
        """Write the lease as the file holds it."""
        return json.dumps(asdict(self), indent=2, sort_keys=True) + "\n"

    def lapsed(self, now: int) -> bool:
        """Whether it has not been renewed in time; one far in the future comes from a clock that was wrong."""
        return abs(now - self.renewed_at) >= self.seconds


class Verdict(StrEnum):
    """What becomes of a run that wants the lease."""

    TAKE = "take"
    REFUSE = "refuse"
    ASK = "ask"  # only the machine of the holder, which is this run's own, can tell whether the holder still runs


def decide(found: Lease | None, wanted: Lease, judged: Mapping[Process, bool], *, broken: bool) -> Verdict:
    """What becomes of the run that wants the lease; `judged` says of processes of its machine whether they run."""
    if found is None or found.process == wanted.process or broken:
        return Verdict.TAKE
    if found.process in judged:
        return Verdict.REFUSE if judged[found.process] else Verdict.TAKE
    if found.process.controller and found.process.controller == wanted.process.controller:
        return Verdict.ASK
    return Verdict.TAKE if found.lapsed(wanted.renewed_at) else Verdict.REFUSE


def renewed(found: Lease | None, wanted: Lease) -> Lease:
    """The lease to write: a run that has it already keeps since when, and for what."""
    if found is None or found.process != wanted.process:
        return wanted
    return replace(wanted, taken_at=found.taken_at, operation=found.operation)


def refusal(found: Lease, now: int) -> str:
    """Why a run has to stop: who holds the lease, for what, since when and until when."""
    end = found.renewed_at + found.seconds
    until = (
        f"ends at {_clock(end)}, in {_span(end - now)}, unless it is renewed"
        if not found.lapsed(now)
        else f"should have ended at {_clock(end)}, but the process still runs"
    )
    return (
        f"Another run changes this stack: {found.owner} began {found.operation} {_span(now - found.taken_at)} ago "
        f"(process {found.process.pid}). Its lease {until}. Wait for it, or add -e break_lease=true "
        "if you know that it has stopped."
    )


def taken_over(found: Lease | None, wanted: Lease, *, broken: bool) -> str:
    """What is said of a lease that was somebody else's; empty if it was nobody's or this run's."""
    if found is None or found.process == wanted.process:
        return ""
    why = "by break_lease" if broken else "it had lapsed" if found.lapsed(wanted.renewed_at) else "that run has stopped"
    ago = _span(wanted.renewed_at - found.taken_at)
    return f"The lease of {found.owner}, who began {found.operation} {ago} ago, was taken over: {why}."


def _clock(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _span(seconds: int) -> str:
    """A time as people say it, in its two largest units."""
    minutes, rest = divmod(max(0, seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_left} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
