from __future__ import annotations

import time

import pytest
from ansible_collections.scaleup.webstack.plugins.plugin_utils.errors import LayoutError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.layout import TIERS, Layout, derive

STACK = {
    "all": ["lb1", "lb2", "web1", "web2", "app1", "db1", "db2", "client1"],
    "lb": ["lb2", "lb1"],
    "web": ["web1", "web2"],
    "app": ["app1"],
    "db": ["db1", "db2"],
    "mysql_primary": ["db2"],
    "mysql_replica": ["db1"],
}
ADDRESSES = {name: {"ansible_host": f"192.0.2.{number}"} for number, name in enumerate(STACK["all"], start=1)}


def derived(groups=None, variables=None, **options):
    groups, variables = (STACK if groups is None else groups), (ADDRESSES if variables is None else variables)
    return derive(groups, lambda host, variable: variables.get(host, {}).get(variable), **options)


def test_order_of_the_inventory_is_kept():
    assert derived().tiers["lb"] == ("lb2", "lb1")


def test_only_hosts_of_tiers_are_read():
    read = []
    derive(STACK, lambda host, variable: read.append((host, variable)) or ADDRESSES[host].get(variable))
    assert {host for host, _variable in read} == {"lb1", "lb2", "web1", "web2", "app1", "db1", "db2"}
    assert {variable for _host, variable in read} == {"webstack_address", "ansible_host"}
    assert len(read) == len(set(read))


def test_one_host_may_carry_every_tier():
    layout = derived({tier: ["one"] for tier in TIERS}, {"one": {"ansible_host": "192.0.2.1"}})
    assert layout.hosts["one"].tiers == TIERS
    assert len(layout.hosts) == 1


def test_nothing_at_all_is_a_layout():
    layout = derived({}, {})
    assert (layout.hosts, layout.seed, layout.state_host) == ({}, None, None)
    assert all(layout.members(tier) == () for tier in TIERS)


@pytest.mark.parametrize(
    ("variables", "name", "expected"),
    [
        ({"ansible_host": "192.0.2.1"}, "web1", "192.0.2.1"),
        ({"ansible_host": "bastion.example.com", "webstack_address": "192.0.2.9"}, "web1", "192.0.2.9"),
        ({"webstack_address": "2001:DB8:0::1"}, "web1", "2001:db8::1"),
        ({"webstack_address": None, "ansible_host": " 192.0.2.1 "}, "web1", "192.0.2.1"),
        ({}, "192.0.2.7", "192.0.2.7"),
        ({}, "2001:db8::7", "2001:db8::7"),
    ],
    ids=["ansible_host", "webstack_address_wins", "canonical", "null_is_unset", "name_ipv4", "name_ipv6"],
)
def test_address(variables, name, expected):
    assert derived({"web": [name]}, {name: variables}).hosts[name].address == expected


@pytest.mark.parametrize(
    ("groups", "options", "seed", "state_host"),
    [
        (STACK, {}, "db2", "db1"),
        ({**STACK, "mysql_primary": []}, {}, "db1", "db1"),
        ({**STACK, "mysql_primary": ["db1", "db2"]}, {}, "db1", "db1"),
        (STACK, {"state_host": "app1"}, "db2", "app1"),
        ({"lb": ["lb1"], "web": ["web1"]}, {}, None, "lb1"),
    ],
    ids=["named", "first_of_db", "first_of_named", "given", "no_database"],
)
def test_seed_and_state_host(groups, options, seed, state_host):
    layout = derived(groups, **options)
    assert (layout.seed, layout.state_host) == (seed, state_host)


@pytest.mark.parametrize(
    ("groups", "variables", "options", "sentence"),
    [
        ({"web": ["web1"]}, {}, {}, "Host web1 has no address. Set webstack_address"),
        (
            {"web": ["web1"]},
            {"web1": {"ansible_host": "web1.example"}},
            {},
            "Host web1: ansible_host is 'web1.example'",
        ),
        ({"web": ["web1"]}, {"web1": {"webstack_address": "192.0.2.0/24"}}, {}, "Host web1: webstack_address is"),
        ({"web": ["web1"]}, {"web1": {"webstack_address": "fe80::1%eth0"}}, {}, "not a literal IPv4 or IPv6 address"),
        (
            {"web": ["web1"]},
            {"web1": {"webstack_address": 3221225985}},
            {},
            "Host web1: webstack_address is 3221225985",
        ),
        (
            {"web": ["a", "b"]},
            {"a": {"ansible_host": "2001:db8::1"}, "b": {"ansible_host": "2001:db8:0::1"}},
            {},
            "Hosts a and b both have the address 2001:db8::1.",
        ),
        ({"web": ["web 1"]}, {}, {}, "Host 'web 1' has a name that cannot stand in a configuration file"),
        ({"web": ["web1\n"]}, {}, {}, "cannot stand in a configuration file"),
        (
            {**STACK, "mysql_primary": ["app1"]},
            ADDRESSES,
            {},
            "Host app1 is in group mysql_primary but not in group db",
        ),
        (
            STACK,
            ADDRESSES,
            {"state_host": "client1"},
            "webstack_state_host is 'client1', which is in none of the groups",
        ),
        (STACK, ADDRESSES, {"vips": "192.0.2.100"}, "Give a list of addresses"),
        (STACK, ADDRESSES, {"vips": None}, "Give a list of addresses"),
        (
            STACK,
            ADDRESSES,
            {"vips": ["www.example.com"]},
            "webstack_vips holds 'www.example.com', which is not a literal",
        ),
        (STACK, ADDRESSES, {"vips": ["192.0.2.1"]}, "192.0.2.1, which is the address of host lb1"),
        (STACK, ADDRESSES, {"vips": ["2001:db8::9", "2001:DB8::9"]}, "webstack_vips holds 2001:db8::9 twice"),
        (STACK, ADDRESSES, {"domain": "www example"}, "webstack_domain is 'www example'"),
        (STACK, ADDRESSES, {"domain": "a.b\n    http-request deny"}, "is not a host name"),
    ],
)
def test_refusals_name_host_variable_and_remedy(groups, variables, options, sentence):
    with pytest.raises(LayoutError) as caught:
        derived(groups, variables, **options)
    assert sentence in str(caught.value)
    assert str(caught.value).endswith(".")


def test_layout_survives_being_written_as_data():
    layout = derived(vips=["192.0.2.100", "2001:db8::100"], domain="WWW.example.com")
    assert layout.vips == ("192.0.2.100", "2001:db8::100")
    assert layout.domain == "www.example.com"
    assert Layout.from_data(layout.to_data()) == layout


@pytest.mark.parametrize("data", [None, "layout", {}, {"hosts": []}, {"hosts": {"a": {}}, "tiers": {}}])
def test_other_data_is_no_layout(data):
    with pytest.raises(LayoutError, match="The input is not a layout"):
        Layout.from_data(data)


def test_tier_that_names_a_host_without_entry_is_no_layout():
    data = derived().to_data()
    del data["hosts"]["web1"]
    with pytest.raises(LayoutError, match="The input is not a layout"):
        Layout.from_data(data).members("web")


@pytest.mark.parametrize("tier", ["cache", "", None, ["web"]])
def test_unknown_tier_is_a_mistake(tier):
    with pytest.raises(LayoutError, match=r"There is no tier .* The tiers are lb, web, app, db, monitoring\."):
        derived().members(tier)


def test_a_thousand_hosts_cost_little():
    names = [f"web{number}" for number in range(1000)]
    variables = {name: {"ansible_host": f"10.1.{n // 250}.{n % 250}"} for n, name in enumerate(names)}
    start = time.process_time()
    derived({"web": names}, variables)
    assert time.process_time() - start < 0.5
