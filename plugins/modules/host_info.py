#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""All that a run wants to know of a host before it does anything."""

from __future__ import annotations

DOCUMENTATION = r"""
module: host_info
short_description: Look once at all that a run wants to know of a host
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Reads what the stages of C(site.yml) decide from. One round trip takes the place of M(ansible.builtin.setup), of a
    query for packages, and of M(ansible.builtin.find).
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
  packages:
    description: Names of Debian packages; those that are installed are returned.
    type: list
    elements: str
    default: []
  checksums:
    description: Paths, with C(*) for any name, of files whose checksums are returned.
    type: list
    elements: str
    default: []
  texts:
    description: Paths of small files, none of them secret, whose texts are returned.
    type: list
    elements: path
    default: []
  free_mib:
    description: Paths whose file systems' free room is returned.
    type: list
    elements: path
    default: []
  mounts:
    description: Paths of which it is to be known whether a file system is mounted there.
    type: list
    elements: path
    default: []
  folders:
    description: Paths of folders; the names of the folders in them are returned.
    type: list
    elements: path
    default: []
  users:
    description: Names of users, each with the number that it is to have; the one that it has is returned.
    type: dict
    default: {}
  neighbours:
    description: Literal addresses; who answers there is returned, unless this host has the address itself.
    type: list
    elements: str
    default: []
  authorities:
    description: Certificates of authorities, each with its private key; what is wrong with them is returned.
    type: list
    elements: dict
    default: []
    suboptions:
      certificate:
        description: Path of the certificate.
        type: path
        required: true
      key:
        description: Path of its private key, which is read and not returned.
        type: path
        required: true
      successor:
        description: Path of a certificate that takes its place; where it is there, the key may be that one's.
        type: path
"""

EXAMPLES = r"""
- name: The host is looked at
  scaleup.webstack.host_info:
    packages: [nginx]
    checksums: ["/etc/webstack/pki/*"]
  register: webstack_host
"""

RETURN = r"""
distribution:
  description: C(ID) of os-release(5).
  returned: always
  type: str
  sample: debian
release:
  description: C(VERSION_CODENAME) of os-release(5); empty if it has none.
  returned: always
  type: str
  sample: trixie
python:
  description: Version of the Python that Ansible uses on the host.
  returned: always
  type: str
  sample: 3.13.5
processors:
  description: How many processors a process may use.
  returned: always
  type: int
memory_mib:
  description: Memory in MiB; in a container what its control group lets it use, if that is less than the machine has.
  returned: always
  type: int
open_files:
  description: How many files a service may have open; 524288 unless the host was given less.
  returned: always
  type: int
interfaces:
  description: Addresses with their prefix lengths, by network interface; empty without the program C(ip).
  returned: always
  type: dict
  sample: {eth0: [192.0.2.11/24]}
packages:
  description: Which of the packages that were asked for are installed and configured.
  returned: always
  type: list
  elements: str
checksums:
  description: SHA-1 sums of files, by path.
  returned: always
  type: dict
texts:
  description: Texts of the files that were asked for and exist, by path.
  returned: always
  type: dict
free_mib:
  description: Free room in MiB, by path that was asked for.
  returned: always
  type: dict
mounts:
  description: Those of the paths that were asked for at which a file system is mounted.
  returned: always
  type: list
  elements: str
folders:
  description: Names of the folders in each folder that was asked for and exists, by path.
  returned: always
  type: dict
  sample: {/srv/webstack/static: [demo]}
users:
  description: For each user its number C(uid), if there is such a user, and C(others) that have the one it is to have.
  returned: always
  type: dict
  sample: {webstack-shop: {uid: 600, others: []}}
neighbours:
  description: Hardware addresses of those that answer, by address that was asked for.
  returned: always
  type: dict
  sample: {192.0.2.100: "02:00:00:00:00:01"}
certificates:
  description:
    - What is wrong with each authority that exists, by the path of its certificate; empty if nothing is.
    - Without the Python library cryptography nothing can be said.
  returned: always
  type: dict
  sample: {/var/lib/webstack/ca/ca.crt: ""}
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.scaleup.webstack.plugins.module_utils.host import look


def main() -> None:
    """Look."""
    paths = {"type": "list", "elements": "path", "default": []}
    names = {"type": "list", "elements": "str", "default": []}
    path = {"type": "path", "required": True}
    pair = {"certificate": path, "key": {**path, "no_log": False}, "successor": {"type": "path"}}
    module = AnsibleModule(
        argument_spec={
            "packages": names,
            "checksums": names,
            "texts": paths,
            "free_mib": paths,
            "mounts": paths,
            "folders": paths,
            "users": {"type": "dict", "default": {}},
            "neighbours": names,
            "authorities": {"type": "list", "elements": "dict", "default": [], "options": pair},
        },
        supports_check_mode=True,
    )

    def run(command: list[str]) -> tuple[int, str, str]:
        found = module.get_bin_path(command[0]) is not None
        return module.run_command(command) if found else (127, "", "")

    module.exit_json(changed=False, **look(module.params, run))


if __name__ == "__main__":
    main()
