#!/usr/bin/env bash
# Every linter, at the same time; one line each, and what a failed one said. `.ci/lint.sh NAME...` runs only those.
# shellcheck disable=SC2317,SC2329 # the functions are called by name
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2
export PATH="$PWD/.venv/bin:$PATH" LC_ALL=C.UTF-8 NO_COLOR=1 ANSIBLE_NOCOLOR=1
export ANSIBLE_CONFIG="$PWD/ansible.cfg" ANSIBLE_COLLECTIONS_PATH="$PWD/.collections"

ansible_lint() { ansible-lint --offline --nocolor -q; }
yaml_lint() { yamllint --strict .; }
ruff_check() { ruff check --quiet .; }
ruff_format() { ruff format --check --quiet . || { ruff format --diff --quiet . 2>&1 | head -n 40; return 1; }; }
mypy_plugins() { mypy --no-error-summary plugins; }
specs() { python .ci/specs_match_defaults.py; }
readme_tables() { python .ci/readme_tables.py --check; }
changelog() { antsibull-changelog lint; }
tarball() { python .ci/tarball.py --check; }
shell_scripts() {
  local scripts
  mapfile -t scripts < <(git grep --untracked -lE '^#!.*\b(ba)?sh$' -- .)
  shellcheck "${scripts[@]}"
}
stories() {
  local story file wrong=0
  for story in molecule/*/; do
    case $story in molecule/default/ | molecule/shared/) continue ;; esac
    for file in molecule.yml converge.yml verify.yml; do
      if [ ! -f "$story$file" ]; then
        echo "The story ${story}lacks $file: Molecule would pass it over with a warning." && wrong=1
      fi
    done
  done
  return "$wrong"
}
proofs() { python .ci/proof_table.py --check; }

all=(ansible_lint yaml_lint ruff_check ruff_format mypy_plugins shell_scripts specs readme_tables stories proofs changelog tarball)
if [ $# -gt 0 ]; then all=("$@"); fi

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
for name in "${all[@]}"; do
  (
    start=$EPOCHREALTIME
    status=0
    "$name" >"$logs/$name" 2>&1 || status=$?
    awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }' >"$logs/$name.seconds"
    exit "$status"
  ) &
  pids+=("$!")
done
failed=0
for index in "${!all[@]}"; do
  name=${all[$index]}
  if wait "${pids[$index]}"; then verdict=passed; else verdict=failed failed=1; fi
  printf '%s: %-14s %5s s\n' "$verdict" "$name" "$(cat "$logs/$name.seconds")"
  if [ "$verdict" = failed ]; then sed 's/^/    /' "$logs/$name" | tail -n 60; fi
done
exit "$failed"
