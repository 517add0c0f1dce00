"""The layout for which a balancer was deployed last: it keeps a truncated inventory from taking a stack apart.

Balancers keep it because every whole run ends with them. It holds tiers, the names of their hosts, and where
the clients' TLS ends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from ..layout import TIERS, Layout
from .model import Seen, Stack, listed

PATH = "/var/lib/webstack/layout.json"
MODE = re.compile(r'"tls_mode": "([a-z]+)"')


def text(layout: Layout, tls_mode: str) -> str:
    """Return the stamp of a layout: the same text whatever the order of the inventory."""
    tiers = {tier: sorted(layout.tiers[tier]) for tier in TIERS}
    return json.dumps({"tiers": tiers, "tls_mode": tls_mode}, indent=1, sort_keys=True) + "\n"


def check(stack: Stack, seen: Seen) -> Iterator[str]:
    """A layout that shrank, and a limit on a stack that was never deployed whole."""
    said = {**seen.stamps, **seen.hosts}
    looks = {name: said[name] for name in stack.layout.tiers["lb"] if name in said}
    found = {name: look["texts"].get(PATH) for name, look in looks.items() if "texts" in look}
    stamps = {name: _read(given) for name, given in found.items() if given is not None}
    if not seen.shrink and stamps:
        # A balancer that was away while the others learned of a new layout has an old stamp.
        losses = {name: list(_lost(stack.layout, tiers)) for name, tiers in stamps.items()}
        if all(losses.values()):
            yield from next(iter(losses.values()), ())
    away = [name for name in stack.layout.hosts if name not in stack.run.hosts]
    if stack.run.limit and away and found and not stamps and not seen.silent:
        yield (
            f"--limit {stack.run.limit} leaves out {listed(away)}, and no balancer ({listed(found)}) knows of a "
            "deployed stack. Run site.yml without a limit first, to its end."
        )


def tls_modes(stack: Stack, seen: Seen) -> list[str]:
    """Return where the clients' TLS ended when the balancers were deployed last, each mode once."""
    said = {**seen.stamps, **seen.hosts}
    texts = [said[name].get("texts", {}).get(PATH) or "" for name in stack.layout.tiers["lb"] if name in said]
    return list(dict.fromkeys(mode for text in texts for mode in MODE.findall(text)))


def _read(given: str) -> Mapping[str, Sequence[str]]:
    """Return tiers and names; a stamp that nobody can read says nothing."""
    try:
        tiers = json.loads(given)["tiers"]
        return {str(tier): [str(name) for name in names] for tier, names in tiers.items()}
    except (AttributeError, KeyError, TypeError, ValueError):
        return {}


def _lost(layout: Layout, before: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for tier, names in before.items():
        lost = [name for name in names if name not in layout.tiers.get(tier, ())]
        if 2 * len(lost) > len(names):
            part = "all" if len(lost) == len(names) else f"{len(lost)} of {len(names)}"
            yield (
                f"Group {tier} has lost {part} hosts since the last run ({listed(lost)}). "
                "Put them back into the inventory, or add -e shrink=true if they are meant to go."
            )
