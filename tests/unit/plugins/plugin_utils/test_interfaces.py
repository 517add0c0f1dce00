from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.scaleup.webstack.plugins.filter.interface_of import FilterModule

interface_of = FilterModule().filters()["interface_of"]

INTERFACES = {
    "lo": ["127.0.0.1/8", "::1/128"],
    "eth0": ["192.0.2.1/24", "192.0.2.100/32", "fe80::1/64", "2001:db8::1/64"],
    "br-lan.10": ["198.51.100.1/24"],
    "bond0": [],
}


@pytest.mark.parametrize(
    ("address", "interface"),
    [
        ("192.0.2.1", "eth0"),
        ("192.0.2.100", "eth0"),
        ("2001:DB8::1", "eth0"),
        ("198.51.100.1", "br-lan.10"),
        ("127.0.0.1", "lo"),
    ],
)
def test_interface(address, interface):
    assert interface_of(INTERFACES, address) == interface


@pytest.mark.parametrize(
    ("interfaces", "address", "sentence"),
    [
        (INTERFACES, "192.0.2.9", "No interface of this host carries 192.0.2.9; it has bond0, br-lan.10, eth0, lo."),
        ({}, "192.0.2.9", "it has no interfaces"),
        (INTERFACES, "eth0", "'eth0' is not a literal"),
        (None, "192.0.2.1", "works on webstack_host.interfaces"),
    ],
)
def test_refusals(interfaces, address, sentence):
    with pytest.raises(AnsibleFilterError) as caught:
        interface_of(interfaces, address)
    assert sentence in str(caught.value)
