#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Several files and folders in one round trip."""

from __future__ import annotations

DOCUMENTATION = r"""
module: files
short_description: Keep several files and folders of a host as given, and say what their units have to do
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Looks at all files and folders, and writes those that differ, in one round trip.
  - New contents are checked beside the old ones; if one is refused, no file is replaced.
  - A unit that has to read a changed file is noted on the host, in C(/run/webstack), before the file is replaced. The
    unit takes the note away when it has started or reloaded, by C(ExecStartPost) and C(ExecReload) lines that the roles
    give it. A run that was stopped between a file and its unit is therefore finished by the next run.
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
  files:
    description:
      - The files and folders, in the order in which they are made.
      - C(dest) is the path, and C(content) the text; an entry without content is a folder.
      - C(owner) and C(group) are by default root; C(mode) is by default C(0644) for a file and C(0755) for a folder.
      - C(validate) is a command with C(%s) in place of the candidate file, which stands in the folder of C(dest).
      - C(state) is by default C(present); C(absent) is for a file that must not be there. It needs no content.
      - C(secret) is true if a diff must not show the content.
      - C(reload) and C(restart) name the systemd unit, or a list of units, that has to reload or to restart to read it.
    type: list
    elements: dict
    required: true
  units:
    description: Units that no entry names, and whose state is to be told as well.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: The proxy's files are in place
  scaleup.webstack.files:
    files:
      - dest: /etc/webstack/app_proxy
      - dest: /etc/webstack/app_proxy/haproxy.cfg
        content: "{{ lookup('ansible.builtin.template', 'etc/webstack/app_proxy/haproxy.cfg.j2') }}"
        validate: haproxy -c -f %s
        reload: webstack-app-proxy.service
  register: proxy_files

- name: The proxy runs, as it is written now
  ansible.builtin.systemd_service:
    name: webstack-app-proxy.service
    state: "{{ proxy_files.states['webstack-app-proxy.service'] }}"
    enabled: true
  when: "'webstack-app-proxy.service' not in proxy_files.settled"
"""

RETURN = r"""
changed_files:
  description: Paths that were changed, or would be in check mode.
  returned: success
  type: list
  elements: str
states:
  description:
    - For each unit that an entry names, the state to ask of M(ansible.builtin.systemd_service).
    - One of C(restarted), C(reloaded), and C(started) if there is nothing new to read.
  returned: success
  type: dict
settled:
  description: Those of these units that need nothing. They run, start at a boot, and have nothing new to read.
  returned: success
  type: list
  elements: str
idle:
  description: Those of these units that neither run nor start at a boot.
  returned: success
  type: list
  elements: str
reload:
  description: Paths that a unit has not read yet and that a reload is enough for, by unit.
  returned: success
  type: dict
restart:
  description: Paths that a unit has not read yet and that it has to restart for, by unit.
  returned: success
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import WebstackError
from ansible_collections.scaleup.webstack.plugins.module_utils.files import keep


def main() -> None:
    """Look, write what differs, say what the units have to do."""
    spec = {
        "files": {"type": "list", "elements": "dict", "required": True},
        "units": {"type": "list", "elements": "str", "default": []},
    }
    # no_log and an empty invocation: contents may be secret.
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True, no_log=True)
    try:
        change, units = not module.check_mode, module.params["units"]
        kept = keep(module.params["files"], module.run_command, change=change, units=units)
    except (WebstackError, OSError) as error:
        module.fail_json(msg=str(error), invocation={})
    module.exit_json(**kept, invocation={})


if __name__ == "__main__":
    main()
