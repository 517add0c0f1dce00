# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How members receive from one another, and how long it may take. Mirrors REPLICATION in module_utils/arguments.py."""

from __future__ import annotations


class ModuleDocFragment:
    """Options shared by modules that may point a member to another one."""

    DOCUMENTATION = r"""
options:
  replication_user:
    description: Account that a member logs in to another one with, to receive its transactions.
    type: str
    default: webstack_replication
  replication_password:
    description:
      - Password of O(replication_user).
      - The servers do not tell it, so a changed one is sent only together with another change.
    type: str
    required: true
  timeout:
    description: Seconds within which the server must be seen to work as a member.
    type: int
    default: 60
"""
