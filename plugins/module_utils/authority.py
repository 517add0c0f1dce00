# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The internal CA, and how another one takes its place while the stack goes on. Only `found` reads, all else is pure.

Files on the state host say how far it is. Between two rows lies one rename, so that a run may be stopped anywhere:

    steady       ca.key   ca.crt
    introduced   ca.key   ca.crt            next.key   next.crt
    issuing      ca.key (the new one's)     ca.crt     next.crt
    steady       ca.key   ca.crt (both the new one's)

Invariant: every host trusts the CA that signs before it signs anything, and the one before it for as long as a
certificate of it is in use. All that is there is trusted; a step that would break this is refused.
"""

from __future__ import annotations

import hashlib
import os
import re
import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

PEM = re.compile("-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
# More names than these make no sentence easier to act upon.
_NAMED = 5


class Stage(StrEnum):
    """How far it is."""

    STEADY = "steady"
    INTRODUCED = "introduced"
    ISSUING = "issuing"


class Step(StrEnum):
    """What a run may ask for."""

    ISSUE = "issue"
    RETIRE = "retire"


@dataclass(frozen=True)
class Authority:
    """What the state host keeps: certificates in PEM, empty for none, and whether the next one's key is still apart."""

    certificate: str = ""
    successor: str = ""
    successor_key: bool = False

    @property
    def stage(self) -> Stage:
        """Without a certificate, a key has not become a CA yet."""
        if not self.successor:
            return Stage.STEADY
        return Stage.INTRODUCED if self.successor_key else Stage.ISSUING

    @property
    def signing(self) -> str:
        """The certificate that belongs to ca.key."""
        return self.successor if self.stage is Stage.ISSUING else self.certificate

    @property
    def trusted(self) -> str:
        """What hosts have to trust, in an order that no step but the last one changes: nothing is read again for it."""
        return self.certificate + self.successor


@dataclass(frozen=True)
class Host:
    """What a host trusts, as sums of certificates, and the names of its certificates that are to be issued anew."""

    name: str
    trusted: frozenset[str]
    due: tuple[str, ...] = ()


def found(folder: str) -> Authority:
    """Read what is kept in the folder of the CA; without its key a CA counts as lost."""

    def text(name: str) -> str:
        try:
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    key, successor_key = (os.path.exists(os.path.join(folder, name)) for name in ("ca.key", "next.key"))
    return Authority(text("ca.crt"), text("next.crt"), successor_key) if key else Authority()


def sums(text: str) -> frozenset[str]:
    """The SHA-1 sum of each certificate of a file, by which hosts are compared."""
    return frozenset(hashlib.sha1(each.encode(), usedforsecurity=False).hexdigest() for each in PEM.findall(text))


def print_of(certificate: str) -> str:
    """The first eight digits of its SHA-256 fingerprint, for people to repeat; nothing for what is no certificate."""
    one = PEM.search(certificate)
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(one.group())).hexdigest()[:8] if one else ""


def renames(kept: Authority, step: Step) -> list[tuple[str, str]]:
    """What a step does: files that take the place of others. Nothing if it is done, or has nothing to begin with."""
    if step is Step.ISSUE and kept.stage is Stage.INTRODUCED:
        return [("next.key", "ca.key")]
    if step is Step.RETIRE and kept.stage is Stage.ISSUING:
        return [("next.crt", "ca.crt")]
    return []


def refusal(kept: Authority, step: Step, hosts: Sequence[Host], unseen: Iterable[str]) -> str | None:
    """Return why a step that has something to do must not be taken, as a sentence, or None."""
    missing = sorted(unseen)
    if missing:
        return (
            f"This run has not looked at {_named(missing)}, which would be left with the old CA alone. Run without "
            "--limit, with every host up; take one that is gone for good out of the inventory."
        )
    if step is Step.ISSUE:
        strangers = [each.name for each in hosts if not sums(kept.successor) <= each.trusted]
        if strangers:
            return (
                f"{_named(strangers)} would not trust what the new CA signs: it is not in ca.pem there. "
                "Run rollover.yml without confirm first."
            )
        return None
    late = [f"{name} on {each.name}" for each in hosts for name in each.due]
    if late:
        return (
            f"The old CA is still needed: {_named(late)} is not of the new one. Run rollover.yml without confirm "
            "first, and see what stands in the way there."
        )
    return None


def _named(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
