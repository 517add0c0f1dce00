# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How the servers belong together: decided once, when they hold nothing, and read back from them ever after."""

from __future__ import annotations

from enum import StrEnum

from ansible_collections.scaleup.webstack.plugins.module_utils.topology.diagnose import Diagnosis, Finding
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Topology

MAJORITY_NEEDS = 3  # members, so that the loss of one leaves a majority


class Mode(StrEnum):
    """What webstack_db_mode may be, apart from auto."""

    GROUP = "group"
    SEMISYNC = "semisync"
    SINGLE = "single"


def live_mode(topology: Topology) -> Mode | None:
    """The mode that the servers work in; None while they hold nothing."""
    if any(server.group for server in topology.answering):
        return Mode.GROUP
    if any(server.channels or server.semi_sync or server.made_for_two for server in topology.answering):
        return Mode.SEMISYNC
    return Mode.SINGLE if any(server.holds for server in topology.answering) else None


def decide_mode(topology: Topology, asked: str) -> tuple[Mode, Finding | None]:
    """The mode to work in, and the refusal where what is asked for is not what the servers do, or cannot be."""
    live, names = live_mode(topology), tuple(server.name for server in topology.servers)
    wanted = (live or _fitting(len(names))) if asked == "auto" else Mode(asked)
    if live and wanted is not live:
        text = f"webstack_db_mode is {wanted}, and the servers work in mode {live}, which an inventory does not change."
        return live, Finding(Diagnosis.WRONG_MODE, names, text)
    if wanted is Mode.GROUP and len(names) < MAJORITY_NEEDS and not live:
        text = f"webstack_db_mode is group, and {len(names)} servers are named: no majority is left when one is lost."
        return wanted, Finding(Diagnosis.WRONG_MODE, names, text)
    if wanted is Mode.SINGLE and len(names) > 1:
        how = "the server that holds data works alone" if live else "webstack_db_mode is single"
        text = f"The inventory names {len(names)} database servers, and {how}."
        return wanted, Finding(Diagnosis.WRONG_MODE, names, text)
    return wanted, None


def _fitting(count: int) -> Mode:
    if count >= MAJORITY_NEEDS:
        return Mode.GROUP
    return Mode.SEMISYNC if count > 1 else Mode.SINGLE
