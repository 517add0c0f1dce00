#!/bin/sh
# Finds out how this machine starts systemd hosts, and writes the podman command of the lab:
#   find_podman.sh COMMAND_FILE STATE_FOLDER RUN_FOLDER ROOT_FILE_SYSTEM IMAGE
# The labs' podman keeps its images, hosts and networks in a store of its own (STATE_FOLDER), apart from whatever else
# runs podman here. Plain podman where it works; where cgroups are "hybrid" or limits cannot be raised, podman runs
# in a mount namespace (RUN_FOLDER/mnt, one for all labs) with a fresh cgroup2 tree.
set -eu
command_file=$1 state=$2 run=$3 rootfs=$4 image=$5
store="--root $state/storage --runroot $run/storage --tmpdir $run/libpod --network-config-dir $state/networks"

try() {
  # shellcheck disable=SC2086 # a command with its options
  $1 $store image exists "$image" || $1 $store import --change 'CMD ["/lib/systemd/systemd"]' --change 'STOPSIGNAL SIGRTMIN+3' \
    "$rootfs" "$image" >/dev/null 2>"$command_file.err" || return 1
  # shellcheck disable=SC2086
  $1 $store run --rm --privileged --pids-limit=-1 --ulimit nofile=10000:10000 --ulimit nproc=30000:30000 \
    --network none "$image" /bin/true >/dev/null 2>"$command_file.err"
}

finish() {
  printf '#!/bin/sh\n# The podman of the labs on this machine.\nexec %s %s "$@"\n' "$1" "$store" >"$command_file.new"
  chmod 0755 "$command_file.new"
  rm -f "$command_file.err"
  if cmp -s "$command_file.new" "$command_file"; then rm "$command_file.new"; exit 0; fi
  mv "$command_file.new" "$command_file"
  echo "changed: lab hosts are started by $1"
  exit 0
}

mkdir -p "$state/networks" "$run"
# A namespace that another lab on this machine made is used again: two podmans that do not see each other's
# mounts would take each other's hosts for dead.
if ! mountpoint -q "$run/mnt"; then
  if try podman; then finish podman; fi
  plain=$(tail -n 1 "$command_file.err")
  mountpoint -q "$run" || mount --bind "$run" "$run"
  mount --make-private "$run"
  touch "$run/mnt"
  unshare --mount="$run/mnt" --propagation private \
    sh -c 'umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup'
fi
if try "nsenter --mount=$run/mnt podman"; then finish "nsenter --mount=$run/mnt podman"; fi
echo "This machine cannot start lab hosts: plain podman says '${plain:-not tried again}'," \
  "podman with a cgroup2 tree of its own says '$(tail -n 1 "$command_file.err")'." \
  "Debian 12 as root is what the lab was tried on." >&2
exit 1
