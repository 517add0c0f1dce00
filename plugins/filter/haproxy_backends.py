"""Filter haproxy_backends: the servers of one tier."""

from __future__ import annotations

DOCUMENTATION = r"""
name: haproxy_backends
version_added: 0.1.0
short_description: The servers of one tier, for a HAProxy backend
description:
  - Lists every host of a tier with its address and port, in the order of the inventory.
positional: tier, port, only
options:
  _input:
    description: The fact C(webstack_layout), made by P(scaleup.webstack.layout#filter).
    type: dict
    required: true
  tier:
    description: Which tier's hosts.
    type: str
    choices: [lb, web, app, db, monitoring]
    required: true
  port:
    description: The TCP port on which they answer.
    type: int
    required: true
  only:
    description: Names of the hosts to list; left out, all of the tier are. The others are not even read.
    type: list
    elements: str
author:
  - The scaleup.webstack authors (@scaleup)
"""

EXAMPLES = r"""
- name: The web tier, for HAProxy
  ansible.builtin.debug:
    msg: "{{ webstack_layout | scaleup.webstack.haproxy_backends('web', 8443) }}"
  # -> [{name: web1, address: 192.0.2.21, port: 8443, endpoint: "192.0.2.21:8443"}]

- name: This web host alone
  ansible.builtin.debug:
    msg: "{{ webstack_layout | scaleup.webstack.haproxy_backends('web', 8443, only=[inventory_hostname]) | first }}"
"""

RETURN = r"""
_value:
  description: The servers; an empty tier gives an empty list.
  type: list
  elements: dict
  contains:
    name:
      description: The host's inventory name.
      type: str
    address:
      description: Its address.
      type: str
    port:
      description: The port.
      type: int
    endpoint:
      description: Address and port as one word, with an IPv6 address in brackets.
      type: str
"""

from collections.abc import Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.backends import servers
from ansible_collections.scaleup.webstack.plugins.plugin_utils.errors import LayoutError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.layout import Layout


def haproxy_backends(
    layout: object, tier: object, port: object, only: Sequence[str] | None = None
) -> list[dict[str, object]]:
    """Return the servers of one tier."""
    if isinstance(only, str):
        raise AnsibleFilterError(f"scaleup.webstack.haproxy_backends: only is {only!r}. Give a list of names.")
    try:
        return servers(Layout.from_data(layout), tier, port, only)
    except LayoutError as error:
        raise AnsibleFilterError(f"scaleup.webstack.haproxy_backends: {error}") from error


class FilterModule:
    """The filter, by name."""

    def filters(self) -> dict[str, Any]:
        """Return the filter."""
        return {"haproxy_backends": haproxy_backends}
