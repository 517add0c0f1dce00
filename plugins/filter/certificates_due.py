"""Filter certificates_due: what a host must have issued."""

from __future__ import annotations

DOCUMENTATION = r"""
name: certificates_due
version_added: 0.1.0
short_description: The certificates of a host that have to be issued
description:
  - A certificate is due if its key is missing.
  - It is due as well if it is not the one that was issued last for the same names and addresses.
positional: host, here, records
options:
  _input:
    description: The certificates that the host's roles have published, each with C(name), C(dns) and C(addresses).
    type: list
    elements: dict
    required: true
  host:
    description: The host's name in the inventory.
    type: str
    required: true
  here:
    description: Checksums of the host's keys and certificates by path, from M(scaleup.webstack.host_info).
    type: dict
    required: true
  records:
    description: The authority's records, old ones left out, as M(ansible.builtin.find) returns them.
    type: list
    elements: dict
    required: true
author:
  - The scaleup.webstack authors (@scaleup)
"""

EXAMPLES = r"""
- name: Certificates to issue
  ansible.builtin.debug:
    msg: "{{ published | scaleup.webstack.certificates_due('web1', here.checksums, records.files) }}"
"""

RETURN = r"""
_value:
  description: The entries that are due, each with C(record), the file name under which the authority keeps it.
  type: list
  elements: dict
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.plugin_utils import certificates


def certificates_due(wanted: object, host: str, here: object, records: object) -> list[dict[str, Any]]:
    """Return what is due."""
    if not isinstance(wanted, list) or not all(isinstance(each, Mapping) for each in wanted):
        raise AnsibleFilterError("scaleup.webstack.certificates_due works on a list of published certificates.")
    if not isinstance(here, Mapping) or not isinstance(records, list):
        raise AnsibleFilterError("scaleup.webstack.certificates_due needs checksums by path, and a list of records.")
    found = {PurePosixPath(path).name: checksum for path, checksum in here.items()}
    issued = {PurePosixPath(record["path"]).name: record["checksum"] for record in records}
    return certificates.due(wanted, host, found, issued)


class FilterModule:
    """The filter, by name."""

    def filters(self) -> dict[str, Any]:
        """Return the filter."""
        return {"certificates_due": certificates_due}
