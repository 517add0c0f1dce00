# shellcheck shell=bash disable=SC2016,SC2034,SC2153
# The words of vars/doors.yml, for bash, beside those of faults.sh. tasks/fault.yml gives LBS, WEBS, VIPS and CA, too.

holders() { # VIP: the balancers that hold it
  local host
  for host in $LBS; do
    if "$PODMAN" exec "$LAB-$host" ip -oneline address show to "$1" 2>/dev/null | grep --quiet .; then echo "$host"; fi
  done
}

holder() { # who holds which address, in one line
  local vip
  for vip in $VIPS; do echo "$vip $(holders "$vip" | paste -sd+)"; done | paste -sd' '
}

moves() { # as often as the balancers have counted in their metrics
  local host
  for host in $LBS; do
    timeout 20 "$PODMAN" exec "$LAB-$host" bash -ec 'curl --silent --fail --cacert '"$CA"' --connect-to ::"$(hostname -i | cut -d" " -f1)": \
      https://"$(hostname)":8404/metrics/moves' </dev/null
  done | awk '/^webstack_vip_moves_total/ { sum += $2 } END { print sum + 0 }'
}

active() { # the balancer that holds the first address
  holders "${VIPS%% *}"
}

idle() { # another one
  local host
  for host in $LBS; do if [ "$host" != "$(active)" ]; then echo "$host"; fi; done | head -n 1
}

away() { # HOST: it holds nothing
  local vip
  for vip in $VIPS; do if holders "$vip" | grep --quiet --line-regexp "$1"; then return 1; fi; done
}

whole() { # each address is held once, each balancer serves, and each web host is used by each of them
  local vip host
  for vip in $VIPS; do [ "$(holders "$vip" | wc -l)" = 1 ] || return 1; done
  for host in $LBS; do
    on "$host" 'systemctl is-active --quiet haproxy keepalived; [ "$(cat /run/webstack-haproxy-fault)" = 0 ]' || return 1
    [ "$(servers "$host" | awk '$2 != "UP"' | wc -l)" = 0 ] || return 1
  done 2>/dev/null
  if [ "${MODE:-active_passive}" = active_active ]; then at_home; fi
}

at_home() { # each balancer holds an address, or more
  local host
  for host in $LBS; do if away "$host"; then return 1; fi; done
}

both_families() { # HOST...: an IPv6 address as well, with the number of its IPv4 address; until it boots
  local host
  for host in "$@"; do
    # shellcheck disable=SC2016 # words of the host
    on "$host" 'ip -6 address replace "fd77::$(hostname --ip-address | cut --delimiter=" " --fields=1 | cut --delimiter=. --fields=4)/64" dev eth0 nodad'
  done
}

reached() { # NAME VIP...: the client is answered at each of them by a balancer that holds it
  local vip who
  for vip in "${@:2}"; do
    who=$("$PODMAN" exec "$LAB-client1" curl --silent --show-error --fail --max-time 5 --cacert /run/webstack-probe/ca.pem \
      --resolve "$1:443:$vip" "https://$1/whoami" | python3 -c 'import json, sys; print(json.load(sys.stdin)["balancer"])')
    [ "$(holders "$vip")" = "$who" ] || { echo "$vip is held by $(holders "$vip"), and $who answered." >&2; return 1; }
  done
}

absent() { # no fault leaves anything behind
  :
}

requests() { # HOST: how many an application host has taken
  timeout 20 "$PODMAN" exec "$LAB-$1" python3 -c 'import csv, socket
link = socket.socket(socket.AF_UNIX); link.connect("/run/webstack-app-proxy/admin.sock"); link.sendall(b"show stat\n")
rows = list(csv.DictReader(link.makefile().read().lstrip("# ").splitlines()))
print(next(row["req_tot"] for row in rows if (row["pxname"], row["svname"]) == ("requests", "FRONTEND")))' </dev/null
}

took() { # HOST COUNT: it takes as many within five seconds
  local before
  before=$(requests "$1")
  sleep 5
  (($(requests "$1") - before >= $2))
}

idles() { # HOST: an application host takes none
  local before
  before=$(requests "$1")
  sleep 3
  (($(requests "$1") == before)) || { echo "$1 was given requests." >&2; return 1; }
}

busy() { # HOST COUNT: a web host answers as many within five seconds
  local before
  before=$(answered "$1")
  sleep 5
  (($(answered "$1") - before >= $2))
}

servers() { # BALANCER: its web hosts and how it sees them
  timeout 20 "$PODMAN" exec "$LAB-$1" bash -ec 'echo show stat web 4 -1 | socat - UNIX-CONNECT:/run/haproxy/admin.sock' </dev/null |
    awk -F, '$2 ~ /./ && !/^#/ { print $2, $18 }'
}

shown() { # BALANCER HOST STATE: it sees it so
  servers "$1" | grep --quiet --line-regexp "$2 $3"
}

# Not by systemctl kill, which would meet what systemd runs after a crash as well.
kill_haproxy() { # HOST
  on "$1" 'kill -9 $(pidof haproxy)'
}

no_haproxy() { # HOST: it dies, and is not started again
  on "$1" 'mkdir -p /run/systemd/system/haproxy.service.d
    printf "[Service]\nRestart=no\n" >/run/systemd/system/haproxy.service.d/fault.conf; systemctl daemon-reload'
  kill_haproxy "$1"
}

haproxy_again() { # HOST
  on "$1" 'rm -f /run/systemd/system/haproxy.service.d/fault.conf; systemctl daemon-reload; systemctl reset-failed haproxy || true
    systemctl start haproxy'
}

hang() { # HOST
  on "$1" 'kill -STOP $(pidof haproxy)'
}

go_on() { # HOST
  on "$1" 'kill -CONT $(pidof haproxy)'
}

# Packets of balancers to this web host are lost, in both directions.
blackhole() { # WEB HOST
  on "$1" 'nft "add table inet fault; add chain inet fault in { type filter hook input priority -200; };
    add rule inet fault in tcp dport 8443 drop"'
}

reachable() { # WEB HOST
  on "$1" 'nft destroy table inet fault'
}

answered() { # WEB HOST: how many requests of clients all balancers have given it
  local host
  for host in $LBS; do
    timeout 20 "$PODMAN" exec "$LAB-$host" bash -ec 'echo show stat web 4 -1 | socat - UNIX-CONNECT:/run/haproxy/admin.sock' </dev/null |
      awk -F, -v name="$1" '$2 == name { print $8 }'
  done | awk '{ sum += $1 } END { print sum + 0 }'
}
