# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From plans and topologies to what a module returns. No secret comes here; no clock either, so output is stable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from ansible_collections.scaleup.webstack.plugins.module_utils.settings import Setting
from ansible_collections.scaleup.webstack.plugins.module_utils.step import Outcome
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.diagnose import (
    Diagnosis,
    Finding,
    errant_on,
    find_primary,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.gtid import GtidSet
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Channel, Group, Server, Topology
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.plan import Course


def member_report(name: str, course: Course, *, leaves: bool = False) -> dict[str, Any]:
    """What making one server a whole member, or none, came to."""
    primary = course.plan.primary
    state = "is the primary" if primary == name else f"replicates from the primary {primary}"
    broken = Diagnosis.OUT_OF_GROUP if course.before[name].group else Diagnosis.BROKEN_REPLICA
    if leaves:
        return course_report(course, f"{name} belongs to no topology", f"{name} has not left yet", broken)
    return course_report(course, f"{name} {state}", f"{name} is not a whole member yet", broken)


def move_report(course: Course) -> dict[str, Any]:
    """What handing over the primary's part came to."""
    previous, now = find_primary(course.before).primary, course.plan.primary
    moved = f"{now} is the primary, " + ("as it was" if previous == now else f"after {previous or 'none'}")
    bad = f"The primary was not moved to {course.plan.aim or 'another server'}"
    told = course_report(course, moved, bad, Diagnosis.NO_PRIMARY)
    told["diff"]["before"] = _text(topology_lines(course.before, previous))
    answering = [server.name for server in course.before.answering]
    return {**told, "previous": previous, "target": "" if previous == now else now, "answering": answering}


def mode_report(mode: str, course: Course) -> dict[str, Any]:
    """What bringing all servers into a mode came to."""
    good = f"The servers work in mode {mode}, and {course.plan.primary} is the primary"
    return course_report(course, good, f"The servers are not all in mode {mode} yet", Diagnosis.WRONG_MODE)


def course_report(course: Course, good: str, bad: str, broken: Diagnosis) -> dict[str, Any]:
    """What an operation came to: `good` or `bad` begins its sentence, `broken` is the finding of a failed step."""
    plan, done = course.plan, course.done
    if done.error:
        msg = f"{bad}: {done.error.rstrip('.')}."
    elif plan.refusal:
        msg = plan.refusal.sentence
    else:
        msg = f"{good}; {_taken(done)}."
    found = plan.refusal.diagnosis if plan.refusal else Diagnosis.HEALTHY
    lines = (topology_lines(each, plan.primary) for each in (course.before, course.after))
    return {
        **_report(done, msg, *lines),
        "failed": bool(done.error or plan.refusal),
        "primary": plan.primary,
        "diagnosis": (broken if done.error and not plan.refusal else found).value,
    }


def accounts_report(
    name: str, refusal: str, done: Outcome, *, before: Sequence[str], after: Sequence[str]
) -> dict[str, Any]:
    """What bringing the accounts of one server in order came to."""
    error = refusal or done.error
    msg = error or f"Accounts and schemas of {name} are as given; {_taken(done)}."
    return {**_report(done, msg, before, before if error else after), "failed": bool(error)}


def settings_report(name: str, found: Sequence[Setting], done: Outcome) -> dict[str, Any]:
    """What bringing a server's settings in force came to; what could not be set online is pending."""
    set_now = {step.argument for step in done.steps}
    pending = [setting for setting in found if not setting.online]
    msg = done.error or f"Settings of {name}: {_taken(done)}; " + (
        f"{', '.join(setting.name for setting in pending)} wait for a restart."
        if pending
        else "none waits for a restart."
    )
    before = [f"{each.name} = {each.running}" for each in found if each.online]
    after = [f"{each.name} = {each.wanted if each in set_now else each.running}" for each in found if each.online]
    return {
        **_report(done, msg, before, after),
        "failed": bool(done.error),
        "pending": [setting.shown() for setting in pending],
    }


def _report(done: Outcome, msg: str, before: Iterable[str], after: Iterable[str]) -> dict[str, Any]:
    return {
        "changed": bool(done.queries),
        "plan": [step.shown() for step in done.steps],
        "queries": list(done.queries),
        "diff": {"before": _text(before), "after": _text(after)},
        "msg": msg,
    }


def _taken(done: Outcome) -> str:
    return f"steps: {', '.join(step.action.value for step in done.steps)}" if done.steps else "nothing to do"


def topology_lines(topology: Topology, primary: str | None) -> list[str]:
    """One line a server, without anything that moves by itself (lag, GTID sets), for the diff."""
    return [f"{server.name}: {_line(topology, server, primary)}" for server in topology.servers]


def servers_report(topology: Topology, primary: str | None) -> dict[str, dict[str, Any]]:
    """Every server as data."""
    return {server.name: _server(topology, server, primary) for server in topology.servers}


def findings_report(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Every finding as data."""
    return [
        {
            "diagnosis": finding.diagnosis.value,
            "subjects": list(finding.subjects),
            "evidence": finding.evidence,
            "remedy": finding.remedy,
            "sentence": finding.sentence,
        }
        for finding in findings
    ]


def role_of(server: Server, primary: str | None) -> str:
    """The part that a server plays now: primary, replica, none, or unknown without an answer."""
    if not server.reachable:
        return "unknown"
    if server.name == primary:
        return "primary"
    grouped = server.group is not None and server.group.state_of(server.server_uuid) == "ONLINE"
    return "replica" if server.channels or grouped else "none"


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _line(topology: Topology, server: Server, primary: str | None) -> str:
    if not server.reachable:
        return "does not answer"
    parts = [role_of(server, primary), "writable" if server.writable else "read-only"]
    if server.group:
        parts.append(f"in a group, {server.group_state.lower()}")
    for channel in server.channels:
        running = "running" if channel.running else "not running"
        parts.append(f"replicates from {_source_name(topology, channel)} as {channel.source_user}, {running}")
    return ", ".join(parts)


def _source_name(topology: Topology, channel: Channel) -> str:
    source = topology.source_of(channel)
    return source.name if source else f"{channel.source_host}:{channel.source_port}"


def _server(topology: Topology, server: Server, primary: str | None) -> dict[str, Any]:
    role = role_of(server, primary)
    sources = [_source_name(topology, channel) for channel in server.channels]
    lags = [channel.lag_seconds for channel in server.channels]
    known = [lag for lag in lags if lag is not None]
    return {
        "reachable": server.reachable,
        "error": server.error or "; ".join(channel.error for channel in server.channels if channel.error),
        "role": role,
        "source": sources[0] if sources else (primary if role == "replica" else None),
        "server_uuid": server.server_uuid,
        "server_id": server.server_id,
        "version": server.version,
        "read_only": server.read_only,
        "super_read_only": server.super_read_only,
        "gtid_executed": str(server.gtid_executed),
        "gtid_purged": str(server.gtid_purged),
        "lag_seconds": max(known) if known and len(known) == len(lags) else None,
        "channels": [_channel(channel) for channel in server.channels],
        "group": _group(server.group, server.server_uuid) if server.group else None,
        "errant": str(_errant(topology, server, primary)),
    }


def _errant(topology: Topology, server: Server, primary: str | None) -> GtidSet:
    """What it holds and the primary does not; nothing where that cannot be told."""
    known = primary is not None and topology[primary].reachable and server.reachable
    return errant_on(server, topology[primary]) if known and primary else GtidSet()


def _channel(channel: Channel) -> dict[str, Any]:
    return {
        "name": channel.name,
        "source_host": channel.source_host,
        "source_port": channel.source_port,
        "source_user": channel.source_user,
        "receiver": channel.receiver.value,
        "applier_running": channel.applier_running,
        "auto_position": channel.auto_position,
        "tls": channel.tls,
        "tls_verified": channel.tls_verified,
        "lag_seconds": channel.lag_seconds,
        "error": channel.error,
    }


def _group(group: Group, server_uuid: str) -> dict[str, Any]:
    return {
        "name": group.name,
        "state": group.state_of(server_uuid),
        "has_majority": group.has_majority,
        "members": [asdict(each) for each in group.members],
    }
