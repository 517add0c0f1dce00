"""Whether hosts and the store belong together: a table of worlds, and what holds in any."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.belonging import Carried, Kept, Wanted, refusal
from hypothesis import given
from hypothesis import strategies as st

MARKS = ["/etc/webstack/stack_id", "/etc/webstack/pki/ca.pem"]
HERE = Kept("db1", "/var/lib/webstack", "X", "ca-x")
GONE = Kept("db1", "/var/lib/webstack")
FRESH = [Carried("web1"), Carried("web2")]
OURS = [Carried("web1", "X", "ca-x"), Carried("web2", "X", "ca-x")]
THEIRS = [Carried("web1", "Y", "ca-y"), Carried("web2", "Y", "ca-y")]
NEW = Carried("web3")
STRAY = Carried("web3", "Y", "ca-y")
STORE = Wanted()
VAULT = Wanted(secrets=False, given_authority="ca-x")
OWN_CA = Wanted(given_authority="ca-x")
LEAVE = "Where a host has left its stack, remove /etc/webstack/stack_id and /etc/webstack/pki/ca.pem there."
RESTORE = "Restore /var/lib/webstack on db1 from a backup, or name the host that has it: webstack_state_host."


@pytest.mark.parametrize(
    ("kept", "hosts", "unseen", "wanted"),
    [
        pytest.param(GONE, FRESH, [], STORE, id="nothing anywhere: a stack begins"),
        pytest.param(replace(GONE, identity="X"), FRESH, [], STORE, id="stopped between the store and its CA"),
        pytest.param(HERE, FRESH, [], STORE, id="stopped before the hosts had the id"),
        pytest.param(HERE, [OURS[0], NEW], [], STORE, id="stopped in between"),
        pytest.param(HERE, [Carried("web1", "", "ca-x")], [], STORE, id="stopped between the CA and the id"),
        pytest.param(HERE, OURS, ["app1"], STORE, id="a limited run"),
        pytest.param(HERE, [*OURS, NEW], [], STORE, id="a fresh host joins"),
        pytest.param(HERE, [NEW], ["web1", "web2"], STORE, id="a fresh host joins in a limited run"),
        pytest.param(
            replace(HERE, authority="ca-x ca-n"),
            [*OURS, Carried("db2", "X", "ca-n ca-x")],
            [],
            STORE,
            id="two CAs for a while",
        ),
        pytest.param(
            replace(HERE, authority="ca-n"),
            [Carried("db2", "X", "ca-n ca-x")],
            [],
            STORE,
            id="stopped after the old one left",
        ),
        pytest.param(GONE, FRESH, ["app1"], VAULT, id="everything is given: nothing is begun"),
        pytest.param(GONE, [Carried("web1", "", "ca-x"), NEW], [], VAULT, id="everything is given, and known"),
        pytest.param(GONE, OURS, [], VAULT, id="everything is given now; there was a store once"),
        pytest.param(HERE, OURS, [], VAULT, id="everything is given now, and the store is still there"),
        pytest.param(replace(HERE, authority=""), OURS, ["app1"], OWN_CA, id="the CA is given, the store has the rest"),
        pytest.param(GONE, FRESH, [], OWN_CA, id="the CA is given, a store begins"),
    ],
)
def test_what_belongs_together_goes_on(kept: Kept, hosts: list[Carried], unseen: list[str], wanted: Wanted) -> None:
    assert refusal(kept, hosts, unseen, wanted, MARKS) is None


@pytest.mark.parametrize(
    ("kept", "hosts", "unseen", "wanted", "sentence"),
    [
        pytest.param(
            GONE,
            [*OURS, NEW],
            [],
            STORE,
            "db1 holds no store of secrets (/var/lib/webstack), but a stack is live: id X on web1, web2. "
            f"No run makes new passwords and a new CA over it. {RESTORE} {LEAVE}",
            id="the state host was rebuilt, or another one was named",
        ),
        pytest.param(
            replace(GONE, authority="ca-x"), OURS, [], STORE, "db1 holds no store of secrets", id="only the CA is left"
        ),
        pytest.param(
            GONE,
            [Carried("web1", "", "ca-x")],
            [],
            OWN_CA,
            "but a stack is live: the CA of a stack on web1.",
            id="everything was given so far, and a new secret is not",
        ),
        pytest.param(
            GONE,
            [*OURS, STRAY],
            [],
            STORE,
            "but a stack is live: id Y on web3; id X on web1, web2.",
            id="no store, and two ids",
        ),
        pytest.param(
            GONE,
            FRESH,
            ["db2", "app1"],
            STORE,
            "db1 holds no store of secrets (/var/lib/webstack), and this run has not looked at app1, db2, which may "
            "belong to a stack whose store is lost. Run without --limit, with every host up; take one that is gone for "
            "good out of the inventory.",
            id="a new host in a limited run, and the store is gone",
        ),
        pytest.param(
            HERE,
            THEIRS,
            [],
            STORE,
            "The store of secrets on db1 (/var/lib/webstack) has the id X, which no host knows: id Y on web1, web2. "
            f"{RESTORE} {LEAVE}",
            id="a foreign store",
        ),
        pytest.param(HERE, [STRAY, NEW], [], STORE, "has the id X, which no host knows: id Y on web3.", id="or hosts"),
        pytest.param(
            HERE,
            [*OURS, STRAY],
            [],
            STORE,
            "Another stack's mark: id Y on web3; the store on db1, and other hosts, have X. "
            f"Take web3 out of the inventory. {LEAVE}",
            id="a host of another stack",
        ),
        pytest.param(
            replace(HERE, authority=""),
            OURS,
            [],
            STORE,
            "db1 holds no CA, or one without its key (/var/lib/webstack/ca), but a stack is live: it is trusted on "
            f"web1, web2. No run makes a new one over it. {RESTORE} {LEAVE}",
            id="the CA is lost",
        ),
        pytest.param(
            replace(HERE, authority=""),
            FRESH,
            ["app1"],
            STORE,
            "db1 holds no CA (/var/lib/webstack/ca), and this run has not looked at app1,",
            id="the CA is lost, and the run is limited",
        ),
        pytest.param(
            replace(HERE, authority="ca-z"),
            OURS,
            [],
            STORE,
            "No host trusts the CA of /var/lib/webstack/ca on db1: ca.pem is another one on web1, web2. No run puts "
            f"a new CA over a stack that is live. {RESTORE} {LEAVE}",
            id="the secrets are ours, the CA is not",
        ),
        pytest.param(
            HERE,
            [*OURS, Carried("web3", "", "ca-y")],
            [],
            STORE,
            "Another stack's CA: ca.pem on web3 is not the one of /var/lib/webstack/ca on db1, as on the other hosts. "
            f"Take web3 out of the inventory. {LEAVE}",
            id="a host that trusts another CA",
        ),
        pytest.param(
            GONE,
            THEIRS,
            [],
            VAULT,
            "No host trusts the CA of webstack_ca_certificate: ca.pem is another one on web1, web2. No run puts a new "
            f"CA over a stack that is live. Give the one that they have. {LEAVE}",
            id="another CA is given",
        ),
        pytest.param(
            HERE,
            [replace(each, identity="X", authority="ca-y") for each in THEIRS],
            [],
            OWN_CA,
            "No host trusts the CA of webstack_ca_certificate",
            id="another CA is given than the store's",
        ),
        pytest.param(
            GONE,
            [Carried(f"web{number}", "X", "ca-x") for number in range(1, 9)],
            [],
            STORE,
            "id X on web1, web2, web3, web4, web5 and 3 more.",
            id="many hosts",
        ),
    ],
)
def test_what_does_not_is_refused(
    kept: Kept, hosts: list[Carried], unseen: list[str], wanted: Wanted, sentence: str
) -> None:
    assert sentence in str(refusal(kept, hosts, unseen, wanted, MARKS))


IDS = st.sampled_from(["", "X", "Y"])
CAS = st.sampled_from(["", "ca-x", "ca-y"])
HOSTS = st.lists(st.builds(Carried, st.sampled_from("abcd"), IDS, CAS), max_size=4, unique_by=lambda each: each.host)


@given(
    kept=st.builds(Kept, st.just("db1"), st.just("/s"), IDS, CAS),
    hosts=HOSTS,
    unseen=st.sets(st.sampled_from("efg")),
    wanted=st.builds(Wanted, st.booleans(), st.sampled_from(["", "ca-x"])),
)
def test_nobody_is_given_another_stacks_trust(
    kept: Kept, hosts: list[Carried], unseen: set[str], wanted: Wanted
) -> None:
    if refusal(kept, hosts, unseen, wanted, MARKS) is not None:
        return
    authority = wanted.given_authority or kept.authority
    assert {each.authority for each in hosts} <= {"", authority}
    if not wanted.nothing:
        assert {each.identity for each in hosts} <= {"", kept.identity}
        begins = not kept.identity or not authority
        assert not (begins and unseen)
