#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""All servers from one mode into another."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mysql_mode
short_description: Convert all MySQL servers of a topology to another way of belonging together
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Asks all members how they belong together, and brings them into the mode O(mode), one after the other, while the
    primary stays the primary and applications go on. Only while the primary itself begins a group, or leaves it, it
    takes no writes for a moment.
  - At every moment what the primary acknowledges is on another server as well, if it was so before.
  - Refuses, before anything is changed, where a member does not answer, the primary cannot be told, a server holds
    transactions that the primary lacks, the group has members that O(members) does not name, or tables are there that
    a group refuses to write to.
  - One that was interrupted is finished by running it again.
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
  mode:
    description:
      - V(group) is Group Replication with a single primary, for three members or more.
      - V(semisync) is replication by channels, where the primary waits until a replica has what it acknowledges.
      - V(single) is one server alone.
    type: str
    choices: [group, semisync, single]
    required: true
  seed:
    description: Member that counts as the primary while none claims to be, and several hold exactly the same.
    type: str
    required: true
seealso:
  - module: scaleup.webstack.mysql_replication_info
  - module: scaleup.webstack.mysql_group_member
  - module: scaleup.webstack.mysql_replica
"""

EXAMPLES = r"""
- name: Three servers that replicate by channels become a group
  scaleup.webstack.mysql_mode:
    mode: group
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
  description: Name of the primary, which stays the same; null if none can be told.
  type: str
  returned: always
diagnosis:
  description: Name of the finding that refused the rest, V(wrong_mode) if a step failed, else V(healthy).
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

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.scaleup.webstack.plugins.module_utils.arguments import LOGIN, MEMBERS, REPLICATION
from ansible_collections.scaleup.webstack.plugins.module_utils.entry import run_module
from ansible_collections.scaleup.webstack.plugins.module_utils.member import convert
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.mode import Mode


def main() -> None:
    """Convert the servers."""
    spec = {
        **LOGIN,
        **REPLICATION,
        "members": MEMBERS,
        "mode": {"type": "str", "choices": list(Mode), "required": True},
        "seed": {"type": "str", "required": True},
    }
    run_module(AnsibleModule(argument_spec=spec, supports_check_mode=True), convert)


if __name__ == "__main__":
    main()
