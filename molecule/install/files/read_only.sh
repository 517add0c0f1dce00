#!/bin/sh
# Runs a command, as root, where nothing can be written but an empty home and an empty working directory, and says at
# its end what was written there all the same: read_only.sh COMMAND [ARGUMENT]...
set -eu
if [ "${1:-}" != --inside ]; then exec unshare --mount --propagation private "$0" --inside "$@"; fi
shift

mount -t tmpfs tmpfs /mnt
while read -r _id _parent _device _root target _rest; do
  case $target in /proc | /proc/* | /sys | /sys/* | /dev | /dev/* | /mnt) continue ;; esac
  # A namespace that another program keeps in a file is no place to write to.
  if [ -d "$target" ]; then mount -o remount,bind,ro "$target"; fi
done </proc/self/mountinfo
if touch /var/tmp/written 2>/dev/null; then echo "This machine does not let its file systems be read-only." >&2; exit 2; fi

mkdir /mnt/home /mnt/empty
cd /mnt/empty
status=0
HOME=/mnt/home TMPDIR=/mnt/home "$@" || status=$?
# Ansible's own: its temporary folder, and the sockets of its SSH connections.
find /mnt/home /mnt/empty -mindepth 1 ! -path '/mnt/home/.ansible' ! -path '/mnt/home/.ansible/tmp' ! -path '/mnt/home/.ansible/cp*' |
  sed 's/^/WRITTEN /'
exit "$status"
