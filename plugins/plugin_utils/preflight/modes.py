"""The way in which database servers belong together is kept by themselves, and no edited inventory changes it."""

from __future__ import annotations

from collections.abc import Iterator

from .model import Seen, Stack, listed

# What mysqld itself writes for SET PERSIST.
PATH = "/var/lib/mysql/mysqld-auto.cnf"
# Mode -> a setting that a server keeps in that mode; where both are kept, the first one counts.
KEPT = {"group": "group_replication_group_name", "semisync": "rpl_semi_sync_source_wait_for_replica_count"}


def check(stack: Stack, seen: Seen) -> Iterator[str]:
    """A wish that servers keep to, or that is said twice. `auto` is whatever they do."""
    wanted = stack.values.site("webstack_db_mode")
    for mode, setting in KEPT.items():
        names = [name for name, look in seen.hosts.items() if f'"{setting}"' in look.get("texts", {}).get(PATH, "")]
        if not names:
            continue
        if wanted not in ("auto", None, mode) and not seen.convert:
            hosts = [name for name in stack.layout.tiers["db"] if name in names]
            yield (
                f"Host{'s' * (len(hosts) > 1)} {listed(hosts)}: MySQL works in mode {mode} there, and webstack_db_mode "
                f"is {wanted}. Add -e convert=true to convert the servers, or set webstack_db_mode to auto or {mode}."
            )
        return
