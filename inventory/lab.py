"""The lab: real systemd hosts in containers, made by `make lab`.

A program, because names and addresses follow from WEBSTACK_LAB, so that two labs on one machine never meet; as
templated variables the same would be worked out again for every task of every host.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

# Group: hosts with the last part of their address.
HOSTS = {
    "lb": {"lb1": 11, "lb2": 12},
    "web": {"web1": 21, "web2": 22, "web3": 23},
    "app": {"app1": 31, "app2": 32},
    "mysql_primary": {"db1": 41},
    "mysql_replica": {"db2": 42, "db3": 43},
    "monitoring": {"mon1": 51},
    "client": {"client1": 61},
}
# Spare hosts: WEBSTACK_SPARES names those that a story adds for a while.
SPARES = {
    "lb3": ("lb", 13),
    "web4": ("web", 24),
    "app3": ("app", 33),
    "db4": ("mysql_replica", 44),
    "db5": ("mysql_replica", 45),
    "mon2": ("monitoring", 52),
}
GROUPS = {"db": ["mysql_primary", "mysql_replica"], "lab": ["lb", "web", "app", "db", "monitoring", "client"]}


def prefix(lab: str) -> str:
    """The first three parts of the lab's addresses."""
    if lab == "webstack":
        return "10.77.0"
    number = int(hashlib.sha1(lab.encode()).hexdigest()[:6], 16)  # noqa: S324 - spreads names, protects nothing
    return f"10.{78 + number % 100}.{number // 100 % 256}"


def groups(spares: list[str]) -> dict[str, dict[str, int]]:
    """Every group with its hosts, spare ones last."""
    found = {group: dict(members) for group, members in HOSTS.items()}
    for name in spares:
        group, number = SPARES[name]
        found[group][name] = number
    return found


def inventory(lab: str, state: Path, spares: list[str], mode: str = "") -> dict[str, object]:
    """What Ansible asks of an inventory program. The mode is webstack_lb_mode, by WEBSTACK_LB_MODE."""
    network, members_of = prefix(lab), groups(spares)
    vips = [f"{network}.{100 + place}" for place in range(len(members_of["lb"]) if mode == "active_active" else 1)]
    every_host = {
        "lab_name": lab,
        "lab_subnet": f"{network}.0/24",
        "lab_state": str(state),
        "ansible_user": "root",
        "ansible_python_interpreter": "/usr/bin/python3",
        "ansible_ssh_private_key_file": str(state / "id_ed25519"),
        "ansible_ssh_common_args": f"-o UserKnownHostsFile={state / 'known_hosts'} -o GlobalKnownHostsFile=/dev/null"
        " -o StrictHostKeyChecking=accept-new -o HashKnownHosts=no",
        # What a person would write for a stack of their own.
        "webstack_domain": "www.webstack.test",
        "webstack_vips": vips,
        **({"webstack_lb_mode": mode} if mode else {}),
        # This machine, as the lab's hosts see it.
        "webstack_admin_networks": [f"{network}.1"],
        # Twelve hosts share the memory of this machine: each server gets the buffer pool of a small one, 256 MiB.
        "mysql_server_memory_mib": 1408,
    }
    hosts = {name: number for group in members_of.values() for name, number in group.items()}
    return {
        **{group: {"hosts": list(members)} for group, members in members_of.items()},
        **{group: {"children": children} for group, children in GROUPS.items()},
        "_meta": {
            "hostvars": {
                # Debian sid holds a real MySQL 9.7; no stable release does.
                name: {
                    **every_host,
                    "ansible_host": f"{network}.{number}",
                    "lab_suite": "sid" if name.startswith("db") else "trixie",
                }
                for name, number in hosts.items()
            }
        },
    }


if __name__ == "__main__":
    name = os.environ.get("WEBSTACK_LAB") or "webstack"
    folder = Path(__file__).resolve().parents[1] / ".cache" / "lab" / name
    spares, mode = os.environ.get("WEBSTACK_SPARES", "").split(), os.environ.get("WEBSTACK_LB_MODE", "")
    print(json.dumps(inventory(name, folder, spares, mode), indent=2))
