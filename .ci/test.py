"""`make test`: the quick proofs of proofs.yml.

It ends with what it did not run and what is out of date; the last line is `N passed, N failed`.
"""

from __future__ import annotations

import sys
import time

import proof_table
from proving import Books, finish, prove, say


def main() -> int:
    """Run them, and say which of all proofs are older than what they prove."""
    books, began, proofs = Books(), time.monotonic(), proof_table.table()
    at = proof_table.commit()
    say(f"Commit {at}")
    prove([proof for proof in proofs if proof.quick], books)
    slow = [proof for proof in proofs if not proof.quick]
    for tier in dict.fromkeys(proof.tier for proof in slow):
        names = ", ".join(proof.name for proof in slow if proof.tier == tier)
        books.not_run.append(f"{names} (make test-full TIER={tier})")
    books.not_run.append("speed (make bench)")
    records = proof_table.recorded(proof_table.RECORD.read_text(encoding="utf-8"))
    old = [f"{proof.name} ({why})" for proof, why in proof_table.outdated(slow, records)]
    return finish(books, time.monotonic() - began, {"Out of date in docs/proof.md": old})


if __name__ == "__main__":
    sys.exit(main())
