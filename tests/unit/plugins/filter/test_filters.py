"""The filters as Ansible calls them: plain data in and out, AnsibleFilterError with the sentence."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError, AnsibleUndefinedVariable
from ansible_collections.scaleup.webstack.plugins.filter.certificates_due import FilterModule as CertificatesDue
from ansible_collections.scaleup.webstack.plugins.filter.declared import FilterModule as Declared
from ansible_collections.scaleup.webstack.plugins.filter.firewall_rules import FilterModule as Rules
from ansible_collections.scaleup.webstack.plugins.filter.haproxy_backends import FilterModule as Backends
from ansible_collections.scaleup.webstack.plugins.filter.layout import FilterModule as LayoutFilter
from ansible_collections.scaleup.webstack.plugins.filter.layout_stamp import FilterModule as Stamp
from ansible_collections.scaleup.webstack.plugins.filter.nginx_upstreams import FilterModule as Upstreams

certificates_due = CertificatesDue().filters()["certificates_due"]
declared = Declared().filters()["declared"]
layout_stamp = Stamp().filters()["layout_stamp"]
layout = LayoutFilter().filters()["layout"]
firewall_rules = Rules().filters()["firewall_rules"]
haproxy_backends = Backends().filters()["haproxy_backends"]
nginx_upstreams = Upstreams().filters()["nginx_upstreams"]

GROUPS = {"all": ["lb1", "web1", "app1", "client1"], "lb": ["lb1"], "web": ["web1"], "app": ["app1"]}
HOSTVARS = {
    "lb1": {"ansible_host": "192.0.2.11"},
    "web1": {"ansible_host": "192.0.2.21"},
    "app1": {"ansible_host": "192.0.2.31"},
}


class Undefined(dict):
    """Variables of a host, one of which is a template that fails."""

    def __getitem__(self, key):
        raise AnsibleUndefinedVariable(f"'prefix' is undefined, needed by {key}")


def test_layout_is_the_documented_structure():
    assert layout(GROUPS, HOSTVARS, domain="www.example.com", vips=["192.0.2.100"]) == {
        "hosts": {
            "lb1": {"name": "lb1", "address": "192.0.2.11", "tiers": ["lb"]},
            "web1": {"name": "web1", "address": "192.0.2.21", "tiers": ["web"]},
            "app1": {"name": "app1", "address": "192.0.2.31", "tiers": ["app"]},
        },
        "tiers": {"lb": ["lb1"], "web": ["web1"], "app": ["app1"], "db": [], "monitoring": []},
        "seed": None,
        "state_host": "lb1",
        "vips": ["192.0.2.100"],
        "domain": "www.example.com",
        "names": ["www.example.com"],
    }


def test_lists_of_servers_come_from_the_layout():
    known = layout(GROUPS, HOSTVARS)
    server = {"name": "app1", "address": "192.0.2.31", "port": 9443, "endpoint": "192.0.2.31:9443"}
    assert haproxy_backends(known, "app", 9443) == [server]
    assert haproxy_backends(known, "app", 9443, only=["app1", "web1"]) == [server]
    assert haproxy_backends(known, "app", 9443, only=[]) == []
    assert nginx_upstreams(known, 9443) == [{"name": "app", "servers": [server]}]


def test_text_becomes_what_is_declared():
    assert declared("false", "bool") is False
    assert declared("10.0.0.0/8,192.168.0.0/16", "list") == ["10.0.0.0/8", "192.168.0.0/16"]
    assert declared([{"name": "demo"}], "list") == [{"name": "demo"}]
    assert declared('[{"name": "demo"}]', "list") == [{"name": "demo"}]
    assert declared("3", "int") == 3


def test_the_stamp_names_every_host():
    said = layout_stamp(layout(GROUPS, HOSTVARS), "terminate")
    assert '"web": [\n   "web1"\n  ]' in said
    assert '"tls_mode": "terminate"' in said


def test_rules_of_a_host_are_the_documented_structure():
    flows = [{"name": "https", "from": ["web"], "port": 8443, "protocol": "tcp", "why": "Requests."}]
    assert firewall_rules(layout(GROUPS, HOSTVARS), "app1", flows, []) == {
        "sets": [
            {
                "name": "web_ipv4",
                "type": "ipv4_addr",
                "networks": False,
                "elements": ({"value": "192.0.2.21", "name": "web1"},),
            }
        ],
        "rules": [
            {
                "flow": "https",
                "why": "Requests.",
                "source": "ip saddr @web_ipv4 ",
                "service": "tcp dport 8443",
                "forwarded": "meta l4proto tcp ct original proto-dst 8443",
            }
        ],
        "admin_ports": [],
    }


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: firewall_rules({}, "web1", [], []), "firewall_rules: The input is not a layout."),
        (
            lambda: firewall_rules(layout(GROUPS, HOSTVARS), "web1", ["x"], []),
            "firewall_rules: Host web1: 'x' is no flow.",
        ),
        (lambda: declared("a b", "list"), "declared: the value is 'a b' where a list belongs."),
        (lambda: layout_stamp({}, "terminate"), "layout_stamp: The input is not a layout."),
        (lambda: layout(["lb1"], HOSTVARS), "groups | layout(hostvars)"),
        (lambda: layout(GROUPS, None), "groups | layout(hostvars)"),
        (lambda: layout({"web": ["web1"]}, {"web1": {}}), "Host web1 has no address."),
        (
            lambda: layout({"web": ["web1"]}, {"web1": Undefined(ansible_host="{{ prefix }}.1")}),
            "Host web1: ansible_host cannot be worked out: 'prefix' is undefined",
        ),
        (lambda: haproxy_backends({}, "web", 80), "haproxy_backends: The input is not a layout."),
        (
            lambda: haproxy_backends(layout(GROUPS, HOSTVARS), "cache", 80),
            "haproxy_backends: There is no tier 'cache'.",
        ),
        (lambda: haproxy_backends(layout(GROUPS, HOSTVARS), "web", 80, only="web1"), "Give a list of names."),
        (lambda: nginx_upstreams(layout(GROUPS, HOSTVARS), "x"), "nginx_upstreams: The port is 'x'."),
        (
            lambda: certificates_due({}, {}, {}, "", days=2, margin_days=1),
            "certificates_due works on a list of published certificates.",
        ),
        (
            lambda: certificates_due(["web"], {}, {}, "", days=2, margin_days=1),
            "works on a list of published certificates.",
        ),
        (lambda: certificates_due([], [], {}, "", days=2, margin_days=1), "needs texts and checksums, both by path."),
    ],
)
def test_errors_are_sentences_for_ansible(call, sentence):
    with pytest.raises(AnsibleFilterError) as caught:
        call()
    assert sentence in str(caught.value)
