# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How the servers belong together: decided once, when they hold nothing, and read back from them ever after.

It changes only by a conversion, which a person asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ansible_collections.scaleup.webstack.plugins.module_utils.topology.diagnose import Diagnosis, Finding, listed
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Topology

MAJORITY_NEEDS = 3  # members, so that the loss of one leaves a majority


class Mode(StrEnum):
    """What webstack_db_mode may be, apart from auto."""

    GROUP = "group"
    SEMISYNC = "semisync"
    SINGLE = "single"


@dataclass(frozen=True)
class Decision:
    """The mode in which members are to be made whole, the one that is wanted in the end, and what stands in the way.

    `between`: a conversion has been stopped, and nobody is a whole member before it has gone to its end.
    """

    mode: Mode
    wanted: Mode
    refusal: Finding | None = None
    between: bool = False
    converts: bool = False


def live_mode(topology: Topology) -> Mode | None:
    """The mode that the servers work in; None while they hold nothing."""
    if any(server.group for server in topology.answering):
        return Mode.GROUP
    if any(server.channels or server.semi_sync or server.made_for_two for server in topology.answering):
        return Mode.SEMISYNC
    return Mode.SINGLE if any(server.holds for server in topology.answering) else None


def between_modes(topology: Topology) -> bool:
    """Some servers are made for a group, and others replicate by channels."""
    return any(server.group for server in topology.answering) and any(each.channels for each in topology.answering)


def decide_mode(topology: Topology, asked: str, *, convert: bool = False) -> Decision:
    """The mode to work in, and the refusal where what is asked for is not what the servers do, or cannot be."""
    live, names = live_mode(topology), tuple(server.name for server in topology.servers)
    between = between_modes(topology)
    wanted = (_fitting(len(names)) if convert or not live else live) if asked == "auto" else Mode(asked)
    converts = convert and live is not None and (between or wanted is not live)
    # What works by channels, or is to, is whole as a replica before a group can be made of it.
    mode = Mode.SEMISYNC if live is Mode.SINGLE and converts else live or wanted
    text = _between(topology) if between and not convert else _refused(topology, live, wanted, convert=convert)
    refusal = Finding(Diagnosis.WRONG_MODE, names, text) if text else None
    return Decision(mode, wanted, refusal, between, converts and refusal is None)


def _refused(topology: Topology, live: Mode | None, wanted: Mode, *, convert: bool) -> str:
    names = [server.name for server in topology.servers]
    if live and wanted is not live and not convert:
        return f"{listed(_working(topology))} work in mode {live}, and webstack_db_mode is {wanted}."
    if wanted is Mode.GROUP and len(names) < MAJORITY_NEEDS and live is not Mode.GROUP:
        return f"webstack_db_mode is group, and {len(names)} servers are named: no majority is left when one is lost."
    if wanted is Mode.SINGLE and len(names) > 1:
        how = f"{listed(_working(topology))} works alone" if live is wanted else "webstack_db_mode is single"
        return f"The inventory names {len(names)} database servers, and {how}."
    return ""


def _between(topology: Topology) -> str:
    group = [server.name for server in topology.answering if server.group]
    channels = [server.name for server in topology.answering if server.channels]
    return (
        f"A conversion was stopped: {listed(group)} made for a group, and {listed(channels)} replicating by a channel."
    )


def _working(topology: Topology) -> list[str]:
    """Servers that hold data."""
    return [server.name for server in topology.answering if server.holds] or [each.name for each in topology.servers]


def _fitting(count: int) -> Mode:
    if count >= MAJORITY_NEEDS:
        return Mode.GROUP
    return Mode.SEMISYNC if count > 1 else Mode.SINGLE
