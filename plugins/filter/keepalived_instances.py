"""Filter keepalived_instances: which virtual addresses a balancer shares with the others, and its place in line."""

from __future__ import annotations

DOCUMENTATION = r"""
name: keepalived_instances
version_added: 0.1.0
short_description: The VRRP instances of one balancer
description:
  - In C(active_passive) all virtual addresses move together, and the first balancer is the first in line.
  - In C(active_active) there is one instance for each balancer. The virtual addresses are dealt out to them in turn,
    of each address family for itself, and every balancer stands in for the others.
  - A VRRP instance speaks one address family, that of the balancers; addresses of the other family ride along.
positional: host, mode, router_id
options:
  _input:
    description: The fact C(webstack_layout), made by P(scaleup.webstack.layout#filter).
    type: dict
    required: true
  host:
    description: The inventory name of the balancer.
    type: str
    required: true
  mode:
    description: How the balancers share the addresses.
    type: str
    choices: [active_passive, active_active]
    required: true
  router_id:
    description: The VRRP router id of the first instance; each one after it has the next number.
    type: int
    required: true
author:
  - The scaleup.webstack authors (@scaleup)
"""

EXAMPLES = r"""
- name: The instances of this balancer
  ansible.builtin.debug:
    msg: "{{ webstack_layout | scaleup.webstack.keepalived_instances(inventory_hostname, 'active_passive', 51) }}"
  # -> [{name: webstack, router_id: 51, priority: 200, addresses: [192.0.2.100], others: []}]
"""

RETURN = r"""
_value:
  description: The instances, in the same order on every balancer.
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
    router_id:
      description: Its VRRP router id.
      type: int
    priority:
      description: Its priority on this balancer; the highest of those that serve holds the addresses.
      type: int
    addresses:
      description: Its virtual addresses of the balancers' own address family.
      type: list
      elements: str
    others:
      description: Those of the other family.
      type: list
      elements: str
"""

from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.errors import LayoutError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.instances import instances
from ansible_collections.scaleup.webstack.plugins.plugin_utils.layout import Layout


def keepalived_instances(layout: object, host: object, mode: object, router_id: object) -> list[dict[str, object]]:
    """Return the instances of one balancer."""
    try:
        return instances(Layout.from_data(layout), host, mode, int(str(router_id)))
    except (LayoutError, ValueError) as error:
        raise AnsibleFilterError(f"scaleup.webstack.keepalived_instances: {error}") from error


class FilterModule:
    """The filter, by name."""

    def filters(self) -> dict[str, Any]:
        """Return the filter."""
        return {"keepalived_instances": keepalived_instances}
