# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Observe, plan, apply, until nothing is left to do: the course of every module that changes the topology."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ansible_collections.scaleup.webstack.plugins.module_utils.apply import apply
from ansible_collections.scaleup.webstack.plugins.module_utils.arguments import login_of, members_of, name_in
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.observe import Connect, observe
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.session import open_session
from ansible_collections.scaleup.webstack.plugins.module_utils.report import member_report, mode_report, move_report
from ansible_collections.scaleup.webstack.plugins.module_utils.secret import Secret
from ansible_collections.scaleup.webstack.plugins.module_utils.step import Action, Outcome, Step
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.conversion import plan_conversion
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.group import expected
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.mode import Mode
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Member, Server, Topology
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.plan import Course, Plan, Wanted

Planner = Callable[[Topology, Wanted], Plan]
Expects = Callable[[Topology, tuple[Step, ...]], Topology]
Look = Callable[[Sequence[Member], Connect], tuple[Server, ...]]

# Planning again after a plan was carried out gives what is left of the way. None is this long.
_ROUNDS = 8
_LONG = {Action.REPLACE_DATA}


def make_whole(
    planners: Mapping[str, Planner], expects: Expects, params: Mapping[str, Any], *, check_mode: bool
) -> dict[str, Any]:
    """What the planner of a state wants for the server `name`, done or foretold."""
    members = members_of(params)
    wanted = wanted_of(params, name_in(members, "name", params["name"]), name_in(members, "seed", params["seed"]))
    course = carry_out(planners[params["state"]], expects, params, wanted, check_mode=check_mode)
    return member_report(wanted.name, course, leaves=params["state"] == "absent")


def move_primary(planner: Planner, params: Mapping[str, Any], *, check_mode: bool) -> dict[str, Any]:
    """The primary's part handed over, or taken over by one of the survivors."""
    members = members_of(params)
    names = {option: name_in(members, option, params[option]) for option in ("to", "seed") if params.get(option)}
    survivors = {name_in(members, "survivors", name) for name in params.get("survivors", ())}
    wanted = wanted_of(params, names.get("to", ""), names.get("seed", ""))
    lost = [each.name for each in members if survivors and each.name not in survivors]
    return move_report(carry_out(planner, expected, params, wanted, lost, check_mode=check_mode))


def convert(params: Mapping[str, Any], *, check_mode: bool) -> dict[str, Any]:
    """All servers brought into a mode."""
    mode, members = Mode(params["mode"]), members_of(params)
    wanted = wanted_of(params, "", name_in(members, "seed", params["seed"]))
    planner, look = partial(plan_conversion, mode=mode), partial(observe, tables=mode is Mode.GROUP)
    return mode_report(mode.value, carry_out(planner, expected, params, wanted, look=look, check_mode=check_mode))


def wanted_of(params: Mapping[str, Any], name: str, seed: str) -> Wanted:
    """What a module's options ask for."""
    return Wanted(
        name=name,
        seed=seed,
        replication_user=params["replication_user"],
        replication_password=Secret(params["replication_password"]),
        ca_file=params["ca_file"],
        timeout=params["timeout"],
        semi_sync=params.get("semi_sync"),
        reseed=params.get("reseed", False),
        clone_threshold=params.get("clone_threshold", 1000),
        copy_timeout=params.get("copy_timeout", 14400),
    )


def carry_out(
    planner: Planner,
    expects: Expects,
    params: Mapping[str, Any],
    wanted: Wanted,
    given_up: Iterable[str] = (),
    *,
    look: Look = observe,
    check_mode: bool,
) -> Course:
    """Plan, act and look again, until nothing is left to do; in check mode with what is expected to be seen."""
    members, login, gone = members_of(params), login_of(params), tuple(given_up)
    connect = partial(open_session, login)
    named = {member.name: member for member in members}
    before = now = Topology.of(look(members, connect)).giving_up(gone)
    steps, queries = [], []
    for _round in range(_ROUNDS):
        plan = planner(now, wanted)
        # An answer may come as late as the last wait may end, that of a copy as late as the copy.
        patience = wanted.copy_timeout if any(each.action in _LONG for each in plan.steps) else wanted.timeout
        done = apply(
            plan.steps,
            lambda name, patience=patience: connect(named[name], patience),  # type: ignore[misc]
            check_mode=check_mode,
            afterwards=plan.afterwards,
            undo=plan.undo,
        )
        wanted = replace(wanted, name=wanted.name or plan.aim)
        steps += done.steps
        queries += done.queries
        if done.steps:
            now = expects(now, plan.steps) if check_mode else Topology.of(look(members, connect)).giving_up(gone)
        if done.error or not plan.steps or plan.refusal:
            break
    return Course(before, now, plan, Outcome(steps, queries, done.error))
