# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How a host changes from one release of an application to another without losing a request.

Two slots, each with a socket of its own, take turns: the release that serves is in one, the next one starts in the
other. Invariant, true after every step: the slot that new requests go to holds a release that has passed its gate, and
a slot is stopped only when no request goes to it. So a plan may end after any step, and planning again from there gives
the rest of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError

SLOTS = ("a", "b")


class Action(StrEnum):
    """Every verb that a plan may hold."""

    STOP = "stop"
    LINK = "link"
    START = "start"
    GATE = "gate"
    KEEP = "keep"
    POINT = "point"
    ENABLE = "enable"
    DRAIN = "drain"
    RECORD = "record"
    FORGET = "forget"
    REMOVE = "remove"


@dataclass(frozen=True)
class Step:
    """One step; `slot` or `release` is what it is about."""

    action: Action
    reason: str
    slot: str = ""
    release: str = ""

    def shown(self) -> dict[str, str]:
        """The step as module output."""
        return {"action": self.action.value, "reason": self.reason}


@dataclass(frozen=True)
class Slot:
    """One of the two: the release that its folder is a link to, whether its units run, and start at a boot."""

    release: str = ""
    active: bool = False
    enabled: bool = False


@dataclass(frozen=True)
class Seen:
    """An application on a host.

    `kept` and `pointed` are the slot that requests go to, by the file that the proxy reads when it starts, and by the
    running proxy; nothing where neither says. `releases` are complete and on the disk, oldest first, `history` those
    that have served, newest first. `stale`: the running one has not read its newest environment or unit.
    """

    slots: Mapping[str, Slot]
    kept: str = ""
    pointed: str = ""
    releases: Sequence[str] = ()
    history: Sequence[str] = ()
    stale: bool = False
    healthy: bool = True

    @property
    def current(self) -> str:
        """The release that serves; nothing if none ever has."""
        return self.slots[self.kept].release if self.kept else ""


def plan(seen: Seen, wanted: str, keep: int, *, back: bool = False) -> list[Step]:
    """Return the steps after which `wanted` serves, and nothing of another release runs; `back`: it has served before.

    What newer releases have served than the one to go back to is forgotten as history, so that going back twice goes
    further back.
    """
    if wanted not in seen.releases:
        there = ", ".join(seen.releases) or "none"
        raise InvalidError(f"The release {wanted} is not complete on this host; there are {there}. Build it first.")
    serving = _serving(seen)
    fits = bool(serving) and seen.slots[serving].release == wanted and not seen.stale
    slot = serving if fits else _other(serving)
    steps = [*_settle(seen, serving, fits), *_start(seen, slot, wanted, fits), *_turn(seen, slot, wanted, fits)]
    history = _history(seen.history, wanted, back)
    if list(seen.history) != history:
        steps.append(Step(Action.RECORD, f"It is noted that {wanted} serves.", release="\n".join(history)))
    if seen.stale:
        steps.append(Step(Action.FORGET, "The new environment has been read."))
    return [*steps, *_remove(seen.releases, {wanted, *history[:2]}, keep)]


def _other(slot: str) -> str:
    return next(each for each in SLOTS if each != slot)


def _serving(seen: Seen) -> str:
    """The slot that is to be given requests: the one that has been noted last, unless only the other one runs."""
    if seen.pointed in SLOTS and seen.slots[seen.pointed].active and not (seen.kept and seen.slots[seen.kept].active):
        return seen.pointed
    return seen.kept


def _settle(seen: Seen, serving: str, fits: bool) -> list[Step]:
    """A change that was stopped before requests went over is ended, so that the other slot is free."""
    if fits or not serving or seen.pointed == serving or not seen.slots[serving].active:
        return []
    return [
        Step(Action.POINT, f"New requests go to {seen.slots[serving].release}.", serving),
        Step(Action.DRAIN, f"{seen.slots[_other(serving)].release} finishes its requests.", _other(serving)),
    ]


def _start(seen: Seen, slot: str, wanted: str, fits: bool) -> list[Step]:
    there = seen.slots[slot]
    if fits and there.active and seen.healthy:
        return []
    steps = []
    if not fits and (there.active or there.enabled):
        steps.append(Step(Action.STOP, f"What is left in slot {slot} and is given no request is stopped.", slot))
    if there.release != wanted:
        steps.append(Step(Action.LINK, f"Slot {slot} holds {wanted}.", slot, wanted))
    beside = f" beside {seen.current}" if seen.current and not fits else ""
    return [
        *steps,
        Step(Action.START, f"{wanted} is started{beside}.", slot, wanted),
        Step(Action.GATE, f"{wanted} is healthy for a while.", slot, wanted),
    ]


def _turn(seen: Seen, slot: str, wanted: str, fits: bool) -> list[Step]:
    """New requests go to the slot, and what is in the other one ends."""
    old = _other(slot)
    steps = []
    if seen.kept != slot:
        steps.append(Step(Action.KEEP, f"The proxy will know, whenever it starts, that {wanted} serves.", slot))
    if seen.pointed != slot or not fits:
        steps.append(Step(Action.POINT, f"New requests go to {wanted}.", slot))
    if not seen.slots[slot].enabled or not fits:
        steps.append(Step(Action.ENABLE, f"{wanted} starts at a boot.", slot))
    if seen.slots[old].active or seen.slots[old].enabled:
        named = seen.slots[old].release or f"slot {old}"
        steps.append(Step(Action.DRAIN, f"{named} finishes its requests.", old))
        steps.append(Step(Action.STOP, f"{named} stops.", old))
    return steps


def _history(history: Sequence[str], wanted: str, back: bool) -> list[str]:
    if back and wanted in history:
        return list(history[history.index(wanted) :])
    return [wanted, *(each for each in history if each != wanted)]


def _remove(releases: Sequence[str], needed: set[str], keep: int) -> list[Step]:
    """The oldest ones beyond those that are to stay, but never one that serves or has served before it."""
    spare = [each for each in releases if each not in needed]
    many = max(0, len(releases) - keep)
    return [Step(Action.REMOVE, f"{each} is taken away.", release=each) for each in spare[:many]]
