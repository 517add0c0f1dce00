#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The settings of a running MySQL server beside those of its file."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mysql_settings
short_description: Set online what a MySQL server's file has changed, and list what waits for a restart
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Compares what a running server works with (C(performance_schema.global_variables)) with the section [mysqld] of its
    file, and sets those of a fixed list of settings that take effect at once, with C(SET GLOBAL).
    The file keeps them for the next start.
  - Everything else that differs is returned as pending. The server is never restarted.
  - Settings that the server itself keeps (C(SET PERSIST)) and those that belong to the topology, such as
    C(read_only), are passed over.
  - Logs in over the local socket, where the operating system says who the user is.
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
  file:
    description: The file with the settings.
    type: path
    default: /etc/mysql/mysql.conf.d/zz-webstack.cnf
  content:
    description: What the file holds, or is to hold, in check mode for instance; by default it is read.
    type: str
  login_user:
    description: Account to log in with.
    type: str
    default: root
  login_unix_socket:
    description: The server's local socket.
    type: path
    default: /run/mysqld/mysqld.sock
  connect_timeout:
    description: Seconds until a server that gives no answer counts as unreachable.
    type: int
    default: 3
  timeout:
    description: Seconds that one statement may take.
    type: int
    default: 60
requirements:
  - PyMySQL on the managed host (C(python3-pymysql))
"""

EXAMPLES = r"""
- name: Settings are in force as far as that needs no restart
  scaleup.webstack.mysql_settings:
  register: settings

- name: What waits for a restart is named
  ansible.builtin.debug:
    msg: "{{ settings.pending }}"
"""

RETURN = r"""
pending:
  description: What waits for a restart, each with C(name), the C(running) value and the C(wanted) one, sizes in bytes.
  type: list
  elements: dict
  returned: always
plan:
  description: The steps that were taken, or would be in check mode, each with C(server), C(action) and C(reason).
  type: list
  elements: dict
  returned: always
queries:
  description: The SQL of those steps.
  type: list
  elements: str
  returned: always
msg:
  description: What came of it, in one sentence.
  type: str
  returned: always
"""

import socket
from collections.abc import Mapping
from functools import partial
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.scaleup.webstack.plugins.module_utils.apply import apply
from ansible_collections.scaleup.webstack.plugins.module_utils.arguments import LOCAL, local_login_of
from ansible_collections.scaleup.webstack.plugins.module_utils.entry import run_module
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.observe import observe_settings
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.session import open_session
from ansible_collections.scaleup.webstack.plugins.module_utils.report import settings_report
from ansible_collections.scaleup.webstack.plugins.module_utils.settings import differences, parse, plan
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Member


def main() -> None:
    """Observe, plan, apply, report."""
    file = {"type": "path", "default": "/etc/mysql/mysql.conf.d/zz-webstack.cnf"}
    module = AnsibleModule(argument_spec={**LOCAL, "file": file, "content": {"type": "str"}}, supports_check_mode=True)
    run_module(module, run)


def read(path: str) -> str:
    """The file's text."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        raise InvalidError(f"{path}, which holds the settings, cannot be read: {error.strerror}.") from error


def run(params: Mapping[str, Any], *, check_mode: bool) -> dict[str, Any]:
    """The five lines that every module is."""
    wanted = parse(read(params["file"]) if params["content"] is None else params["content"])
    here = Member(socket.gethostname(), "")
    connect = partial(open_session, local_login_of(params), here, params["timeout"])
    with connect() as session:
        found = list(differences(wanted, *observe_settings(session)))
    done = apply(plan(here.name, found), lambda _server: connect(), check_mode=check_mode)
    return settings_report(here.name, found, done)


if __name__ == "__main__":
    main()
