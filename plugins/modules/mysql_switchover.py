#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The primary's part, moved on purpose."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mysql_switchover
short_description: Hand the primary's part to another MySQL server, as planned work
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Asks all members who the primary is, and makes the server O(to) the primary. A group moves its primary itself; where
    servers replicate by channels, the old primary is closed, the new one applies what it lacks, is followed by the
    others, and is opened last.
  - Refuses, before anything is changed, where the primary cannot be told or the server is not fit - it does not answer,
    is not in the group, does not replicate, holds transactions of its own, or is newer than another one.
  - Where the new primary cannot catch up within O(timeout), the old one goes on.
  - One that was interrupted is finished by running it again. The primary is never moved twice, and a server that is the
    primary already stays so.
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
  to:
    description: The server that is to be the primary; one of O(members). With an empty string the first fit one.
    type: str
    default: ""
  seed:
    description: Member that counts as the primary while none claims to be, and several hold exactly the same.
    type: str
    default: ""
seealso:
  - module: scaleup.webstack.mysql_failover
  - module: scaleup.webstack.mysql_replication_info
"""

EXAMPLES = r"""
- name: The primary is moved before its host is taken down
  scaleup.webstack.mysql_switchover:
    to: db2
    members:
      - {name: db1, address: 192.0.2.11}
      - {name: db2, address: 192.0.2.12}
      - {name: db3, address: 192.0.2.13}
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
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.switchover import plan_switchover

NAME = {"type": "str", "default": ""}


def main() -> None:
    """Move the primary's part."""
    spec = {**LOGIN, **REPLICATION, "members": MEMBERS, "to": NAME, "seed": NAME}
    run_module(AnsibleModule(argument_spec=spec, supports_check_mode=True), partial(move_primary, plan_switchover))


if __name__ == "__main__":
    main()
