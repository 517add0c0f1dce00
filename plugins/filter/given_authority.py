"""Filter given_authority: the certificate of a CA that is given, if it can sign."""

from __future__ import annotations

DOCUMENTATION = r"""
name: given_authority
version_added: 0.1.0
short_description: The certificate of a certificate authority that is given, if it can be used
description:
  - Returns the certificate, and the empty text if neither it nor a key is given.
  - Fails with a sentence if one of the two is missing, if they do not match, and if the certificate has expired or is
    none of an authority. No part of the key is shown.
positional: key
options:
  _input:
    description: Certificate in PEM.
    type: str
    required: true
  key:
    description: Its private key in PEM, without a passphrase.
    type: str
    required: true
requirements:
  - cryptography on the controller; ansible-core brings it
author:
  - The scaleup.webstack authors (@scaleup)
"""

EXAMPLES = r"""
- name: The authority that this stack is given
  ansible.builtin.debug:
    msg: "{{ webstack_ca_certificate | scaleup.webstack.given_authority(webstack_ca_key) }}"
"""

RETURN = r"""
_value:
  description: The certificate, with one line end after it.
  type: str
"""

from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.module_utils.certificate import fault

LEAVE = "Give both, or neither: the stack then has an authority of its own."


def given_authority(certificate: str, key: str) -> str:
    """Return the certificate, or say what is wrong with it."""
    if not certificate and not key:
        return ""
    if not certificate or not key:
        given, missing = ("webstack_ca_certificate", "webstack_ca_key")[:: 1 if certificate else -1]
        raise AnsibleFilterError(f"{given} is given, and {missing} is not. {LEAVE}")
    if wrong := fault(certificate, key, authority=True):
        raise AnsibleFilterError(f"webstack_ca_certificate {wrong}. {LEAVE}")
    return certificate.strip() + "\n"


class FilterModule:
    """The filter, by name."""

    def filters(self) -> dict[str, Any]:
        """Return the filter."""
        return {"given_authority": given_authority}
