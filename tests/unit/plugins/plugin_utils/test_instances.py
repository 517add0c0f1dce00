from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.filter.keepalived_instances import FilterModule
from ansible_collections.scaleup.webstack.plugins.plugin_utils.layout import derive

keepalived_instances = FilterModule().filters()["keepalived_instances"]


def layout(balancers, vips, network="192.0.2."):
    names = [f"lb{number}" for number in range(1, balancers + 1)]
    return derive({"lb": names}, lambda host, _: network + host[2:], vips=vips).to_data()


def line(balancers, vips, mode, network="192.0.2."):
    """Return for each group of addresses who holds it first, second and so on."""
    known = layout(balancers, vips, network)
    each = {name: keepalived_instances(known, name, mode, 51) for name in known["tiers"]["lb"]}
    found = {}
    for number, instance in enumerate(each["lb1"]):
        key = (instance["router_id"], *instance["addresses"], *instance["others"])
        assert len({instances[number]["priority"] for instances in each.values()}) == balancers
        found[key] = sorted(each, key=lambda name: -each[name][number]["priority"])
    return found


@pytest.mark.parametrize(
    ("balancers", "vips", "mode", "expected"),
    [
        (2, ["192.0.2.100"], "active_passive", {(51, "192.0.2.100"): ["lb1", "lb2"]}),
        (
            3,
            ["192.0.2.100", "192.0.2.101"],
            "active_passive",
            {(51, "192.0.2.100", "192.0.2.101"): ["lb1", "lb2", "lb3"]},
        ),
        (
            2,
            ["192.0.2.100", "192.0.2.101"],
            "active_active",
            {(51, "192.0.2.100"): ["lb1", "lb2"], (52, "192.0.2.101"): ["lb2", "lb1"]},
        ),
        (
            3,
            ["192.0.2.100", "192.0.2.101", "192.0.2.102"],
            "active_active",
            {
                (51, "192.0.2.100"): ["lb1", "lb2", "lb3"],
                (52, "192.0.2.101"): ["lb2", "lb3", "lb1"],
                (53, "192.0.2.102"): ["lb3", "lb1", "lb2"],
            },
        ),
        # Of each family one, together.
        (
            2,
            ["192.0.2.100", "2001:db8::100", "2001:db8::101", "192.0.2.101"],
            "active_active",
            {
                (51, "192.0.2.100", "2001:db8::100"): ["lb1", "lb2"],
                (52, "192.0.2.101", "2001:db8::101"): ["lb2", "lb1"],
            },
        ),
        (
            2,
            ["192.0.2.100", "192.0.2.101", "192.0.2.102"],
            "active_active",
            {(51, "192.0.2.100", "192.0.2.102"): ["lb1", "lb2"], (52, "192.0.2.101"): ["lb2", "lb1"]},
        ),
    ],
    ids=["one_of_two", "all_on_one", "one_each", "three", "both_families", "more_than_balancers"],
)
def test_who_is_in_line_for_which_addresses(balancers, vips, mode, expected):
    assert line(balancers, vips, mode) == expected


def test_balancers_of_ipv6_speak_ipv6():
    known = layout(2, ["192.0.2.100", "2001:db8::100"], "2001:db8::")
    (instance,) = keepalived_instances(known, "lb2", "active_passive", "51")
    assert (instance["addresses"], instance["others"], instance["priority"]) == (
        ["2001:db8::100"],
        ["192.0.2.100"],
        199,
    )


@pytest.mark.parametrize(
    ("host", "mode", "said"),
    [("web1", "active_passive", "'web1' is no balancer"), ("lb1", "both", "The mode is 'both'")],
)
def test_what_makes_no_sense(host, mode, said):
    with pytest.raises(AnsibleFilterError, match=said):
        keepalived_instances(layout(2, ["192.0.2.100"]), host, mode, 51)
