"""How the work on paper grows with the inventory: 10, 100 and 1,000 hosts, side by side in one run.

Each line is one thing that a run works out once, or once for a host. The first lines go through the filters, on plain
data; the others through Ansible, its inventory, its variables of hosts and its templating, where hidden costs sit.
No host is asked for anything. Seconds are CPU time of this process, the least of several rounds.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "paper"))

from ansible.plugins.loader import init_plugin_loader

# Before the collection is imported: a package that Python found by itself is closed to Ansible's own templating.
init_plugin_loader([str(ROOT / ".collections")])

from ansible_collections.scaleup.webstack.plugins.filter.certificates_due import certificates_due
from ansible_collections.scaleup.webstack.plugins.filter.firewall_rules import firewall_rules
from ansible_collections.scaleup.webstack.plugins.filter.haproxy_backends import haproxy_backends
from ansible_collections.scaleup.webstack.plugins.filter.layout import layout
from ansible_collections.scaleup.webstack.plugins.filter.nginx_upstreams import nginx_upstreams
from authorities import Authority
from paper import FLOWS, Paper, inventory
from topologies import plans

SIZES = (10, 100, 1000)
LIMIT_SECONDS = 1.0
# Ten times the hosts may take ten times as long, and a bit for memory that no longer fits the caches.
LIMIT_RATIO = 15.0
LASTING = {"days": 825, "margin_days": 65}  # certificates, as roles have them
ROUNDS, ENOUGH_SECONDS = 5, 2.0
FILES = {
    "haproxy.cfg of a balancer": ("lb1", "haproxy_keepalived", "haproxy.cfg.j2"),
    "keepalived.conf of a balancer": ("lb1", "haproxy_keepalived", "keepalived.conf.j2"),
    "nginx.conf of a web host": ("web1", "nginx_web", "nginx.conf.j2"),
    "haproxy.cfg of an application host": ("app1", "app_proxy", "haproxy.cfg.j2"),
    "firewall file of a web host": ("web1", "firewall", "wanted.nft.j2"),
}


def seconds(work: Callable[[], object]) -> float:
    """The least CPU time of some rounds, of which the first is for warming up."""
    work()
    found: list[float] = []
    while len(found) < ROUNDS and sum(found) < ENOUGH_SECONDS:
        gc.collect()
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)


def certificates(host: str) -> list[dict[str, Any]]:
    """What one host publishes, as roles do."""
    return [{"name": name, "dns": [host, f"{name}.webstack.internal"], "addresses": []} for name in ("site", "own")]


def filters(paper: Paper) -> dict[str, Callable[[], object]]:
    """The filters as templates call them, on plain data."""
    groups = paper.inventory.get_groups_dict()
    hostvars = {host.name: host.get_vars() for host in paper.inventory.get_hosts()}
    known = layout(groups, hostvars, domain="www.example.com", vips=["192.0.2.100"])
    here = {f"/etc/webstack/pki/{name}": "c" for name in ("site.crt", "site.key", "own.crt", "own.key")}
    ca = Authority.made("internal CA")
    texts = {f"/etc/webstack/pki/{each['name']}.crt": ca.issued(each["dns"], []) for each in certificates("web1")}
    assert certificates_due(certificates("web1"), texts, here, ca.certificate, **LASTING) == []
    return {
        "layout": lambda: layout(groups, hostvars, domain="www.example.com", vips=["192.0.2.100"]),
        "haproxy_backends": lambda: haproxy_backends(known, "web", 8443),
        "nginx_upstreams": lambda: nginx_upstreams(known, 9443),
        "certificates_due of a host": lambda: certificates_due(
            certificates("web1"), texts, here, ca.certificate, **LASTING
        ),
        "firewall_rules of a host": lambda: firewall_rules(known, "web1", FLOWS, ["192.0.2.0/24"]),
    }


def templating(paper: Paper) -> dict[str, Callable[[], object]]:
    """The layout stage's own expression with Ansible's hostvars, and whole files of one host."""
    known = paper.layout()
    files = {
        f"{name}, by Ansible": lambda file=file: paper.render(*file, webstack_layout=known)
        for name, file in FILES.items()
    }
    return {"preflight, by Ansible": paper.preflight, "layout, by Ansible": paper.layout, **files}


def measure(say: Callable[[str], None]) -> dict[str, Any]:
    """Seconds of everything for every size."""
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            say(f"....  {size} hosts on paper")
            paper = Paper(inventory(size), Path(folder))
            for name, work in {**filters(paper), **plans(size), **templating(paper)}.items():
                found.setdefault(name, {})[str(size)] = seconds(work)
    small, large = str(SIZES[-2]), str(SIZES[-1])
    rows = {
        name: {"seconds": times, "ratio": times[large] / times[small], "fast": times[large] < LIMIT_SECONDS}
        for name, times in found.items()
    }
    for row in rows.values():
        row["linear"] = row["ratio"] <= LIMIT_RATIO
    return {"rows": rows, "ok": all(row["fast"] and row["linear"] for row in rows.values())}


def table(result: dict[str, Any]) -> str:
    """The measurement for people."""
    width = max(map(len, result["rows"]))
    sizes = "".join(f"{f'{size:,} hosts':>14}" for size in SIZES)
    lines = [f"{'CPU seconds on paper':<{width}}{sizes}{'1,000 / 100':>14}"]
    for name, row in result["rows"].items():
        times = "".join(f"{row['seconds'][str(size)]:14.5f}" for size in SIZES)
        faults = [fault for fault, good in (("too slow", row["fast"]), ("not linear", row["linear"])) if not good]
        lines.append(f"{name:<{width}}{times}{row['ratio']:14.1f}{'  ' * bool(faults)}{', '.join(faults)}")
    lines.append(
        f"aim: 1,000 hosts under {LIMIT_SECONDS:g} s each, and at most {LIMIT_RATIO:g} times what 100 take: "
        f"{'met' if result['ok'] else 'missed'}"
    )
    return "\n".join(lines)
