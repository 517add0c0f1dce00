# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One server and what it takes to belong to the others. Mirrors MEMBER in module_utils/arguments.py."""

from __future__ import annotations


class ModuleDocFragment:
    """Options and results shared by modules that make one server a whole member."""

    DOCUMENTATION = r"""
options:
  name:
    description: The server that is to be a whole member; one of O(members).
    type: str
    required: true
  seed:
    description:
      - Member that becomes the primary while no server holds any data and every member answers.
      - Later it only decides between servers that hold exactly the same transactions while none claims to be primary.
    type: str
    required: true
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
