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
  reseed:
    description:
      - Whether everything that the server holds may be replaced by a copy of another member, if it cannot become a
        whole member as it is because it holds transactions that the primary lacks, lacks some that are purged, or has
        data of another stack.
      - A server that can become a whole member keeps what it has. One that holds nothing gets a copy without this.
    type: bool
    default: false
  clone_threshold:
    description:
      - A server that holds nothing gets a copy of another member if it lacks more transactions than this; it takes
        fewer from the binary logs.
    type: int
    default: 1000
  copy_timeout:
    description: Seconds that a copy of another member may take.
    type: int
    default: 14400
"""
