"""The story segmentation: what it tries, what it sees, and what it calls wrong."""

import contextlib
import socket

import pytest
import reach
import segmentation

LAYOUT = {
    "hosts": {"lb1": {"address": "192.0.2.11"}, "web1": {"address": "192.0.2.21"}},
    "tiers": {"lb": ["lb1"], "web": ["web1"], "db": []},
    "vips": ["192.0.2.100"],
}
SSH = {"from": ["admin"], "protocol": "tcp", "port": 22}
HOSTS = {
    "lb1": {
        "webstack_flows": [
            SSH,
            {"from": "any", "protocol": "tcp", "port": 443},
            {"from": ["lb"], "protocol": "vrrp", "port": None},
        ],
        "webstack_host": {"interfaces": {"lo": ["127.0.0.1/8", "::1/128"], "eth0": ["192.0.2.11/24", "fe80::11/64"]}},
    },
    "web1": {
        "webstack_flows": [
            SSH,
            {"from": ["lb"], "protocol": "tcp", "port": 8443},
            {"from": ["loopback"], "protocol": "tcp", "port": 81},
        ],
        "webstack_host": {"interfaces": {"eth0": ["192.0.2.21/24"]}},
    },
}
FLOWS = segmentation.flows_of(HOSTS, LAYOUT)


def test_every_address_is_tried_with_every_port_of_anybody_and_the_closed_ones():
    targets = segmentation.targets_of(HOSTS, LAYOUT, ["tcp 23", "udp 53"])
    ports = {("tcp", 22), ("tcp", 443), ("tcp", 8443), ("tcp", 81), ("tcp", 23), ("udp", 53)}
    places = {("lb1", "192.0.2.11"), ("web1", "192.0.2.21"), ("lb1", "192.0.2.100"), ("lb1", "fe80::11")}
    assert {tuple(each) for each in targets} == {(*place, *port) for place in places for port in ports}
    assert ":" in targets[-1][1] and ":" not in targets[0][1]


@pytest.mark.parametrize(
    ("target", "own", "verdict", "wrong"),
    [
        (("web1", "192.0.2.21", "tcp", 8443), "192.0.2.11", "open", None),
        (("web1", "192.0.2.21", "tcp", 8443), "192.0.2.11", "dropped", "shut"),
        (("web1", "192.0.2.21", "tcp", 8443), "192.0.2.11", "refused", "shut"),
        (("web1", "192.0.2.21", "tcp", 8443), "192.0.2.61", "dropped", None),
        (("web1", "192.0.2.21", "tcp", 8443), "192.0.2.61", "open", "let_in"),
        (("web1", "192.0.2.21", "tcp", 8443), "192.0.2.61", "refused", "let_in"),
        (("web1", "192.0.2.21", "tcp", 8443), "192.0.2.61", "EHOSTUNREACH", "let_in"),
        (("web1", "192.0.2.21", "udp", 8443), "192.0.2.11", "dropped", None),
        (("web1", "192.0.2.21", "tcp", 81), "192.0.2.11", "open", "let_in"),
        (("web1", "192.0.2.21", "tcp", 22), "192.0.2.1", "open", None),
        (("web1", "192.0.2.21", "tcp", 22), "192.0.2.11", "open", "let_in"),
        (("lb1", "192.0.2.100", "tcp", 443), "192.0.2.61", "refused", None),
        (("lb1", "fe80::11", "tcp", 443), "fe80::61", "refused", None),
        (("lb1", "fe80::11", "tcp", 443), "fe80::61", "dropped", "shut"),
        (("lb1", "fe80::11", "tcp", 8443), "fe80::61", "dropped", None),
        (("web1", "192.0.2.21", "tcp", 22), "192.0.2.21", "itself", None),
    ],
)
def test_what_is_seen_is_compared_with_the_flows(target, own, verdict, wrong):
    found = segmentation.judged({"here": [(own, verdict)]}, [target], FLOWS, LAYOUT, ["192.0.2.1"])
    assert [kind for kind in ("let_in", "shut") if found[kind]] == ([wrong] if wrong else [])
    assert found["compared"] == (verdict != "itself")
    version = "IPv6" if ":" in own else "IPv4"
    assert not wrong or found[wrong] == [f"here -> {target[0]} {target[2]} {target[3]} {version} {verdict}"]


def test_the_prober_tells_open_refused_dropped_and_itself_apart():
    with contextlib.ExitStack() as opened:
        listening, full, closed = (opened.enter_context(socket.socket()) for _each in range(3))
        for each in (listening, full, closed):
            each.bind(("127.0.0.2", 0))
        listening.listen()
        # A full queue answers as little as a packet filter.
        full.listen(0)
        waiting = opened.enter_context(socket.socket())
        waiting.connect(full.getsockname())
        ports = [each.getsockname()[1] for each in (listening, closed, full)]
        targets = [("127.0.0.2", "tcp", port) for port in ports]
        targets += [("127.0.0.2", "udp", ports[1]), ("127.0.0.1", "tcp", ports[0])]
        own, verdicts = zip(*reach.reach(targets, 0.3), strict=True)
        assert verdicts == ("open", "refused", "dropped", "refused", "itself")
        assert set(own) == {"127.0.0.1"}
