#!/usr/bin/env bash
# An ACME server for tests, Debian's pebble, on a host beside the stack: pebble.sh ADDRESS NAME VIP. It prints its own certificate.
set -euo pipefail
address=$1 name=$2 vip=$3 folder=/run/pebble
mkdir -p $folder
[ -x /usr/bin/pebble ] || { apt-get -qq update; DEBIAN_FRONTEND=noninteractive apt-get -qq --yes --no-install-recommends install pebble openssl; } >&2
cat >$folder/config.json <<JSON
{"pebble": {"listenAddress": "$address:14000", "managementListenAddress": "$address:15000", "certificate": "$folder/own.crt",
 "privateKey": "$folder/own.key", "httpPort": 80, "tlsPort": 443, "ocspResponderURL": "", "externalAccountBindingRequired": false}}
JSON
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=pebble" -addext "subjectAltName=IP:$address" \
  -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,digitalSignature" \
  -keyout $folder/own.key -out $folder/own.crt 2>/dev/null
# Not renamed: the file may be mounted.
{ grep -v " $name\$" /etc/hosts; echo "$vip $name"; } >$folder/hosts
cat $folder/hosts >/etc/hosts
systemctl stop pebble-test 2>/dev/null || true
# Every order is really validated, at once, and no answer is refused for the exercise.
systemd-run --quiet --unit=pebble-test --setenv=PEBBLE_VA_NOSLEEP=1 --setenv=PEBBLE_WFE_NONCEREJECT=0 --setenv=PEBBLE_AUTHZREUSE=0 \
  /usr/bin/pebble -config $folder/config.json
for _ in $(seq 50); do
  if curl --silent --fail --cacert $folder/own.crt "https://$address:14000/dir" >/dev/null; then cat $folder/own.crt; exit; fi
  sleep 0.2
done
journalctl --no-pager --unit=pebble-test >&2
exit 1
