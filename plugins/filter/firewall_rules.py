"""Filter firewall_rules: what one host's packet filter lets in."""

from __future__ import annotations

DOCUMENTATION = r"""
name: firewall_rules
version_added: 0.1.0
short_description: What one host's packet filter lets in, from its published flows
description:
  - Turns the flows of one host and the layout into named sets of addresses and one rule a flow and source.
  - Reads no variable of another host, so that it costs the same in a limited run.
positional: host, flows, admin_networks
options:
  _input:
    description: The layout, as the filter P(scaleup.webstack.layout#filter) makes it.
    type: dict
    required: true
  host:
    description: The inventory name of the host.
    type: str
    required: true
  flows:
    description:
      - The flows that the host's roles publish, each with C(name), C(from), C(port), C(protocol) and C(why).
      - C(from) is a list of tiers, addresses, networks, or the words C(any), C(admin) and C(loopback).
      - C(protocol) is C(tcp), C(udp) or C(vrrp).
    type: list
    elements: dict
    required: true
  admin_networks:
    description: The addresses and networks that C(admin) stands for.
    type: list
    elements: str
    required: true
author:
  - The scaleup.webstack maintainers
"""

EXAMPLES = r"""
- name: The rules are shown
  ansible.builtin.debug:
    msg: "{{ webstack_layout | scaleup.webstack.firewall_rules(inventory_hostname, webstack_flows, ['192.0.2.0/24']) }}"
"""

RETURN = r"""
_value:
  description: Sets and rules.
  type: dict
  contains:
    sets:
      description: Named sets of addresses, each with C(name), C(type), C(networks) and C(elements).
      type: list
      elements: dict
    rules:
      description: Rules, each with C(flow), C(why) and as nftables text C(source), C(service) and C(forwarded).
      type: list
      elements: dict
    admin_ports:
      description: TCP ports that C(admin) may open.
      type: list
      elements: int
"""

from collections.abc import Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.errors import LayoutError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.firewall import rules_of
from ansible_collections.scaleup.webstack.plugins.plugin_utils.layout import Layout


def firewall_rules(layout: object, host: str, flows: Sequence[object], admin_networks: object) -> dict[str, object]:
    """Return the rules as plain data."""
    try:
        return rules_of(Layout.from_data(layout), host, flows, admin_networks).to_data()
    except LayoutError as error:
        raise AnsibleFilterError(f"scaleup.webstack.firewall_rules: {error}") from error


class FilterModule:
    """The filter, by name."""

    def filters(self) -> dict[str, Any]:
        """Return the filter."""
        return {"firewall_rules": firewall_rules}
