"""The layout stage and the files of a host, worked out by Ansible itself for inventories on paper."""

import re

import pytest
from paper import ROOT, Paper, inventory

# In an inventory of 12: lb 10.0.0.2-3, app 4-5, db 6-8, monitoring 9, web 10-13.
FILES = {
    ("lb1", "haproxy_keepalived", "haproxy.cfg.j2"): ["server web4 10.0.0.13:8443", "X-Webstack-Balancer lb1"],
    ("lb1", "haproxy_keepalived", "keepalived.conf.j2"): ["unicast_src_ip 10.0.0.2", "192.0.2.100"],
    ("web1", "nginx_web", "nginx.conf.j2"): ["server 10.0.0.5:9443", "listen 10.0.0.10:8443 ssl"],
    ("app1", "app_proxy", "haproxy.cfg.j2"): ["10.0.0.6", "10.0.0.8"],
    ("app1", "firewall", "wanted.nft.j2"): ["10.0.0.10, # web1", "tcp dport 9443 accept"],
}


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    return Paper(inventory(12), tmp_path_factory.mktemp("paper"))


@pytest.fixture(scope="module")
def layout(paper):
    return paper.layout()


def test_the_layout_holds_the_inventory(layout):
    assert {tier: len(names) for tier, names in layout["tiers"].items()} == {
        "lb": 2, "web": 4, "app": 2, "db": 3, "monitoring": 1,
    }  # fmt: skip
    assert (layout["seed"], layout["state_host"], layout["vips"]) == ("db1", "db1", ["192.0.2.100"])


@pytest.mark.parametrize("limit", ["web1", "lb", "all:!db", "client1:app1"])
def test_a_limit_changes_nothing_in_the_layout(tmp_path, layout, limit):
    limited = Paper(inventory(12), tmp_path, limit=limit)
    assert len(limited.inventory.list_hosts("all")) < 12
    assert limited.layout() == layout


@pytest.mark.parametrize("file", FILES, ids="-".join)
def test_the_files_of_a_host_are_made_without_another_hosts_variables(paper, layout, file):
    text = paper.render(*file, webstack_layout=layout)
    for part in FILES[file]:
        assert part in text


@pytest.mark.parametrize(
    "expression",
    [
        "{{ hostvars['web2'].ansible_host }}",
        "{{ hostvars | dict2items }}",
        "{{ groups.web | map('extract', hostvars) }}",
    ],
)
def test_a_look_at_another_host_is_noticed(paper, layout, expression):
    with pytest.raises(Exception, match=r"were read for|were gone through"):
        paper.evaluate("web1", "nginx_web", expression, webstack_layout=layout)


OTHERS = re.compile(r"\b(hostvars|groups\b\W|ansible_play_hosts|ansible_play_batch)")
# Worked out once a run, on the state host: what all hosts of the run need.
ONCE_A_RUN = {"secrets/vars/main.yml"}
LOOKED_AT = {
    path.relative_to(ROOT / "roles").as_posix(): path
    for part in ("templates", "defaults", "vars")
    for path in sorted((ROOT / "roles").glob(f"*/{part}/**/*"))
    if path.is_file()
}


@pytest.mark.parametrize("name", LOOKED_AT)
def test_no_template_or_variable_of_a_role_reaches_for_other_hosts(name):
    assert bool(OTHERS.search(LOOKED_AT[name].read_text())) == (name in ONCE_A_RUN)
