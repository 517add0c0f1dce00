"""Filter interface_of: the interface that carries an address."""

from __future__ import annotations

DOCUMENTATION = r"""
name: interface_of
version_added: 0.1.0
short_description: The network interface that carries an address
description:
  - Finds the interface that carries an address, be it the first one of the interface or not.
positional: address
options:
  _input:
    description: Addresses by interface, as M(scaleup.webstack.host_info) returns them in C(interfaces).
    type: dict
    required: true
  address:
    description: A literal IPv4 or IPv6 address.
    type: str
    required: true
author:
  - The scaleup.webstack authors (@scaleup)
"""

EXAMPLES = r"""
- name: The interface of the service address
  ansible.builtin.debug:
    msg: "{{ webstack_host.interfaces | scaleup.webstack.interface_of(webstack_address) }}"
  # -> eth0
"""

RETURN = r"""
_value:
  description: The interface's name.
  type: str
"""

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.plugin_utils import interfaces
from ansible_collections.scaleup.webstack.plugins.plugin_utils.errors import LayoutError


def interface_of(addresses: object, address: object) -> str:
    """Return the interface that carries the address."""
    if not isinstance(addresses, Mapping):
        raise AnsibleFilterError("scaleup.webstack.interface_of works on webstack_host.interfaces.")
    try:
        return interfaces.interface_of(addresses, address)
    except LayoutError as error:
        raise AnsibleFilterError(f"scaleup.webstack.interface_of: {error}") from error


class FilterModule:
    """The filter, by name."""

    def filters(self) -> dict[str, Any]:
        """Return the filter."""
        return {"interface_of": interface_of}
