# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether hosts and the store of secrets belong together; pure.

Invariant: where there is no refusal, no host that carries anything of a stack can be given passwords or a CA of another
one, or new ones. A store, or a CA, is begun only by a run that has seen every host.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

# More names than these make no sentence easier to act upon.
_NAMED = 5


@dataclass(frozen=True)
class Carried:
    """What a host has of a stack: the id of its store, and the sums of CAs that it trusts, in words; empty for none."""

    host: str
    identity: str = ""
    authority: str = ""


@dataclass(frozen=True)
class Kept:
    """What the state host keeps in its folder: the store's id, the sums of whole CAs, in words; empty for none."""

    host: str
    folder: str
    identity: str = ""
    authority: str = ""


@dataclass(frozen=True)
class Wanted:
    """What a run takes from the store: secrets or none, and its CA unless the sum of a given one stands here."""

    secrets: bool = True
    given_authority: str = ""

    @property
    def nothing(self) -> bool:
        """Everything is given."""
        return not self.secrets and bool(self.given_authority)


def refusal(
    kept: Kept, hosts: Sequence[Carried], unseen: Iterable[str], wanted: Wanted, marks: Iterable[str]
) -> str | None:
    """Return why this run must not touch anything, as a sentence, or None.

    `unseen` are hosts of the stack that this run has not looked at; `marks` the files that make a host one of a stack,
    for the remedy.
    """
    leave = f"Where a host has left its stack, remove {' and '.join(marks)} there."
    checks = (_store, _authority)
    return next(chain.from_iterable(check(kept, hosts, sorted(unseen), wanted, leave) for check in checks), None)


def _store(kept: Kept, hosts: Sequence[Carried], unseen: Sequence[str], wanted: Wanted, leave: str) -> Iterator[str]:
    """The store is there unless it is begun now, and it is the one that the hosts know."""
    if wanted.nothing:
        return
    if not kept.identity:
        members = [each for each in hosts if each.identity or each.authority]
        if members:
            yield (
                f"{kept.host} holds no store of secrets ({kept.folder}), but a stack is live: {_ids(members)}. No run "
                f"makes new passwords and a new CA over it. {_restore(kept)} {leave}"
            )
        if unseen:
            yield _unseen(kept, unseen, f"holds no store of secrets ({kept.folder})")
        return
    strangers = [each for each in hosts if each.identity not in {"", kept.identity}]
    if strangers and any(each.identity == kept.identity for each in hosts):
        yield (
            f"Another stack's mark: {_ids(strangers)}; the store on {kept.host}, and other hosts, have "
            f"{kept.identity}. Take {_who(strangers)} out of the inventory. {leave}"
        )
    elif strangers:
        yield (
            f"The store of secrets on {kept.host} ({kept.folder}) has the id {kept.identity}, which no host knows: "
            f"{_ids(strangers)}. {_restore(kept)} {leave}"
        )


def _authority(
    kept: Kept, hosts: Sequence[Carried], unseen: Sequence[str], wanted: Wanted, leave: str
) -> Iterator[str]:
    """The CA is there unless it is founded now, and it is the one that the hosts trust."""
    trusting = [each for each in hosts if each.authority]
    authority = wanted.given_authority or kept.authority
    if not authority:
        if trusting:
            yield (
                f"{kept.host} holds no CA, or one without its key ({kept.folder}/ca), but a stack is live: it is "
                f"trusted on {_who(trusting)}. No run makes a new one over it. {_restore(kept)} {leave}"
            )
        if unseen:
            yield _unseen(kept, unseen, f"holds no CA ({kept.folder}/ca)")
        return
    # While one CA takes the place of another, a host may still trust one of them alone.
    strangers = [each for each in trusting if not {*each.authority.split()} & {*authority.split()}]
    source = "webstack_ca_certificate" if wanted.given_authority else f"{kept.folder}/ca on {kept.host}"
    if strangers and len(strangers) < len(trusting):
        yield (
            f"Another stack's CA: ca.pem on {_who(strangers)} is not the one of {source}, as on the other hosts. "
            f"Take {_who(strangers)} out of the inventory. {leave}"
        )
    elif strangers:
        remedy = "Give the one that they have." if wanted.given_authority else _restore(kept)
        yield (
            f"No host trusts the CA of {source}: ca.pem is another one on {_who(strangers)}. No run puts a new CA over "
            f"a stack that is live. {remedy} {leave}"
        )


def _ids(members: Sequence[Carried]) -> str:
    """Which ids are on which hosts, as `id X on a, b; id Y on c`."""
    found: dict[str, list[Carried]] = {}
    for each in members:
        found.setdefault(each.identity, []).append(each)
    words = {identity: f"id {identity}" if identity else "the CA of a stack" for identity in found}
    return "; ".join(f"{words[identity]} on {_who(found[identity])}" for identity in sorted(found, reverse=True))


def _who(members: Sequence[Carried]) -> str:
    names = [each.host for each in members]
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _restore(kept: Kept) -> str:
    return f"Restore {kept.folder} on {kept.host} from a backup, or name the host that has it: webstack_state_host."


def _unseen(kept: Kept, unseen: Sequence[str], lack: str) -> str:
    names = _who([Carried(host) for host in unseen])
    return (
        f"{kept.host} {lack}, and this run has not looked at {names}, which may belong to a stack whose store is lost. "
        "Run without --limit, with every host up; take one that is gone for good out of the inventory."
    )
