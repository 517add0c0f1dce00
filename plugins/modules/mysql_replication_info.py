#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who is primary, who replicates from whom, and what is the matter."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mysql_replication_info
short_description: Tell who is primary, who replicates from whom, and what is the matter
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Asks every member over TLS and returns what the servers say about themselves, as data.
  - The inventory has no say in who the primary is. Knows replication channels and Group Replication.
  - A member that does not answer is part of the result, not a failure.
extends_documentation_fragment:
  - scaleup.webstack.attributes
  - scaleup.webstack.mysql_login
attributes:
  check_mode:
    support: full
  diff_mode:
    support: N/A
  idempotent:
    support: full
options:
  seed:
    description: Member that may become primary while no server holds any data.
    type: str
    default: ""
  lag_limit:
    description: Seconds of lag from which on a replica is reported as lagging.
    type: int
    default: 30
  mode:
    description:
      - How the servers are to belong together while they hold nothing. Once they hold data they tell it themselves,
        and anything but V(auto) has to agree with them.
      - With V(auto), three servers or more are a V(group), two are V(semisync), and one is V(single).
    type: str
    choices: [auto, group, semisync, single]
    default: auto
  convert:
    description:
      - Servers that work in another mode are to be converted by M(scaleup.webstack.mysql_mode), so that this is nothing
        to refuse. V(auto) is then the mode that fits the number of O(members).
    type: bool
    default: false
seealso:
  - module: scaleup.webstack.mysql_group_member
  - module: scaleup.webstack.mysql_replica
"""

EXAMPLES = r"""
- name: The topology is known
  scaleup.webstack.mysql_replication_info:
    login_password: "{{ webstack_secret.mysql_operator }}"
    members:
      - {name: db1, address: 192.0.2.11}
      - {name: db2, address: 192.0.2.12}
      - {name: db3, address: 192.0.2.13}
  register: topology

- name: The topology is whole
  ansible.builtin.assert:
    that: topology.diagnosis == 'healthy'
    fail_msg: "{{ topology.msg }}"
"""

RETURN = r"""
primary:
  description: Name of the primary, whether it takes writes now or not; null if none can be told.
  type: str
  returned: always
first:
  description:
    - Member to make whole before the others, the primary or the one that is to be; null if none can be told.
  type: str
  returned: always
mode:
  description:
    - The mode that the servers work in or, while they hold nothing, are to work in.
    - One server that is to be converted counts as one of two.
  type: str
  returned: always
wanted_mode:
  description: The mode that the servers are to work in.
  type: str
  returned: always
converts:
  description: Whether the servers are to be converted to the mode that is wanted.
  type: bool
  returned: always
between_modes:
  description: Whether a conversion was stopped, so that no server is a whole member in either mode.
  type: bool
  returned: always
seeding:
  description: Members that get a copy of another one before they are whole, because they hold nothing.
  type: list
  elements: str
  returned: always
diagnosis:
  description:
    - The worst finding, or V(healthy).
    - One of V(two_writable), V(conflicting_claims), V(duplicate_identity), V(unreachable_primary),
      V(group_without_majority), V(complete_outage), V(wrong_mode), V(login_refused), V(no_tls), V(gtid_off),
      V(diverged), V(no_primary), V(uninitialised), V(primary_read_only), V(writable_replica), V(errant_gtids),
      V(purged_binlogs), V(foreign_data), V(foreign_source), V(broken_replica), V(asynchronous), V(waiting_replica),
      V(out_of_group), V(unattached), V(unreachable_member), V(version_mix), V(lagging), V(healthy).
  type: str
  returned: always
findings:
  description:
    - Everything that is the matter, worst first, each with C(diagnosis), C(subjects), C(evidence), C(remedy) and
      C(sentence), which is evidence and remedy together.
  type: list
  elements: dict
  returned: always
servers:
  description: What each member said, by its name. Lag is null where it is unknown, which is not zero.
  type: dict
  returned: always
  sample:
    db2:
      reachable: true
      error: ""
      role: replica
      source: db1
      server_uuid: 0d5b1c4e-7f2d-11f0-a3d1-02420a4d0b0c
      server_id: 12
      version: 9.7.4
      read_only: true
      super_read_only: true
      gtid_executed: 0c9a61f2-7f2d-11f0-9b44-02420a4d0b0b:1-57
      gtid_purged: ""
      lag_seconds: 0
      channels:
        - {name: "", source_host: 192.0.2.11, source_port: 3306, receiver: "on", applier_running: true, lag_seconds: 0}
      group: null
msg:
  description: The worst finding and its remedy, as sentences.
  type: str
  returned: always
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from ansible.module_utils.basic import AnsibleModule
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
from ansible_collections.scaleup.webstack.plugins.module_utils.report import findings_report, servers_report
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.diagnose import diagnose, find_primary
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.mode import Mode, decide_mode
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Topology
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.plan import to_be_copied


def main() -> None:
    """Observe, diagnose, report."""
    module = AnsibleModule(
        argument_spec={
            **LOGIN,
            "members": MEMBERS,
            "seed": {"type": "str", "default": ""},
            "lag_limit": {"type": "int", "default": 30},
            "mode": {"type": "str", "choices": ["auto", *Mode], "default": "auto"},
            "convert": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    run_module(module, run)


def run(params: Mapping[str, Any], *, check_mode: bool) -> dict[str, Any]:  # noqa: ARG001 - it never changes anything
    """Ask, and say what is the matter."""
    members, seed = members_of(params), params["seed"]
    seed = name_in(members, "seed", seed) if seed else ""
    topology = Topology.of(observe(members, partial(open_session, login_of(params))))
    decision = decide_mode(topology, params["mode"], convert=params["convert"])
    findings = diagnose(topology, seed, params["lag_limit"], decision.refusal)
    verdict = find_primary(topology, seed)
    primary = None if verdict.is_first_start else verdict.primary
    return {
        "changed": False,
        "primary": primary,
        "first": verdict.primary,
        "mode": decision.mode.value,
        "wanted_mode": decision.wanted.value,
        "converts": decision.converts,
        "between_modes": decision.between,
        "diagnosis": findings[0].diagnosis.value,
        "findings": findings_report(findings),
        "servers": servers_report(topology, primary),
        "seeding": list(to_be_copied(topology, primary)),
        "msg": findings[0].sentence,
    }


if __name__ == "__main__":
    main()
