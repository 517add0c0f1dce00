"""What balancers and web hosts speak with each other, by the TLS mode; and what documentation says of it."""

from __future__ import annotations

import re
from functools import cache

import pytest
from ansible_collections.scaleup.webstack.plugins.plugin_utils.preflight.tls import OF_REQUESTS
from paper import ROOT, Paper, inventory

BALANCER, WEB = ("lb1", "haproxy_keepalived", "haproxy.cfg.j2"), ("web1", "nginx_web", "nginx.conf.j2")
MODES = {
    "reencrypt": ("10.0.0.10:8443", "8443 ssl"),
    "terminate": ("10.0.0.10:8080", "8080"),
    "passthrough": ("10.0.0.10:8444", "8444 ssl proxy_protocol"),
}


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    return Paper(inventory(12), tmp_path_factory.mktemp("paper"))


def known(paper, mode, *ways, **given):
    return {
        "webstack_layout": paper.layout(),
        "webstack_tls_mode": mode,
        "__common_seen": {"tls_ways": [mode, *ways]},
        "ansible_managed": "x",
        "haproxy_keepalived_interface": "eth0",
        **given,
    }


@cache
def files(paper, mode, *ways):
    return tuple(paper.render(*which, **known(paper, mode, *ways)) for which in (BALANCER, WEB))


@pytest.mark.parametrize("mode", MODES)
def test_balancers_speak_as_web_hosts_listen(paper, mode):
    haproxy, nginx = files(paper, mode)
    server, listens = MODES[mode]
    assert f"server web1 {server}" in haproxy
    assert set(re.findall(r"listen \S+?:(.+?)(?: default_server)?;", nginx)) == {listens}
    assert ("send-proxy-v2" in haproxy) == (mode == "passthrough")
    assert ("default-server ssl verify required" in haproxy) == (mode == "reencrypt")
    assert nginx.count("ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:") == (2 if mode == "passthrough" else 0)
    assert ("/site.crt" in nginx) == (mode == "passthrough") == ("/site.crt" not in haproxy)


@pytest.mark.parametrize("mode", MODES)
def test_browsers_are_told_to_stay_with_https_once_in_every_mode(paper, mode):
    haproxy, nginx = files(paper, mode)
    teller, other, which = (nginx, haproxy, WEB) if mode == "passthrough" else (haproxy, nginx, BALANCER)
    assert "max-age=63072000" in teller
    assert "Strict-Transport-Security" not in other
    assert "Strict-Transport-Security" not in paper.render(*which, **known(paper, mode, webstack_hsts_seconds="0"))


def test_web_hosts_answer_both_ways_while_the_mode_changes(paper):
    haproxy, nginx = files(paper, "terminate", "reencrypt")
    assert "server web1 10.0.0.10:8080" in haproxy
    assert set(re.findall(r"listen \S+?:(.+?)(?: default_server)?;", nginx)) == {"8080", "8443 ssl"}


def test_challenges_are_answered_once_there_is_an_account(paper):
    assert "acme-challenge" not in files(paper, "reencrypt")[0]
    account = {"webstack_acme_directory": "https://acme.example/dir", "__pki_acme_account": {"thumbprint": "T-1"}}
    lines = paper.render(*BALANCER, **known(paper, "reencrypt", **account)).splitlines()
    answer = next(index for index, line in enumerate(lines) if "%[path,field(4,/)].T-1" in line)
    assert "redirect scheme https" in lines[answer + 1]


def test_the_table_of_modes_names_what_is_refused():
    text = (ROOT / "docs" / "guides" / "tls.md").read_text()
    table = text.partition("<!-- features: begin -->")[2].partition("<!-- features: end -->")[0]
    refused = [line for line in table.splitlines() if "| refused" in line]
    assert set(re.findall(r"`(haproxy_keepalived_\w+)`", "\n".join(refused))) == set(OF_REQUESTS)
