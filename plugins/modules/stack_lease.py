#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One host's copy of the lease that keeps runs which change a stack apart."""

from __future__ import annotations

DOCUMENTATION = r"""
module: stack_lease
short_description: Take, renew or give back the lease that lets one run at a time change a stack
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Keeps a small file with who changes the stack, by what, since when and for how long.
  - Fails with a sentence while another run holds the lease. One that was not renewed in time is taken over, and so is,
    at once, one whose run is known to have ended, because it ran on the machine (and in the container) of this run.
  - A run that has the lease renews it by taking it again.
  - Run it on one host after the other, always in the same order; of two runs that begin together, the first host then
    lets one go on.
  - It never reports a change. The lease is no state of the stack, and each run ends by leaving none.
extends_documentation_fragment:
  - scaleup.webstack.attributes
attributes:
  check_mode:
    support: full
    description: Takes and gives back nothing; fails with the same sentence while another run holds the lease.
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  path:
    description: The file that holds the lease. Its folder is made, for root alone, if there is none.
    type: path
    required: true
  state:
    description: V(taken) takes or renews the lease; V(released) gives it back, if it is this run's.
    type: str
    choices: [taken, released]
    default: taken
  operation:
    description: What the run does, in a word, for the sentences that others read.
    type: str
    default: a playbook
  seconds:
    description: For how many seconds the lease is good without being renewed.
    type: int
    default: 900
  break_lease:
    description: Whether to take the lease whoever holds it.
    type: bool
    default: false
  run:
    description:
      - The process of this run, C(controller), C(pid) and C(started), and its C(owner).
      - The action plugin of the same name gives it.
    type: dict
    default: {}
  judged:
    description:
      - Processes of this run's machine, and whether each of them C(runs).
      - The action plugin of the same name gives it, once the module has asked.
    type: list
    elements: dict
    default: []
"""

EXAMPLES = r"""
- name: No other run changes this stack
  scaleup.webstack.stack_lease:
    path: /var/lib/webstack/lease.json
    operation: switchover
  delegate_to: "{{ item }}"
  loop: [lb1, lb2]
  loop_control: {break_when: [ansible_loop_result is failed]}
  run_once: true
"""

RETURN = r"""
msg:
  description: What became of a lease of another run; empty if there was none.
  returned: success
  type: str
renew_at:
  description: When a run that takes long should take the lease again, in seconds since 1970 by the controller's clock.
  returned: success
  type: int
"""

import os
import time
from contextlib import nullcontext
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import WebstackError
from ansible_collections.scaleup.webstack.plugins.module_utils.lease import (
    Lease,
    Process,
    Verdict,
    decide,
    refusal,
    renewed,
    taken_over,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.private_file import alone, replace_text

OPTIONS: dict[str, Any] = {
    "path": {"type": "path", "required": True},
    "state": {"type": "str", "choices": ["taken", "released"], "default": "taken"},
    "operation": {"type": "str", "default": "a playbook"},
    "seconds": {"type": "int", "default": 900},
    "break_lease": {"type": "bool", "default": False},
    "run": {"type": "dict", "default": {}},
    "judged": {"type": "list", "elements": "dict", "default": []},
}


def process(given: dict[str, Any]) -> Process:
    """Read a process as the action plugin writes it."""
    return Process(str(given["controller"]), int(given["pid"]), str(given["started"]))


def read(options: dict[str, Any]) -> Lease | None:
    """Read the lease, none if there is none or if it cannot be read and does not count."""
    try:
        with open(options["path"], encoding="utf-8") as file:
            return Lease.parse(file.read(), options["path"])
    except FileNotFoundError:
        return None
    except WebstackError:
        if options["break_lease"] or options["state"] == "released":
            return None
        raise


def settle(options: dict[str, Any], *, check_mode: bool) -> dict[str, Any]:
    """Decide, and write or remove the file."""
    now, mine = int(time.time()), process(options["run"])
    wanted = Lease(mine, options["run"]["owner"], options["operation"], options["seconds"], now, now)
    found, broken = read(options), options["break_lease"]
    if options["state"] == "released":
        if found and found.process == mine and not check_mode:
            os.unlink(options["path"])
        return {"msg": ""}
    verdict = decide(found, wanted, {process(each): each["runs"] for each in options["judged"]}, broken=broken)
    if found and verdict is not Verdict.TAKE:
        asked = {"asked": vars(found.process)} if verdict is Verdict.ASK else {}
        return {"failed": True, "msg": refusal(found, now), **asked}
    if not check_mode:
        replace_text(options["path"], renewed(found, wanted).serialize())
    return {"msg": taken_over(found, wanted, broken=broken)}


def main() -> None:
    """Look, decide, write."""
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True)
    folder = os.path.dirname(module.params["path"])
    try:
        if not module.check_mode:
            os.makedirs(folder, mode=0o700, exist_ok=True)
        # Without its folder there is no lease; in check mode none is made.
        with alone(folder) if os.path.isdir(folder) else nullcontext():
            result = settle(module.params, check_mode=module.check_mode)
    except WebstackError as error:
        module.fail_json(msg=str(error))
    except OSError as error:
        module.fail_json(msg=f"The lease {module.params['path']} cannot be read or written: {error.strerror}.")
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
