# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Login over TLS to all members, and the list of members. Mirrors module_utils/arguments.py."""

from __future__ import annotations


class ModuleDocFragment:
    """Options shared by modules that look at the whole topology."""

    DOCUMENTATION = r"""
options:
  members:
    description:
      - Every database server of the layout, whether it is up or not.
      - Names and addresses must be unique.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name in the inventory.
        type: str
        required: true
      address:
        description: Address that the server is reached at, and that replicas replicate from.
        type: str
        required: true
      port:
        description: TCP port of the server.
        type: int
        default: 3306
  login_user:
    description: Account to log in with, on every member.
    type: str
    default: webstack_operator
  login_password:
    description: Password of O(login_user).
    type: str
  ca_file:
    description: File on the managed host with the CA that signed the servers' certificates.
    type: path
    default: /etc/webstack/pki/ca.pem
  tls_name:
    description:
      - Name that the servers' certificates are verified for, whatever address is connected to.
      - With an empty string the address itself is verified.
    type: str
    default: mysql.webstack.internal
  connect_timeout:
    description: Seconds until a member that gives no answer counts as unreachable.
    type: int
    default: 3
requirements:
  - PyMySQL on the managed host (C(python3-pymysql))
notes:
  - Run it on one database host; it opens TLS sessions to all members itself.
  - A server that gives no answer by SQL is called unreachable, never dead.
"""
