"""Filter layout_stamp: what a balancer remembers of the layout for which it was deployed."""

from __future__ import annotations

DOCUMENTATION = r"""
name: layout_stamp
version_added: 0.1.0
short_description: Tiers and names of hosts, as the text that balancers keep
description:
  - The next run compares it with its own layout, and refuses one that has lost a tier or more than half of one.
  - It says where the clients' TLS ends, so that web hosts go on answering as balancers ask until these have changed.
positional: tls_mode
options:
  _input:
    description: The fact C(webstack_layout).
    type: dict
    required: true
  tls_mode:
    description: The variable C(webstack_tls_mode).
    type: str
    required: true
author:
  - The scaleup.webstack authors (@scaleup)
"""

EXAMPLES = r"""
- name: The layout is remembered
  scaleup.webstack.files:
    files:
      - dest: /var/lib/webstack/layout.json
        content: "{{ webstack_layout | scaleup.webstack.layout_stamp(webstack_tls_mode) }}"
"""

RETURN = r"""
_value:
  description: JSON; the same for the same hosts in any order.
  type: str
"""

from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.errors import LayoutError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.layout import Layout
from ansible_collections.scaleup.webstack.plugins.plugin_utils.preflight.stamp import text


def layout_stamp(layout: object, tls_mode: str) -> str:
    """Return the stamp."""
    try:
        return text(Layout.from_data(layout), tls_mode)
    except LayoutError as error:
        raise AnsibleFilterError(f"layout_stamp: {error}") from error


class FilterModule:
    """The filter, by name."""

    def filters(self) -> dict[str, Any]:
        """Return the filter."""
        return {"layout_stamp": layout_stamp}
