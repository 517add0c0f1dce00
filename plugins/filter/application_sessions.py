"""Filter application_sessions: how many sessions with the database all applications may hold at once."""

from __future__ import annotations

DOCUMENTATION = r"""
name: application_sessions
version_added: 0.1.0
short_description: How many sessions with the database all applications may hold at once, from the inventory
description:
  - The sum, over all application hosts, of C(app_server_workers) times the applications of the host times 1.5
    C(app_server_threads), because each worker has one pool to read and one of half the size to write.
  - A host without C(app_server_workers) has a worker for each core, which the inventory does not tell. 8 are assumed,
    and the preflight refuses a host with more.
  - Reads the inventory alone, so that a limited run or a host that is down changes nothing.
positional: hostvars
options:
  _input:
    description: The fact C(webstack_layout).
    type: dict
    required: true
  hostvars:
    description: The magic variable C(hostvars).
    type: dict
    required: true
  applications:
    description: How many applications there are on a host that has no C(app_server_applications) of its own.
    type: int
    default: 1
author:
  - The scaleup.webstack authors (@scaleup)
"""

EXAMPLES = r"""
- name: Sessions of all applications are known
  ansible.builtin.set_fact:
    webstack_application_sessions: "{{ webstack_layout | scaleup.webstack.application_sessions(hostvars) }}"
  run_once: true
"""

RETURN = r"""
_value:
  description: The number of sessions.
  type: int
"""

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.declared import DeclaredError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.errors import LayoutError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.inventory import Inventory
from ansible_collections.scaleup.webstack.plugins.plugin_utils.layout import Layout
from ansible_collections.scaleup.webstack.plugins.plugin_utils.sizing import application_hosts


def application_sessions(layout: object, hostvars: Mapping[str, Mapping[str, object]], applications: int = 1) -> int:
    """Return the number."""
    try:
        names = Layout.from_data(layout).tiers["app"]
        hosts = application_hosts(names, Inventory(hostvars).read, int(applications))
        return sum(host.sessions for host in hosts)
    except (LayoutError, DeclaredError, TypeError, ValueError) as error:
        raise AnsibleFilterError(f"application_sessions: {error}") from error


class FilterModule:
    """The filter, by name."""

    def filters(self) -> dict[str, Any]:
        """Return the filter."""
        return {"application_sessions": application_sessions}
