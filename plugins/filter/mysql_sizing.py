"""Filter mysql_sizing: how large MySQL may be on a host."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mysql_sizing
version_added: 0.1.0
short_description: Buffer pool, redo log, sessions and appliers of a MySQL server, from its host and the inventory
description:
  - Memory is in MiB everywhere. What is given (not 0) is taken as it is; the rest follows from these formulas.
  - C(max_connections) is O(sessions), because after a failover a single server may have to hold all of them, and 30
    for operators, measurements, backups and agents, and 2 for each database host, which replicate and clone.
  - C(writer_sessions), the most that one application's writer may have, is half of that sum, whatever
    O(max_connections) is, so that it is the same on each server. The pools of writers take no more. More pile up only
    where a server cannot finish what it was told, as with a full disk, and then they leave room for everybody else.
  - C(innodb_buffer_pool_size) is three quarters of the memory, as MySQL's own C(innodb_dedicated_server) has it from
    4 GiB on, or less, so that beside it there is room for the server (512), for C(group_replication_message_cache_size)
    from three servers on, and for the sessions (1 each, as C(thread_stack)). It is rounded down to whole chunks of 128,
    and never below one.
  - C(group_replication_message_cache_size), where a group keeps messages for members that lag, is an eighth of the
    memory, at least 128 and at most 1024, which is its default.
  - C(innodb_redo_log_capacity) is 512 for each core up to 16384, as C(innodb_dedicated_server) has it, and no more
    than the buffer pool.
  - C(replica_parallel_workers) is the number of cores, from 4 to 16.
  - Sources are the MySQL 9.7 manual, 17.8.12 (innodb_dedicated_server) and 20.9 (variables of Group Replication).
positional: sessions, members
options:
  _input:
    description: What M(scaleup.webstack.host_info) has said of the server's host, its C(memory_mib) and C(processors).
    type: dict
    required: true
  sessions:
    description: How many the applications may hold at once, from P(scaleup.webstack.application_sessions#filter).
    type: int
    required: true
  members:
    description: How many database hosts there are.
    type: int
    required: true
  memory_mib:
    description: Memory that MySQL may count on, where it is not all of the host's; 0 means the host's.
    type: int
    default: 0
  buffer_pool_size_mib:
    description: A given size; 0 means that it is worked out.
    type: int
    default: 0
  redo_log_capacity_mib:
    description: A given size; 0 means that it is worked out.
    type: int
    default: 0
  max_connections:
    description: A given number; 0 means that it is worked out.
    type: int
    default: 0
author:
  - The scaleup.webstack authors (@scaleup)
"""

EXAMPLES = r"""
- name: The server's size is said
  ansible.builtin.debug:
    msg: "{{ webstack_host | scaleup.webstack.mysql_sizing(webstack_application_sessions, 3) }}"
"""

RETURN = r"""
_value:
  description:
    - C(buffer_pool_size_mib), C(redo_log_capacity_mib), C(max_connections), C(writer_sessions),
      C(replica_parallel_workers) and C(group_cache_mib).
    - What they were made from, C(sessions) of the applications, C(reserve) for others and C(memory_mib).
    - C(needed_mib), the memory that all of it takes.
  type: dict
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.sizing import size


def mysql_sizing(
    looked: Mapping[str, Any], sessions: int, members: int, memory_mib: int = 0, **given: int
) -> dict[str, int]:
    """Return the sizes as plain data."""
    try:
        numbers = {name: int(value) for name, value in given.items()}
        memory = int(memory_mib) or int(looked["memory_mib"])
        return asdict(size(memory, int(looked["processors"]), int(sessions), int(members), **numbers))
    except (KeyError, TypeError, ValueError) as error:
        raise AnsibleFilterError(f"mysql_sizing: {error}") from error


class FilterModule:
    """The filter, by name."""

    def filters(self) -> dict[str, Any]:
        """Return the filter."""
        return {"mysql_sizing": mysql_sizing}
