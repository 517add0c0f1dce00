#!/usr/bin/env bash
# What Galaxy's importer says about the tarball, offline: `make importer`, which makes its environment, too. A warning
# counts as a failure, because the importer accepts a collection whatever ansible-lint finds in it.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8 NO_COLOR=1 ANSIBLE_NOCOLOR=1
venv=$PWD/.cache/venv/importer

built=$(.venv/bin/python .ci/tarball.py) || { echo "$built"; exit 1; }
echo "$built"
tarball=$PWD/${built%% holds *}

# An empty folder, so that nothing of this checkout helps; ansible-lint keeps its cache there as well.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/home"
cat >"$work/importer.cfg" <<'CFG'
[galaxy-importer]
RUN_ANSIBLE_TEST = False
RUN_ANSIBLE_LINT = True
OFFLINE_ANSIBLE_LINT = True
CHECK_REQUIRED_TAGS = True
CHECK_CHANGELOG = True
REQUIRE_V1_OR_GREATER = False
CFG
unset ANSIBLE_CONFIG ANSIBLE_COLLECTIONS_PATH
export HOME=$work/home GALAXY_IMPORTER_CONFIG=$work/importer.cfg PATH=$venv/bin:$PATH
cd "$work"
status=0
# It gives ansible-lint three minutes, which a busy machine does not keep.
python - "$tarball" 2>&1 <<'PYTHON' | tee said || status=$?
import sys

from galaxy_importer import main
from galaxy_importer.loaders import collection


# The importer names the folder ansible_collections, and ansible-lint looks for such a folder in what is named: it would
# warn of every playbook of inventory/example, which import the collection's own. Ansible itself takes both forms.
def both(word):
    path = word.removeprefix("ANSIBLE_COLLECTIONS_PATH=")
    return word if path == word else f"{word}:{path.removesuffix('/ansible_collections')}"


class Patient(collection.Popen):
    def __init__(self, command, **options):
        super().__init__([both(word) for word in command], **options)

    def communicate(self, *arguments, timeout=None):
        return super().communicate(*arguments)


collection.Popen = Patient
sys.exit(main.main())
PYTHON
if grep -E '^(WARNING|ERROR|CRITICAL)' said >/dev/null; then status=1; fi
if [ "$status" -ne 0 ]; then echo "Galaxy would complain about $(basename "$tarball"): see the lines above."; exit 1; fi
