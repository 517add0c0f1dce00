"""`make test-full [TIER=x] [PROOF=y]`: every proof of proofs.yml, tier by tier, recorded in docs/proof.md.

A tier whose proofs are recorded as passed, with nothing changed since in what they prove, is passed over, so that a
stopped run goes on where it was; with TIER= or PROOF= they run in any case. Two tiers may run at the same time, each in
a lab of its own (WEBSTACK_LAB).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import replace

import proof_table
from proof_table import Proof
from proving import Books, finish, prove, say


def named(proofs: Sequence[Proof], wanted: Sequence[str]) -> list[Proof]:
    """Return those whose tier or name is wanted, in the table's order, or all if nothing is; raise ValueError."""
    tiers = list(dict.fromkeys(proof.tier for proof in proofs))
    if unknown := set(wanted).difference(tiers, (proof.name for proof in proofs)):
        raise ValueError(
            f"There is no tier and no proof {', '.join(sorted(unknown))}: the tiers are {', '.join(tiers)}."
        )
    return [proof for proof in proofs if not wanted or {proof.tier, proof.name}.intersection(wanted)]


def main(arguments: Sequence[str]) -> int:
    """Run the tiers and proofs that are named, or all."""
    at, wanted = proof_table.commit(), [argument for argument in arguments if argument]
    try:
        proofs = named(proof_table.table(), wanted)
    except ValueError as error:
        say(str(error))
        return 2
    books, began = Books(), time.monotonic()
    say(f"Commit {at}, {proof_table.machine()}")
    records = proof_table.recorded(proof_table.RECORD.read_text(encoding="utf-8"))
    for tier in dict.fromkeys(proof.tier for proof in proofs):
        mine = [replace(each, environment={**each.environment, **each.full}) for each in proofs if each.tier == tier]
        if not wanted and not list(proof_table.outdated(filter(Proof.runnable, mine), records)):
            books.not_run.append(f"tier {tier} (docs/proof.md has it, and nothing has changed since)")
            continue
        say(f"\nTier {tier}: {', '.join(proof.name for proof in mine)}")
        if outcomes := prove(mine, books):
            proof_table.append(tier, outcomes, at)
    return finish(books, time.monotonic() - began)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
