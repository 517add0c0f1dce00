"""The layout of any inventory: a layout or a sentence, and nothing that order would change."""

from __future__ import annotations

import ipaddress
import json

from ansible_collections.scaleup.webstack.plugins.plugin_utils.backends import servers, upstreams
from ansible_collections.scaleup.webstack.plugins.plugin_utils.errors import LayoutError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.layout import SEED_GROUP, TIERS, Layout, derive
from hypothesis import given
from hypothesis import strategies as st

NAMES = ("lb1", "lb2", "web1", "web-2", "app.1", "db_1", "db2", "mon1", "192.0.2.77", "2001:db8::77")
HOSTS = tuple(f"host{number}" for number in range(12))
ODD = ("web 1", "", "-x", "ä", "a;b", "{{ x }}", "fe80::1%eth0")

SOUND = {name: {"ansible_host": f"198.51.100.{number}"} for number, name in enumerate(NAMES, start=1)}

names = st.sampled_from((*NAMES * 8, *ODD))
groups = st.dictionaries(st.sampled_from((*TIERS, *TIERS, SEED_GROUP, "all", "client")), st.lists(names, max_size=6))
addresses = st.builds(lambda version, number: f"192.0.2.{number}" if version == 4 else f"2001:db8::{number:x}",
                      st.sampled_from((4, 6)), st.integers(1, 20))  # fmt: skip
values = st.one_of(
    addresses,
    addresses,
    st.sampled_from((None, "", " 192.0.2.9 ", "192.0.2.0/24", "fe80::1%eth0", "db.example.com", "::ffff:192.0.2.1")),
    st.integers(),
    st.booleans(),
    st.floats(),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.text(max_size=8),
)
some = st.dictionaries(
    names, st.dictionaries(st.sampled_from(("webstack_address", "ansible_host")), values), max_size=3
)
variables = some.map(lambda some: {**SOUND, **some})
options = st.fixed_dictionaries(
    {},
    optional={
        "vips": st.one_of(st.lists(values, max_size=4), st.text(max_size=8), st.none(), st.integers()),
        "domain": st.one_of(st.text(max_size=12), st.sampled_from(("www.example.com", "WWW.example.com", "a..b"))),
        "state_host": st.one_of(names, st.just(""), st.text(max_size=5)),
    },
)


def derived(groups, variables, **options):
    return derive(groups, lambda host, variable: variables.get(host, {}).get(variable), **options)


@given(groups, variables, options)
def test_any_inventory_is_a_layout_or_a_sentence(groups, variables, options):
    try:
        layout = derived(groups, variables, **options)
    except LayoutError as error:
        text = str(error)
        assert text.endswith(".")
        assert "\n" not in text
        assert len(text.split()) > 5
        return
    found = [host.address for host in layout.hosts.values()]
    assert [str(ipaddress.ip_address(address)) for address in found] == found
    assert len({*found, *layout.vips}) == len(found) + len(layout.vips)
    assert {name for tier in TIERS for name in layout.tiers[tier]} == set(layout.hosts)
    assert layout.seed is None or layout.seed in layout.tiers["db"]
    assert layout.state_host in layout.hosts or not layout.hosts
    assert Layout.from_data(json.loads(json.dumps(layout.to_data()))) == layout
    for tier in TIERS:
        assert len(set(layout.tiers[tier])) == len(layout.tiers[tier])
        assert [server["name"] for server in servers(layout, tier, 443)] == list(layout.tiers[tier])
    assert upstreams(layout, 443)


@st.composite
def inventories(draw):
    """Sound inventories of hosts that carry any tiers, with all hosts in any order; a few draws, which cost most."""
    hosts = HOSTS[: draw(st.integers(1, len(HOSTS)))]
    chance = draw(st.randoms(use_true_random=False))
    groups = {tier: chosen(hosts, draw(st.integers(0, 2 ** len(hosts) - 1)), chance) for tier in TIERS}
    if groups["db"]:
        groups[SEED_GROUP] = chosen(groups["db"], draw(st.integers(0, 2 ** len(groups["db"]) - 1)), chance)
    serving = set(chosen(hosts, draw(st.integers(0, 2 ** len(hosts) - 1)), chance))
    return groups, {
        name: {"webstack_address" if name in serving else "ansible_host": f"192.0.2.{number}"}
        for number, name in enumerate(hosts, start=1)
    }


def chosen(hosts, bits, chance):
    """Those hosts whose bits are set, in any order."""
    found = [host for number, host in enumerate(hosts) if bits >> number & 1]
    chance.shuffle(found)
    return found


@given(inventories())
def test_every_host_of_a_sound_inventory_is_there_once(inventory):
    groups, variables = inventory
    layout = derived(groups, variables)
    assert list(layout.hosts) == list(dict.fromkeys(name for tier in TIERS for name in groups[tier]))
    for tier in TIERS:
        assert [host.name for host in layout.members(tier)] == groups[tier]
    for host in layout.hosts.values():
        assert host.address in variables[host.name].values()
        assert host.tiers == tuple(tier for tier in TIERS if host.name in groups[tier])


@given(inventories(), st.randoms(use_true_random=False))
def test_the_order_of_groups_and_of_other_groups_changes_nothing(inventory, chance):
    groups, variables = inventory
    shuffled = [*groups.items(), ("all", list(variables)), ("client", list(variables)[:1])]
    chance.shuffle(shuffled)
    before, after = derived(groups, variables), derived(dict(shuffled), variables)
    assert json.dumps(before.to_data()) == json.dumps(after.to_data())


@given(inventories(), st.randoms(use_true_random=False))
def test_the_order_of_hosts_changes_their_order_and_nothing_else(inventory, chance):
    groups, variables = inventory
    shuffled = {group: chance.sample(members, len(members)) for group, members in groups.items()}
    before, after = derived(groups, variables), derived(shuffled, variables)
    assert before.hosts == after.hosts
    assert {tier: set(members) for tier, members in before.tiers.items()} == {
        tier: set(members) for tier, members in after.tiers.items()
    }


@given(inventories(), st.data())
def test_hosts_of_no_tier_are_never_read(inventory, data):
    groups, variables = inventory
    strangers = data.draw(st.lists(st.sampled_from(("client1", "bak1", "spare"))))
    read = []
    derive(
        {**groups, "all": [*variables, *strangers], "client": strangers},
        lambda host, variable: read.append((host, variable)) or variables[host].get(variable),
    )
    assert len(read) == len(set(read))
    assert {host for host, _variable in read} == {name for tier in TIERS for name in groups[tier]}
