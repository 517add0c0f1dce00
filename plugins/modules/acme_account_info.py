#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""By what an ACME server knows the account of a stack."""

from __future__ import annotations

DOCUMENTATION = r"""
module: acme_account_info
short_description: Read the thumbprint of certbot's account, by which every balancer can answer a challenge
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - An HTTP-01 challenge is answered by its token and the thumbprint of the account's key (RFC 8555, section 8.1; RFC
    7638). The thumbprint is no secret, and stays the same for as long as the account does.
  - The key is read and not returned.
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
    description: Certbot's configuration folder.
    type: path
    required: true
"""

EXAMPLES = r"""
- name: The account is known
  scaleup.webstack.acme_account_info:
    folder: /var/lib/webstack/acme
"""

RETURN = r"""
thumbprint:
  description: The thumbprint; empty if there is no account.
  returned: success
  type: str
"""

import glob
import json
import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.scaleup.webstack.plugins.module_utils.thumbprint import thumbprint


def main() -> None:
    """Read, and return what is no secret."""
    module = AnsibleModule({"folder": {"type": "path", "required": True}}, supports_check_mode=True)
    keys = sorted(glob.glob(os.path.join(module.params["folder"], "accounts", "*", "*", "*", "private_key.json")))
    if len(keys) > 1:
        module.fail_json(msg=f"There is more than one account: {', '.join(keys)}. Keep the folder of one.")
    try:
        texts = []
        for path in keys:
            with open(path, encoding="utf-8") as file:
                texts.append(file.read())
        found = [thumbprint(json.loads(text)) for text in texts]
    except (OSError, ValueError, KeyError) as error:
        module.fail_json(
            msg=f"{keys[0]} holds no key of an account: {type(error).__name__}. Bring it back from a backup."
        )
    module.exit_json(changed=False, thumbprint="".join(found))


if __name__ == "__main__":
    main()
