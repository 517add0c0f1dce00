"""Topologies of any size, and what is planned for them: every server replicates from the last one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ansible_collections.scaleup.webstack.plugins.module_utils.topology.diagnose import diagnose
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.failover import plan_failover
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.gtid import GtidSet
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import (
    Channel,
    Member,
    Receiver,
    Server,
    Topology,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.plan import Wanted, plan_member
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.switchover import plan_switchover

EXECUTED = GtidSet.parse("aaaaaaaa-0000-0000-0000-000000000000:1-1000:1000008-1009279")


def servers(size: int) -> list[Server]:
    """Replicas, and their primary last, so that nothing is found at the first look."""
    return [server(number, size - 1) for number in range(size)]


def server(number: int, primary: int) -> Server:
    """One of them, whole."""
    replica = number != primary
    channel = Channel(
        source_host=address(primary),
        source_user="webstack_replication",
        receiver=Receiver.ON,
        applier_running=True,
        auto_position=True,
        tls=True,
        tls_verified=True,
        lag_seconds=0,
    )
    return Server(
        Member(f"db{number}", address(number)),
        server_uuid=f"{number:08d}-0000-0000-0000-000000000000",
        server_id=number + 1,
        version="9.7.4",
        read_only=replica,
        super_read_only=replica,
        gtid_executed=EXECUTED,
        channels=(channel,) if replica else (),
        semi_sync=not replica,
    )


def address(number: int) -> str:
    """Its address."""
    return f"10.0.{number // 256}.{number % 256}"


def plans(size: int) -> dict[str, Callable[[], object]]:
    """What modules work out for so many servers; a topology is made anew for each, as a module does."""
    found = servers(size)
    *replicas, primary = found
    stopped = [replace(each, channels=(replace(each.channels[0], receiver=Receiver.OFF),)) for each in replicas]
    lost = [*stopped, Server(primary.member, reachable=False, error="timed out", given_up=True)]
    wanted = Wanted("db0", seed="db0", replication_user="webstack_replication")
    assert plan_switchover(Topology.of(found), wanted).steps
    assert plan_failover(Topology.of(lost), replace(wanted, name="")).steps
    return {
        "diagnosis of database servers": lambda: diagnose(Topology.of(found), "db0"),
        "plan of one of them": lambda: plan_member(Topology.of(found), wanted),
        "plan of a switchover": lambda: plan_switchover(Topology.of(found), wanted),
        "plan of a failover": lambda: plan_failover(Topology.of(lost), replace(wanted, name="")),
    }
