"""Which certificates of a host have to be issued, judged by the names of records and by checksums."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any


def record_of(host: str, certificate: Mapping[str, Any]) -> str:
    """Name the record of an issued certificate by what was asked for: another wish is another record."""
    wish = json.dumps([list(certificate["dns"]), list(certificate["addresses"])])
    return f"{host}-{certificate['name']}-{hashlib.sha256(wish.encode()).hexdigest()[:12]}.crt"


def due(
    certificates: Iterable[Mapping[str, Any]], host: str, here: Mapping[str, str], records: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the certificates to issue, each with the name of its `record`.

    `here` and `records` map file names to checksums: the host's own files, and what was issued lately. A certificate is
    due if its key is missing, or if it is not the one that was issued last for the same wish.
    """
    found = []
    for certificate in certificates:
        name, record = certificate["name"], record_of(host, certificate)
        issued = records.get(record)
        if issued is None or here.get(f"{name}.crt") != issued or f"{name}.key" not in here:
            found.append({**certificate, "record": record})
    return found
