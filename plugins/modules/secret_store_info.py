#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the store on the state host holds, and whether it is the store of these hosts."""

from __future__ import annotations

DOCUMENTATION = r"""
module: secret_store_info
short_description: See whether the store of secrets is there and belongs to the hosts of a stack
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Looks at the store of secrets and at the certificate authority beside it, on the host that keeps both.
  - Fails with a sentence if hosts already carry the id or the CA of a stack, and the store is missing, incomplete or
    another one.
  - Fails as well if a store, or a CA, would be begun in a run that has not seen every host.
  - No secret is returned.
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
  host:
    description: Name of the host that keeps the store, for sentences.
    type: str
    required: true
  folder:
    description: Its folder, with the store in C(secrets.json) and the CA in C(ca/ca.crt) and C(ca/ca.key). Another CA
      that is to take its place is C(ca/next.crt) and C(ca/next.key).
    type: path
    required: true
  names:
    description: Names of the secrets that the store has to hold, without those that are given.
    type: list
    elements: str
    required: true
  given_authority:
    description: Certificate of a CA that is given, in PEM; empty if the store holds the CA.
    type: str
    default: ""
  hosts:
    description: What each host carries of a stack.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the host.
        type: str
        required: true
      id:
        description: Id of a store; empty for none.
        type: str
        default: ""
      trusted:
        description: Its file of trusted certificates, in PEM; empty for none.
        type: str
        default: ""
  unseen:
    description: Hosts of the stack that could not be looked at, or are not part of the run.
    type: list
    elements: str
    default: []
  marks:
    description: The files that make a host one of a stack, for sentences.
    type: list
    elements: path
    required: true
"""

EXAMPLES = r"""
- name: The store is this stack's
  scaleup.webstack.secret_store_info:
    host: db1
    folder: /var/lib/webstack
    names: [mysql_operator]
    hosts: [{name: web1, id: "{{ here.texts['/etc/webstack/stack_id'] | trim }}"}]
    marks: [/etc/webstack/stack_id]
  delegate_to: db1
  run_once: true
"""

RETURN = r"""
id:
  description: The store's id; empty if there is none yet, or if everything is given.
  returned: success
  type: str
missing:
  description: Names of secrets that the store does not hold yet.
  returned: success
  type: list
  elements: str
complete:
  description: Whether M(scaleup.webstack.secret_store) has nothing to begin, to add or to close.
  returned: success
  type: bool
authority:
  description: Certificate of the CA in the store that signs; empty if there is none yet.
  returned: success
  type: str
trusted:
  description: Certificates of all CAs in the store, more than one while another one takes its place.
  returned: success
  type: str
stage:
  description: How far that is, V(steady), V(introduced) or V(issuing).
  returned: success
  type: str
newest:
  description: The first eight digits of the SHA-256 fingerprint of the newest CA; empty if there is none.
  returned: success
  type: str
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.scaleup.webstack.plugins.module_utils.authority import found, print_of, sums
from ansible_collections.scaleup.webstack.plugins.module_utils.belonging import Carried, Kept, Wanted, refusal
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import WebstackError
from ansible_collections.scaleup.webstack.plugins.module_utils.store import open_to_others, read

# Names of secrets, not secrets.
NAMES = {"type": "list", "elements": "str", "required": True, "no_log": False}
HOST = {
    "name": {"type": "str", "required": True},
    "id": {"type": "str", "default": ""},
    "trusted": {"type": "str", "default": ""},
}


def words(certificates: str) -> str:
    """The sums that hosts are compared by."""
    return " ".join(sorted(sums(certificates)))


def main() -> None:
    """Look, compare."""
    module = AnsibleModule(
        argument_spec={
            "host": {"type": "str", "required": True},
            "folder": {"type": "path", "required": True},
            "names": NAMES,
            "given_authority": {"type": "str", "default": ""},
            "hosts": {"type": "list", "elements": "dict", "required": True, "options": HOST},
            "unseen": {"type": "list", "elements": "str", "default": []},
            "marks": {"type": "list", "elements": "path", "required": True},
        },
        supports_check_mode=True,
    )
    given, folder = module.params["given_authority"], module.params["folder"]
    wanted = Wanted(bool(module.params["names"]), words(given))
    try:
        store, authority = read(os.path.join(folder, "secrets.json")), found(os.path.join(folder, "ca"))
        private = not open_to_others(folder)
    except WebstackError as error:
        module.fail_json(msg=str(error))
    except OSError as error:
        module.fail_json(msg=f"The store in {folder} cannot be read: {error.strerror}.")
    kept = Kept(module.params["host"], folder, store.identity, words(authority.trusted))
    carried = [Carried(each["name"], each["id"], words(each["trusted"])) for each in module.params["hosts"]]
    if refused := refusal(kept, carried, module.params["unseen"], wanted, module.params["marks"]):
        module.fail_json(msg=refused)
    missing = store.missing(module.params["names"])
    module.exit_json(
        changed=False,
        id="" if wanted.nothing else store.identity,
        missing=missing,
        complete=not missing and (wanted.nothing or (bool(store.identity) and private)),
        authority=authority.signing,
        trusted=authority.trusted,
        stage=authority.stage.value,
        newest=print_of(authority.successor or authority.certificate),
    )


if __name__ == "__main__":
    main()
