# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Filter application_routes: which application answers which request."""

from __future__ import annotations

DOCUMENTATION = r"""
name: application_routes
version_added: 0.1.0
short_description: Which application answers which request, by host name and path
description:
  - Brings the host names and paths of all applications into the order in which a web server has to look at them.
positional: names
options:
  _input:
    description: Entries of C(webstack_applications).
    type: list
    elements: dict
    required: true
  names:
    description: Names of the stack itself, which belong to applications that name no domain.
    type: list
    elements: str
    required: true
author:
  - The scaleup.webstack authors (@scaleup)
"""

EXAMPLES = r"""
- name: What is served is shown
  ansible.builtin.debug:
    msg: "{{ webstack_applications | scaleup.webstack.application_routes(['www.example.com']) }}"
  # -> [{names: [www.example.com], routes: [{path: /shop, kind: proxy, application: shop, ...}]}]
"""

RETURN = r"""
_value:
  description: One entry for each set of names that is served alike; the stack's own come first.
  type: list
  elements: dict
  contains:
    names:
      description: Host names.
      type: list
      elements: str
    routes:
      description:
        - The longest path first, each with C(path), C(application), C(prefix), the path of the application that it is
          below, C(locations), the words by which Nginx knows it, and C(tests), those by which HAProxy does.
        - C(kind) is V(proxy), V(stream), V(static), V(redirect) or V(private), which is answered with 404.
      type: list
      elements: dict
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.application import application_of
from ansible_collections.scaleup.webstack.plugins.plugin_utils.routes import servers


def application_routes(entries: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the routes."""
    try:
        return servers([application_of(entry) for entry in entries], [str(name).lower() for name in names])
    except (TypeError, ValueError) as error:
        raise AnsibleFilterError(f"application_routes: {error}") from error


class FilterModule:
    """The filter, by name."""

    def filters(self) -> dict[str, Any]:
        """Return the filter."""
        return {"application_routes": application_routes}
