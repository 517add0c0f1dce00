#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of an action: it runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight
short_description: Refuse bad input before anything is changed
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Judges the inventory and all variables of the collection's roles, for all hosts, and then what the hosts have said
    of themselves. Fails with all that is wrong, one sentence each.
  - The task runs on the controller. No host is connected to.
extends_documentation_fragment:
  - scaleup.webstack.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  part:
    description:
      - V(inventory) judges what people have written.
      - V(hosts) judges what M(scaleup.webstack.host_info) has seen, which the hosts hold as C(webstack_host).
    type: str
    choices: [inventory, hosts]
    default: inventory
  needs:
    description: The tiers without which the playbook cannot do its work. A limit that leaves one out is refused.
    type: list
    elements: str
    default: []
  stamps:
    description: What M(scaleup.webstack.host_info) has seen on balancers outside of the run, in a loop over them.
    type: list
    elements: dict
    default: []
  shrink:
    description: Whether a tier may have lost all or more than half of its hosts since the last run.
    type: bool
    default: false
  convert:
    description: Whether the database servers may work in another mode than the one that is wanted, to be converted.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: The inventory and its variables make sense
  scaleup.webstack.preflight:
    needs: [web]
  run_once: true
"""

RETURN = r""""""
