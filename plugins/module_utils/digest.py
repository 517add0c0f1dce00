# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a server says of its statements, indexes and tables, as values. Statements are digests, without their values."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import IntFlag
from typing import Any

# The server's own; nobody adds an index there.
SYSTEM_SCHEMAS = ("information_schema", "mysql", "performance_schema", "sys")
_PICOSECONDS_OF_A_MILLISECOND = 10**9


class Index(IntFlag):
    """INNODB_INDEXES.TYPE: a made clustered index is that of a table without a key that tells its rows apart."""

    MADE = 1
    UNIQUE = 2
    CLUSTERED = MADE | UNIQUE


@dataclass(frozen=True)
class Digest:
    """All statements that differ in their values only, since the server started. Times in milliseconds."""

    schema: str
    digest: str
    statement: str
    count: int
    total_ms: float
    rows_examined: int
    rows_sent: int
    without_index: int

    @classmethod
    def of(cls, row: Mapping[str, object]) -> Digest:
        """Read one row of events_statements_summary_by_digest."""
        return cls(
            schema=str(row["schema_name"] or ""),
            digest=str(row["digest"] or ""),
            statement=str(row["statement"] or ""),
            count=int(str(row["count"])),
            total_ms=round(int(str(row["total"])) / _PICOSECONDS_OF_A_MILLISECOND, 3),
            rows_examined=int(str(row["rows_examined"])),
            rows_sent=int(str(row["rows_sent"])),
            without_index=int(str(row["without_index"])),
        )


@dataclass(frozen=True)
class Report:
    """One server; lists are the heaviest or first ones of more."""

    name: str
    reachable: bool = True
    error: str = ""
    statements: tuple[Digest, ...] = ()
    statements_without_index: tuple[Digest, ...] = ()
    unused_indexes: tuple[str, ...] = field(default=())
    tables_without_primary_key: tuple[str, ...] = field(default=())

    def to_data(self) -> dict[str, Any]:
        """The report as module output."""
        found = asdict(self)
        del found["name"]
        return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}


def of_interest(schema: str, schemas: Collection[str]) -> bool:
    """Whether a schema was asked for; if none was, any but the server's own."""
    return schema in schemas if schemas else schema not in SYSTEM_SCHEMAS


def table_of(name: str) -> tuple[str, str]:
    """Schema and table of INNODB_TABLES.NAME, which is written as file names are; partitions are their table."""
    schema, _slash, table = name.partition("/")
    return _decoded(schema), _decoded(re.split("#p#", table, flags=re.IGNORECASE)[0])


def without_primary_key(indexes: Iterable[Mapping[str, object]], schemas: Collection[str]) -> tuple[str, ...]:
    """Tables that a group refuses to write to: neither a primary key nor a unique one without NULL."""
    made = (each for each in indexes if int(str(each["type"])) == Index.MADE)
    tables = {table_of(str(each["table_name"])) for each in made}
    return tuple(
        ".".join(table) for table in sorted(tables) if table[0] and table[1] and of_interest(table[0], schemas)
    )


def unused(
    usage: Iterable[Mapping[str, object]], indexes: Iterable[Mapping[str, object]], schemas: Collection[str]
) -> tuple[str, ...]:
    """Indexes that nothing has been read or found by, apart from those that keep values unique."""
    needed = {
        (*table_of(str(each["table_name"])), str(each["index_name"]))
        for each in indexes
        if int(str(each["type"])) & Index.UNIQUE
    }
    found = {(str(each["schema_name"]), str(each["table_name"]), str(each["index_name"])) for each in usage}
    return tuple(".".join(each) for each in sorted(found - needed) if of_interest(each[0], schemas))


def unused_everywhere(reports: Collection[Report]) -> list[str]:
    """Indexes that no server uses: a replica may read by one that the primary does not. Nothing if one is silent."""
    if not reports or not all(report.reachable for report in reports):
        return []
    return sorted(set.intersection(*(set(report.unused_indexes) for report in reports)))


def summary(reports: Collection[Report]) -> str:
    """What was found, in one sentence."""
    silent = [report.name for report in reports if not report.reachable]
    heaviest = max((digest.total_ms for report in reports for digest in report.statements), default=0.0)
    tables = sorted({table for report in reports for table in report.tables_without_primary_key})
    parts = [
        f"the heaviest statement has taken {heaviest / 1000:.1f} s",
        f"{len({each.digest for report in reports for each in report.statements_without_index})} use no index",
        f"no server uses {len(unused_everywhere(reports))} indexes",
        f"a group refuses {len(tables)} tables" + (f" ({', '.join(tables[:5])})" if tables else ""),
        *([f"no answer from {', '.join(silent)}"] if silent else []),
    ]
    return f"Since the servers started: {'; '.join(parts)}."


def _decoded(name: str) -> str:
    """MySQL writes characters that are no letters, digits or _ as @ and four hexadecimal digits."""
    return re.sub(r"@([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), name)
