# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""GTID sets as values.

Sets have holes (each primary takes its own block of numbers), so neither counts nor last numbers say which server
has more: only set arithmetic does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce

from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError

Interval = tuple[int, int]  # first and last number, both inside
Origin = tuple[str, str]  # server UUID and tag; the tag is mostly empty

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TAG = re.compile(r"[a-z_][a-z0-9_]{0,31}")
_NUMBERS = re.compile(r"([0-9]+)(?:-([0-9]+))?")


@dataclass(frozen=True)
class GtidSet:
    """A set of transactions, as MySQL writes it: ``uuid:1-5:8:tag:1-3,uuid:7``."""

    blocks: tuple[tuple[Origin, tuple[Interval, ...]], ...] = ()

    @classmethod
    def parse(cls, text: str) -> GtidSet:
        """Read MySQL's text form, with its line breaks and in any order."""
        return cls._of(_origins(text))

    @classmethod
    def _of(cls, found: Iterable[tuple[Origin, Interval]]) -> GtidSet:
        gathered: dict[Origin, list[Interval]] = {}
        for origin, interval in found:
            gathered.setdefault(origin, []).append(interval)
        return cls(tuple((origin, _merged(gathered[origin])) for origin in sorted(gathered)))

    def __str__(self) -> str:
        """MySQL's own form: one entry a server, its tags behind it."""
        by_uuid: dict[str, list[str]] = {}
        for (uuid, tag), intervals in self.blocks:
            by_uuid.setdefault(uuid, [uuid]).extend([tag] * bool(tag) + [_shown(each) for each in intervals])
        return ",".join(":".join(parts) for parts in by_uuid.values())

    def __bool__(self) -> bool:
        """True if it holds any transaction."""
        return bool(self.blocks)

    def __len__(self) -> int:
        """How many transactions it holds."""
        return sum(last - first + 1 for _server, intervals in self.blocks for first, last in intervals)

    def union(self, *others: GtidSet) -> GtidSet:
        """Transactions in any of the sets."""
        return self._of(
            (origin, each) for one in (self, *others) for origin, intervals in one.blocks for each in intervals
        )

    def subtract(self, other: GtidSet) -> GtidSet:
        """Transactions in this set and not in the other (GTID_SUBTRACT)."""
        away: Mapping[Origin, tuple[Interval, ...]] = dict(other.blocks)
        return self._of(
            (origin, rest)
            for origin, intervals in self.blocks
            for rest in reduce(_without, away.get(origin, ()), list(intervals))
        )

    def contains(self, other: GtidSet) -> bool:
        """True if the other has nothing that this one lacks (GTID_SUBSET, the other way round)."""
        return not other.subtract(self)

    def of_server(self, uuid: str) -> GtidSet:
        """Only the transactions that were first committed on the server with this UUID."""
        return GtidSet(tuple(block for block in self.blocks if block[0][0] == uuid.lower()))


def _origins(text: str) -> Iterator[tuple[Origin, Interval]]:
    for entry in filter(None, "".join(text.lower().split()).split(",")):
        uuid, *parts = entry.split(":")
        if not _UUID.fullmatch(uuid) or not parts:
            raise InvalidError(f"{entry!r} is no GTID set: a server UUID and intervals are, as in UUID:1-5.")
        tag = ""
        for part in parts:
            numbers = _NUMBERS.fullmatch(part)
            if numbers:
                first, last = int(numbers[1]), int(numbers[2] or numbers[1])
                if not 0 < first <= last:
                    raise InvalidError(f"{part!r} in {entry!r} is no interval of a GTID set: it must rise, from 1 on.")
                yield (uuid, tag), (first, last)
            elif _TAG.fullmatch(part):
                tag = part
            else:
                raise InvalidError(f"{part!r} in {entry!r} is neither an interval nor a tag of a GTID set.")


def _merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    merged: list[Interval] = []
    for first, last in sorted(intervals):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def _without(intervals: list[Interval], away: Interval) -> list[Interval]:
    return [
        piece
        for first, last in intervals
        for piece in ((first, min(last, away[0] - 1)), (max(first, away[1] + 1), last))
        if piece[0] <= piece[1]
    ]


def _shown(interval: Interval) -> str:
    first, last = interval
    return str(first) if first == last else f"{first}-{last}"
