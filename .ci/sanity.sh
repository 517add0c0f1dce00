#!/usr/bin/env bash
# ansible-test sanity over the files of this checkout, without containers: .ci/sanity.sh [ARGUMENT OF ansible-test sanity]...
# It keeps its tools in .cache/sanity: the first run takes minutes, a further one half a minute.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH" LC_ALL=C.UTF-8 NO_COLOR=1
work=$PWD/.cache/sanity
tree=$work/collections/ansible_collections/scaleup/webstack

# ansible-test keeps its virtual environments under HOME: one of its own, with the user's settings for pip.
home=$work/home
mkdir -p "$home/.config" "$home/.ansible/test/cache"
for settings in .config/pip .pip; do
  if [ -e "$HOME/$settings" ]; then ln -sfn "$HOME/$settings" "$home/$settings"; fi
done

# ansible-test wants to download the script that puts pip into them. This stand-in does the same with the wheel from the
# package index that pip already uses; which version is wanted is ansible-test's to say.
pip_version=$(python -c '
from ansible_test._internal import python_requirements
print(python_requirements.get_venv_packages(type("Any", (), {"version": ""}))["pip"])')
stand_in=$home/.ansible/test/cache/get_pip_${pip_version//./_}.py
wheels=$work/wheels
if [ ! -f "$stand_in" ]; then
  pip download --quiet --no-deps --only-binary=:all: --dest "$wheels" "pip==$pip_version"
  cat >"$stand_in" <<PYTHON
import glob
import sys

wheel = glob.glob("$wheels/pip-$pip_version-*.whl")[0]
sys.path.insert(0, wheel)
from pip._internal.cli.main import main

sys.exit(main(["install", "--no-index", "--quiet", wheel]))
PYTHON
fi

# ansible-test refuses a link: it gets a copy of what git would commit, under the folders that it asks for.
rm -rf "$tree"
mkdir -p "$tree"
git ls-files --cached --others --exclude-standard -z | while IFS= read -r -d '' file; do
  if [ -e "$file" ]; then printf '%s\0' "$file"; fi
done | tar --create --null --files-from=- | tar --extract --directory="$tree"

# A repository of its own, so that it does not ask this checkout's, in which .cache is ignored.
git init --quiet "$tree"
cd "$tree"
# ansible-test finds Pythons by their names in PATH, and takes a pyenv shim for one: only those that run are shown to it.
mkdir -p "$work/bin"
own=$(python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
others=()
for version in 3.11 3.12 3.13 3.14; do
  if [ "$version" = "$own" ]; then continue; fi
  for candidate in "/usr/bin/python$version" "/usr/local/bin/python$version" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python3; do
    if "$candidate" -c '' 2>/dev/null; then
      ln -sfn "$candidate" "$work/bin/python$version"
      others+=("$version")
      break
    fi
  done
done
export PATH="$work/bin:$PATH"

sanity() { HOME=$home ANSIBLE_COLLECTIONS_PATH='' ansible-test sanity --local --color no "$@"; }
sanity --python "$own" "$@"
# Modules run on the hosts' Python, which need not be the controller's.
for version in "${others[@]}"; do
  if [ $# -eq 0 ]; then sanity --python "$version" --test compile --test import; fi
done
echo "ansible-test sanity passed on Python $own; its tests compile and import on ${others[*]:-no other, for there is none}."
