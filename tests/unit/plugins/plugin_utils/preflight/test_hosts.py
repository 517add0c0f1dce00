"""What is said of hosts once they have been looked at."""

from __future__ import annotations

import json

import pytest
from ansible_collections.scaleup.webstack.plugins.plugin_utils.preflight import stamp
from ansible_collections.scaleup.webstack.plugins.plugin_utils.preflight.controller import stack_of
from ansible_collections.scaleup.webstack.plugins.plugin_utils.preflight.hosts import problems_of
from ansible_collections.scaleup.webstack.plugins.plugin_utils.preflight.model import Seen
from ansible_collections.scaleup.webstack.tests.unit.plugins.plugin_utils.preflight.world import HOSTS, cases, run

CASES = cases("hosts")


def fit(name):
    """What a host that is fit says."""
    return {
        "distribution": "debian",
        "release": "sid" if name.startswith("db") else "trixie",
        "python": "3.13.5",
        "memory_mib": 4096,
        "processors": 2,
        "open_files": 10000,
        "interfaces": {"lo": ["127.0.0.1/8"], "eth0": [f"{HOSTS[name]['ansible_host']}/24", "fe80::1/64"]},
        "packages": [],
        "free_mib": {"/var/lib/mysql": 9000},
        "mounts": [],
        "users": {},
        "texts": {},
        "neighbours": {},
        "certificates": {},
    }


def text_of(given, world):
    """A stamp as the case gives it: text as it is, tiers in place of the stack's own, null for none."""
    if given is None:
        return {}
    if isinstance(given, str) and given != "same":
        return {stamp.PATH: given}
    layout = stack_of(world)[0].layout
    tiers = {tier: list(names) for tier, names in layout.tiers.items()} | ({} if given == "same" else given)
    mode = tiers.pop("tls_mode", None)
    return {stamp.PATH: json.dumps({"tiers": tiers} | ({"tls_mode": mode} if mode else {}))}


def seen(case, world):
    looks = {}
    for name in world.hosts:
        change = case.get("seen", {}).get(name, {})
        if name in HOSTS and change is not None:
            looks[name] = change if "failed" in change else {**fit(name), **change}
            if name.startswith("lb") and "stamp" in case:
                looks[name]["texts"] = text_of(case["stamp"], world)
    stamps = {name: {"texts": text_of(given, world)} for name, given in case.get("stamps", {}).items()}
    for name in set(stamps) & set(looks):
        looks[name]["texts"] = stamps.pop(name)["texts"]
    return Seen(
        hosts=looks,
        stamps=stamps,
        silent=case.get("silent", ()),
        shrink=case.get("shrink", False),
        convert=case.get("convert", False),
    )


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_all_that_is_wrong_is_said_and_nothing_else(case):
    world = run(case)
    assert problems_of(world, seen(case, world)) == case["said"]


def test_a_stamp_is_the_same_for_the_same_hosts_in_any_order():
    one = stack_of(run({}))[0].layout
    other = stack_of(run({"groups": {"web": ["web2", "web1"], "lb": ["lb2", "lb1"]}}))[0].layout
    assert one != other
    assert stamp.text(one, "reencrypt") == stamp.text(other, "reencrypt")
    assert json.loads(stamp.text(one, "reencrypt"))["tiers"]["web"] == ["web1", "web2"]


def test_every_sentence_ends_as_one():
    assert all(sentence.endswith(".") for case in CASES for sentence in case["said"])
