"""Filter nginx_upstreams: the groups of servers behind Nginx."""

from __future__ import annotations

DOCUMENTATION = r"""
name: nginx_upstreams
version_added: 0.1.0
short_description: The groups of servers that Nginx passes requests to
description:
  - Lists the upstreams of the web tier with their servers, in the order of the inventory.
positional: port
options:
  _input:
    description: The fact C(webstack_layout), made by P(scaleup.webstack.layout#filter).
    type: dict
    required: true
  port:
    description: The TCP port on which the application hosts take requests.
    type: int
    required: true
author:
  - The scaleup.webstack authors (@scaleup)
"""

EXAMPLES = r"""
- name: The upstreams of the web tier
  ansible.builtin.debug:
    msg: "{{ webstack_layout | scaleup.webstack.nginx_upstreams(9443) }}"
  # -> [{name: app, servers: [{name: app1, address: 192.0.2.31, port: 9443, endpoint: "192.0.2.31:9443"}]}]
"""

RETURN = r"""
_value:
  description: The upstreams.
  type: list
  elements: dict
  contains:
    name:
      description: The upstream's name.
      type: str
    servers:
      description: Its servers, each with name, address, port and endpoint; an empty tier gives an empty list.
      type: list
      elements: dict
"""

from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.backends import upstreams
from ansible_collections.scaleup.webstack.plugins.plugin_utils.errors import LayoutError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.layout import Layout


def nginx_upstreams(layout: object, port: object) -> list[dict[str, object]]:
    """Return the upstreams of the web tier."""
    try:
        return upstreams(Layout.from_data(layout), port)
    except LayoutError as error:
        raise AnsibleFilterError(f"scaleup.webstack.nginx_upstreams: {error}") from error


class FilterModule:
    """The filter, by name."""

    def filters(self) -> dict[str, Any]:
        """Return the filter."""
        return {"nginx_upstreams": nginx_upstreams}
