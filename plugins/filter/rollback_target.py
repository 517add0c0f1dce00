# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Filter rollback_target: the release that all hosts go back to."""

from __future__ import annotations

DOCUMENTATION = r"""
name: rollback_target
version_added: 0.1.0
short_description: The release of an application that all hosts go back to
description:
  - Finds the release that has served before the one that serves now, by what each host says of its history
    (module M(scaleup.webstack.app_release_info), registered by the role P(scaleup.webstack.app_server#role)).
  - Where a deployment has stopped halfway, that is the release of the hosts that it has not reached.
positional: hostvars
options:
  _input:
    description: Names of the hosts. Those that were not looked at are passed over.
    type: list
    elements: str
    required: true
  hostvars:
    description: The magic variable C(hostvars).
    type: dict
    required: true
author:
  - The scaleup.webstack authors (@scaleup)
"""

EXAMPLES = r"""
- name: The way back is shown
  ansible.builtin.debug:
    msg: "{{ ansible_play_hosts | scaleup.webstack.rollback_target(hostvars) }}"
"""

RETURN = r"""
_value:
  description: Name of the release.
  type: str
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.applications import rollback_target as target
from ansible_collections.scaleup.webstack.plugins.plugin_utils.errors import LayoutError

REGISTERED = "__app_server_seen"


def rollback_target(hosts: Sequence[str], hostvars: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the release."""
    seen = {host: hostvars[host][REGISTERED] for host in hosts if REGISTERED in hostvars[host]}
    try:
        return target({host: each["results"][0]["history"] for host, each in seen.items()})
    except LayoutError as error:
        raise AnsibleFilterError(f"rollback_target: {error}") from error


class FilterModule:
    """The filter, by name."""

    def filters(self) -> dict[str, Any]:
        """Return the filter."""
        return {"rollback_target": rollback_target}
