"""`make bench PART=lb`: what a request costs on its way through the balancers, in each TLS mode.

A lab of its own is deployed. The other balancer is the client (wrk, connections kept open), because it may reach
everything: a web host directly, the virtual address with this collection's configuration behind it, and a HAProxy on
the same host with the least that a person would write by hand, one after the other in each round, so that all three
meet the same machine. Processor time is that of all hosts that serve, from their control groups. MODES=terminate,...
chooses; ROUNDS and SECONDS say how long.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench_lab import PKI, ROUNDS, SECONDS, WEBS, Lab, load, middle, share, with_wrk

MODES = tuple(os.environ.get("MODES", "reencrypt,terminate,passthrough").split(","))
AIM = 0.9
PATHS = {"1 kB file": "/static/small.txt", "100 kB file": "/static/large.txt", "proxied": "/whoami"}
FILES = {"small.txt": "0123456789abcde\n" * 64, "large.txt": "0123456789abcde\n" * 6400}
# Round robin, checks, HTTP/2, one log line for each request, and nothing else.
BY_HAND = """global
    log /dev/log local0
    maxconn 4000
    ssl-load-extra-del-ext
defaults
    log global
    timeout connect 5s
    timeout client 30s
    timeout server 30s
    {mode}
frontend f
    bind *:443 {bind}
    default_backend b
backend b
    balance roundrobin
    option httpchk
    http-check send meth GET uri /.webstack/health ver HTTP/1.1 hdr Host web.{internal}
"""
WAYS = {
    "reencrypt": (
        "mode http\n    option httplog",
        f"ssl crt {PKI}/site.crt alpn h2,http/1.1",
        f"8443 check ssl verify required ca-file {PKI}/ca.pem verifyhost web.{{internal}} sni str(web.{{internal}})",
    ),
    "terminate": ("mode http\n    option httplog", f"ssl crt {PKI}/site.crt alpn h2,http/1.1", "8080 check"),
    "passthrough": (
        "mode tcp\n    option tcplog",
        "",
        "8444 send-proxy-v2 check check-ssl check-send-proxy check-sni web.{internal} verify required"
        f" ca-file {PKI}/ca.pem verifyhost web.{{internal}}",
    ),
}
Needed = Callable[..., object]


def by_hand(lab: Lab, mode: str) -> str:
    """The other configuration."""
    found = lab.on("lb1", "grep -om1 'hdr Host web[.][^ ]*' /etc/haproxy/haproxy.cfg")
    domain = found.split("web.", 1)[1].strip()
    mode_lines, bind, server = (text.replace("{internal}", domain) for text in WAYS[mode])
    text = BY_HAND.format(mode=mode_lines, bind=bind, internal=domain)
    return text + "".join(f"    server {web} {lab.address[web]}:{server}\n" for web in WEBS)


def one_round(lab: Lab, mode: str, found: dict[str, Any]) -> None:
    """Everything once, next to each other."""

    def all_paths(who: str, base: str) -> None:
        lab.answers(base + PATHS["proxied"])
        for name, path in PATHS.items():
            found.setdefault(name, {}).setdefault(who, []).append(load(lab, base + path))

    if mode != "passthrough":  # there only a balancer can ask, by the PROXY protocol
        scheme, port = ("http", 8080) if mode == "terminate" else ("https", 8443)
        all_paths("Nginx alone", f"{scheme}://{lab.address['web1']}:{port}")
    all_paths("ours", f"https://{lab.vip}")
    start = "systemd-run --quiet --unit=by-hand --property=LimitNOFILE=10000 haproxy -W -db -f /run/by-hand.cfg"
    lab.on("lb1", f"systemctl stop haproxy; {start}")
    try:
        all_paths("by hand", f"https://{lab.address['lb1']}")
    finally:
        lab.on("lb1", "systemctl stop by-hand; systemctl start haproxy")
        lab.answers(f"https://{lab.vip}/whoami")


def measure(needed: Needed, root: Path, _folder: Path, name: str) -> dict[str, Any]:
    """All modes."""
    result: dict[str, Any] = {}
    try:
        needed("lb lab", name, "make", "lab")
        lab = Lab(root, name)
        for mode in MODES:
            extra = {"webstack_tls_mode": mode}
            playbook = ["ansible-playbook", "--inventory", "inventory/lab", "playbooks/site.yml"]
            needed(f"lb site {mode}", name, *playbook, "--extra-vars", json.dumps(extra))
            for web in WEBS:
                for name_of, line in FILES.items():
                    lab.on(web, f"cat >/srv/webstack/static/demo/current/static/{name_of}", line)
            with_wrk(lab, "lb2")
            hold(lab)
            lab.on("lb1", "cat >/run/by-hand.cfg; haproxy -c -q -f /run/by-hand.cfg", by_hand(lab, mode))
            result[mode] = {}
            for _each in range(ROUNDS):
                one_round(lab, mode, result[mode])
            print(table({mode: result[mode]}), flush=True)  # a later mode may fail
    finally:
        needed("lb lab-destroy", name, "make", "lab-destroy")
    return result


def hold(lab: Lab) -> None:
    """The first balancer takes the virtual address, and stays the only one that may: the other one is the client."""
    lab.on("lb2", "systemctl stop keepalived")
    for _each in range(20):
        if lab.vip in lab.on("lb1", "ip -oneline address show"):
            return
        time.sleep(0.5)
    raise ValueError(f"{lab.vip} does not come to lb1.")


def _each(rows: list[dict[str, float]], what: str) -> list[float]:
    """One figure of all rounds."""
    return [row[what] for row in rows]


def table(result: dict[str, Any]) -> str:
    """The measurement for people."""
    lines = [
        f"requests a second; CPU seconds of all hosts for 10,000 of them; medians of {ROUNDS} rounds of {SECONDS} s",
        f"{'mode':12} {'request':12} {'Nginx alone':>16} {'by hand':>16} {'ours':>16}  to Nginx  to by hand",
    ]
    for mode, paths in result.items():
        for name, found in paths.items():
            cells = [
                f"{middle(_each(found[who], 'rate')):8.0f} {middle(_each(found[who], 'cpu')):5.2f} s"
                if who in found
                else "-"
                for who in ("Nginx alone", "by hand", "ours")
            ]
            rates = {who: _each(rows, "rate") for who, rows in found.items()}
            direct = f"{share(rates['ours'], rates['Nginx alone']):.2f}" if "Nginx alone" in rates else "-"
            to_hand = share(rates["ours"], rates["by hand"])
            lines.append(
                f"{mode:12} {name:12} {cells[0]:>16} {cells[1]:>16} {cells[2]:>16}  {direct:>8}  {to_hand:10.2f}"
                f"  (aim >= {AIM:g}: {'met' if to_hand >= AIM else 'missed'})"
            )
    return "\n".join(lines)
