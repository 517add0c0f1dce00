"""Filter declared: text from a command line, a survey or an INI inventory, in the type that a role works with."""

from __future__ import annotations

DOCUMENTATION = r"""
name: declared
version_added: 0.1.0
short_description: A variable in its declared type, also if it was given as text
description:
  - Variables of C(--extra-vars key=value), of a survey and of an INI inventory are text.
  - What cannot be meant as the type is an error; M(scaleup.webstack.preflight) says so before any host is touched.
positional: type
options:
  _input:
    description: The value.
    type: raw
    required: true
  type:
    description: The type, as in an argument spec. The entries of a list are text.
    type: str
    choices: [bool, dict, int, list]
    required: true
author:
  - The scaleup.webstack authors (@scaleup)
"""

EXAMPLES = r"""
# firewall_enabled: "{{ webstack_firewall_enabled | scaleup.webstack.declared('bool') }}"
- name: Two networks, however they were given
  ansible.builtin.debug:
    msg: "{{ '10.0.0.0/8,192.168.0.0/16' | scaleup.webstack.declared('list') }}"
"""

RETURN = r"""
_value:
  description: The value in its type.
  type: raw
"""

from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.declared import DeclaredError, convert


def declared(value: object, type: str) -> Any:  # noqa: A002 - the name that argument specs have
    """Return the value in its type; entries of a list stay as they are, unless the list was one text with commas."""
    commas = isinstance(value, str) and not value.lstrip().startswith("[")
    try:
        return convert(value, {"type": type, "elements": "str" if commas else "raw"})
    except (DeclaredError, KeyError) as error:
        raise AnsibleFilterError(f"declared: the value {error}") from error


class FilterModule:
    """The filter, by name."""

    def filters(self) -> dict[str, Any]:
        """Return the filter."""
        return {"declared": declared}
