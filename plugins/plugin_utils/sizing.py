"""How large a MySQL server may be on its host. All memory in MiB.

Nothing here comes from another host: the size follows from the host's own memory and cores, and from the inventory.
So a limited run, or a host that is down, gives the same settings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .declared import convert

# InnoDB grows its buffer pool by chunks of this size (innodb_buffer_pool_chunk_size).
CHUNK_MIB = 128
# What MySQL's own innodb_dedicated_server gives the buffer pool from 4 GiB of memory on.
SHARE_OF_MEMORY = 0.75
# What the server takes without any data and sessions (performance_schema is the most of it).
SERVER_MIB = 512
# Group Replication keeps messages for members that lag (group_replication_message_cache_size): an eighth of the memory,
# between the least that it takes and its default.
GROUP_MIB, SHARE_OF_GROUP = (128, 1024), 8
# A session's stack (thread_stack is 1 MiB), of which little is touched, and its buffers.
SESSION_MIB = 1
# Redo for each two cores, and at most, as innodb_dedicated_server has them.
REDO_MIB_OF_TWO_CORES, REDO_MOST_MIB = 1024, 16384
# Sessions of operators, of measurements, backups and role agents; and of each database host for replication and clones.
OPERATORS, OF_EACH_MEMBER = 30, 2
# A host without app_server_workers has one a core, which the inventory does not tell. The preflight refuses more.
ASSUMED_WORKERS, THREADS = 8, 16
APPLIERS = (4, 16)


@dataclass(frozen=True)
class Host:
    """An application host, as the inventory has it; no workers means one for each core."""

    workers: int = 0
    threads: int = THREADS
    applications: int = 1

    @property
    def sessions(self) -> int:
        """Sessions that it may hold at once: each worker has a pool to read and one of half the size to write."""
        return (self.workers or ASSUMED_WORKERS) * self.applications * (self.threads + max(1, self.threads // 2))


def with_data(entries: Iterable[Mapping[str, Any]]) -> int:
    """Return how many of these applications have sessions with the database."""
    return sum(bool(entry.get("database", True)) for entry in entries)


def application_hosts(names: Iterable[str], read: Callable[[str, str], object], applications: int) -> list[Host]:
    """Application hosts by what the inventory says of each: `read` returns a host's own variable, or None."""

    def number(name: str, variable: str, default: int) -> int:
        value = read(name, variable)
        return default if value is None else int(convert(value, {"type": "int"}))

    def carried(name: str) -> int:
        own = read(name, "app_server_applications")
        return with_data(own) if isinstance(own, list) else applications

    return [
        Host(number(name, "app_server_workers", 0), number(name, "app_server_threads", THREADS), carried(name))
        for name in names
    ]


@dataclass(frozen=True)
class Sizes:
    """Settings of one server, and what they were made from."""

    buffer_pool_size_mib: int
    redo_log_capacity_mib: int
    max_connections: int
    writer_sessions: int
    replica_parallel_workers: int
    group_cache_mib: int
    sessions: int
    reserve: int
    memory_mib: int
    needed_mib: int


def size(
    memory_mib: int,
    processors: int,
    sessions: int,
    members: int,
    *,
    buffer_pool_size_mib: int = 0,
    redo_log_capacity_mib: int = 0,
    max_connections: int = 0,
) -> Sizes:
    """Work out what is not given (0)."""
    reserve = OPERATORS + OF_EACH_MEMBER * members
    connections = max_connections or sessions + reserve
    cache = min(max(memory_mib // SHARE_OF_GROUP // CHUNK_MIB * CHUNK_MIB, GROUP_MIB[0]), GROUP_MIB[1])
    beside = SERVER_MIB + (cache if members > 2 else 0) + connections * SESSION_MIB
    room = min(int(memory_mib * SHARE_OF_MEMORY), memory_mib - beside)
    pool = buffer_pool_size_mib or max(CHUNK_MIB, room // CHUNK_MIB * CHUNK_MIB)
    redo = max(CHUNK_MIB, min(processors * REDO_MIB_OF_TWO_CORES // 2, REDO_MOST_MIB, pool))
    return Sizes(
        buffer_pool_size_mib=pool,
        redo_log_capacity_mib=redo_log_capacity_mib or redo,
        max_connections=connections,
        writer_sessions=(sessions + reserve) // 2,
        replica_parallel_workers=max(APPLIERS[0], min(processors, APPLIERS[1])),
        group_cache_mib=cache,
        sessions=sessions,
        reserve=reserve,
        memory_mib=memory_mib,
        needed_mib=pool + beside,
    )
