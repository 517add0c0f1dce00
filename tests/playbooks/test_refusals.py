"""The real playbooks with inventories that nobody should deploy: all that is wrong is said, and no connection is made.

The program that Ansible takes for ssh notes that it was called. Hosts are at addresses that nobody has (RFC 5737).
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SOUND: dict[str, Any] = {
    "vars": {"webstack_domain": "www.example.com", "webstack_vips": ["192.0.2.100"]},
    "children": {
        "lb": {"hosts": {"lb1": {"ansible_host": "192.0.2.1"}}},
        "web": {"hosts": {"web1": {"ansible_host": "192.0.2.2"}}},
        "app": {"hosts": {"app1": {"ansible_host": "192.0.2.3"}}},
        "db": {"hosts": {"db1": {"ansible_host": "192.0.2.4"}}},
        "client": {"hosts": {"client1": {"ansible_host": "192.0.2.5"}}},
    },
}
CASES = {
    "much at once": (
        "site.yml",
        [
            *("--extra-vars", "webstack_firewall_enabled=perhaps webstack_vips=192.0.2.2"),
            *("--extra-vars", '{"webstack_secrets": {"mysql_operator": "hunter2"}}'),
        ],
        [
            "webstack_vips holds 192.0.2.2, which is the address of host web1. Choose an address that no host has.",
            "webstack_firewall_enabled is 'perhaps', which is neither true nor false. Write true or false.",
            "webstack_secrets: mysql_operator has 7 characters. Give at least 16, or leave it out",
        ],
    ),
    "a limit that leaves out the tier of the playbook": (
        "database.yml",
        ["--limit", "web1"],
        [
            "--limit web1 leaves out every host of group db, without which this playbook cannot do its work. "
            "Add at least one of db1, or leave the limit out."
        ],
    ),
    "a limit to a host of no tier": (
        "report.yml",
        ["--limit", "client1"],
        ["--limit client1 leaves no host of the stack. Name hosts of it, or leave the limit out."],
    ),
}


@pytest.fixture(scope="module")
def deploy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    ssh, called, settings = folder / "ssh", folder / "called", folder / "ansible.cfg"
    settings.touch()
    ssh.write_text(f"#!/bin/sh\necho called >> {called}\nexit 255\n")
    ssh.chmod(0o755)
    inventory = folder / "inventory.yml"
    inventory.write_text(yaml.safe_dump({"all": SOUND}))

    def run(playbook: str, arguments: list[str], inventory: Path = inventory) -> tuple[int, str, bool]:
        called.unlink(missing_ok=True)
        command = ["ansible-playbook", f"--inventory={inventory}", str(ROOT / "playbooks" / playbook), *arguments]
        known = {
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
            "ANSIBLE_SSH_EXECUTABLE": str(ssh),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_CONFIG": str(settings),
        }
        done = subprocess.run(
            command, env={**os.environ, **known}, cwd=folder, capture_output=True, text=True, timeout=120, check=False
        )
        return done.returncode, " ".join(f"{done.stdout} {done.stderr}".split()), called.exists()

    return run


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused_before_any_host_is_touched(deploy, case):
    playbook, arguments, sentences = CASES[case]
    status, output, called = deploy(playbook, arguments)
    assert status != 0
    assert not called
    assert "No host was touched." in output
    for sentence in sentences:
        assert sentence in output
    assert "hunter2" not in output


def test_good_input_is_not_refused_and_hosts_are_asked(deploy):
    status, output, called = deploy("site.yml", [])
    assert status != 0
    assert called
    assert "No host was touched." not in output
    assert "unreachable=1" in output


@pytest.mark.parametrize("sample", ["python", "node", "ruby", "container"])
def test_a_sample_is_not_refused_and_its_hosts_are_asked(deploy, sample):
    status, output, called = deploy("site.yml", [], ROOT / "inventory" / "samples" / sample / "hosts.yml")
    assert status != 0
    assert called
    assert "No host was touched." not in output
    assert "unreachable=1" in output
