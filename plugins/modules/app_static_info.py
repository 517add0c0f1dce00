#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The static files of a release, as one archive."""

from __future__ import annotations

DOCUMENTATION = r"""
module: app_static_info
short_description: The static files of an application's release, as one archive
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Packs the files that the web tier serves, on an application host. Changes nothing.
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
  paths:
    description: For each path at which files answer, their folder or file in the release.
    type: dict
    required: true
  release:
    description: The release; empty means the one that serves.
    type: str
    default: ''
  there:
    description: The releases whose files each web host has. Files that all of them have are not packed.
    type: list
    elements: list
    default: []
"""

EXAMPLES = r"""
- name: The static files of the demo are known
  scaleup.webstack.app_static_info:
    name: demo
    paths: {/static/: static}
  register: files
"""

RETURN = r"""
release:
  description: The release; empty if none serves yet, or if the host does not have the one that is asked for.
  returned: success
  type: str
archive:
  description: A compressed tar archive in Base64; empty if the files are there already.
  returned: success
  type: str
"""

import base64

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import WebstackError
from ansible_collections.scaleup.webstack.plugins.module_utils.release_host import Place, complete, serving
from ansible_collections.scaleup.webstack.plugins.module_utils.static_files import pack


def main() -> None:
    """Pack."""
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "paths": {"type": "dict", "required": True},
            "release": {"type": "str", "default": ""},
            "there": {"type": "list", "elements": "list", "default": []},
        },
        supports_check_mode=True,
    )
    place = Place(module.params["name"], host="")
    release = module.params["release"] or serving(place)
    if release not in complete(place):
        release = ""
    packed, there = b"", module.params["there"]
    try:
        if release and not (there and all(release in releases for releases in there)):
            packed = pack(place.releases(release), module.params["paths"])
    except (WebstackError, OSError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, release=release, archive=base64.b64encode(packed).decode())


if __name__ == "__main__":
    main()
