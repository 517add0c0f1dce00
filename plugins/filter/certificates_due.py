"""Filter certificates_due: what a host must have issued."""

from __future__ import annotations

DOCUMENTATION = r"""
name: certificates_due
version_added: 0.1.0
short_description: The certificates of a host that have to be issued
description:
  - A certificate is due if it or its key is missing, and if the authority has not signed it.
  - It is due as well if it is for other names or addresses than those that are wanted, and if it is old.
positional: texts, checksums, authority
options:
  _input:
    description: The certificates that the host's roles have published, each with C(name), C(dns), C(addresses), and,
      if it lasts for another time than the others, C(days).
    type: list
    elements: dict
    required: true
  texts:
    description: The host's certificates in PEM by path, from M(scaleup.webstack.host_info).
    type: dict
    required: true
  checksums:
    description: Checksums of the host's keys by path, from M(scaleup.webstack.host_info).
    type: dict
    required: true
  authority:
    description: Certificate of the authority in PEM; empty if there is none yet.
    type: str
    required: true
  days:
    description: For how many days a certificate is issued.
    type: int
    required: true
  margin_days:
    description: How many days before its end it is issued again.
    type: int
    required: true
requirements:
  - cryptography >= 40 on the controller; ansible-core brings it
author:
  - The scaleup.webstack authors (@scaleup)
"""

EXAMPLES = r"""
- name: Certificates to issue
  ansible.builtin.debug:
    msg: >-
      {{ published
         | scaleup.webstack.certificates_due(here.texts, here.checksums, ca_certificate, days=825, margin_days=65) }}
"""

RETURN = r"""
_value:
  description: The entries that are due.
  type: list
  elements: dict
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.module_utils.certificate import read
from ansible_collections.scaleup.webstack.plugins.plugin_utils import certificates


def certificates_due(
    wanted: object, texts: object, checksums: object, authority: str, *, days: int, margin_days: int
) -> list[Mapping[str, Any]]:
    """Return what is due."""
    if not isinstance(wanted, list) or not all(isinstance(each, Mapping) for each in wanted):
        raise AnsibleFilterError("scaleup.webstack.certificates_due works on a list of published certificates.")
    if not isinstance(texts, Mapping) or not isinstance(checksums, Mapping):
        raise AnsibleFilterError("scaleup.webstack.certificates_due needs texts and checksums, both by path.")
    paths = [PurePosixPath(path) for path in texts]
    found = {path.stem: read(texts[str(path)], authority) for path in paths if path.suffix == ".crt"}
    files = {PurePosixPath(path).name for path in checksums}
    now = datetime.now(UTC)
    return certificates.due(wanted, files, found, now, (days, margin_days))


class FilterModule:
    """The filter, by name."""

    def filters(self) -> dict[str, Any]:
        """Return the filter."""
        return {"certificates_due": certificates_due}
