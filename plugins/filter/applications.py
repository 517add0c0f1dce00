# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Filter applications: what people write of applications, with all that follows from it."""

from __future__ import annotations

DOCUMENTATION = r"""
name: applications
version_added: 0.1.0
short_description: Applications, with all that follows from what people write of them
description:
  - Fills in what an entry leaves out, and adds the commands that build, migrate and start it, its packages and the
    names of its secrets.
positional: only
options:
  _input:
    description: Entries of C(webstack_applications).
    type: list
    elements: dict
    required: true
  only:
    description: The one application that is to be deployed; empty means all of them.
    type: str
    default: ''
  version:
    description: The version in which it is to be deployed.
    type: str
    default: ''
  checksum:
    description: The checksum of its archive in that version.
    type: str
    default: ''
author:
  - The scaleup.webstack authors (@scaleup)
"""

EXAMPLES = r"""
- name: What starts the applications is shown
  ansible.builtin.debug:
    msg: "{{ webstack_applications | scaleup.webstack.applications | map(attribute='unit') }}"
"""

RETURN = r"""
_value:
  description:
    - Each entry with all its keys, and C(build_commands), C(migrate_command), C(packages), C(secret_names), C(carried).
    - C(source_secret) is the name of the secret with the password of its C(source_user), or with the key by which git
      fetches from the server of its C(source_host_key), if it has one of them.
    - C(probe_domain) and C(probe_path) are where a prober meets it, an empty domain being that of the stack;
      C(stream_tests) are HAProxy's tests for its C(streams), and C(shared_folder) is where its C(shared_paths) are.
    - C(unit) is what its releases say to their unit, C(label) how their names begin. C(recipe) is all but the source
      that makes a release what it is.
  type: list
  elements: dict
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.application import application_of
from ansible_collections.scaleup.webstack.plugins.plugin_utils.applications import chosen, told
from ansible_collections.scaleup.webstack.plugins.plugin_utils.errors import LayoutError


def applications(
    entries: Sequence[Mapping[str, Any]], only: str = "", version: str = "", checksum: str = ""
) -> list[dict[str, Any]]:
    """Return the applications."""
    try:
        apps = [application_of(entry) for entry in entries]
        return [told(app) for app in chosen(apps, only, version, checksum)]
    except (LayoutError, TypeError, ValueError) as error:
        raise AnsibleFilterError(f"applications: {error}") from error


class FilterModule:
    """The filter, by name."""

    def filters(self) -> dict[str, Any]:
        """Return the filter."""
        return {"applications": applications}
