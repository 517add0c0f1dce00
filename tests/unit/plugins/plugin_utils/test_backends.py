from __future__ import annotations

import pytest
from ansible_collections.scaleup.webstack.plugins.plugin_utils.backends import servers, upstreams
from ansible_collections.scaleup.webstack.plugins.plugin_utils.errors import LayoutError
from ansible_collections.scaleup.webstack.plugins.plugin_utils.layout import derive

ADDRESSES = {"web1": "192.0.2.21", "web2": "2001:db8::22", "app1": "192.0.2.31"}
LAYOUT = derive({"web": ["web1", "web2"], "app": ["app1"]}, lambda host, _: ADDRESSES[host])


@pytest.mark.parametrize(
    ("tier", "port", "expected"),
    [
        (
            "web",
            8443,
            [
                {"name": "web1", "address": "192.0.2.21", "port": 8443, "endpoint": "192.0.2.21:8443"},
                {"name": "web2", "address": "2001:db8::22", "port": 8443, "endpoint": "[2001:db8::22]:8443"},
            ],
        ),
        ("app", "9443", [{"name": "app1", "address": "192.0.2.31", "port": 9443, "endpoint": "192.0.2.31:9443"}]),
        ("db", 3306, []),
    ],
    ids=["both_families", "port_as_text", "empty_tier"],
)
def test_servers(tier, port, expected):
    assert servers(LAYOUT, tier, port) == expected


def test_upstreams_hold_the_application_tier():
    assert upstreams(LAYOUT, 9443) == [{"name": "app", "servers": servers(LAYOUT, "app", 9443)}]


@pytest.mark.parametrize("port", [0, 65536, -1, True, None, 8443.0, "", "http", "8443 ", "٨٤٤٣"])
def test_ports_that_are_none(port):
    with pytest.raises(LayoutError, match=r"Give a whole number from 1 to 65535\."):
        servers(LAYOUT, "web", port)
