"""Rows of a server's own books, and what is made of them."""

from __future__ import annotations

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.digest import (
    Digest,
    Report,
    of_interest,
    summary,
    table_of,
    unused,
    unused_everywhere,
    without_primary_key,
)

ROW = {
    "schema_name": None,
    "digest": "d",
    "statement": "SELECT ?",
    "count": 2,
    "total": 1234567890,
    "rows_examined": "3",
    "rows_sent": 4,
    "without_index": 1,
}
INDEXES = [
    {"table_name": "demo/items", "index_name": "PRIMARY", "type": 3},
    {"table_name": "demo/items", "index_name": "by_text", "type": 0},
    {"table_name": "demo/items", "index_name": "one_name", "type": 2},
    {"table_name": "demo/re@002dfused", "index_name": "GEN_CLUST_INDEX", "type": 1},
    {"table_name": "demo/parts#p#p0", "index_name": "GEN_CLUST_INDEX", "type": 1},
    {"table_name": "demo/parts#P#p1", "index_name": "GEN_CLUST_INDEX", "type": 1},
    {"table_name": "other/t", "index_name": "GEN_CLUST_INDEX", "type": 1},
    {"table_name": "mysql/t", "index_name": "GEN_CLUST_INDEX", "type": 1},
    {"table_name": "innodb_something", "index_name": "GEN_CLUST_INDEX", "type": 1},
]
USAGE = [
    {"schema_name": "demo", "table_name": "items", "index_name": "by_text"},
    {"schema_name": "demo", "table_name": "items", "index_name": "one_name"},
    {"schema_name": "sys", "table_name": "s", "index_name": "i"},
]


def test_a_digest_is_read_in_milliseconds() -> None:
    assert Digest.of(ROW) == Digest("", "d", "SELECT ?", 2, 1.235, 3, 4, 1)


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("demo/items", ("demo", "items")),
        ("de@002dmo/a@0024b", ("de-mo", "a$b")),
        ("demo/parts#p#p0#sp#s1", ("demo", "parts")),
        ("innodb_something", ("innodb_something", "")),
    ],
)
def test_names_of_tables(name: str, table: tuple[str, str]) -> None:
    assert table_of(name) == table


def test_tables_that_a_group_refuses() -> None:
    assert without_primary_key(INDEXES, []) == ("demo.parts", "demo.re-fused", "other.t")
    assert without_primary_key(INDEXES, ["demo"]) == ("demo.parts", "demo.re-fused")
    assert without_primary_key(INDEXES, ["none"]) == ()


def test_an_index_that_keeps_values_unique_is_never_unused() -> None:
    assert unused(USAGE, INDEXES, []) == ("demo.items.by_text",)
    assert unused(USAGE, INDEXES, ["other"]) == ()
    assert unused(USAGE, [], ["sys"]) == ("sys.s.i",)


def test_the_servers_own_schemas_are_looked_at_only_if_they_are_named() -> None:
    assert [of_interest("mysql", []), of_interest("mysql", ["mysql"]), of_interest("demo", [])] == [False, True, True]


def test_what_a_replica_uses_is_used() -> None:
    one, two = Report("db1", unused_indexes=("a", "b")), Report("db2", unused_indexes=("b", "c"))
    assert unused_everywhere([one, two]) == ["b"]
    assert unused_everywhere([one, two, Report("db3", reachable=False, error="silent")]) == []
    assert unused_everywhere([]) == []


def test_the_sentence() -> None:
    busy = Report("db1", statements=(Digest.of(ROW),), statements_without_index=(Digest.of(ROW),))
    keyless = Report("db2", tables_without_primary_key=("demo.t",))
    assert summary([busy, keyless, Report("db3", reachable=False)]) == (
        "Since the servers started: the heaviest statement has taken 0.0 s; 1 use no index; no server uses 0 indexes; "
        "a group refuses 1 tables (demo.t); no answer from db3."
    )
