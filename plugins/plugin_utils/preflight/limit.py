"""What `--limit` leaves is enough for what the playbook does."""

from __future__ import annotations

from collections.abc import Iterator

from .model import Stack, listed


def check(stack: Stack) -> Iterator[str]:
    """A run without a limit has all hosts of the inventory."""
    if not stack.run.limit or not stack.layout.hosts:
        return
    if not any(host in stack.run.hosts for host in stack.layout.hosts):
        yield f"--limit {stack.run.limit} leaves no host of the stack. Name hosts of it, or leave the limit out."
        return
    for tier in stack.run.needs:
        names = stack.layout.tiers[tier]
        if names and not any(name in stack.run.hosts for name in names):
            yield (
                f"--limit {stack.run.limit} leaves out every host of group {tier}, without which this playbook cannot "
                f"do its work. Add at least one of {listed(names)}, or leave the limit out."
            )
