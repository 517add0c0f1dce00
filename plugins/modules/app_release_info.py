#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which releases of an application a host has."""

from __future__ import annotations

DOCUMENTATION = r"""
module: app_release_info
short_description: Which releases of an application a host has, and which one serves
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Looks at the releases, their units, and the proxy beside the application. Changes nothing.
extends_documentation_fragment:
  - scaleup.webstack.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  name:
    description: Name of the application.
    type: str
    required: true
  health_path:
    description: Path that answers 200 while the application is healthy.
    type: str
    default: /healthz
  unread:
    description: Whether the one that serves has something new to read, beside what is noted on the host.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: It is known which release of the demo serves
  scaleup.webstack.app_release_info:
    name: demo
  register: demo
"""

RETURN = r"""
current:
  description: The release that serves; empty if none ever has.
  returned: success
  type: str
releases:
  description: The releases that are complete, oldest first.
  returned: success
  type: list
  elements: str
history:
  description: Those that have served, newest first.
  returned: success
  type: list
  elements: str
migrated:
  description: Those whose migration has been run.
  returned: success
  type: list
  elements: str
applications:
  description: Names of all applications that have served on the host.
  returned: success
  type: list
  elements: str
settled:
  description:
    - Whether the one that serves runs as it is written now and is healthy, and nothing is left of a change that was
      stopped.
  returned: success
  type: bool
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import WebstackError
from ansible_collections.scaleup.webstack.plugins.module_utils.release import plan
from ansible_collections.scaleup.webstack.plugins.module_utils.release_host import Place, deployed, migrated, observe


def main() -> None:
    """Look."""
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "health_path": {"type": "str", "default": "/healthz"},
            "unread": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    place = Place(module.params["name"], host="", health_path=module.params["health_path"])
    try:
        seen = observe(place, module.run_command, unread=module.params["unread"])
        settled = seen.current in seen.releases and not plan(seen, seen.current, keep=len(seen.releases))
    except (WebstackError, OSError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(
        changed=False,
        current=seen.current,
        releases=list(seen.releases),
        history=list(seen.history),
        migrated=migrated(place),
        applications=deployed(place),
        settled=settled,
    )


if __name__ == "__main__":
    main()
