# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Observe, plan, apply, report: the course of every module that makes one server a whole member."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ansible_collections.scaleup.webstack.plugins.module_utils.apply import apply
from ansible_collections.scaleup.webstack.plugins.module_utils.arguments import login_of, members_of, name_in
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.observe import observe
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.session import open_session
from ansible_collections.scaleup.webstack.plugins.module_utils.report import member_report
from ansible_collections.scaleup.webstack.plugins.module_utils.secret import Secret
from ansible_collections.scaleup.webstack.plugins.module_utils.step import Step
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Topology
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.plan import Plan, Wanted

Planner = Callable[[Topology, Wanted], Plan]
Expects = Callable[[Topology, tuple[Step, ...]], Topology]


def make_whole(planner: Planner, expects: Expects, params: Mapping[str, Any], *, check_mode: bool) -> dict[str, Any]:
    """What the planner wants for the server `name`, done or foretold."""
    members, login = members_of(params), login_of(params)
    wanted = Wanted(
        name=name_in(members, "name", params["name"]),
        seed=name_in(members, "seed", params["seed"]),
        replication_user=params["replication_user"],
        replication_password=Secret(params["replication_password"]),
        ca_file=params["ca_file"],
        timeout=params["timeout"],
        semi_sync=params.get("semi_sync", False),
    )
    member = next(each for each in members if each.name == wanted.name)
    connect = partial(open_session, login)
    before = Topology.of(observe(members, connect))
    plan = planner(before, wanted)
    # An answer may come as late as the last wait may end.
    session = partial(connect, member, wanted.timeout)
    done = apply(plan.steps, session, check_mode=check_mode, afterwards=plan.afterwards)
    after = before
    if done.queries:
        after = expects(before, plan.steps) if check_mode else Topology.of(observe(members, connect))
    return member_report(wanted.name, plan, done, before=before, after=after)
