# shellcheck shell=bash disable=SC2016,SC2034,SC2153
# The words of vars/faults.yml, for bash. tasks/fault.yml gives PODMAN, LAB, HOSTS, PRIMARY, REPLICAS, PLAYBOOKS, INVENTORIES.
# What a fault has to tell goes to stdout, and all else to stderr, which is shown when it fails.
set -euo pipefail

REPLICA=${REPLICAS%% *} # one of them
THIRD=${REPLICAS##* }   # the other one

on() { # HOST COMMAND
  timeout 120 "$PODMAN" exec "$LAB-$1" bash -euc "$2" >&2 </dev/null
}

sql() { # HOST STATEMENT: prints what it answers
  timeout 120 "$PODMAN" exec "$LAB-$1" mysql --batch --skip-column-names --execute="$2" </dev/null
}

play() { # PLAYBOOK OPTION...
  # shellcheck disable=SC2086 # a list of words
  ansible-playbook $INVENTORIES "$PLAYBOOKS/$1" "${@:2}" </dev/null
}

counted() { # what the prober of a playbook has said, on standard input
  tr -s ' \n' '  ' | grep --only-matching --extended-regexp '[0-9]+ of [0-9]+ requests failed, [0-9]+ raw errors' | tail -n 1
}

within() { # SECONDS COMMAND...
  local began=$SECONDS
  until "${@:2}"; do
    if ((SECONDS - began >= $1)); then
      echo "Not within $1 s: ${*:2}" >&2
      return 1
    fi
    sleep 0.2
  done
}

closed() { # HOST: takes no writes
  [ "$(sql "$1" 'SELECT @@super_read_only')" = 1 ]
}

refused() { # HOST: a write to it is not acknowledged; tasks/fault.yml sees that it is nowhere
  ! sql "$1" 'CREATE DATABASE fault' >&2
}

absent() { # nothing that was refused is there
  local host
  for host in $HOSTS; do [ -z "$(sql "$host" "SHOW DATABASES LIKE 'fault'")" ]; done
}

primary() { # HOST: the primary's address, as it sees it
  sql "$1" "SELECT MEMBER_HOST FROM performance_schema.replication_group_members WHERE MEMBER_ROLE = 'PRIMARY'"
}

holder() { # the primary's address, as one of the hosts sees it
  primary "${HOSTS%% *}"
}

moves() { # how often it has moved is not counted
  echo 0
}

whole() { # every host sees all of them online, and nobody else who is not
  local host states
  for host in $HOSTS; do
    states=$(sql "$host" 'SELECT MEMBER_STATE FROM performance_schema.replication_group_members')
    if grep -qv ONLINE <<<"$states" || [ "$(wc -w <<<"$states")" -lt "$(wc -w <<<"$HOSTS")" ]; then return 1; fi
  done
}

off() { # HOST...: a power cut
  "$PODMAN" kill "${@/#/$LAB-}" >&2
}

boot() { # HOST...
  "$PODMAN" start "${@/#/$LAB-}" >&2
}

# The primary's mysqld stands still for so many seconds, then goes on.
freeze() { # SECONDS
  on "$PRIMARY" 'kill -STOP $(pidof mysqld)'
  sleep "$1"
  thaw
}

thaw() {
  on "$PRIMARY" 'kill -CONT $(pidof mysqld)'
}

# The primary hears nothing of the other database hosts, nor they of it; applications still reach it.
cut_off() {
  local others
  others=$(for host in $REPLICAS; do address "$host"; done | paste -sd,)
  on "$PRIMARY" "nft 'add table inet fault
    add chain inet fault in { type filter hook input priority -200; }
    add chain inet fault out { type filter hook output priority -200; }
    add rule inet fault in ip saddr { $others } drop
    add rule inet fault out ip daddr { $others } drop'"
}

joined() {
  on "$PRIMARY" 'nft destroy table inet fault'
}

# Each database host loses so many of a hundred packets that come from the others.
losing() { # PERCENT
  local host others
  for host in $HOSTS; do
    others=$(for other in $HOSTS; do [ "$other" = "$host" ] || address "$other"; done | paste -sd,)
    on "$host" "nft 'add table inet fault
      add chain inet fault in { type filter hook input priority -200; }
      add rule inet fault in ip saddr { $others } numgen random mod 100 < $1 drop'"
  done
}

kept() {
  local host
  for host in $HOSTS; do on "$host" 'nft destroy table inet fault'; done
}

busy() { # SECONDS
  on "$PRIMARY" "for i in \$(seq $(($(nproc) * 4))); do timeout $1 sh -c 'while :; do :; done' & done; wait || true"
}

address() { # HOST
  sql "$1" 'SELECT @@report_host'
}

# mysqld ends at once everywhere, and is started again by its unit.
all_killed() {
  local host
  for host in $HOSTS; do on "$host" 'kill -9 $(pidof mysqld)' & done
  wait
}

answers() { # HOST: mysqld does
  sql "$1" 'SELECT 1' >/dev/null 2>&1
}

out_of_group() { # HOST
  [ "$(sql "$1" 'SELECT MEMBER_STATE FROM performance_schema.replication_group_members WHERE MEMBER_ID = @@server_uuid' 2>/dev/null)" != ONLINE ]
}

readers() { # HOST: how many sessions of the application's reader it has
  sql "$1" "SELECT COUNT(*) FROM performance_schema.threads WHERE PROCESSLIST_USER LIKE '%\\_reader'"
}

reads_at() { # HOST
  [ "$(readers "$1")" -gt 0 ]
}

reads_somewhere() {
  local host
  for host in $HOSTS; do if reads_at "$host"; then return; fi; done
  return 1
}

writers() { # HOST: how many sessions of the application's writer it has, given up by their clients or not
  sql "$1" "SELECT COUNT(*) FROM performance_schema.threads WHERE PROCESSLIST_USER LIKE '%\\_writer'"
}

crowded() { # HOST: as many as may be
  [ "$(writers "$1")" -ge "$(sql "$1" "SELECT MAX(max_user_connections) FROM mysql.user")" ]
}

# The disk is full for the binary log before it is for this table, whose page may otherwise be the one that has no room: then writes do not
# wait, they are refused. A file keeps the room of rows that were taken back.
roomy() { # HOST
  sql "$1" "START TRANSACTION; INSERT INTO demo.items (idempotency_key, text)
    SELECT UUID(), REPEAT('x', 500) FROM information_schema.columns LIMIT 2000; ROLLBACK"
}

free_sessions() { # HOST
  sql "$1" "SELECT @@max_connections - VARIABLE_VALUE FROM performance_schema.global_status WHERE VARIABLE_NAME = 'Threads_connected'"
}

# Nothing more is applied to the application's table, until let_go.
held() { # HOST
  on "$1" "mysql demo --execute='LOCK TABLES items READ; SELECT SLEEP(110)'" >/dev/null 2>&1 &
}

let_go() { # HOST
  sql "$1" "$(sql "$1" "SELECT CONCAT('KILL ', PROCESSLIST_ID) FROM performance_schema.threads WHERE PROCESSLIST_INFO = 'SELECT SLEEP(110)'")"
}

# What the proxy beside an application answers.
proxy() { # COMMAND
  timeout 60 "$PODMAN" exec "$LAB-app1" python3 -c "$ASK"'print(ask(sys.argv[1]))' "$1" </dev/null
}
ASK='import socket, sys, time
def ask(command):
    with socket.socket(socket.AF_UNIX) as proxy:
        proxy.connect("/run/webstack-app-proxy/admin.sock")
        proxy.sendall(command.encode() + b"\n")
        return proxy.makefile().read()
'

part() { # HOST: its weight in percent
  proxy "get weight reader/$1" | cut -d' ' -f1
}

part_below() { # HOST PERCENT
  [ "$(part "$1")" -lt "$2" ]
}

whole_part() { # HOST
  [ "$(part "$1")" = 100 ]
}

let_in() { # HOST: readers may come to it
  proxy 'show servers state reader' | awk -v host="$1" '$4 == host { found = $6 == 2 } END { exit !found }'
}

shut_out() { # HOST
  ! let_in "$1"
}

# How many of so many sessions that are opened at once, and do nothing, come to a host.
of_new_sessions() { # NUMBER HOST
  timeout 60 "$PODMAN" exec "$LAB-app1" python3 -c "$ASK"'
opened = [socket.create_connection(("127.0.0.1", 6447)) for _ in range(int(sys.argv[1]))]
time.sleep(1)
mine = {f"src=127.0.0.1:{each.getsockname()[1]}" for each in opened}
print(sum(f"srv={sys.argv[2]}" in words and bool(mine & words) for words in map(set, map(str.split, ask("show sess").splitlines()))))' "$@" </dev/null
}

# A host that the inventory has from now on.
spare() { # HOST
  export WEBSTACK_SPARES=$1
  make --directory="$PLAYBOOKS/.." lab >&2
}

gone() { # HOST
  unset WEBSTACK_SPARES
  "$PODMAN" rm --force --time 0 --volumes "$LAB-$1" >&2
}

nothing_to_do() { # PLAYBOOK OPTION...
  local said
  said=$(play "$@")
  if grep -E '(changed|unreachable|failed)=[1-9]' <<<"$said" >&2; then
    grep -A9 '^changed' <<<"$said" >&2
    return 1
  fi
}

# A transaction that only the old primary has: it leaves the group, is made writable by hand, and cannot come back with it.
stray() {
  sql "$PRIMARY" 'STOP GROUP_REPLICATION; SET GLOBAL super_read_only = OFF; CREATE DATABASE fault; SET GLOBAL super_read_only = ON' >&2
}

says() { # PATTERN PLAYBOOK OPTION...: its output holds that
  local said
  said=$(play "${@:2}" 2>&1) || true
  tr -s ' \n' ' ' <<<"$said" | grep -E "$1" >/dev/null || { echo "$said" >&2; return 1; }
}

# Replicas follow the primary by a channel, and it waits for one of them; nobody works in a group.
channels() { # HOST...
  local host
  [ "$(sql "$PRIMARY" 'SELECT CONCAT(@@rpl_semi_sync_source_enabled, @@super_read_only)')" = 10 ]
  for host in "$@"; do
    [ "$(sql "$host" "SELECT SERVICE_STATE FROM performance_schema.replication_connection_status WHERE CHANNEL_NAME = ''")" = ON ]
  done
  for host in "$PRIMARY" "$@"; do out_of_group "$host"; done
}

state() { # what a run that is refused may not change, on the hosts that answer
  local host
  for host in $HOSTS; do
    "$PODMAN" exec "$LAB-$host" bash -c 'mysql --batch --skip-column-names --execute="SELECT @@hostname, @@server_uuid, @@server_id,
      @@gtid_mode, @@super_read_only, @@rpl_semi_sync_source_enabled; SHOW DATABASES;
      SELECT CHANNEL_NAME, HOST, USER FROM performance_schema.replication_connection_configuration ORDER BY 1;
      SELECT * FROM performance_schema.persisted_variables ORDER BY 1"
      sha1sum /etc/mysql/mysql.conf.d/* /etc/webstack/mysql_logins.json' </dev/null 2>/dev/null || echo "$host does not answer"
  done
}

# Somebody else's server: another data directory with a schema, and none of our accounts.
stranger() { # HOST
  on "$1" 'systemctl stop mysql
    mv /var/lib/mysql /var/lib/mysql.away
    install -d -o mysql -g mysql -m 0750 /var/lib/mysql
    mysqld --no-defaults --initialize-insecure --user=mysql --datadir=/var/lib/mysql
    systemctl start mysql
    mysql --execute="SET GLOBAL super_read_only = OFF; CREATE DATABASE shop; SET GLOBAL super_read_only = ON"'
}

fewer() { # HOST COMMAND...: with an inventory that does not name this host
  CONVERT_WITHOUT=$1 INVENTORIES="--inventory=$PLAYBOOKS/../molecule/convert/inventory/hosts" "${@:2}"
}

# A disk of little room under the data of one host, then the primary on it, then no room.
small_disk() { # HOST
  on "$1" 'systemctl stop mysql
    mkdir -p /run/small
    mount -t tmpfs -o mode=0700,size=$(($(du -sm /var/lib/mysql | cut -f1) + 300))m small /run/small
    cp -a /var/lib/mysql/. /run/small
    chown --reference=/var/lib/mysql /run/small
    chmod --reference=/var/lib/mysql /run/small
    mount --bind /run/small /var/lib/mysql
    systemctl start mysql'
  within 90 whole
}

fill() { # HOST
  on "$1" 'dd if=/dev/zero of=/var/lib/mysql/fault.filler bs=64k 2>&1 | grep -i "no space"'
}

empty() { # HOST
  on "$1" 'rm -f /var/lib/mysql/fault.filler'
}

commits() { # HOST: its binary log can be written
  sql "$1" 'FLUSH LOCAL BINARY LOGS' >/dev/null 2>&1
}

# The disk below has the data of before: it catches up from the others.
usual_disk() { # HOST
  on "$1" 'if mountpoint -q /var/lib/mysql; then
    systemctl stop mysql; umount /var/lib/mysql; umount /run/small; rmdir /run/small; systemctl start mysql; fi'
  within 90 whole
}

# Only for mysqld, by a library between it and the kernel, which makes it slow.
wrong_clock() { # HOST SHIFT
  on "$1" "apt-get --quiet --quiet --yes --no-install-recommends install libfaketime
    mkdir -p /run/systemd/system/mysql.service.d
    printf '[Service]\nEnvironment=LD_PRELOAD=%s FAKETIME=%s FAKETIME_DONT_FAKE_MONOTONIC=1\n' \$(dpkg -L libfaketime | grep libfaketimeMT.so.1) $2 \
      >/run/systemd/system/mysql.service.d/fault.conf
    systemctl daemon-reload; systemctl restart mysql"
}

right_clock() { # HOST
  on "$1" 'rm -f /run/systemd/system/mysql.service.d/fault.conf; systemctl daemon-reload; systemctl restart mysql
    apt-get --quiet --quiet --yes purge libfaketime'
}

# Kills ansible-playbook so many seconds after a task of that name has begun (molecule/interruption/callback).
interrupted() { # TASK SECONDS PLAYBOOK OPTION...
  local mark
  mark=$(mktemp)
  rm "$mark"
  ANSIBLE_CALLBACK_PLUGINS=$PLAYBOOKS/../molecule/interruption/callback ANSIBLE_CALLBACKS_ENABLED=interrupt \
    WEBSTACK_INTERRUPT="{\"task\": \"$1\", \"seconds\": $2, \"how\": \"controller\"}" WEBSTACK_INTERRUPTED=$mark \
    WEBSTACK_LAB_HOSTS=$PODMAN play "${@:3}" >&2 || true
  rm "$mark" || { echo "There was no task \"$1\" to interrupt." >&2; return 1; }
}
