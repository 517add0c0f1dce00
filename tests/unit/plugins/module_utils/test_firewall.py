"""Opening, trying and confirming, as text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError
from ansible_collections.scaleup.webstack.plugins.module_utils.firewall import (
    EMPTY,
    Connection,
    FirewallError,
    Seen,
    composed,
    origin_warning,
    pending,
    replacing,
    widening,
)

WANTED = EMPTY + "table inet webstack {\n}\n"
NETWORKS, PORTS = ["192.0.2.0/24", "2001:db8::/64"], [22]
LINE = "add element inet webstack controllers_ipv4 { 198.51.100.7 . 22 }\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.1 50000 192.0.2.21 22", Connection("192.0.2.1", 22, 50000)),
        ("2001:DB8:0::1 50000 2001:db8::2 2222", Connection("2001:db8::1", 2222, 50000)),
        ("fe80::1%eth0 50000 fe80::2%eth0 22", Connection("fe80::1", 22, 50000)),
        ("::ffff:192.0.2.1 50000 ::ffff:192.0.2.2 22", Connection("192.0.2.1", 22, 50000)),
        ("", None),
        ("192.0.2.1 50000", None),
        ("UNKNOWN 65535 UNKNOWN 65535", None),
        ("192.0.2.1 x 192.0.2.21 y", None),
    ],
)
def test_the_running_connection(text, expected):
    assert Connection.parse(text) == expected


@pytest.mark.parametrize(
    ("confirmed", "origin", "added"),
    [
        ("", None, ""),
        ("", Connection("192.0.2.9", 22), ""),
        ("", Connection("2001:db8::9", 22), ""),
        ("", Connection("198.51.100.7", 22, 50000), LINE),
        ("", Connection("192.0.2.9", 2222), "add element inet webstack controllers_ipv4 { 192.0.2.9 . 2222 }\n"),
        ("", Connection("2001:db9::9", 22), "add element inet webstack controllers_ipv6 { 2001:db9::9 . 22 }\n"),
        (WANTED + LINE, None, LINE),
        (WANTED + LINE, Connection("192.0.2.9", 22), LINE),
        (WANTED + LINE, Connection("198.51.100.7", 22, 50001), LINE),
        (WANTED + LINE.replace("198.51.100.7", "192.0.2.9"), None, ""),
    ],
    ids=[
        "no SSH", "covered", "covered v6", "elsewhere", "another port", "elsewhere v6",
        "kept without SSH", "kept in a run from a covered origin", "once only", "covered since",
    ],
)  # fmt: skip
def test_origins_of_runs_are_let_in_beside_the_wanted_rules(confirmed, origin, added):
    assert composed(WANTED, confirmed, origin, NETWORKS, PORTS) == WANTED + added


def test_the_order_of_runs_makes_no_difference():
    one, two = Connection("198.51.100.7", 22), Connection("198.51.100.8", 22)
    first = composed(WANTED, composed(WANTED, "", one, [], PORTS), two, [], PORTS)
    second = composed(WANTED, composed(WANTED, "", two, [], PORTS), one, [], PORTS)
    assert first == second
    assert composed(WANTED, first, one, [], PORTS) == first


def test_rules_that_do_not_begin_with_their_own_table_are_refused():
    with pytest.raises(FirewallError, match="must begin with the lines"):
        composed("flush ruleset\n" + WANTED, "", None, [], [])


def test_networks_that_are_none_are_refused():
    with pytest.raises(InvalidError, match=r"admin_networks: .*Write addresses or networks"):
        Connection("192.0.2.1", 22).covered(["office"], [22])


LISTING = """table inet webstack {
    set web_ipv4 {
        type ipv4_addr
        elements = { %s }
    }

    chain input {
        type filter hook input priority filter; policy drop;
        iif "lo" accept
%s        counter comment "dropped"
    }

    chain led_on {
%s    }
}
""".replace("    ", "\t")
RULE = "\t\tip saddr @web_ipv4 tcp dport %s accept\n"


def test_opening_adds_elements_and_rules_and_takes_none():
    live = LISTING % ("192.0.2.21", RULE % 80, "")
    expected = LISTING % ("192.0.2.22", RULE % 80 + RULE % 81, RULE % 80)
    assert widening(expected, live).split("\n") == [
        "table inet webstack {",
        "	set web_ipv4 {",
        "		type ipv4_addr",
        "		elements = { 192.0.2.22 }",
        "	}",
        "",
        "	chain input {",
        "		type filter hook input priority filter; policy drop;",
        (RULE % 81).rstrip("\n"),
        "	}",
        "",
        "	chain led_on {",
        (RULE % 80).rstrip("\n"),
        "	}",
        "}",
        "",
    ]


def test_opening_twice_adds_no_rule_twice():
    rules = LISTING % ("192.0.2.21", RULE % 80, RULE % 80)
    assert "accept" not in widening(rules, rules)


def test_taking_back_restores_the_listing_or_no_table():
    assert replacing(None) == EMPTY
    assert replacing("table inet webstack {\n}\n") == WANTED


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        ({"live": None}, ["No rules are loaded."]),
        ({"live": "other"}, ["The loaded rules are not the wanted ones."]),
        ({"confirmed": None}, ["They were not confirmed yet."]),
        ({"confirmed": "old"}, ["They were not confirmed yet."]),
        ({"enabled": False}, ["They are not loaded at boot."]),
        ({"armed": True}, ["A trial of them was interrupted."]),
        ({"previous": True}, ["A trial of them was interrupted."]),
        ({"live": None, "confirmed": None}, ["No rules are loaded.", "They were not confirmed yet."]),
    ],
)
def test_what_is_left_to_be_done(changes, reasons):
    whole = Seen(wanted="w", confirmed="w", expected="e", live="e", enabled=True, armed=False, previous=False)
    assert pending(replace(whole, **changes)) == reasons


def test_a_run_from_elsewhere_is_told():
    assert origin_warning(None, NETWORKS, PORTS) == ""
    assert origin_warning(Connection("192.0.2.1", 22), NETWORKS, PORTS) == ""
    assert "from 198.51.100.7 to port 22" in origin_warning(Connection("198.51.100.7", 22), NETWORKS, PORTS)
