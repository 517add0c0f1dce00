# shellcheck shell=bash disable=SC2016,SC2034
# The words of vars/deploys.yml, for bash, beside those of faults.sh and door.sh. vars/deploys.yml gives APPHOSTS and APPS, too.

deploy() { # OPTION...: deploys the demo from the sources of the story
  local said
  if ! said=$(play deploy.yml -e "@$APPS/applications.yml" -e app=demo "$@" 2>&1); then
    echo "$said" | grep --invert-match --extended-regexp '^(ok|skipping|changed|included)' >&2
    return 1
  fi
  echo "$said"
}

serving() { # HOST: the release that serves
  timeout 60 "$PODMAN" exec "$LAB-$1" bash -ec \
    'cd /srv/webstack/apps; readlink "demo/$(sed -n "s/^demo //p" slots.map)" | sed "s,releases/,,"' </dev/null
}

serve() { # VERSION: every host serves a release of it, and runs nothing of another one
  local host
  for host in $APPHOSTS; do
    if [[ $(serving "$host") != $1-* ]]; then
      echo "$host serves $(serving "$host"), and not $1." >&2
      return 1
    fi
    on "$host" '[ "$(systemctl list-units --plain --no-legend "webstack-app-demo@*.service" | wc -l)" = 1 ]'
  done
}

counted() { # what the prober of a deployment has said, on standard input
  tr -s ' \n' '  ' | grep --only-matching --extended-regexp '[0-9]+ of [0-9]+ requests failed, [0-9]+ raw errors' | tail -n 1
}
