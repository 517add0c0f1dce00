#!/usr/bin/env bash
# The demo in Python, Node and Ruby: that it answers alike in each of them, and its own tests. Python and Node come by pip and npm, Ruby by apt.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.cache/venv/demo/bin:$PATH" LC_ALL=C.UTF-8

packages=(ruby ruby-erubi ruby-minitest ruby-mysql2 ruby-sinatra puma)
missing=()
for package in "${packages[@]}"; do
  dpkg-query --show --showformat='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "The demo in Ruby needs ${missing[*]}: install them, or run 'sudo make unit-demo' on Debian." >&2
    exit 1
  fi
  echo "Installed by apt: ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends "${missing[@]}" >/dev/null
fi

# Beside the source, so that nothing of it is taken for a part of a release.
modules=.cache/demo/node
if ! cmp --quiet roles/app_server/files/demo/node/package-lock.json "$modules/package-lock.json" || [ ! -d "$modules/node_modules" ]; then
  rm -rf "$modules"
  mkdir -p "$modules"
  cp roles/app_server/files/demo/node/package*.json "$modules/"
  npm --prefix "$modules" ci --omit=dev --no-audit --no-fund --silent
fi

# What the servers say is kept with the test that they serve.
exec pytest tests/demo -n 3 --dist loadgroup --capture=fd
