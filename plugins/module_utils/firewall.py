# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How one table of nftables changes: opened for what is new, tried, confirmed. Pure: text in, text and verdicts out.

A *listing* is how nft prints the table; the same rules always print alike, so two listings compare line by line.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError, WebstackError

TABLE = "inet webstack"
EMPTY = f"table {TABLE}\ndelete table {TABLE}\n"
_LET_IN = re.compile(
    rf"^add element {TABLE} controllers_ipv[46] {{ (?P<address>\S+) \. (?P<port>\d+) }}$", re.MULTILINE
)
_CHAIN = re.compile(r"^\s*chain (\S+) {$")


class FirewallError(WebstackError):
    """The packet filter is not, or cannot be made, as it is wanted."""


def unconfirmed(seconds: int) -> FirewallError:
    """Return the error of rules that no new connection confirmed."""
    return FirewallError(
        f"No new connection came within {seconds} s; the host took its old rules back. "
        "Let this machine's address in (webstack_admin_networks), or give it more time (firewall_rollback_seconds)."
    )


@dataclass(frozen=True, order=True)
class Connection:
    """Where a run's SSH connection comes from, and the port of this host on which it came in."""

    address: str
    port: int
    client_port: int = 0

    @classmethod
    def parse(cls, text: str) -> Connection | None:
        """Read SSH_CONNECTION: the client's address and port, then the host's."""
        words = text.split()
        if len(words) != 4 or not (words[1].isdigit() and words[3].isdigit()):
            return None
        try:
            # A scope (fe80::1%eth0) is no part of what a packet carries.
            address = ipaddress.ip_address(words[0].partition("%")[0])
        except ValueError:
            return None
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return cls(str(mapped or address), int(words[3]), int(words[1]))

    def covered(self, networks: Iterable[str], ports: Iterable[int]) -> bool:
        """Return whether the rules let it in anyway."""
        try:
            return self.port in ports and any(
                ipaddress.ip_address(self.address) in ipaddress.ip_network(network) for network in networks
            )
        except ValueError as error:
            raise InvalidError(
                f"admin_networks: {error}. Write addresses or networks, such as 192.0.2.0/24."
            ) from error

    def element(self) -> str:
        """Return the line that lets it in."""
        family = 6 if ":" in self.address else 4
        return f"add element {TABLE} controllers_ipv{family} {{ {self.address} . {self.port} }}\n"


def let_in(confirmed: str) -> list[Connection]:
    """Return the connections that earlier runs came by."""
    return [Connection(found["address"], int(found["port"])) for found in _LET_IN.finditer(confirmed)]


def composed(
    wanted: str, confirmed: str, current: Connection | None, networks: Sequence[str], ports: Sequence[int]
) -> str:
    """Return the whole file: the wanted rules, and a line for each run's origin that they do not let in.

    The order of runs makes no difference, and a run from an origin that is let in already changes nothing.
    """
    if not wanted.startswith(EMPTY):
        raise FirewallError(
            f"The wanted rules must begin with the lines {EMPTY.splitlines()}: they replace that table alone."
        )
    known = {Connection(each.address, each.port) for each in [*let_in(confirmed), *([current] if current else [])]}
    return wanted + "".join(each.element() for each in sorted(known) if not each.covered(networks, ports))


def replacing(listing: str | None) -> str:
    """Return the file that makes the table as it was listed; None is no table."""
    return EMPTY + (listing or "")


def widening(expected: str, live: str) -> str:
    """Return what adds the expected sets, elements and rules to the live table and takes nothing away.

    Every verdict of the expected rules beside the frame is accept, so that this never shuts anybody out.
    """
    have = set(_by_chain(live))
    lines = [
        line for chain, line in _by_chain(expected) if not chain or not _is_rule(line) or (chain, line) not in have
    ]
    return "\n".join(lines) + "\n"


def _by_chain(listing: str) -> list[tuple[str, str]]:
    """Return each line with the chain that it stands in, empty outside of chains."""
    found, chain = [], ""
    for line in listing.splitlines():
        opened = _CHAIN.match(line)
        chain = opened[1] if opened else chain
        found.append((chain, line))
        chain = "" if line.strip() == "}" else chain
    return found


def _is_rule(line: str) -> bool:
    words = line.split()
    return bool(words) and words[0] not in ("chain", "type", "policy", "}")


@dataclass(frozen=True)
class Seen:
    """What was found on the host. Texts are None where there is no such file or table."""

    wanted: str
    confirmed: str | None
    expected: str
    live: str | None
    enabled: bool
    armed: bool
    previous: bool


def pending(seen: Seen) -> list[str]:
    """Return why the rules are not in force and confirmed yet, one sentence each; nothing if they are."""
    reasons = {
        "No rules are loaded.": seen.live is None,
        "The loaded rules are not the wanted ones.": seen.live is not None and seen.live != seen.expected,
        "They were not confirmed yet.": seen.confirmed != seen.wanted,
        "They are not loaded at boot.": not seen.enabled,
        "A trial of them was interrupted.": seen.armed or seen.previous,
    }
    return [reason for reason, holds in reasons.items() if holds]


def origin_warning(current: Connection | None, networks: Sequence[str], ports: Sequence[int]) -> str:
    """Return the sentence for a run whose origin only this run has let in."""
    if current is None or current.covered(networks, ports):
        return ""
    return (
        f"This run comes from {current.address} to port {current.port}, which webstack_admin_networks and the flow ssh "
        "do not cover; it is let in beside them. Add the address, or set ansible_port to the port."
    )
