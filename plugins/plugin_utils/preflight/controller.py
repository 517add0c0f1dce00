"""All that can be said of a run before any host is touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..layout import examine
from . import database, flows, front, limit, ports, secrets, tiers, tls, values, vips
from .model import Run, Stack, Values

CHECKS: tuple[Callable[[Stack], Iterator[str]], ...] = (
    values.check,
    tiers.check,
    vips.check,
    front.check,
    tls.check,
    secrets.check,
    database.check,
    ports.check,
    flows.check,
    limit.check,
)


def stack_of(run: Run) -> tuple[Stack, list[str]]:
    """Return the stack as far as the inventory gives one, and what is wrong with its layout."""
    names, _problems = examine(run.groups, lambda _host, _variable: None)
    found = Values(run, next(iter(names.hosts), None))
    entries = found.site("webstack_applications") or ()
    layout, problems = examine(
        run.groups,
        lambda host, variable: run.hostvars[host].get(variable),
        domain=found.site("webstack_domain") or "",
        vips=found.site("webstack_vips") or (),
        state_host=found.site("webstack_state_host") or "",
        domains=[str(name) for entry in entries for name in entry.get("domains") or ()],
    )
    return Stack(run, layout, found), problems


def problems_of(run: Run) -> list[str]:
    """Return everything that is wrong, one sentence each, in a fixed order."""
    stack, problems = stack_of(run)
    said = [*problems, *(sentence for check in CHECKS for sentence in check(stack))]
    return list(dict.fromkeys(said))
