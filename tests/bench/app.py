"""`make bench PART=app`: what a deployment takes, what the proxy beside each application costs, and static files.

A lab of its own is deployed, and each pair is measured in turn, ROUNDS times. A deployment against what a person would
type for each host in turn: copy the source, start the migration on the first one, point a link to the new folder,
restart, wait until it is healthy (which loses requests, and ours does not). The proxy: one connection that stays open,
to the release's own socket and, over TLS as Nginx comes, through the proxy. Static files of a release, as a balancer
asks a web host, against the Nginx on the same host with the least that a person would write by hand (wrk, connections
kept open, SECONDS each).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_run import Run
from bench_lab import PKI, ROUNDS, SECONDS, Lab, load, middle, share, with_wrk

HOSTS = ("app1", "app2")
REQUESTS = 2000
DEMO = Path("roles/app_server/files/demo")
FILES = {"1 kB file": ("small.txt", "0123456789abcde\n" * 64), "100 kB file": ("large.txt", "0123456789abcde\n" * 6400)}
Needed = Callable[..., Run]

UNIT = """[Service]
User=webstack-demo
WorkingDirectory=/srv/by-hand/current
EnvironmentFile=/etc/webstack/app_server/demo.env
BindReadOnlyPaths=/etc/webstack/app_server/hosts:/etc/hosts
RuntimeDirectory=by-hand
ExecStart=/usr/bin/gunicorn --config gunicorn.conf.py --bind unix:/run/by-hand/demo.sock
"""
UNPACK = "mkdir -p /srv/by-hand/{version} && tar --extract --directory=/srv/by-hand/{version}"
MIGRATE = """cd /srv/by-hand/{version} && systemd-run --quiet --wait --pipe --property=User=webstack-demo \
--property=EnvironmentFile=/etc/webstack/app_server/demo.env --property=WorkingDirectory=$PWD \
--property=BindReadOnlyPaths=/etc/webstack/app_server/hosts:/etc/hosts python3 -m demo migrate"""
SWITCH = """ln -sfn /srv/by-hand/{version} /srv/by-hand/current && systemctl restart by-hand
for n in {{1..100}}; do
  curl --silent --fail --output /dev/null --unix-socket /run/by-hand/demo.sock http://localhost/healthz && exit
  sleep 0.1
done
exit 1"""
# One request after the other over one connection, and the seconds of each.
ASK = """import http.client, json, socket, ssl, sys, time
where, count = sys.argv[1], int(sys.argv[2])
if where.startswith("/"):
    link = socket.socket(socket.AF_UNIX)
    link.connect(where)
else:
    plain = socket.create_connection((where, 9443))
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    link = ssl.create_default_context(cafile="/etc/webstack/pki/ca.pem").wrap_socket(plain, server_hostname=sys.argv[3])
asked, seconds = http.client.HTTPConnection("localhost"), []
asked.sock = link
for _each in range(count):
    began = time.perf_counter()
    asked.request("GET", "/healthz", headers={"Host": "www.webstack.test", "X-Webstack-Route": "demo"})
    answer = asked.getresponse()
    answer.read()
    seconds.append(time.perf_counter() - began)
    if answer.status != 200:
        raise SystemExit(f"{where} answered {answer.status}.")
seconds.sort()
print(json.dumps({"p50": seconds[count // 2] * 1000, "p99": seconds[count * 99 // 100] * 1000}))
"""
OTHER_NGINX = """systemctl stop nginx
systemd-run --quiet --unit=by-hand nginx -c /run/by-hand.conf -g 'daemon off;'"""
NGINX = """events {{ worker_connections 1024; }}
worker_processes auto;
http {{
    include /etc/nginx/mime.types;
    sendfile on;
    access_log /run/by-hand.log;
    ssl_certificate {pki}/web.crt;
    ssl_certificate_key {pki}/web.key;
    ssl_protocols TLSv1.3;
    server {{
        listen 8443 ssl;
        root /srv/webstack/static/demo/current;
    }}
}}
"""


def sources(folder: Path, root: Path) -> dict[str, Any]:
    """Sources of as many versions as there are deployments, and the variables that name them."""
    shutil.rmtree(folder, ignore_errors=True)
    for number in range(2 * ROUNDS):
        for part in ("shared", "python"):
            shutil.copytree(root / DEMO / part, folder / f"demo-v{number}", dirs_exist_ok=True)
        (folder / f"demo-v{number}" / "VERSION").write_text(f"{number}\n")
    static = folder / f"demo-v{2 * ROUNDS - 2}" / "static"  # the one that ours deploys last
    for name, line in FILES.values():
        (static / name).write_text(line)
    entry = {
        "name": "demo",
        "folder": f"{folder}/demo-{{version}}",
        "version": "v0",
        "start": "gunicorn --config gunicorn.conf.py",
        "migrate": "python3 -m demo migrate",
        "static": {"/static/": "static"},
    }
    return {"webstack_applications": [entry]}


def by_hand(lab: Lab, source: Path, version: str) -> float:
    """Seconds of one deployment by hand, on one host after the other."""
    began = time.monotonic()
    for host in HOSTS:
        with subprocess.Popen(["tar", "--create", "--directory", source, "."], stdout=subprocess.PIPE) as packed:
            lab.on(host, UNPACK.format(version=version), packed.stdout or "")
        if host == HOSTS[0]:
            lab.on(host, MIGRATE.format(version=version))
        lab.on(host, SWITCH.format(version=version))
    return time.monotonic() - began


def deployments(needed: Needed, lab: Lab, name: str, folder: Path, given: dict[str, Any]) -> dict[str, list[float]]:
    """Seconds for each host, in turn by hand and by deploy.yml."""
    found: dict[str, list[float]] = {"by hand": [], "ours": []}
    for host in HOSTS:
        lab.on(host, "cat >/run/systemd/system/by-hand.service; systemctl daemon-reload", UNIT)
    playbook = ["ansible-playbook", "--inventory", "inventory/lab", "playbooks/deploy.yml", "--extra-vars"]
    for each in range(ROUNDS):
        found["by hand"].append(by_hand(lab, folder / f"demo-v{2 * each + 1}", f"v{2 * each + 1}") / len(HOSTS))
        wanted = json.dumps({**given, "app": "demo", "version": f"v{2 * each}"})
        found["ours"].append(needed(f"app deploy {each}", name, *playbook, wanted).seconds / len(HOSTS))
    for host in HOSTS:
        lab.on(host, "systemctl stop by-hand")
    return found


def latencies(lab: Lab) -> dict[str, list[dict[str, float]]]:
    """Milliseconds, in turn to the release's own socket and through the proxy."""
    host = HOSTS[0]
    slot = lab.on(host, "sed -n 's/^demo //p' /srv/webstack/apps/slots.map").strip()
    ways = {"socket": f"/run/webstack-app/demo-{slot}.sock", "proxy": lab.address[host]}
    tls_name = lab.on(
        host, f"openssl x509 -noout -ext subjectAltName -in {PKI}/app.crt | grep -o 'app[.][a-z.]*' | head -n 1"
    )
    found: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    for _each in range(ROUNDS):
        for way, where in ways.items():
            found[way].append(json.loads(lab.on(host, f"python3 - {where} {REQUESTS} {tls_name.strip()}", ASK)))
    return found


def files(lab: Lab) -> dict[str, dict[str, list[dict[str, float]]]]:
    """Static files of the release, in turn by ours and by the least that a person would write."""
    lab.on("web1", "cat >/run/by-hand.conf; nginx -q -t -c /run/by-hand.conf", NGINX.format(pki=PKI))
    with_wrk(lab, "lb2")
    base = f"https://{lab.address['web1']}:8443/static/"
    found: dict[str, dict[str, list[dict[str, float]]]] = {kind: {"by hand": [], "ours": []} for kind in FILES}
    for _each in range(ROUNDS):
        for who in ("ours", "by hand"):
            if who == "by hand":
                lab.on("web1", OTHER_NGINX)
            try:
                for kind, (file, _line) in FILES.items():
                    lab.answers(base + file)
                    found[kind][who].append(load(lab, base + file))
            finally:
                if who == "by hand":
                    lab.on("web1", "systemctl stop by-hand; systemctl start nginx")
    return found


def measure(needed: Needed, root: Path, folder: Path, name: str) -> dict[str, Any]:
    """All three."""
    result: dict[str, Any] = {}
    given = sources(folder / "apps", root)
    site = ["ansible-playbook", "--inventory", "inventory/lab", "playbooks/site.yml"]
    try:
        needed("app lab", name, "make", "lab")
        lab = Lab(root, name)
        needed("app site", name, *site)  # the demo that the role carries, and its packages
        result["deployments"] = deployments(needed, lab, name, folder / "apps", given)
        result["latencies"] = latencies(lab)
        result["files"] = files(lab)
    finally:
        needed("app lab-destroy", name, "make", "lab-destroy")
    return result


def table(result: dict[str, Any]) -> str:
    """The measurement for people."""
    deployed, asked = result["deployments"], result["latencies"]
    times = share(deployed["ours"], deployed["by hand"])
    lines = [
        f"medians of {ROUNDS} rounds, in turn",
        f"a deployment, for each host   by hand {middle(deployed['by hand']):6.1f} s"
        f"   ours {middle(deployed['ours']):6.1f} s   {times:.2f} times",
    ]
    for what in ("p50", "p99"):
        alone, proxied = ([row[what] for row in asked[way]] for way in ("socket", "proxy"))
        lines.append(
            f"a request, {what}   its socket {middle(alone):6.2f} ms   through the proxy {middle(proxied):6.2f} ms"
            f"   {middle(proxied) - middle(alone):+.2f} ms"
        )
    for kind, found in result["files"].items():
        hand, ours = ([row["rate"] for row in found[who]] for who in ("by hand", "ours"))
        lines.append(
            f"{kind}, requests a second in {SECONDS} s   Nginx by hand {middle(hand):8.0f}"
            f"   ours {middle(ours):8.0f}   {share(ours, hand):.2f} of it"
        )
    return "\n".join(lines)
