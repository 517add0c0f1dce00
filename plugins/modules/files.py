#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Several files and folders in one look."""

from __future__ import annotations

DOCUMENTATION = r"""
module: files
short_description: Keep several files and folders of a host as given, with one look at all of them
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Asks the host once which of the files differ.
  - Hands only those to M(ansible.builtin.copy) and M(ansible.builtin.file).
  - A run that changes nothing costs one round trip, however many files there are.
extends_documentation_fragment:
  - scaleup.webstack.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  files:
    description:
      - The files and folders, in the order in which they are made.
      - C(dest) is the path, and C(content) the text; an entry without content is a folder.
      - C(owner) and C(group) are by default root; C(mode) is by default C(0644) for a file and C(0755) for a folder.
      - C(validate) is a command with C(%s) in place of the candidate file.
      - C(secret) is true if a diff must not show the content.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: The proxy's files are in place
  scaleup.webstack.files:
    files:
      - dest: /etc/webstack/app_proxy
      - dest: /etc/webstack/app_proxy/haproxy.cfg
        content: "{{ lookup('ansible.builtin.template', 'etc/webstack/app_proxy/haproxy.cfg.j2') }}"
        validate: haproxy -c -f %s
  notify: Reload the application proxy
"""

RETURN = r"""
changed_files:
  description: Paths that were changed, or would be in check mode.
  returned: success
  type: list
  elements: str
"""

import grp
import pwd
from functools import partial
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.scaleup.webstack.plugins.module_utils.files import differs, look


def name_of(database: Any, number: int) -> str:
    """Return the name of a user or group, its number if it has none."""
    try:
        return str(database(number)[0])
    except KeyError:
        return str(number)


def main() -> None:
    """Look, and say what differs; the action plugin of the same name does the rest."""
    module = AnsibleModule(
        argument_spec={"files": {"type": "list", "elements": "dict", "required": True}}, supports_check_mode=True
    )
    user, group = partial(name_of, pwd.getpwuid), partial(name_of, grp.getgrgid)
    different = [item["dest"] for item in module.params["files"] if differs(item, look(item["dest"], user, group))]
    module.exit_json(changed=False, changed_files=different)


if __name__ == "__main__":
    main()
