"""The lab's inventory without one host, as a person has it before one is added: CONVERT_WITHOUT names it."""

import json
import os
import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

lab = os.environ.get("WEBSTACK_LAB") or "webstack"
whole = runpy.run_path(str(ROOT / "inventory" / "lab.py"))["inventory"](lab, ROOT / ".cache" / "lab" / lab, [])
without = os.environ["CONVERT_WITHOUT"]
for group in whole.values():
    if without in group.get("hosts", ()):
        group["hosts"].remove(without)
print(json.dumps(whole))
