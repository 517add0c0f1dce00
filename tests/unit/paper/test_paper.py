"""The layout stage and the files of a host, worked out by Ansible itself for inventories on paper."""

import re

import pytest
import yaml
from ansible_collections.scaleup.webstack.plugins.module_utils.following import Writer
from ansible_collections.scaleup.webstack.plugins.plugin_utils.preflight.secrets import names
from ansible_collections.scaleup.webstack.plugins.plugin_utils.preflight.stamp import PATH
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


# HAProxy 3.2 warns of a name that two of them share, and the runtime interface names both kinds.
@pytest.mark.parametrize("file", [file for file in FILES if file[2] == "haproxy.cfg.j2"], ids="-".join)
def test_each_part_of_a_haproxy_has_a_name_of_its_own(paper, layout, file):
    parts = re.findall(r"(?m)^(?:frontend|backend|listen) +(\S+)", paper.render(*file, webstack_layout=layout))
    assert len(parts) > 3
    assert sorted(parts) == sorted(set(parts))


def test_the_module_that_holds_writers_knows_the_names_of_the_proxy(paper, layout):
    text = paper.render("app1", "app_proxy", "haproxy.cfg.j2", webstack_layout=layout)
    assert f"\nfrontend {Writer(1).frontend}\n" in text
    assert f"\nbackend {Writer(1).backend}\n" in text


@pytest.mark.parametrize(("hosts", "mode", "waits"), [(3, "auto", True), (3, "semisync", False), (2, "auto", False)])
def test_a_server_that_has_died_waits_where_a_group_has_to_expel_it(paper, layout, hosts, mode, waits):
    tiers = {**layout["tiers"], "db": layout["tiers"]["db"][:hosts]}
    given = {"webstack_layout": {**layout, "tiers": tiers}, "webstack_db_mode": mode}
    text = paper.render("db1", "mysql_server", "systemd/system/mysql.service.d/webstack.conf.j2", **given)
    assert ("exec sleep 5;" in text) == waits


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


def numbers_of(role):
    options = yaml.load((ROOT / "roles" / role / "meta/argument_specs.yml").read_text(), yaml.CSafeLoader)[
        "argument_specs"
    ]["main"]
    return {name: each["default"] for name, each in options["options"].items() if isinstance(each.get("default"), int)}


WITH_NUMBERS = {
    *FILES,
    ("db1", "mysql_server", "zz-webstack.cnf.j2"),
    ("db1", "mysql_server", "webstack-role-agent.service.j2"),
}


@pytest.mark.parametrize("file", sorted(WITH_NUMBERS), ids="-".join)
def test_numbers_may_be_text_as_on_a_command_line(paper, layout, file):
    numbers = {name: value for name, value in numbers_of(file[1]).items() if not isinstance(value, bool)}
    known = {"webstack_layout": layout, "ansible_managed": "x", "mysql_server_id": 7}
    text = paper.render(*file, **known, **{name: str(value) for name, value in numbers.items()})
    assert numbers
    assert text == paper.render(*file, **known, **numbers)


ROLES_READ = {
    "firewall_enabled": ("firewall", "webstack_firewall_enabled", "false", False),
    "firewall_admin_networks": (
        "firewall",
        "webstack_admin_networks",
        "10.0.0.0/8, 192.168.0.0/16",
        ["10.0.0.0/8", "192.168.0.0/16"],
    ),
    "nginx_web_server_names": ("nginx_web", "webstack_vips", "192.0.2.9", ["www.example.com", "192.0.2.9"]),
    "nginx_web_applications": ("nginx_web", "webstack_applications", '[{"name": "demo"}]', [{"name": "demo"}]),
    "app_server_applications": ("app_server", "webstack_applications", '[{"name": "demo"}]', [{"name": "demo"}]),
    "app_proxy_applications": ("app_proxy", "webstack_applications", '[{"name": "demo"}]', [{"name": "demo"}]),
    "mysql_server_applications": ("mysql_server", "webstack_applications", '[{"name": "demo"}]', [{"name": "demo"}]),
}


@pytest.mark.parametrize("name", ROLES_READ)
def test_roles_read_text_of_a_survey_in_its_type(paper, layout, name):
    role, variable, text, expected = ROLES_READ[name]
    assert paper.value("web1", role, f"{{{{ {name} }}}}", webstack_layout=layout, **{variable: text}) == expected


def test_the_layout_reads_text_of_a_survey(tmp_path):
    survey = inventory(12)
    survey["all"]["vars"]["webstack_vips"] = "192.0.2.100,192.0.2.101"
    paper = Paper(survey, tmp_path)
    assert paper.preflight() == []
    assert paper.layout()["vips"] == ["192.0.2.100", "192.0.2.101"]


def test_a_sound_inventory_passes_and_a_bad_one_does_not(paper, tmp_path):
    assert paper.preflight() == []
    bad = inventory(12)
    bad["all"]["vars"]["webstack_vips"] = "{{ prefix }}.1"
    (sentence,) = {each for each in Paper(bad, tmp_path).preflight() if "worked out" in each}
    assert "webstack_vips cannot be worked out" in sentence


def test_the_names_of_secrets_are_those_that_roles_ask_for(paper, layout):
    wanted = set(names([{"name": "demo"}]))
    asked = set()
    for host, role in (("db1", "mysql_server"), ("app1", "app_server")):
        asked |= set(paper.value(host, role, f"{{{{ __{role}_published.secrets }}}}", webstack_layout=layout))
    assert asked == wanted


def test_the_balancers_stamp_is_where_it_is_looked_for():
    known = yaml.load((ROOT / "roles/settings/vars/main.yml").read_text(), yaml.CSafeLoader)
    assert known["webstack_layout_stamp"].replace("{{ webstack_state_folder }}", known["webstack_state_folder"]) == PATH


def test_no_sentence_can_show_a_secret_of_the_settings():
    options = yaml.load((ROOT / "roles/settings/meta/argument_specs.yml").read_text(), yaml.CSafeLoader)[
        "argument_specs"
    ]["site"]["options"]
    secret = {name for name in options if name.endswith(("_key", "_secrets"))}
    assert secret == {"webstack_ca_key", "webstack_secrets", "webstack_site_key"}
    assert all(options[name].get("no_log") for name in secret)
