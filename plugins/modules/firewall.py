#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The packet filter's table: opened for what is new, replaced on trial, confirmed by a new connection."""

from __future__ import annotations

DOCUMENTATION = r"""
module: firewall
short_description: Put the table inet webstack of nftables in force, on trial until the run has reconnected
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Replaces the table C(inet webstack) in one transaction and touches no other table.
  - Before that, a timer is armed on the host that takes the previous rules back.
    Then the run reconnects, and only a connection that was made under the new rules stops the timer.
  - A host that cannot be reached under the new rules is as before after O(rollback_seconds), and the task fails.
  - Finds rules that were added or taken away by hand, and a run that was interrupted at any point.
extends_documentation_fragment:
  - scaleup.webstack.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  state:
    description:
      - V(opened) adds what the wanted rules let in to a loaded table, and shuts nothing.
        It does nothing where no table is loaded.
      - V(present) puts exactly the wanted rules in force, now and at boot.
      - V(absent) lets everything in again.
    type: str
    choices: [opened, present, absent]
    default: present
  wanted:
    description: The file with the wanted rules. It begins by declaring and deleting the table C(inet webstack).
    type: path
    required: true
  confirmed:
    description: The file that is loaded at boot. Only confirmed rules are written to it.
    type: path
    required: true
  admin_networks:
    description:
      - What the rules let in to O(admin_ports).
      - A run from elsewhere is let in all the same, by a line of its own in O(confirmed), and warns.
    type: list
    elements: str
    default: []
  admin_ports:
    description: The TCP ports on which administrators come.
    type: list
    elements: int
    default: []
  rollback_seconds:
    description: After how many seconds without a new connection the host takes the previous rules back.
    type: int
    default: 30
  files:
    description:
      - Files and folders that are kept before anything else, O(wanted) among them.
      - As O(scaleup.webstack.files#module:files), and in the same round trip.
    type: list
    elements: dict
    default: []
  tried_by:
    description:
      - The connection by which the rules were put on trial.
      - The action plugin of the same name gives it, to confirm them.
    type: str
"""

EXAMPLES = r"""
- name: Exactly the published flows are let in
  scaleup.webstack.firewall:
    wanted: /etc/webstack/firewall/wanted.nft
    confirmed: /etc/webstack/firewall/rules.nft
    admin_networks: [192.0.2.0/24]
    admin_ports: [22]
"""

RETURN = r"""
pending:
  description: Why the rules were not in force and confirmed, one sentence each.
  returned: success
  type: list
  elements: str
on_trial:
  description: Whether rules were loaded that a new connection has to confirm.
  returned: success
  type: bool
tried_by:
  description: The connection by which the module was called, an address and a port; empty if it is no SSH connection.
  returned: success
  type: str
"""

import os
import tempfile
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import WebstackError
from ansible_collections.scaleup.webstack.plugins.module_utils.files import keep, together
from ansible_collections.scaleup.webstack.plugins.module_utils.firewall import (
    FirewallError,
    Seen,
    composed,
    origin_warning,
    pending,
    replacing,
    unconfirmed,
    widening,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.nftables import Filter, connection, read

OPTIONS: dict[str, Any] = {
    "state": {"type": "str", "choices": ["opened", "present", "absent"], "default": "present"},
    "wanted": {"type": "path", "required": True},
    "confirmed": {"type": "path", "required": True},
    "admin_networks": {"type": "list", "elements": "str", "default": []},
    "admin_ports": {"type": "list", "elements": "int", "default": []},
    "rollback_seconds": {"type": "int", "default": 30},
    "files": {"type": "list", "elements": "dict", "default": []},
    "tried_by": {"type": "str"},
}


def confirm(module: AnsibleModule, table: Filter, seen: Seen, origin: str) -> None:
    """Make the tried rules those of every boot, if it was they that let this connection in."""
    if origin and origin == module.params["tried_by"]:
        raise FirewallError(f"The connection from {origin} is older than the rules and proves nothing about them.")
    table.disarm()
    if not seen.armed or table.live() != seen.expected:
        raise unconfirmed(module.params["rollback_seconds"])
    descriptor, temporary = tempfile.mkstemp(dir=module.tmpdir)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(seen.wanted)
    module.atomic_move(temporary, module.params["confirmed"])
    os.chmod(module.params["confirmed"], 0o644)
    table.forget()
    table.start()


def work(module: AnsibleModule, table: Filter) -> dict[str, Any]:
    """Look, and do what the state asks for."""
    options, change, current = module.params, not module.check_mode, connection()
    state, confirmed, wanted = options["state"], read(options["confirmed"]), read(options["wanted"])
    if state == "absent":
        return {"changed": table.remove(options["confirmed"], change=change)}
    if wanted is None:
        return {"changed": state == "present", "pending": [f"{options['wanted']} is not there yet."]}
    permitted = (options["admin_networks"], options["admin_ports"])
    rules = composed(wanted, confirmed or "", current, *permitted)
    origin = f"{current.address} {current.client_port}" if current else ""
    if change and options["tried_by"] is None and table.armed():
        table.take_back()
    seen = table.look(rules, confirmed)
    reasons = pending(seen)
    trial = bool(state == "present" and reasons and change and options["tried_by"] is None)
    opened = state == "opened" and change and seen.live not in (None, seen.expected)
    if options["tried_by"] is not None:
        confirm(module, table, seen, origin)
    elif trial:
        table.put_on_trial(replacing(seen.live), seen.wanted, options["rollback_seconds"])
    elif opened:
        table.open_up(replacing(seen.live), widening(seen.expected, seen.live or ""))
    if reasons and (warning := origin_warning(current, *permitted)):
        module.warn(warning)
    after = seen.expected if state == "present" else table.live() if opened else seen.live
    changed = bool(reasons) if state == "present" else after != seen.live
    diff = {"before": seen.live or "", "after": after or ""}
    return {"changed": changed, "pending": reasons, "on_trial": trial, "tried_by": origin, "diff": diff}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True)
    try:
        kept = keep(module.params["files"], module.run_command, change=not module.check_mode)
        module.exit_json(**together(kept, work(module, Filter(module.run_command))))
    except (WebstackError, OSError) as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()
