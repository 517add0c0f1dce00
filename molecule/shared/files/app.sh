# shellcheck shell=bash disable=SC2016,SC2034
# The words of vars/deploys.yml, for bash, beside those of faults.sh and door.sh. vars/deploys.yml gives APPHOSTS and APPS, too.
# A story of another application than the demo sets APP, its name, after them.

APP=demo
ENTRIES=applications.yml # which of the files in APPS says what it is

deploy() { # OPTION...: deploys the application from the sources of the story
  local said
  if ! said=$(play deploy.yml -e "@$APPS/$ENTRIES" -e "app=$APP" "$@" 2>&1); then
    echo "$said" | grep --invert-match --extended-regexp '^(ok|skipping|changed|included)' >&2
    return 1
  fi
  echo "$said"
}

fails() { # WORDS OPTION...: a deployment fails, and says these words
  local said
  if said=$(play deploy.yml -e "@$APPS/$ENTRIES" -e "app=$APP" "${@:2}" 2>&1); then
    echo "It did not fail, and said: $said" >&2
    return 1
  fi
  if ! tr -s ' \n' '  ' <<<"$said" | grep --quiet --extended-regexp "$1"; then
    echo "Not said: $1. But: $said" >&2
    return 1
  fi
}

serving() { # HOST: the release that serves
  timeout 60 "$PODMAN" exec "$LAB-$1" bash -ec \
    'cd /srv/webstack/apps; readlink "$1/$(sed -n "s/^$1 //p" slots.map)" | sed "s,releases/,,"' bash "$APP" </dev/null
}

serve() { # VERSION: every host serves a release of it, and runs nothing of another one
  local host
  for host in $APPHOSTS; do
    if [[ $(serving "$host") != $1-* ]]; then
      echo "$host serves $(serving "$host"), and not $1." >&2
      return 1
    fi
    on "$host" "[ \"\$(systemctl list-units --plain --no-legend 'webstack-app-$APP@*.service' | wc -l)\" = 1 ]"
  done
}

speaks() { # LANGUAGE: every host's demo says that it is made in it
  local host said
  for host in $APPHOSTS; do
    said=$(timeout 60 "$PODMAN" exec "$LAB-$host" bash -ec 'curl --silent --fail --cacert '"$CA"' --connect-to ::"$(hostname -i | cut -d" " -f1)": \
      --header "X-Webstack-Route: demo" https://app.webstack.internal:9443/whoami' </dev/null)
    if ! grep --quiet --ignore-case --extended-regexp "\"runtime\": ?\"$1" <<<"$said"; then
      echo "$host does not speak $1, and says: $said" >&2
      return 1
    fi
  done
}

archive() { # VERSION: of the sources of the story, and an inventory that names it
  tar --create --gzip --file="$APPS/$1.tar.gz" --directory="$APPS" "demo-$1"
  local sum
  sum=$(sha256sum <"$APPS/$1.tar.gz" | cut --delimiter=' ' --fields=1)
  sed "s|^\( *\)folder: .*|\1archive: $APPS/$1.tar.gz\n\1checksum: sha256:$sum|; s|version: .*|version: $1|" \
    "$APPS/applications.yml" >"$APPS/archive.yml"
}

# The releases of a host move to a small volume, which is then full.
small_releases() { # HOST
  on "$1" 'cd /srv/webstack/apps/demo; cp --archive releases releases.kept; mount -t tmpfs -o size=16m,mode=0755 tmpfs releases
    cp --archive releases.kept/. releases/; dd if=/dev/zero of=releases/.filler bs=1M || true'
}

usual_releases() { # HOST: whatever was built meanwhile stays
  on "$1" 'cd /srv/webstack/apps/demo; if mountpoint --quiet releases; then cp --archive releases/. releases.kept/; umount --lazy releases
    cp --archive releases.kept/. releases/; fi; rm -rf releases.kept releases/.filler'
}

exposure() { # HOST: how exposed the unit is that serves, by systemd's own count from 0 to 10
  timeout 60 "$PODMAN" exec "$LAB-$1" bash -ec \
    'systemd-analyze security --no-pager $(systemctl list-units --plain --no-legend "webstack-app-$1@*.service" | cut -d" " -f1)' bash "$APP" </dev/null |
    sed --quiet 's/.*exposure level for [^:]*: \([0-9.]*\) .*/\1/p'
}

# Whoever is on its host reaches a program that listens on all addresses; a web host reaches the proxy beside it, and the client nothing.
kept_inside() { # PORT: the first of the two that the application has
  local host address port here
  knock() { timeout 60 "$PODMAN" exec "$LAB-$1" timeout 3 bash -c "</dev/tcp/$2/$3" </dev/null 2>/dev/null; }
  for host in $APPHOSTS; do
    address=$(timeout 60 "$PODMAN" exec "$LAB-$host" hostname -i | cut --delimiter=' ' --fields=1)
    knock web1 "$address" 9443 || { echo "web1 does not reach the proxy of $host at $address." >&2 && return 1; }
    here=0
    for port in "$1" $(($1 + 1)); do
      ! knock "$host" 127.0.0.1 "$port" || here=$((here + 1))
      ! knock web1 "$address" "$port" || { echo "web1 reaches port $port of $host." >&2 && return 1; }
      ! knock client1 "$address" "$port" || { echo "client1 reaches port $port of $host." >&2 && return 1; }
    done
    [ "$here" = 1 ] || { echo "$host reaches $here programs at its own ports." >&2 && return 1; }
  done
}
