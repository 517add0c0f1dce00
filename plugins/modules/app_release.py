#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Change the release of an application that serves."""

from __future__ import annotations

DOCUMENTATION = r"""
module: app_release
short_description: Let a release of an application serve, without losing a request of the one before it
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Starts a release that is complete beside the one that serves, waits until it is healthy, has the proxy send new
    requests to it, lets the old one finish its own, and stops it.
  - A release that does not become healthy is stopped again; the one that serves is not touched then. The error has its
    last lines.
  - A release whose environment or unit has changed (module M(scaleup.webstack.files)) is changed for itself in the same
    way.
  - A run that was stopped is gone on with by the next one.
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
  release:
    description: The release that is to serve.
    type: str
    required: true
  host:
    description: How errors name this host.
    type: str
    required: true
  back:
    description: Whether this is to go back, so that what has served after this release is no history any more.
    type: bool
    default: false
  unread:
    description: Whether the one that serves has something new to read, beside what is noted on the host.
    type: bool
    default: false
  keep:
    description: How many releases stay on the host.
    type: int
    default: 5
  health_path:
    description: Path that answers 200 while the application is healthy.
    type: str
    default: /healthz
  start_seconds:
    description: Time in which a release has to become healthy.
    type: int
    default: 30
  stop_seconds:
    description: Time that a release has to finish its requests.
    type: int
    default: 30
  gate_seconds:
    description: For how long it has to stay healthy before it is given requests.
    type: int
    default: 2
"""

EXAMPLES = r"""
- name: The new release serves
  scaleup.webstack.app_release:
    name: shop
    release: 1.4-0123456789ab
    host: "{{ inventory_hostname }}"
"""

RETURN = r"""
plan:
  description: Steps that were taken, or would be in check mode.
  returned: success
  type: list
  elements: dict
before:
  description: The release that has served before.
  returned: success
  type: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import WebstackError
from ansible_collections.scaleup.webstack.plugins.module_utils.release import plan
from ansible_collections.scaleup.webstack.plugins.module_utils.release_host import Place, apply, observe


def main() -> None:
    """Look, plan, act."""
    number = {"type": "int", "default": 30}
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "release": {"type": "str", "required": True},
            "host": {"type": "str", "required": True},
            "back": {"type": "bool", "default": False},
            "unread": {"type": "bool", "default": False},
            "keep": {"type": "int", "default": 5},
            "health_path": {"type": "str", "default": "/healthz"},
            "start_seconds": number,
            "stop_seconds": number,
            "gate_seconds": {"type": "int", "default": 2},
        },
        supports_check_mode=True,
    )
    given = module.params
    patience = {name: given[name] for name in ("health_path", "start_seconds", "stop_seconds", "gate_seconds")}
    place = Place(given["name"], given["host"], **patience)
    try:
        seen = observe(place, module.run_command, unread=given["unread"])
        steps = plan(seen, given["release"], given["keep"], back=given["back"])
        if not module.check_mode:
            apply(steps, place, module.run_command)
    except (WebstackError, OSError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=bool(steps), plan=[step.shown() for step in steps], before=seen.current)


if __name__ == "__main__":
    main()
