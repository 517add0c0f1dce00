#!/usr/bin/python
# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which statements are heavy, and which indexes and keys are missing or needless."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mysql_digest_info
short_description: Tell heavy statements, those without an index, unused indexes, and tables without a primary key
version_added: 0.1.0
author: The scaleup.webstack authors (@scaleup)
description:
  - Asks every member over TLS and returns what it has counted since it was started, as data.
  - Statements are digests, in which every value is a question mark. No value of a statement is read or returned.
  - A member that does not answer is part of the result, not a failure.
extends_documentation_fragment:
  - scaleup.webstack.attributes
  - scaleup.webstack.mysql_login
attributes:
  check_mode:
    support: full
  diff_mode:
    support: N/A
  idempotent:
    support: full
options:
  limit:
    description: How many statements, at most, are returned in each list of a member.
    type: int
    default: 10
  schemas:
    description:
      - Schemas to look at; only statements that ran in one of them, and its tables.
      - With an empty list all of them but the server's own, and statements without a schema.
    type: list
    elements: str
    default: []
notes:
  - The privileges PROCESS, and SELECT on C(performance_schema), are enough; it needs none on the data.
seealso:
  - module: scaleup.webstack.mysql_replication_info
"""

EXAMPLES = r"""
- name: It is known what the databases work on
  scaleup.webstack.mysql_digest_info:
    login_password: "{{ webstack_secret.mysql_operator }}"
    schemas: [demo]
    members:
      - {name: db1, address: 192.0.2.11}
      - {name: db2, address: 192.0.2.12}
  register: digests

- name: The group takes writes to every table
  ansible.builtin.assert:
    that: digests.servers | dict2items | map(attribute='value.tables_without_primary_key') | flatten | length == 0
    fail_msg: "{{ digests.msg }}"
"""

RETURN = r"""
servers:
  description:
    - What each member has counted since it was started, by its name.
    - C(statements) are the heaviest ones by total time, C(statements_without_index) those that read a table without
      one or without a good one, heaviest first. Times are in milliseconds.
    - C(unused_indexes) are SCHEMA.TABLE.INDEX, of tables that were opened, and without those that keep values unique.
    - C(tables_without_primary_key) are InnoDB tables to which a group refuses to write, SCHEMA.TABLE. A unique key
      whose columns cannot be NULL does as well.
  type: dict
  returned: always
  sample:
    db1:
      reachable: true
      error: ""
      statements:
        - schema: demo
          digest: 2f0d1c4e7f2d11f0a3d102420a4d0b0c2f0d1c4e7f2d11f0a3d102420a4d0b0c
          statement: SELECT * FROM `items` WHERE TEXT = ?
          count: 12
          total_ms: 34.5
          rows_examined: 1200
          rows_sent: 12
          without_index: 12
      statements_without_index: []
      unused_indexes: [demo.items.by_text]
      tables_without_primary_key: []
unused_everywhere:
  description: Indexes that no member uses, SCHEMA.TABLE.INDEX; empty if a member does not answer.
  type: list
  elements: str
  returned: always
msg:
  description: What was found, in one sentence.
  type: str
  returned: always
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.scaleup.webstack.plugins.module_utils.arguments import LOGIN, MEMBERS, login_of, members_of
from ansible_collections.scaleup.webstack.plugins.module_utils.digest import summary, unused_everywhere
from ansible_collections.scaleup.webstack.plugins.module_utils.entry import run_module
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.observe import observe_digests
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.session import open_session

# A server with very many tables takes a while to list their indexes.
ANSWER_SECONDS = 30


def main() -> None:
    """Ask, report."""
    module = AnsibleModule(
        argument_spec={
            **LOGIN,
            "members": MEMBERS,
            "limit": {"type": "int", "default": 10},
            "schemas": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    run_module(module, run)


def run(params: Mapping[str, Any], *, check_mode: bool) -> dict[str, Any]:  # noqa: ARG001 - it never changes anything
    """Ask, and say what is worth a look."""
    if params["limit"] < 1:
        raise InvalidError("limit must be at least 1 statement.")
    connect = partial(open_session, login_of(params), answer_timeout=ANSWER_SECONDS)
    reports = observe_digests(members_of(params), connect, params["limit"], params["schemas"])
    return {
        "changed": False,
        "servers": {report.name: report.to_data() for report in reports},
        "unused_everywhere": unused_everywhere(reports),
        "msg": summary(reports),
    }


if __name__ == "__main__":
    main()
