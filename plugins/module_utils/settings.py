# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Settings of a server: what its file wants, what it works with, and which of the two can be brought together online.

Invariant: nothing is set that has its effect on who is primary, who replicates from whom, or at a restart only.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass

from ansible_collections.scaleup.webstack.plugins.module_utils.step import Action, Step

# Take effect on a running server at once. Others that SET GLOBAL would accept do so at the next start of an applier or
# a member only: their new value would be shown and not be true, so they wait for a restart like the rest.
ONLINE = frozenset(
    {
        "binlog_expire_logs_seconds",
        "group_replication_autorejoin_tries",
        "group_replication_exit_state_action",
        "group_replication_member_expel_timeout",
        "group_replication_unreachable_majority_timeout",
        "innodb_buffer_pool_size",
        "innodb_flush_log_at_trx_commit",
        "innodb_redo_log_capacity",
        "long_query_time",
        "max_connections",
        "require_secure_transport",
        "slow_query_log",
        "sync_binlog",
    }
)
# The file says how a server boots; afterwards modules that know the topology set them. log_bin is a name in the file.
OF_THE_TOPOLOGY = frozenset(
    {"group_replication_start_on_boot", "log_bin", "read_only", "rpl_semi_sync_source_enabled", "super_read_only"}
)
_TRUTH = {"on": "1", "true": "1", "yes": "1", "off": "0", "false": "0", "no": "0"}
_UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


@dataclass(frozen=True)
class Setting:
    """A setting that the server does not work with as its file has it."""

    name: str
    running: str
    wanted: str

    @property
    def online(self) -> bool:
        """Whether it can be changed without a restart."""
        return self.name in ONLINE

    def shown(self) -> dict[str, str]:
        """The setting as module output."""
        return asdict(self)


def parse(text: str) -> dict[str, str]:
    """What the section [mysqld] of a file sets, by name with underscores; the last line of a name counts."""
    section, found = "", {}
    for line in (each.strip() for each in text.splitlines()):
        if line.startswith("["):
            section = line.strip("[]")
        elif section == "mysqld" and line and not line.startswith(("#", ";")):
            name, _equals, value = line.partition("=")
            found[name.strip().lower().replace("-", "_").removeprefix("loose_")] = value.strip().strip("\"'") or "ON"
    return found


def differences(
    wanted: Mapping[str, str], running: Mapping[str, str], persisted: Collection[str] = ()
) -> Iterator[Setting]:
    """What the server does not work with as its file has it.

    Names that are no variables of it are passed over, and so is what it keeps itself (`persisted`), which wins.
    """
    for name, value in wanted.items():
        if name in running and name not in OF_THE_TOPOLOGY and name not in persisted:
            low = _value(value)
            if _value(running[name]) not in (low, _whole_chunks(name, low, running)):
                yield Setting(name, running[name], _plain(value))


def plan(server: str, found: Collection[Setting]) -> list[Step]:
    """What to set online, in the order of the file."""
    return [
        Step(server, Action.SET_GLOBAL, f"{each.name} is {each.running}, and its file has {each.wanted}", each)
        for each in found
        if each.online
    ]


def _plain(value: str) -> str:
    """A size in bytes, anything else as it is."""
    match = re.fullmatch(r"(\d+)([kmgt])", value.lower())
    return str(int(match[1]) * _UNITS[match[2]]) if match else value


def _value(text: str) -> str | float:
    """A value as it can be compared: sizes, switches and numbers as numbers."""
    plain = _TRUTH.get(text.lower(), _plain(text))
    return float(plain) if re.fullmatch(r"-?\d+(\.\d+)?", plain) else plain.casefold()


def _whole_chunks(name: str, value: str | float, running: Mapping[str, str]) -> str | float:
    """A buffer pool is made of whole chunks in each of its instances."""
    if name != "innodb_buffer_pool_size" or isinstance(value, str):
        return value
    unit = int(running.get("innodb_buffer_pool_chunk_size", 1)) * int(running.get("innodb_buffer_pool_instances", 1))
    return float(-(-int(value) // unit) * unit)
