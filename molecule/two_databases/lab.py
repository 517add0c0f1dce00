"""A stack of two spare hosts that carry every tier, as a person begins; only its databases are used."""

import json
import os
import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMES = ["db4", "db5"]

lab = os.environ.get("WEBSTACK_LAB") or "webstack"
program = runpy.run_path(str(ROOT / "inventory" / "lab.py"))
hostvars = program["inventory"](lab, ROOT / ".cache" / "lab" / lab, NAMES)["_meta"]["hostvars"]
vips = [f"{program['prefix'](lab)}.110"]
print(
    json.dumps(
        {
            **{tier: {"hosts": NAMES} for tier in ("lb", "web", "app", "db")},
            "mysql_primary": {"hosts": NAMES[:1]},
            "_meta": {"hostvars": {name: {**hostvars[name], "webstack_vips": vips} for name in NAMES}},
        }
    )
)
