#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The accounts, privileges and schemas of one MySQL server."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mysql_accounts
short_description: Keep accounts, privileges and schemas of a MySQL server as given
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Creates missing accounts and schemas, and corrects passwords, TLS requirements, limits and privileges of named
    accounts.
  - Never drops anything. Accounts and schemas that are not named stay as they are.
  - Logs in over the local socket, where the operating system says who the user is.
  - Whether a password is right is read from the stored verifier, without logging in as that account.
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
  accounts:
    description: The accounts.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: User part of the account.
        type: str
        required: true
      host:
        description: Host part of the account.
        type: str
        default: "%"
      plugin:
        description: How the account proves who it is.
        type: str
        choices: [caching_sha2_password, auth_socket]
        default: caching_sha2_password
      password:
        description: Its password; needed with V(caching_sha2_password).
        type: str
      os_user:
        description: The operating system's user that may log in as it; needed with V(auth_socket).
        type: str
      tls:
        description:
          - Whether the account may log in over TLS only.
          - By default true for accounts with a password, and false for V(auth_socket), which knows no TLS.
        type: bool
      sessions:
        description:
          - How many sessions it may have at once on one server; V(0) means as many as the server lets in.
          - A session counts until the server has ended what it does, also when its client has long gone.
        type: int
        default: 0
      grants:
        description:
          - Privileges of the account, whole for each object that is named.
          - Objects that are not named keep what they have, apart from V(*.*), which is always taken as named.
        type: list
        elements: dict
        default: []
        suboptions:
          privileges:
            description: Static or dynamic privileges, and C(GRANT OPTION). C(ALL) is accepted for schemas and tables.
            type: list
            elements: str
            required: true
          object:
            description: What the privileges are for, as V(*.*), V(SCHEMA.*) or V(SCHEMA.TABLE).
            type: str
            required: true
            aliases: ["on"]
  schemas:
    description: Schemas that must be there.
    type: list
    elements: str
    default: []
  force:
    description:
      - Whether accounts are made without the binary log on a server that holds data, because all of it is about to be
        replaced with a copy of another server.
    type: bool
    default: false
  binlog:
    description:
      - With V(true) changes are replicated, and the server must be the writable primary if there are any.
      - With V(false) changes stay on this server, which must never have held any transaction, so that they cannot
        become errant ones. C(super_read_only) is lifted for them and put back whatever happens. A server with
        transactions of its own only, no schema and no account but its package's is nobody's. It forgets them first.
    type: bool
    default: true
  login_user:
    description: Account to log in with.
    type: str
    default: root
  login_unix_socket:
    description: Socket of the server.
    type: path
    default: /run/mysqld/mysqld.sock
  connect_timeout:
    description: Seconds until a server that gives no answer counts as unreachable.
    type: int
    default: 3
  timeout:
    description: Seconds that one changing statement may take.
    type: int
    default: 60
requirements:
  - PyMySQL on the managed host (C(python3-pymysql))
seealso:
  - module: scaleup.webstack.mysql_replica
"""

EXAMPLES = r"""
- name: The operator account is there before anything is replicated
  scaleup.webstack.mysql_accounts:
    binlog: false
    accounts:
      - name: webstack_operator
        password: "{{ webstack_secret.mysql_operator }}"
        grants:
          - object: "*.*"
            privileges: [REPLICATION_SLAVE_ADMIN, SYSTEM_VARIABLES_ADMIN, CONNECTION_ADMIN, REPLICATION CLIENT]
          - object: performance_schema.*
            privileges: [SELECT]

- name: The application's accounts are there
  scaleup.webstack.mysql_accounts:
    schemas: [demo]
    accounts:
      - name: demo_writer
        password: "{{ webstack_secret.mysql_demo_writer }}"
        grants:
          - object: demo.*
            privileges: [SELECT, INSERT, UPDATE, DELETE]
        sessions: 200
      - name: webstack_agent
        host: localhost
        plugin: auth_socket
        os_user: webstack-agent
        grants:
          - object: "*.*"
            privileges: [REPLICATION CLIENT]
"""

RETURN = r"""
plan:
  description: The steps that were taken, or would be in check mode, each with C(server), C(action) and C(reason).
  type: list
  elements: dict
  returned: always
queries:
  description: The SQL of those steps, passwords replaced.
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
from ansible_collections.scaleup.webstack.plugins.module_utils.accounts.model import account_of, schema_of
from ansible_collections.scaleup.webstack.plugins.module_utils.accounts.plan import lines, plan_accounts, wanted_lines
from ansible_collections.scaleup.webstack.plugins.module_utils.apply import apply
from ansible_collections.scaleup.webstack.plugins.module_utils.arguments import ACCOUNTS, LOCAL, local_login_of
from ansible_collections.scaleup.webstack.plugins.module_utils.entry import run_module
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.observe import observe_accounts
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.session import open_session
from ansible_collections.scaleup.webstack.plugins.module_utils.report import accounts_report
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Member


def main() -> None:
    """Observe, plan, apply, report."""
    module = AnsibleModule(
        argument_spec={
            "accounts": ACCOUNTS,
            "schemas": {"type": "list", "elements": "str", "default": []},
            "binlog": {"type": "bool", "default": True},
            "force": {"type": "bool", "default": False},
            **LOCAL,
        },
        supports_check_mode=True,
    )
    run_module(module, run)


def run(params: Mapping[str, Any], *, check_mode: bool) -> dict[str, Any]:
    """The five lines that every module is."""
    accounts = [account_of(each) for each in params["accounts"]]
    schemas = [schema_of(each) for each in params["schemas"]]
    here = Member(socket.gethostname(), "")
    connect = partial(open_session, local_login_of(params), here, params["timeout"])
    with connect() as session:
        found = observe_accounts(session, here.name, accounts)
    plan = plan_accounts(found, accounts, schemas, binlog=params["binlog"], force=params["force"])
    done = apply(plan.steps, lambda _server: connect(), check_mode=check_mode, afterwards=plan.afterwards)
    before, after = lines(found, accounts, schemas), wanted_lines(found, accounts, schemas)
    return accounts_report(found.name, plan.refusal, done, before=before, after=after)


if __name__ == "__main__":
    main()
