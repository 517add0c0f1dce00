# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What every module of the collection says about check mode, diff and idempotence."""

from __future__ import annotations


class ModuleDocFragment:
    """Support is stated by each module; the words stand here once."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Reads the servers, makes the same plan, and sends none of its statements.
  diff_mode:
    description: Shows the state before and after; in check mode the state as the plan would leave it.
  idempotent:
    description: A second run in the same circumstances reports no change.
"""
