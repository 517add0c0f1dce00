#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One step of the way from one internal CA to the next."""

from __future__ import annotations

DOCUMENTATION = r"""
module: authority_rollover
short_description: Let another internal CA sign, or take the one before it out of trust
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Takes one step of C(rollover.yml) on the host that keeps the internal CA. Each step is one rename.
  - Fails with a sentence if a host would be left with a certificate that others do not trust.
  - A step that is done, or that has nothing to begin with, changes nothing.
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
  folder:
    description: Folder of the CA, with C(ca.crt) and C(ca.key), and C(next.crt) and C(next.key) of the one to come.
    type: path
    required: true
  step:
    description: V(issue) lets the new CA sign from now on; V(retire) takes the old one out of trust.
    type: str
    choices: [issue, retire]
    required: true
  confirm:
    description: The first eight digits of the SHA-256 fingerprint of the new CA.
    type: str
    required: true
  hosts:
    description: What each host has.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the host.
        type: str
        required: true
      trusted:
        description: Its file of trusted certificates, in PEM.
        type: str
        required: true
      due:
        description: Names of its certificates that are to be issued anew.
        type: list
        elements: str
        default: []
  unseen:
    description: Hosts of the stack that could not be looked at, or are not part of the run.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: The new CA signs from now on
  scaleup.webstack.authority_rollover:
    folder: /var/lib/webstack/ca
    step: issue
    confirm: 3fa9c1d2
    hosts: [{name: web1, trusted: "{{ here.texts['/etc/webstack/pki/ca.pem'] }}"}]
"""

RETURN = r"""
stage:
  description: How far the CA is after that, V(steady), V(introduced) or V(issuing).
  returned: success
  type: str
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.scaleup.webstack.plugins.module_utils.authority import (
    Host,
    Step,
    found,
    print_of,
    refusal,
    renames,
    sums,
)

HOST = {
    "name": {"type": "str", "required": True},
    "trusted": {"type": "str", "required": True},
    "due": {"type": "list", "elements": "str", "default": []},
}


def main() -> None:
    """Observe, judge, rename."""
    module = AnsibleModule(
        argument_spec={
            "folder": {"type": "path", "required": True},
            "step": {"type": "str", "choices": ["issue", "retire"], "required": True},
            "confirm": {"type": "str", "required": True},
            "hosts": {"type": "list", "elements": "dict", "required": True, "options": HOST},
            "unseen": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    given, folder = module.params, module.params["folder"]
    kept, step = found(folder), Step(module.params["step"])
    latest = kept.successor or kept.certificate
    if not latest or given["confirm"] != print_of(latest):
        said = f"{print_of(latest)} is that of the newest CA" if latest else "there is no CA"
        module.fail_json(msg=f"confirm={given['confirm']} names no CA in {folder}: {said}.")
    todo = renames(kept, step)
    hosts = [Host(each["name"], sums(each["trusted"]), tuple(each["due"])) for each in given["hosts"]]
    if todo and (refused := refusal(kept, step, hosts, given["unseen"])):
        module.fail_json(msg=refused)
    if not module.check_mode:
        for old, new in todo:
            os.replace(os.path.join(folder, old), os.path.join(folder, new))
    module.exit_json(changed=bool(todo), stage=found(folder).stage.value)


if __name__ == "__main__":
    main()
