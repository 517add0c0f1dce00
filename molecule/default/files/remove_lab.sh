#!/bin/sh
# Removes one lab: remove_lab.sh PODMAN LABEL NETWORK STATE_FOLDER RUN_FOLDER
# Only hosts with the label go. When no lab is left, the store of all labs, its images and its mounts go as well.
set -eu
podman=$1 label=$2 network=$3 state=$4 run=$5

# After the machine has started anew nothing runs any more in the labs' mount namespace, which is gone: podman does without.
if grep -q nsenter "$podman" && ! mountpoint -q "$run/mnt"; then
  mkdir -p "$run"
  sed "s|nsenter --mount=$run/mnt ||" "$podman" >"$run/podman"
  chmod 0755 "$run/podman"
  podman=$run/podman
fi

hosts=$("$podman" ps --all --quiet --filter "label=$label")
# shellcheck disable=SC2086 # one word each
[ -z "$hosts" ] || "$podman" rm --force --time 0 $hosts
if "$podman" network ls --quiet --filter "label=$label" | grep -qx "$network"; then "$podman" network rm "$network"; fi

if [ -z "$("$podman" ps --all --quiet)" ] && ! "$podman" network ls --quiet | grep -qvx podman; then
  "$podman" rmi --all --force
  if mountpoint -q "$run/mnt"; then umount "$run/mnt"; fi
  # podman leaves its own store mounted on itself.
  for mount in "$state/storage/overlay" "$run"; do
    if mountpoint -q "$mount"; then umount "$mount"; fi
  done
  rm -rf "$state" "$run"
  echo "the store of the labs is gone"
fi
