#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One server as an online member of the replication group."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mysql_group_member
short_description: Make one MySQL server an online member of its replication group
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Asks all members who is in the group and who leads it, and takes the server O(name) in. It changes no other server.
  - The group is begun once, by O(seed), while no server holds any data. It is begun again only after a complete outage;
    every member must answer then, none may be in a live group, and the one that begins holds what any other one holds.
  - A server joins only if it holds nothing that the primary lacks. What it misses it gets from a member's binary logs.
    Where those do not reach back, or it is new and misses much, it gets a copy of a member first (CLONE), if it is
    empty; one that holds anything is refused unless O(reseed) is set.
  - Servers join one at a time, by a named lock on the primary; each waits for its turn for at most O(timeout) seconds.
  - The server keeps the group's name and addresses itself, so it comes back by itself after a boot.
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
      - V(present) makes the server an online member.
      - V(absent) takes it out for good - it leaves, does not come back after a boot, and keeps what it holds. The
        primary does not leave, nor does a member without which the others would have no majority.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: scaleup.webstack.mysql_replication_info
  - module: scaleup.webstack.mysql_replica
  - module: scaleup.webstack.mysql_accounts
"""

EXAMPLES = r"""
- name: Every database server is in the group
  scaleup.webstack.mysql_group_member:
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
  description: Name of the finding that refused the rest, V(out_of_group) if a step failed, else V(healthy).
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
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.group import expected, plan_group_member
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.leave import plan_leaving

run = partial(make_whole, {"present": plan_group_member, "absent": plan_leaving}, expected)


def main() -> None:
    """Make the server a whole member, or none."""
    spec = {**LOGIN, **MEMBER, "members": MEMBERS, "state": STATE}
    run_module(AnsibleModule(argument_spec=spec, supports_check_mode=True), run)


if __name__ == "__main__":
    main()
