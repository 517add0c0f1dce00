"""All that can be said once the hosts have been looked at, and before anything on them is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import machines, modes, network, stamp, tls
from .controller import stack_of
from .model import Run, Seen, Stack

CHECKS: tuple[Callable[[Stack, Seen], Iterator[str]], ...] = (
    machines.check,
    modes.check,
    network.check,
    stamp.check,
    tls.check_change,
)


def tls_ways(run: Run, seen: Seen) -> list[str]:
    """Return how web hosts have to answer balancers: as they shall, then, until these have been changed, as they do."""
    stack, _problems = stack_of(run)
    return list(dict.fromkeys([stack.values.site("webstack_tls_mode"), *stamp.tls_modes(stack, seen)]))


def problems_of(run: Run, seen: Seen) -> list[str]:
    """Return everything that is wrong, one sentence each, in a fixed order."""
    stack, _problems = stack_of(run)
    return list(dict.fromkeys(sentence for check in CHECKS for sentence in check(stack, seen)))
