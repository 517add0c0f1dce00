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
    no other server.
  - The live primary stays the primary. If it is read-only, as every server is after its start, its writes are opened
    again only with proof that it is the primary.
  - Any other server replicates from the primary, by GTID auto-positioning, over TLS with a verified certificate.
  - Refuses, and says why, where that would lose or fork data. Nothing is ever reset, rewound or moved.
extends_documentation_fragment:
  - scaleup.webstack.attributes
  - scaleup.webstack.mysql_login
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  name:
    description: The server that is to be a whole member; one of O(members).
    type: str
    required: true
  seed:
    description:
      - Member that becomes the primary while no server holds any data and every member answers.
      - Later it only decides between servers that hold exactly the same transactions while none claims to be primary.
    type: str
    required: true
  replication_user:
    description: Account that replicas log in to the primary with.
    type: str
    default: webstack_replication
  replication_password:
    description:
      - Password of O(replication_user).
      - The servers do not tell a channel's password, so a changed one is sent only where a replica receives nothing.
    type: str
    required: true
  timeout:
    description: Seconds within which a replica must be seen to receive and to apply.
    type: int
    default: 60
seealso:
  - module: scaleup.webstack.mysql_replication_info
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

from collections.abc import Mapping
from functools import partial
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.scaleup.webstack.plugins.module_utils.apply import apply
from ansible_collections.scaleup.webstack.plugins.module_utils.arguments import (
    LOGIN,
    MEMBERS,
    login_of,
    members_of,
    name_in,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.entry import run_module
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.observe import observe
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.session import open_session
from ansible_collections.scaleup.webstack.plugins.module_utils.report import member_report
from ansible_collections.scaleup.webstack.plugins.module_utils.secret import Secret
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Topology
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.plan import Wanted, expected, plan_member


def main() -> None:
    """Observe, plan, apply, report."""
    module = AnsibleModule(
        argument_spec={
            **LOGIN,
            "members": MEMBERS,
            "name": {"type": "str", "required": True},
            "seed": {"type": "str", "required": True},
            "replication_user": {"type": "str", "default": "webstack_replication"},
            "replication_password": {"type": "str", "required": True, "no_log": True},
            "timeout": {"type": "int", "default": 60},
        },
        supports_check_mode=True,
    )
    run_module(module, run)


def run(params: Mapping[str, Any], *, check_mode: bool) -> dict[str, Any]:
    """The five lines that every module is."""
    members, login = members_of(params), login_of(params)
    wanted = Wanted(
        name=name_in(members, "name", params["name"]),
        seed=name_in(members, "seed", params["seed"]),
        replication_user=params["replication_user"],
        replication_password=Secret(params["replication_password"]),
        ca_file=params["ca_file"],
        timeout=params["timeout"],
    )
    member = next(each for each in members if each.name == wanted.name)
    connect = partial(open_session, login)
    before = Topology.of(observe(members, connect))
    plan = plan_member(before, wanted)
    done = apply(plan.steps, partial(connect, member, wanted.timeout), check_mode=check_mode)
    after = before
    if done.queries:
        after = expected(before, plan.steps) if check_mode else Topology.of(observe(members, connect))
    return member_report(wanted.name, plan, done, before=before, after=after)


if __name__ == "__main__":
    main()
