#!/usr/bin/env bash
# Makes an image of this host's own Python, for lack of a registry that has one, and of it the images of all versions of the story:
# in a registry, and as archives. base.sh REGISTRY FOLDER VERSION...
set -euo pipefail
registry=$1 folder=$2
cd /
{
  for package in python3.13-minimal libpython3.13-minimal libpython3.13-stdlib; do dpkg --listfiles "$package"; done |
    grep --invert-match --extended-regexp '/share/(doc|man|lintian)/' | while read -r file; do [ ! -f "$file" ] || echo "$file"; done
  ldd /usr/bin/python3.13 /usr/lib/python3.13/lib-dynload/*.so | grep --only-matching --perl-regexp '(?<=\s)/\S+\.so\S*(?= \()'
} | sort --unique | tar --create --dereference --files-from=- --file="$folder/base.tar" 2>/dev/null
podman import --quiet "$folder/base.tar" "$registry/base:1"
podman push --quiet "$registry/base:1"
for version in "${@:3}"; do
  podman build --quiet --layers=false --network=host --tag "$registry/boxed:$version" "$folder/boxed-$version"
  podman push --quiet "$registry/boxed:$version"
done
rm --force "$folder"/boxed-*.tar
podman save --quiet --output="$folder/boxed-v1.tar" "$registry/boxed:v1"
podman save --quiet --format=oci-archive --output="$folder/boxed-v2.tar" "$registry/boxed:v2"
