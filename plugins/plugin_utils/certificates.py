"""Which certificates of a host have to be issued, judged by what the host has."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

# Names and addresses of a certificate of our authority, and when it begins; None for any other one.
Read = tuple[frozenset[str], datetime] | None


def due(
    certificates: Iterable[Mapping[str, Any]],
    files: Container[str],
    read: Mapping[str, Read],
    now: datetime,
    lasting: tuple[int, int],
) -> list[Mapping[str, Any]]:
    """Return the certificates to issue.

    `files` are the names of the host's keys and certificates, `read` what its certificates say, by name. A certificate
    is due if its key is missing, if it is not our authority's, if it is for other names, and if it is so old that less
    than the margin is left of its `days`. `lasting` is how many days all others last, and the margin.
    """
    found = []
    for certificate in certificates:
        name, seen = certificate["name"], read.get(certificate["name"])
        wish = {*certificate["dns"], *certificate["addresses"]}
        kept = timedelta(days=certificate.get("days", lasting[0]) - lasting[1])
        if f"{name}.key" not in files or seen is None or seen[0] != wish or seen[1] + kept <= now:
            found.append(certificate)
    return found
