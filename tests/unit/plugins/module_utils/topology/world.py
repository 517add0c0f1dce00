"""Read the worlds, which are data, into topologies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.scaleup.webstack.plugins.module_utils.secret import Secret
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.gtid import GtidSet
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import (
    Channel,
    Group,
    GroupMember,
    Member,
    Receiver,
    Server,
    Topology,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.plan import Wanted

CA = "/etc/webstack/pki/ca.pem"
NAMES = ("db1", "db2", "db3", "db4", "db5")
UUIDS = {letter: f"{letter.lower() * 8}-0000-0000-0000-000000000000" for letter in "ABCDE"}
UUIDS["G"] = GROUP = "cccccccc-1111-1111-1111-111111111111"


def worlds(folder: str = "worlds", name: str = "*") -> list[dict[str, Any]]:
    return [
        world
        for path in sorted((Path(__file__).parent / folder).glob(f"{name}.yml"))
        for world in yaml.load(path.read_text(), yaml.CSafeLoader)
    ]


def moving(kind: str = "*") -> list[dict[str, Any]]:
    return worlds("worlds_moving", kind)


def wanted(name: str, seed: str = "db1", *, semi_sync: bool | None = None) -> Wanted:
    return Wanted(name, seed, "webstack_replication", Secret("hidden"), CA, 60, semi_sync)


def topology_of(world: dict[str, Any]) -> Topology:
    seeds = ",".join(f"{member_of(name).address}:3306" for name in world["servers"])
    return Topology.of(server_of(name, facts, seeds) for name, facts in world["servers"].items())


def gtids(text: str) -> GtidSet:
    for letter, uuid in UUIDS.items():
        text = text.replace(f"{letter}:", f"{uuid}:")
    return GtidSet.parse(text)


def member_of(name: str) -> Member:
    return Member(name, f"192.0.2.1{NAMES.index(name) + 1}")


def server_of(name: str, facts: dict[str, Any], seeds: str = "") -> Server:
    if facts.get("silent"):
        error = facts.get("error", "timed out")
        return Server(member_of(name), reachable=False, error=error, given_up=facts.get("given_up", False))
    closed = not facts.get("writable", False)
    return Server(
        member_of(name),
        server_uuid=uuid_of(name) if "uuid" not in facts else UUIDS[facts["uuid"]],
        version=facts.get("version", "9.7.4"),
        schemas=tuple(facts.get("schemas", ())),
        server_id=NAMES.index(name) + 11,
        read_only=closed,
        super_read_only=closed,
        gtid_executed=gtids(facts.get("has", "")),
        gtid_purged=gtids(facts.get("purged", "")),
        channels=(channel_of(facts),) if "follows" in facts else (),
        made_for_two=facts.get("made_for_two", False),
        given_up=facts.get("given_up", False),
        gtid_mode=facts.get("gtid_mode", "ON"),
        unfit=tuple(facts.get("unfit", ())),
        group=group_of(name, facts, seeds) if "group" in facts else None,
        semi_sync=facts.get("semi_sync", not (closed or {"group", "follows"} & set(facts))),
    )


def uuid_of(name: str) -> str:
    return UUIDS["ABCDE"[NAMES.index(name)]]


def channel_of(facts: dict[str, Any]) -> Channel:
    source = facts["follows"]
    receiver = Receiver(facts.get("receiver", "on"))
    return Channel(
        source_host=member_of(source).address if source in NAMES else source,
        source_user="webstack_replication",
        receiver=receiver,
        applier_running=facts.get("applier", True),
        auto_position=facts.get("auto_position", True),
        tls=True,
        tls_verified=facts.get("verified", True),
        ca_file=CA,
        lag_seconds=facts.get("lag", 0),
        received=gtids(facts.get("received", "")),
    )


def group_of(name: str, facts: dict[str, Any], seeds: str) -> Group:
    rows = [(name, *state.split()) for name, state in facts["group"].items()]
    members = (GroupMember(uuid_of(name), member_of(name).address, 3306, state, role) for name, state, role in rows)
    kept = Group(
        name=GROUP,
        members=tuple(members),
        local_address=f"{member_of(name).address}:3306",
        seeds=seeds,
        on_boot=True,
        recovery_user="webstack_replication",
        received=gtids(facts.get("received", "")),
    )
    return replace(kept, **facts.get("keeps", {}))
