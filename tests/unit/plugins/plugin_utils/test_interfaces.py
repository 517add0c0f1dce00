from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.filter.interface_of import FilterModule

interface_of = FilterModule().filters()["interface_of"]

FACTS = {
    "interfaces": ["lo", "eth0", "br-lan.10"],
    "default_ipv4": {"interface": "eth0", "address": "192.0.2.1"},
    "lo": {"device": "lo", "ipv4": {"address": "127.0.0.1"}, "ipv6": [{"address": "::1"}]},
    "eth0": {
        "device": "eth0",
        "ipv4": {"address": "192.0.2.1"},
        "ipv4_secondaries": [{"address": "192.0.2.100"}],
        "ipv6": [{"address": "fe80::1"}, {"address": "2001:db8::1"}],
    },
    "br_lan.10": {"device": "br-lan.10", "ipv4": {"address": "198.51.100.1"}},
    "bond0": {"device": "bond0", "active": False},
}


@pytest.mark.parametrize(
    ("address", "device"),
    [
        ("192.0.2.1", "eth0"),
        ("192.0.2.100", "eth0"),
        ("2001:DB8::1", "eth0"),
        ("198.51.100.1", "br-lan.10"),
        ("127.0.0.1", "lo"),
    ],
)
def test_interface(address, device):
    assert interface_of(FACTS, address) == device


@pytest.mark.parametrize(
    ("facts", "address", "sentence"),
    [
        (FACTS, "192.0.2.9", "No interface of this host carries 192.0.2.9; it has bond0, br-lan.10, eth0, lo."),
        ({}, "192.0.2.9", "it has no interfaces"),
        (FACTS, "eth0", "'eth0' is not a literal"),
        (None, "192.0.2.1", "works on facts"),
    ],
)
def test_refusals(facts, address, sentence):
    with pytest.raises(AnsibleFilterError) as caught:
        interface_of(facts, address)
    assert sentence in str(caught.value)
