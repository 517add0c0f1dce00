#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Static files of an application on a web host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: web_static
short_description: Static files of an application's releases on a web host
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Keeps the files of the release that serves, of the one before it, and of one that is about to serve.
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
    description: The release whose files are to be there; empty means that the host is only looked at.
    type: str
    default: ''
  archive:
    description: Its files as RV(scaleup.webstack.app_static_info#module:archive), if this host may not have them.
    type: str
    default: ''
  state:
    description:
      - With V(announced) its files are found where the release that serves has none of that name.
      - With V(served) it is the one that serves; files of all but the one before it go.
    type: str
    choices: [announced, served]
    default: served
"""

EXAMPLES = r"""
- name: The static files of the demo are in place
  scaleup.webstack.web_static:
    name: demo
    release: "{{ files.release }}"
    archive: "{{ files.archive }}"
"""

RETURN = r"""
current:
  description: The release whose files were served before; empty if none were.
  returned: success
  type: str
releases:
  description: The releases whose files were there before.
  returned: success
  type: list
  elements: str
"""

import base64
import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.scaleup.webstack.plugins.module_utils.static_files import CURRENT, NEXT, Kept


def main() -> None:
    """Look, and put in place."""
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "release": {"type": "str", "default": ""},
            "archive": {"type": "str", "default": ""},
            "state": {"type": "str", "choices": ["announced", "served"], "default": "served"},
        },
        supports_check_mode=True,
    )
    os.umask(0o022)  # everybody may read what is served
    kept, release = Kept(module.params["name"]), module.params["release"]
    before, releases, served = kept.link(CURRENT), kept.releases(), module.params["state"] == "served"
    there = release in releases and (before == release or (not served and kept.link(NEXT) == release))
    changed = bool(release) and not there
    if changed and not module.check_mode:
        try:
            if release not in releases:
                if not module.params["archive"]:
                    module.fail_json(msg=f"The files of {release} are not on this host, and none were given.")
                kept.unpack(release, base64.b64decode(module.params["archive"]))
            (kept.serve if served else kept.announce)(release)
        except OSError as error:
            module.fail_json(msg=f"The static files of {release} could not be put in place: {error}")
    module.exit_json(changed=changed, current=before, releases=releases)


if __name__ == "__main__":
    main()
