"""What the action hands to pure code, and what it makes of the answer."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from ansible_collections.scaleup.webstack.plugins.action import preflight

SOUND = {
    "lb1": {"ansible_host": "192.0.2.1"},
    "web1": {"ansible_host": "192.0.2.2"},
    "app1": {"ansible_host": "192.0.2.3"},
    "db1": {"ansible_host": "192.0.2.4"},
}
SITE = {"webstack_domain": "www.example.com", "webstack_vips": ["192.0.2.100"]}
GROUPS = {"lb": ["lb1"], "web": ["web1"], "app": ["app1"], "db": ["db1"]}
LOOK = {
    "distribution": "debian",
    "release": "bookworm",
    "python": "3.13.5",
    "interfaces": {},
    "texts": {},
    "neighbours": {},
}


@pytest.fixture
def run(monkeypatch):
    """The action on a stack that is sound apart from what a test changes."""

    def run(arguments, known=None, **site):
        hostvars = {host: {**own, **SITE, **site, **(known or {}).get(host, {})} for host, own in SOUND.items()}
        action = object.__new__(preflight.ActionModule)
        action.validate_argument_spec = lambda spec: (
            None,
            {**{name: each["default"] for name, each in spec.items()}, **arguments},
        )
        action._loader = SimpleNamespace(
            load_from_file=lambda path: yaml.load(Path(path).read_text(), yaml.CSafeLoader)
        )
        monkeypatch.setattr(preflight.ActionBase, "run", lambda *_arguments: {})
        return action.run(None, {"groups": GROUPS, "hostvars": hostvars, "ansible_play_hosts_all": list(SOUND)})

    return run


def test_nothing_wrong_changes_and_says_nothing(run):
    assert run({}) == {"changed": False}


def test_all_that_is_wrong_is_one_failure(run):
    result = run({}, webstack_domain="", webstack_vips=[])
    assert result["failed"]
    assert result["msg"].splitlines() == [
        "2 things have to be put right first. No host was touched.",
        "- webstack_domain is empty. Set it to the name by which clients know the stack, such as www.example.com.",
        "- webstack_vips is empty. List at least one address that no host has, for the balancers to share.",
    ]


def test_hosts_are_judged_by_what_they_have_said(run):
    result = run({"part": "hosts"}, {"web1": {"webstack_host": LOOK}, "db1": {"webstack_host": {"unreachable": True}}})
    assert result["msg"].splitlines() == [
        "One thing has to be put right first. Nothing was changed on any host.",
        "- Host web1 runs debian bookworm; Debian 13 (trixie) is needed. "
        "Install that, or take the host out of the inventory.",
    ]


def test_balancers_outside_of_the_run_are_heard_or_silent():
    stamps = [{"item": "lb1", "texts": {}}, {"item": "lb2", "unreachable": True}]
    seen = preflight.seen({"web1": LOOK, "web2": None}, {"stamps": stamps, "convert": True, "shrink": True})
    assert (list(seen.hosts), list(seen.stamps), list(seen.silent), seen.shrink) == (["web1"], ["lb1"], ["lb2"], True)
