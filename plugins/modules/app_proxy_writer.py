#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The writer of the proxy beside an application, while the primary moves."""

from __future__ import annotations

DOCUMENTATION = r"""
module: app_proxy_writer
short_description: Let the proxy beside an application follow a planned move of the primary
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Runs on an application host while the primary is moved from O(old) to O(new), and watches both role agents.
  - While neither of them takes writes, new sessions to the writer wait in HAProxy's queue, for at most O(hold_seconds);
    sessions that are there go on. As soon as the new primary takes writes, HAProxy is told, before its own checks find
    out, and lets the sessions in.
  - The queue is opened again whatever happens. Start it in the background, then move the primary, then wait for it.
extends_documentation_fragment:
  - scaleup.webstack.attributes
attributes:
  check_mode:
    support: full
    details: In check mode nothing is watched or said.
  diff_mode:
    support: none
  idempotent:
    support: none
options:
  state:
    description:
      - V(following) watches the move.
      - V(released) only opens the queue, for the case that a run was cut off while it was closed.
    type: str
    choices: [following, released]
    default: following
  socket:
    description: HAProxy's runtime socket.
    type: path
    default: /run/webstack-app-proxy/admin.sock
  sessions:
    description: Sessions that the writer takes at most.
    type: int
    required: true
  old:
    description: The server that is the primary now, as O(agents) names it.
    type: str
  new:
    description: The server that is to be the primary, as O(agents) names it.
    type: str
  agents:
    description: The role agents of the database hosts.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the server in HAProxy's backend C(writer).
        type: str
        required: true
      address:
        description: Address of the agent.
        type: str
        required: true
  agent_port:
    description: TCP port of the agents.
    type: int
    default: 9201
  tls_name:
    description: Name that the agents' certificates must carry.
    type: str
    default: mysql.webstack.internal
  ca_file:
    description: File with the CA that signed them.
    type: path
    default: /etc/webstack/pki/ca.pem
  seconds:
    description: How long to watch before giving up.
    type: int
    default: 60
  hold_seconds:
    description: How long a session may have to wait.
    type: int
    default: 5
"""

EXAMPLES = r"""
- name: The proxies watch the move
  scaleup.webstack.app_proxy_writer:
    old: db1
    new: db2
    agents:
      - {name: db1, address: 192.0.2.11}
      - {name: db2, address: 192.0.2.12}
    sessions: 2000
  async: 90
  poll: 0
"""

RETURN = r"""
followed:
  description: Whether the new primary was seen to take writes, and the proxy was told.
  type: bool
  returned: when O(state=following)
held_seconds:
  description: How long sessions had to wait.
  type: float
  returned: when O(state=following)
"""

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError, WebstackError
from ansible_collections.scaleup.webstack.plugins.module_utils.following import Writer, follow
from ansible_collections.scaleup.webstack.plugins.module_utils.runtime import Agent, moments, say

AGENT = {"name": {"type": "str", "required": True}, "address": {"type": "str", "required": True}}


def main() -> None:
    """Watch, and tell HAProxy."""
    module = AnsibleModule(
        argument_spec={
            "state": {"type": "str", "choices": ["following", "released"], "default": "following"},
            "socket": {"type": "path", "default": "/run/webstack-app-proxy/admin.sock"},
            "sessions": {"type": "int", "required": True},
            "old": {"type": "str"},
            "new": {"type": "str"},
            "agents": {"type": "list", "elements": "dict", "options": AGENT, "default": []},
            "agent_port": {"type": "int", "default": 9201},
            "tls_name": {"type": "str", "default": "mysql.webstack.internal"},
            "ca_file": {"type": "path", "default": "/etc/webstack/pki/ca.pem"},
            "seconds": {"type": "int", "default": 60},
            "hold_seconds": {"type": "int", "default": 5},
        },
        required_if=[("state", "following", ("old", "new", "agents"))],
        supports_check_mode=True,
    )
    given = module.params
    writer = Writer(given["sessions"])
    if module.check_mode:
        module.exit_json(changed=False, followed=False, held_seconds=0.0)
    try:
        if given["state"] == "released":
            for command in writer.release():
                say(given["socket"], command)
            module.exit_json(changed=False)
        if given["old"] == given["new"]:
            raise InvalidError(f"old and new are one server, {given['new']!r}: no primary moves.")
        old, new = (agent_of(given, given[which]) for which in ("old", "new"))
        watched = moments(old, new, given["seconds"])
        names = (given["old"], given["new"])
        told = follow(watched, writer, names, given["hold_seconds"], lambda command: say(given["socket"], command))
    except WebstackError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, followed=told.followed, held_seconds=round(told.held_seconds, 3))


def agent_of(given: Mapping[str, Any], name: str) -> Agent:
    """Where this server's agent is."""
    address = next((each["address"] for each in given["agents"] if each["name"] == name), "")
    if not address:
        raise InvalidError(f"agents names no server {name!r}.")
    return Agent(address, given["agent_port"], given["tls_name"], given["ca_file"])


if __name__ == "__main__":
    main()
