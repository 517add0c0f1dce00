"""What a playbook notes of hosts is no slip of a person for the next playbook of the same run."""

from pathlib import Path

import yaml
from ansible_collections.scaleup.webstack.plugins.plugin_utils.preflight.values import _slips

ROOT = Path(__file__).parents[2]
PLACES = [*(ROOT / "playbooks").rglob("*.yml"), *(ROOT / "roles").glob("*/tasks/*.yml")]


def noted(data):
    """Every name that a task sets or registers, however deep."""
    if isinstance(data, list):
        for each in data:
            yield from noted(each)
    elif isinstance(data, dict):
        yield from data.get("ansible.builtin.set_fact", ())
        if isinstance(data.get("register"), str):
            yield data["register"]
        for each in data.values():
            yield from noted(each)


def options():
    """Names of all variables that a person may set."""
    for path in (ROOT / "roles").glob("*/meta/argument_specs.yml"):
        for entry in yaml.load(path.read_text(), yaml.CSafeLoader)["argument_specs"].values():
            yield from entry.get("options", {})


def test_no_fact_is_taken_for_a_slip():
    facts = {name for path in PLACES for name in noted(yaml.load(path.read_text(), yaml.CSafeLoader))}
    assert {"webstack_layout", "webstack_flows", "haproxy_keepalived_published"} <= facts
    assert dict(_slips({name: [] for name in facts}, options())) == {}


def test_a_slip_would_be_seen():
    assert dict(_slips({"webstack_certificates": []}, options()))
