"""One host's rules, as a table: hosts of several tiers, both families, sources without hosts, a thousand hosts."""

from __future__ import annotations

import time

import pytest
from ansible_collections.scaleup.webstack.plugins.plugin_utils.errors import LayoutError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.firewall import rules_of
from ansible_collections.scaleup.webstack.plugins.plugin_utils.layout import derive

ADDRESSES = {
    "lb1": "192.0.2.11",
    "lb2": "2001:db8::12",
    "web1": "192.0.2.21",
    "db1": "2001:db8::41",
    "all1": "192.0.2.91",
}
GROUPS = {"lb": ["lb1", "lb2", "all1"], "web": ["web1", "all1"], "db": ["db1", "all1"]}
LAYOUT = derive(GROUPS, lambda host, _: ADDRESSES[host])
ADMIN = ("192.0.2.0/25", "192.0.2.128/25", "2001:db8::5")


def flow(name="f", source=("web",), port=80, protocol="tcp", why="Because."):
    return {
        "name": name,
        "from": source if isinstance(source, str) else list(source),
        "port": port,
        "protocol": protocol,
        "why": why,
    }


def statements(*flows, host="web1", admin=ADMIN):
    return [f"{rule.source}{rule.service}" for rule in rules_of(LAYOUT, host, flows, admin).rules]


def sets(*flows, admin=ADMIN):
    return {
        each.name: [element.value for element in each.elements] for each in rules_of(LAYOUT, "web1", flows, admin).sets
    }


@pytest.mark.parametrize(
    ("flows", "expected"),
    [
        ([flow(source="any", port=443)], ["tcp dport 443"]),
        ([flow(source=["any"], port="443")], ["tcp dport 443"]),
        ([flow(source="loopback")], []),
        ([flow(source=["web"])], ["ip saddr @web_ipv4 tcp dport 80"]),
        ([flow(source=["lb"])], ["ip saddr @lb_ipv4 tcp dport 80", "ip6 saddr @lb_ipv6 tcp dport 80"]),
        ([flow(source=["monitoring"])], []),
        ([flow(source=["app", "web"])], ["ip saddr @web_ipv4 tcp dport 80"]),
        ([flow(source=["web", "web"])], ["ip saddr @web_ipv4 tcp dport 80"]),
        ([flow(), flow(name="the same from another role")], ["ip saddr @web_ipv4 tcp dport 80"]),
        ([flow(), flow(protocol="udp")], ["ip saddr @web_ipv4 tcp dport 80", "ip saddr @web_ipv4 udp dport 80"]),
        ([flow(source=["web"], port=None, protocol="vrrp")], ["ip saddr @web_ipv4 meta l4proto 112"]),
        ([flow(source=["192.0.2.7"])], ["ip saddr 192.0.2.7 tcp dport 80"]),
        ([flow(source=["198.51.100.0/24"])], ["ip saddr 198.51.100.0/24 tcp dport 80"]),
        ([flow(source=["2001:DB8:0::/64"])], ["ip6 saddr 2001:db8::/64 tcp dport 80"]),
        ([flow(source=["admin"])], ["ip saddr @admin_ipv4 tcp dport 80", "ip6 saddr @admin_ipv6 tcp dport 80"]),
        ([], []),
    ],
)  # fmt: skip
def test_rules(flows, expected):
    assert statements(*flows) == expected


def test_rules_keep_the_order_of_the_flows_and_are_the_same_each_time():
    flows = [flow("b", ["web"], 2), flow("a", ["lb"], 1), flow("c", "any", 3)]
    first = rules_of(LAYOUT, "web1", flows, ADMIN)
    assert [rule.flow for rule in first.rules] == ["b", "a", "a", "c"]
    assert first == rules_of(LAYOUT, "web1", flows, ADMIN)


def test_sets_hold_every_host_of_a_tier_once_by_family():
    assert sets(flow(source=["lb", "db"]), flow(source=["lb"], port=81)) == {
        "lb_ipv4": ["192.0.2.11", "192.0.2.91"],
        "lb_ipv6": ["2001:db8::12"],
        "db_ipv4": ["192.0.2.91"],
        "db_ipv6": ["2001:db8::41"],
    }


@pytest.mark.parametrize(
    ("networks", "expected"),
    [
        (ADMIN, {"admin_ipv4": ["192.0.2.0/24"], "admin_ipv6": ["2001:db8::5"]}),
        (["10.0.0.0/8", "10.1.0.0/16", "10.0.0.0/8"], {"admin_ipv4": ["10.0.0.0/8"]}),
        (["0.0.0.0/0", "::/0"], {"admin_ipv4": ["0.0.0.0/0"], "admin_ipv6": ["::/0"]}),
        ([], {}),
    ],
    ids=["joined", "nested", "everywhere", "nobody"],
)
def test_networks_of_administrators(networks, expected):
    assert sets(flow(source=["admin"], port=22), admin=networks) == expected


def test_the_ports_of_administrators_are_known():
    flows = [flow(source=["admin", "web"], port=22), flow(source=["admin"], port="2222"), flow(port=80)]
    flows.append(flow(source=["admin"], port=53, protocol="udp"))
    assert rules_of(LAYOUT, "web1", flows, []).admin_ports == (22, 2222)


def test_what_a_container_publishes_is_matched_by_the_port_that_was_dialled():
    rules = rules_of(LAYOUT, "web1", [flow(port=8080), flow(port=None, protocol="vrrp")], []).rules
    assert [rule.forwarded for rule in rules] == ["meta l4proto tcp ct original proto-dst 8080", ""]


def test_a_comment_stays_on_its_line():
    (rule,) = rules_of(LAYOUT, "web1", [flow(name="a\nb", why="one\n} two")], []).rules
    assert (rule.flow, rule.why) == ("a b", "one } two")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("ssh", "Host web1: 'ssh' is no flow. Write name, from, port, protocol, why for it."),
        ({"from": "any"}, "Host web1: {'from': 'any'} is no flow."),
        ({**flow(), "from": 5}, "Host web1: flow f comes from 5. Give a list, such as [web, 192.0.2.0/24]."),
        ({**flow(), "from": [5]}, "Host web1: flow f comes from [5]."),
        ({"name": "f", "port": 1, "protocol": "tcp"}, "Host web1: flow f comes from None."),
        (flow(source=["cache"]), "flow f comes from 'cache', which is neither a tier nor any, admin, loopback"),
        (flow(source=["192.0.2.5/24"]), "192.0.2.5/24 has host bits set"),
        (flow(protocol="icmp"), "Host web1: flow f has the protocol 'icmp'. Give one of tcp, udp, vrrp."),
        ({"name": "f", "from": "any", "port": 1}, "Host web1: flow f has the protocol None."),
        (flow(port=None), "Host web1, flow f: The port is None. Give a whole number from 1 to 65535."),
        (flow(port=70000), "Host web1, flow f: The port is 70000."),
    ],
)  # fmt: skip
def test_flows_that_are_none(given, sentence):
    with pytest.raises(LayoutError) as caught:
        rules_of(LAYOUT, "web1", [given], [])
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("192.0.2.0/24", "webstack_admin_networks is '192.0.2.0/24'. Give a list of networks"),
        (None, "webstack_admin_networks is None."),
        (["192.0.2.1/24"], "webstack_admin_networks holds '192.0.2.1/24': 192.0.2.1/24 has host bits set."),
        (["office"], "webstack_admin_networks holds 'office': 'office' does not appear to be an IPv4 or IPv6 network."),
    ],
)
def test_networks_that_are_none(given, sentence):
    with pytest.raises(LayoutError) as caught:
        rules_of(LAYOUT, "web1", [], given)
    assert sentence in str(caught.value)


def test_a_thousand_hosts_cost_a_thousand_elements_and_no_more_rules():
    def rules(count):
        names = [f"web{number}" for number in range(count)]
        address = {name: f"10.0.{number // 250}.{number % 250 + 1}" for number, name in enumerate(names)}
        layout = derive({"web": names, "app": ["web0"]}, lambda host, _: address[host])
        began = time.perf_counter()
        found = rules_of(layout, "web0", [flow(source=["web"], port=port) for port in range(1, 11)], ADMIN)
        return found, time.perf_counter() - began

    small, _seconds = rules(10)
    large, seconds = rules(1000)
    assert len(large.rules) == len(small.rules) == 10
    assert [len(each.elements) for each in large.sets] == [1000]
    assert seconds < 0.5
