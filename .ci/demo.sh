#!/usr/bin/env bash
# From a bare machine to a running stack in the lab, and how to look at it: what `make demo` runs.
set -euo pipefail
cd "$(dirname "$0")/.."
lab=.cache/lab/$WEBSTACK_LAB

make --no-print-directory lab
ansible-playbook playbooks/site.yml
ANSIBLE_SHOW_CUSTOM_STATS=true ANSIBLE_STDOUT_CALLBACK=ansible.posix.json ansible-playbook playbooks/report.yml >"$lab/report.json" || { cat "$lab/report.json"; exit 1; }
"$lab/podman" exec "$WEBSTACK_LAB-lb1" cat /etc/webstack/pki/ca.pem >"$lab/ca.pem"

python - "$lab/report.json" "$lab/ca.pem" <<'PYTHON'
import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

lines = json.loads(Path(sys.argv[1]).read_text())["global_custom_stats"]["webstack_report"]
url, rest = lines[0].split(" at ")
host, address = urlsplit(url).hostname, rest.split(",")[0]
print("", *lines, sep="\n")
print(f"""
Open it from this machine:
  curl --cacert {sys.argv[2]} --resolve {host}:443:{address} {url}
In a browser: add the line '{address} {host}' to /etc/hosts and trust {sys.argv[2]}.
A shell on a host: make lab-shell HOST=db1. Everything away: make lab-destroy.""")
PYTHON
