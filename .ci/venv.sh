#!/usr/bin/env bash
# Makes a virtual environment from pinned requirements: .ci/venv.sh [PYTHON [FOLDER [REQUIREMENTS]]]
# PYTHON is a version like 3.11, or a program. Without more it makes .venv, for the newest Python that is found. REQUIREMENTS is the name of a file in requirements.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:-} folder=${2:-.venv} requirements=${3:-}

# ansible-core 2.21 needs Python 3.12; 3.11 gets the last core that runs on it.
case $requirements in
  controller-2.19) versions="3.11" ;;
  controller-2.21) versions="3.13 3.12" ;;
  *) versions="3.13 3.12 3.11" ;;
esac

usable() {
  "$1" -c 'import sys, venv, ensurepip; sys.exit("%d.%d" % sys.version_info[:2] not in sys.argv[1].split())' "$versions" 2>/dev/null
}

find_python() { # VERSION...
  local version candidate
  for version in "$@"; do
    for candidate in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python3; do
      if command -v "$candidate" >/dev/null && usable "$candidate"; then command -v "$candidate"; return; fi
    done
  done
  return 1
}

# shellcheck disable=SC2086 # versions is a list of words
if [ -n "$python" ]; then
  found=$(find_python "$python") || found=$python
  usable "$found" || { echo "PYTHON=$python is none of Python $versions with venv: install one or leave PYTHON out." >&2; exit 1; }
  python=$found
elif ! python=$(find_python $versions 3); then
  echo "None of Python $versions with venv was found for $folder: install one (Debian: apt install python3 python3-venv) or name it with PYTHON=." >&2
  exit 1
fi

if [ -z "$requirements" ]; then
  requirements=controller-$("$python" -c 'import sys; print("2.21" if sys.version_info >= (3, 12) else "2.19")')
fi
echo "Tools: $("$python" --version) at $python, requirements/$requirements.txt, into $folder"
"$python" -m venv --clear "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check uv==0.13.8
# Ansible needs a UTF-8 locale and uv must not look for Pythons of its own.
UV_PYTHON_DOWNLOADS=never VIRTUAL_ENV=$PWD/$folder "$folder/bin/uv" pip install --quiet --no-config --requirement "requirements/$requirements.txt"
if [ -x "$folder/bin/ansible" ]; then echo "Tools: $("$folder/bin/ansible" --version | sed -n 1p)"; fi
