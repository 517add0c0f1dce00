#!/usr/bin/env bash
# Makes .venv from the pinned requirements: .ci/venv.sh [PYTHON]
set -euo pipefail
cd "$(dirname "$0")/.."

usable() { "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }

find_python() {
  local version candidate
  for version in 3.13 3.12 3.11; do
    for candidate in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python3; do
      if command -v "$candidate" >/dev/null && usable "$candidate"; then command -v "$candidate"; return; fi
    done
  done
  if usable python3; then command -v python3; return; fi
  return 1
}

python=${1:-}
if [ -n "$python" ]; then
  usable "$python" || { echo "PYTHON=$python is not a Python 3.11 to 3.13 with venv: install one or leave PYTHON out." >&2; exit 1; }
elif ! python=$(find_python); then
  echo "No Python 3.11 to 3.13 with venv was found: install one (Debian: apt install python3 python3-venv) or name it with PYTHON=." >&2
  exit 1
fi

# ansible-core 2.21 needs Python 3.12; 3.11 gets the last core that runs on it.
core=$("$python" -c 'import sys; print("2.21" if sys.version_info >= (3, 12) else "2.19")')
echo "Tools: $("$python" --version) at $python, ansible-core $core, into .venv"
"$python" -m venv --clear .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.8
# Ansible needs a UTF-8 locale and uv must not look for Pythons of its own.
UV_PYTHON_DOWNLOADS=never VIRTUAL_ENV=$PWD/.venv .venv/bin/uv pip install --quiet --no-config --requirement "requirements/controller-$core.txt"
echo "Tools: $(.venv/bin/ansible --version | head -n 1), $(.venv/bin/molecule --version 2>/dev/null | head -n 1)"
