"""What galaxy.yml says: the collections that are used, and in versions that the tested bundles hold."""

import json
import re
import sysconfig
from pathlib import Path

import yaml
from packaging.version import Version

ROOT = Path(__file__).parents[3]
# Those of the package ansible; this one is not among them.
BUNDLE = Path(sysconfig.get_paths()["purelib"], "ansible_collections")
GALAXY = yaml.load((ROOT / "galaxy.yml").read_text(), yaml.CSafeLoader)
# A module's, role's or plugin's full name where a task or an expression uses it.
FULL_NAME = re.compile(r"\b([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)\.[a-z][a-z0-9_]*(?=:\s|\(|'| \}\})")


def used():
    texts = [*(ROOT / "roles").rglob("*.yml"), *(ROOT / "playbooks").rglob("*.yml"), *(ROOT / "roles").rglob("*.j2")]
    names = {name for path in texts for name in FULL_NAME.findall(path.read_text())}
    return {name for name in names if (BUNDLE / name.replace(".", "/")).is_dir()}


def test_every_collection_in_use_is_a_dependency_and_no_other():
    assert used() == set(GALAXY["dependencies"])


def test_the_bundle_of_this_ansible_meets_every_lower_bound():
    for name, bound in GALAXY["dependencies"].items():
        manifest = json.loads((BUNDLE / name.replace(".", "/") / "MANIFEST.json").read_text())
        assert bound.startswith(">=")
        assert Version(manifest["collection_info"]["version"]) >= Version(bound.removeprefix(">="))
