#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The store of generated secrets on one host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: secret_store
short_description: Generate secrets once and keep them on one host
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Begins the store, with an id of its own, if there is none.
  - Adds a random secret for every name that the store does not hold, and never changes one that it holds.
  - The store is one JSON file that root alone can read. Where others could open it, its folder, or the CA's key
    beside it, they no longer can.
  - No secret is returned; read the file with a task under C(no_log).
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
  path:
    description: The store's file.
    type: path
    required: true
  names:
    description: Names of secrets that must exist.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: The operator has a password
  scaleup.webstack.secret_store:
    path: /var/lib/webstack/secrets.json
    names: [mysql_operator]
"""

RETURN = r"""
id:
  description: The store's id; empty in check mode when there is no store yet.
  returned: success
  type: str
added:
  description: Names of the secrets that were generated.
  returned: success
  type: list
  elements: str
msg:
  description: One sentence.
  returned: success
  type: str
"""

import os
import secrets
import stat
import uuid
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import WebstackError
from ansible_collections.scaleup.webstack.plugins.module_utils.private_file import replace_text
from ansible_collections.scaleup.webstack.plugins.module_utils.store import open_to_others, read


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "names": {"type": "list", "elements": "str", "required": True, "no_log": False},
        },
        supports_check_mode=True,
    )
    options: dict[str, Any] = module.params
    try:
        store = read(options["path"])
        added = store.missing(options["names"])
        incomplete, opened = bool(added) or not store.identity, open_to_others(os.path.dirname(options["path"]))
        for path in opened if not module.check_mode else ():
            os.chmod(path, os.stat(path).st_mode & stat.S_IRWXU)
        if incomplete and not module.check_mode:
            # 192 bits in 32 characters: MySQL takes no longer password for a replication channel.
            store = store.completed(options["names"], lambda: secrets.token_urlsafe(24), lambda: str(uuid.uuid4()))
            replace_text(options["path"], store.serialize())
    except WebstackError as error:
        module.fail_json(msg=str(error))
    except OSError as error:
        module.fail_json(msg=f"The store {options['path']} cannot be read or written: {error.strerror}.")
    message = f"{len(added)} secrets were generated." if added else "Every secret exists."
    if opened:
        message += f" Others than root could open {', '.join(opened)}; they no longer can."
    module.exit_json(changed=incomplete or bool(opened), id=store.identity, added=added, msg=message)


if __name__ == "__main__":
    main()
