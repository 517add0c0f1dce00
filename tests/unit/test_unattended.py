"""Nothing in playbooks and roles asks a person, works on the controller, or leans on a setting of ansible.cfg."""

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PLAYBOOKS = sorted((ROOT / "playbooks").rglob("*.yml"))
TASKS = sorted((ROOT / "roles").glob("*/tasks/*.yml"))


def entries(data):
    """Every play and task, however deep."""
    if isinstance(data, list):
        for each in data:
            yield from entries(each)
    elif isinstance(data, dict):
        yield data
        for key in ("tasks", "pre_tasks", "post_tasks", "block", "rescue", "always"):
            yield from entries(data.get(key) or [])


def faults(data):
    for entry in entries(data):
        name = entry.get("name")
        if "vars_prompt" in entry or "ansible.builtin.pause" in entry:
            yield f"{name} waits for a person"
        if entry.get("connection") == "local" or "local_action" in entry:
            yield f"{name} works on the controller"
        if {entry.get("hosts"), entry.get("delegate_to")} & {"localhost", "127.0.0.1"}:
            yield f"{name} works on the controller"
        if "hosts" in entry and entry.get("gather_facts") is not False:
            yield f"{name} gathers facts unless ansible.cfg says otherwise"


def test_they_run_unattended_and_leave_the_controller_alone():
    assert PLAYBOOKS
    assert TASKS
    found = {path: list(faults(yaml.load(path.read_text(), yaml.CSafeLoader))) for path in [*PLAYBOOKS, *TASKS]}
    assert {str(path.relative_to(ROOT)): said for path, said in found.items() if said} == {}


@pytest.mark.parametrize(
    "entry",
    [
        {"hosts": "web"},
        {"hosts": "localhost", "gather_facts": False},
        {"hosts": "web", "gather_facts": False, "vars_prompt": []},
        {"hosts": "web", "gather_facts": False, "tasks": [{"block": [{"delegate_to": "localhost"}]}]},
        {"ansible.builtin.pause": {}},
        {"local_action": {}},
    ],
)
def test_what_does_not_is_found(entry):
    assert len(list(faults([{"name": "This", **entry}]))) == 1
