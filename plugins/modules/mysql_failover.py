#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The primary's part, taken over because its server is lost."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mysql_failover
short_description: Let the surviving MySQL servers go on without those that are lost
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Asks all members. Where the primary lives, or a group has elected another one, nothing is done.
  - Else every member must answer, or be left out of O(survivors) by a person who vouches that it is off. A server that
    may be alive may still take writes, or hold more than the others.
  - Of servers that replicate by channels, the one that has received every transaction of the others becomes the
    primary; it applies what it has received first. The others follow it.
  - Of a group that is stopped, or has lost its majority, the member that holds every transaction of the others begins
    it again. The others are taken in by M(scaleup.webstack.mysql_group_member).
  - Refuses, before anything is changed, where none of the survivors holds what all of them hold.
extends_documentation_fragment:
  - scaleup.webstack.attributes
  - scaleup.webstack.mysql_login
  - scaleup.webstack.mysql_replication
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  survivors:
    description:
      - Names of the members that go on; one of them becomes the primary. Each member that is not named is given up,
        which says that it is off and stays off until it was re-created or taken in again.
      - With an empty list nobody is given up.
    type: list
    elements: str
    default: []
  to:
    description: The member that is to be the primary, if it holds as much as any other one. With an empty string any.
    type: str
    default: ""
seealso:
  - module: scaleup.webstack.mysql_switchover
  - module: scaleup.webstack.mysql_group_member
"""

EXAMPLES = r"""
- name: Two of two, and the primary's host burnt down
  scaleup.webstack.mysql_failover:
    survivors: [db2]
    members:
      - {name: db1, address: 192.0.2.11}
      - {name: db2, address: 192.0.2.12}
    login_password: "{{ webstack_secret.mysql_operator }}"
    replication_password: "{{ webstack_secret.mysql_replication }}"
"""

RETURN = r"""
primary:
  description: Name of the primary afterwards; null if none can be told.
  type: str
  returned: always
previous:
  description: Name of the primary before; null if there was none.
  type: str
  returned: always
target:
  description: The server that is, or in check mode would be, the primary in the end; empty if nothing is to be done.
  type: str
  returned: always
answering:
  description: Names of the members that answered by SQL.
  type: list
  elements: str
  returned: always
diagnosis:
  description: Name of the finding that refused the rest, V(no_primary) if a step failed, else V(healthy).
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
from ansible_collections.scaleup.webstack.plugins.module_utils.arguments import LOGIN, MEMBERS, REPLICATION
from ansible_collections.scaleup.webstack.plugins.module_utils.entry import run_module
from ansible_collections.scaleup.webstack.plugins.module_utils.member import move_primary
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.failover import plan_failover


def main() -> None:
    """Let the survivors go on."""
    spec = {
        **LOGIN,
        **REPLICATION,
        "members": MEMBERS,
        "survivors": {"type": "list", "elements": "str", "default": []},
        "to": {"type": "str", "default": ""},
    }
    run_module(AnsibleModule(argument_spec=spec, supports_check_mode=True), partial(move_primary, plan_failover))


if __name__ == "__main__":
    main()
