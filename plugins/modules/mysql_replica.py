#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One server as a whole member of its topology."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mysql_replica
short_description: Make one MySQL server a whole member of its topology
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Asks all members who the primary is, and makes the server O(name) what it should be in that topology. It changes
    no other server, but for the primary's waiting for replicas (O(semi_sync)).
  - The live primary stays the primary. If it is read-only, as every server is after its start, its writes are opened
    again only with proof that it is the primary.
  - Any other server replicates from the primary, by GTID auto-positioning, over TLS with a verified certificate.
  - A new server that misses much gets a copy of another one first (CLONE).
  - Refuses, and says why, where that would lose or fork data. Without O(reseed) nothing is ever reset or rewound, and
    the primary is never moved.
extends_documentation_fragment:
  - scaleup.webstack.attributes
  - scaleup.webstack.mysql_login
  - scaleup.webstack.mysql_member
  - scaleup.webstack.mysql_replication
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  state:
    description:
      - V(present) makes the server a whole member.
      - V(absent) takes it out for good - it replicates from nobody, and keeps what it holds. The primary does not
        leave; one whose only replica leaves no longer waits for a replica.
    type: str
    choices: [present, absent]
    default: present
  semi_sync:
    description:
      - Whether the primary waits until a replica has received a transaction before it acknowledges it (AFTER_SYNC),
        for as long as it takes. While no replica is connected, it acknowledges nothing, so this is raised only where
        one replicates from it, and by the first one that does.
      - Without it, the primary goes on as it does.
    type: bool
seealso:
  - module: scaleup.webstack.mysql_replication_info
  - module: scaleup.webstack.mysql_group_member
  - module: scaleup.webstack.mysql_accounts
"""

EXAMPLES = r"""
- name: Every database server is a whole member
  scaleup.webstack.mysql_replica:
    name: "{{ inventory_hostname }}"
    seed: db1
    members:
      - {name: db1, address: 192.0.2.11}
      - {name: db2, address: 192.0.2.12}
      - {name: db3, address: 192.0.2.13}
    login_password: "{{ webstack_secret.mysql_operator }}"
    replication_password: "{{ webstack_secret.mysql_replication }}"
"""

RETURN = r"""
primary:
  description: Name of the primary; null if none can be told.
  type: str
  returned: always
diagnosis:
  description: Name of the finding that refused the rest, V(broken_replica) if a step failed, else V(healthy).
  type: str
  returned: always
plan:
  description: The steps that were taken, or would be in check mode, each with C(server), C(action) and C(reason).
  type: list
  elements: dict
  returned: always
queries:
  description: The SQL of those steps, passwords replaced.
  type: list
  elements: str
  returned: always
msg:
  description: What came of it, in one sentence.
  type: str
  returned: always
"""

from functools import partial

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.scaleup.webstack.plugins.module_utils.arguments import LOGIN, MEMBER, MEMBERS, STATE
from ansible_collections.scaleup.webstack.plugins.module_utils.entry import run_module
from ansible_collections.scaleup.webstack.plugins.module_utils.member import make_whole
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.leave import plan_leaving
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.plan import expected, plan_member

run = partial(make_whole, {"present": plan_member, "absent": plan_leaving}, expected)


def main() -> None:
    """Make the server a whole member."""
    spec = {**LOGIN, **MEMBER, "members": MEMBERS, "state": STATE, "semi_sync": {"type": "bool"}}
    run_module(AnsibleModule(argument_spec=spec, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
