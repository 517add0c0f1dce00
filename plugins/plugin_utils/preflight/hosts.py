"""All that can be said once the hosts have been looked at, and before anything on them is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import machines, network, stamp
from .controller import stack_of
from .model import Run, Seen, Stack

CHECKS: tuple[Callable[[Stack, Seen], Iterator[str]], ...] = (machines.check, network.check, stamp.check)


def problems_of(run: Run, seen: Seen) -> list[str]:
    """Return everything that is wrong, one sentence each, in a fixed order."""
    stack, _problems = stack_of(run)
    return list(dict.fromkeys(sentence for check in CHECKS for sentence in check(stack, seen)))
