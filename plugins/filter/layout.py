"""Filter layout: the inventory as one small structure."""

from __future__ import annotations

DOCUMENTATION = r"""
name: layout
version_added: 0.1.0
short_description: Hosts, tiers and addresses of a web stack, from its inventory
description:
  - Turns the inventory's groups into the one structure from which every configuration file of the stack is written.
  - Reads the inventory alone, never gathered facts, so that a limited run or a host that is down changes nothing.
positional: hostvars
options:
  _input:
    description:
      - The magic variable C(groups).
      - Tiers are the groups C(lb), C(web), C(app), C(db) and C(monitoring); one that is missing is empty.
    type: dict
    required: true
  hostvars:
    description:
      - The magic variable C(hostvars).
      - A host's address is its C(webstack_address), else its C(ansible_host), else its name.
      - It must be a literal address of that host alone.
    type: dict
    required: true
  domain:
    description: The public name of the stack.
    type: str
    default: ""
  vips:
    description: The virtual addresses that the balancers hold.
    type: list
    elements: str
    default: []
  domains:
    description: Further names by which clients know the stack, those of its applications.
    type: list
    elements: str
    default: []
  state_host:
    description:
      - The host that keeps secrets and the internal CA.
      - Empty means the first database host, or the first host of a stack without one.
    type: str
    default: ""
author:
  - The scaleup.webstack authors (@scaleup)
"""

EXAMPLES = r"""
- name: The layout is known
  ansible.builtin.set_fact:
    webstack_layout: "{{ groups | scaleup.webstack.layout(hostvars, domain='www.example.com', vips=['192.0.2.100']) }}"
"""

RETURN = r"""
_value:
  description: The layout.
  type: dict
  contains:
    hosts:
      description: Name, address and tiers of every host, by name.
      type: dict
    tiers:
      description: Names of the hosts of every tier, in the order of the inventory.
      type: dict
    seed:
      description: The database host that may be bootstrapped when no server holds data; null without database hosts.
      type: str
    state_host:
      description: The host that keeps secrets and the internal CA; null for an empty stack.
      type: str
    vips:
      description: The virtual addresses.
      type: list
      elements: str
    domain:
      description: The public name.
      type: str
    names:
      description: All names by which clients know the stack, the public one first.
      type: list
      elements: str
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.errors import LayoutError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.inventory import Inventory
from ansible_collections.scaleup.webstack.plugins.plugin_utils.layout import derive


def layout(
    groups: Mapping[str, Sequence[str]],
    hostvars: Mapping[str, Mapping[str, object]],
    domain: str = "",
    vips: Sequence[str] = (),
    *,
    state_host: str = "",
    domains: Sequence[str] = (),
) -> dict[str, object]:
    """Return the layout as plain data."""
    if not isinstance(groups, Mapping) or not isinstance(hostvars, Mapping):
        raise AnsibleFilterError("scaleup.webstack.layout works on the magic variables: groups | layout(hostvars).")
    try:
        read = Inventory(hostvars).read
        return derive(groups, read, domain=domain, vips=vips, state_host=state_host, domains=domains).to_data()
    except LayoutError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """The filter, by name."""

    def filters(self) -> dict[str, Any]:
        """Return the filter."""
        return {"layout": layout}
