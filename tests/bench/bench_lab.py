"""The hosts of a measurement's own lab: what runs on them, what it takes, and load from one of them."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

WEBS = ("web1", "web2", "web3")
SERVING = ("lb1", *WEBS, "app1", "app2")
NAME = "www.webstack.test"
PKI = "/etc/webstack/pki"
ROUNDS, SECONDS = int(os.environ.get("ROUNDS", "3")), int(os.environ.get("SECONDS", "4"))
# wrk tells the name of its address in TLS, too, and a balancer that passes TLS through goes by that name.
NAMED = "grep -v {name} /etc/hosts >/run/hosts; echo {address} {name} >>/run/hosts; cat /run/hosts >/etc/hosts"


class Lab:
    """The hosts, by what can be run on them."""

    def __init__(self, root: Path, name: str) -> None:
        self.podman, self.name = root / ".cache" / "lab" / name / "podman", name
        listing = subprocess.run(
            ["python3", str(root / "inventory" / "lab.py")],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "WEBSTACK_LAB": name},
        )
        every = json.loads(listing.stdout)["_meta"]["hostvars"]
        self.address = {host: found["ansible_host"] for host, found in every.items()}
        self.vip = every["lb1"]["webstack_vips"][0]

    def on(self, host: str, script: str, given: str | IO[bytes] = "") -> str:
        """Run a script there, with a text or a file on its input; its output."""
        command = [str(self.podman), "exec", "-i", f"{self.name}-{host}", "bash", "-ec", script]
        source: dict[str, Any] = {"input": given.encode()} if isinstance(given, str) else {"stdin": given}
        done = subprocess.run(command, check=False, capture_output=True, **source)
        if done.returncode:
            said = (done.stderr or done.stdout).decode()
            raise SystemExit(f"On {host} this ended with {done.returncode}: {script}\n{said}")
        return done.stdout.decode()

    def cpu(self) -> float:
        """Processor seconds that hosts which serve have taken so far."""
        text = "cat /sys/fs/cgroup/cpu.stat"
        return sum(int(self.on(host, text).split("usage_usec", 1)[1].split()[0]) for host in SERVING) / 1e6

    def answers(self, url: str) -> None:
        """Wait until it does, at most half a minute."""
        ask = f"curl -skf -o /dev/null -m 2 -H 'Host: {NAME}' {url}"
        self.on("lb2", f"for n in {{1..60}}; do {ask} && exit; sleep 0.5; done; exit 1")


def load(lab: Lab, url: str) -> dict[str, float]:
    """One measurement: requests a second, and processor seconds for 10,000 of them."""
    scheme, _slashes, address, path = url.split("/", 3)
    host, _colon, port = address.partition(":")
    lab.on("lb2", NAMED.format(address=host, name=NAME))
    before = lab.cpu()
    said = lab.on("lb2", f"wrk -t2 -c32 -d{SECONDS}s -H 'Host: {NAME}' {scheme}//{NAME}:{port or 443}/{path}")
    spent = lab.cpu() - before
    count, rate = re.search(r"(\d+) requests in", said), re.search(r"Requests/sec: +([\d.]+)", said)
    if not count or not rate or "Non-2xx" in said or "Socket errors" in said:
        raise ValueError(f"Not every request to {url} got a good answer: {said}")
    return {"rate": float(rate[1]), "cpu": spent / int(count[1]) * 10_000}


def with_wrk(lab: Lab, host: str) -> None:
    """See to it that the host can send load."""
    lab.on(host, "command -v wrk >/dev/null || { apt-get -qq update && apt-get -qqy install wrk; } >/dev/null")


def middle(values: Iterable[float]) -> float:
    """The median of all rounds."""
    return statistics.median(values)


def share(ours: Iterable[float], theirs: Iterable[float]) -> float:
    """Ours to theirs: the median of the ratios of all rounds."""
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
