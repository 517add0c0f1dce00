# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How the proxy beside an application follows the primary while it moves on purpose.

HAProxy finds out by its checks, which takes a second; the playbook that moves the primary knows better. While neither
server takes writes, new sessions wait in the writer's queue instead of failing at a server that is closed already. They
wait within a bound, and whatever happens the queue is opened again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Writer:
    """The writer of a proxy: how many sessions may come in, and what role app_proxy calls where they come in and go."""

    sessions: int
    frontend: str = "write_sessions"
    backend: str = "writer"

    def hold(self) -> list[str]:
        """New sessions wait; those that are there go on."""
        return [f"set maxconn frontend {self.frontend} 0"]

    def release(self) -> list[str]:
        """New sessions are let in."""
        return [f"set maxconn frontend {self.frontend} {self.sessions}"]

    def turn(self, old: str, new: str) -> list[str]:
        """What the checks will say soon: sessions of the old primary end, new ones go to the new one."""
        return [f"set server {self.backend}/{old} health down", f"set server {self.backend}/{new} health up"]


@dataclass(frozen=True)
class Moment:
    """What the two role agents said last, and when, in seconds."""

    at: float
    old_writes: bool
    new_writes: bool


@dataclass
class Following:
    """What came of it: whether the new primary was seen, and for how many seconds sessions had to wait."""

    followed: bool = False
    held_seconds: float = 0.0


def follow(
    moments: Iterator[Moment], writer: Writer, names: tuple[str, str], hold_seconds: float, say: Callable[[str], object]
) -> Following:
    """Watch the move, and tell the proxy; `moments` ends when it has taken too long."""
    told, held_at = Following(), None
    try:
        for moment in moments:
            if moment.new_writes:
                for command in writer.turn(*names):
                    say(command)
                told.followed = True
                break
            if not moment.old_writes and held_at is None:
                held_at = moment.at
                for command in writer.hold():
                    say(command)
            if held_at is not None and moment.at - held_at >= hold_seconds:
                break
    finally:
        for command in writer.release():
            say(command)
    if held_at is not None:
        told.held_seconds = moment.at - held_at
    return told
