#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""New certificates for a HAProxy that runs, without a reload."""

from __future__ import annotations

DOCUMENTATION = r"""
module: haproxy_certificates
short_description: Have a running HAProxy take up new certificates without a reload
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - M(scaleup.webstack.files) notes for a unit which files it has to read again. Those of them that are certificates are
    given to the running HAProxy by its runtime interface, and the note is taken away. No connection is closed for that.
  - Afterwards HAProxy shows the fingerprints of what is in the files.
  - What HAProxy does not take stays noted, so that a reload follows; so does everything if it does not run.
  - A file of CAs stays noted, too. HAProxy 3.0.11 takes another one by its runtime interface and lists it, but goes on
    to verify its servers by the one before.
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
  socket:
    description: HAProxy's unix socket, with the level admin.
    type: path
    required: true
  unit:
    description: The systemd unit of this HAProxy.
    type: str
    required: true
  certificates:
    description: Paths of certificates as its configuration names them, each with its key beside it, ending in C(.key).
    type: list
    elements: path
    default: []
"""

EXAMPLES = r"""
- name: New certificates are taken up
  scaleup.webstack.haproxy_certificates:
    socket: /run/haproxy/admin.sock
    unit: haproxy.service
    certificates: [/etc/webstack/pki/site.crt]
"""

RETURN = r"""
taken:
  description: Paths that HAProxy has taken up.
  returned: success
  type: list
  elements: str
left:
  description: Why it has not taken up others, by path; they stay noted for a reload.
  returned: success
  type: dict
"""

import hashlib
import os
import re
import ssl

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.scaleup.webstack.plugins.module_utils.authority import PEM
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import WebstackError
from ansible_collections.scaleup.webstack.plugins.module_utils.files import NOTES, been_read, look
from ansible_collections.scaleup.webstack.plugins.module_utils.runtime import take_up


def main() -> None:
    """Take up what is noted."""
    module = AnsibleModule(
        argument_spec={
            "socket": {"type": "path", "required": True},
            "unit": {"type": "str", "required": True},
            "certificates": {"type": "list", "elements": "path", "default": []},
        },
        supports_check_mode=True,
    )
    given = module.params
    note = look(os.path.join(NOTES, "reload", given["unit"]))
    noted = (note.content or b"").decode().splitlines() if note else []
    # A key that is new comes with its certificate.
    changed = {re.sub(r"[.]key$", ".crt", path) for path in noted}
    taken: list[str] = []
    left: dict[str, str] = {}
    for path in given["certificates"]:
        if path in changed and os.path.exists(given["socket"]) and not module.check_mode:
            try:
                take_up(given["socket"], path, *read(path))
                taken.append(path)
            except (WebstackError, OSError, ValueError) as error:
                left[path] = str(error)
    if taken:
        been_read(given["unit"], [*taken, *(re.sub(r"[.]crt$", ".key", path) for path in taken)])
    module.exit_json(changed=bool(taken), taken=taken, left=left)


def read(path: str) -> tuple[str, str]:
    """Return what HAProxy is to be given, and the fingerprint that it shall show then."""
    with open(path, encoding="utf-8") as file, open(re.sub(r"[.]crt$", ".key", path), encoding="utf-8") as key:
        text = file.read()
        if not (first := PEM.search(text)):
            raise ValueError(f"{path} holds no certificate.")
        shown = hashlib.sha1(ssl.PEM_cert_to_DER_cert(first.group()), usedforsecurity=False).hexdigest()
        return text + key.read(), shown


if __name__ == "__main__":
    main()
