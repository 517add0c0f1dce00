"""GTID sets behave as sets, and read and write as MySQL does."""

from __future__ import annotations

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.gtid import GtidSet
from hypothesis import given
from hypothesis import strategies as st

A = "3e11fa47-71ca-11e1-9e33-c80aa9429562"
B = "57b70f4e-20d3-11e5-a393-4a63946f7eac"

numbers = st.sets(st.tuples(st.sampled_from([A, B]), st.sampled_from(["", "tag", "other"]), st.integers(1, 40)))


def as_gtids(members: set[tuple[str, str, int]]) -> GtidSet:
    return GtidSet.parse(",".join(f"{uuid}{':' * bool(tag)}{tag}:{number}" for uuid, tag, number in members))


def as_members(gtids: GtidSet) -> set[tuple[str, str, int]]:
    return {
        (uuid, tag, number)
        for (uuid, tag), intervals in gtids.blocks
        for first, last in intervals
        for number in range(first, last + 1)
    }


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("", ""),
        (f"{A}:1-5", f"{A}:1-5"),
        (f" {A.upper()}:1-3:4:7-8,\n{B}:5", f"{A}:1-4:7-8,{B}:5"),
        (f"{B}:1,{A}:2,{A}:1", f"{A}:1-2,{B}:1"),
        (f"{A}:1-5:Backup:1-3:7", f"{A}:1-5:backup:1-3:7"),
        (f"{A}:tag:2,{A}:1", f"{A}:1:tag:2"),
        (f"{A}:1-206101:1000008-1009279", f"{A}:1-206101:1000008-1009279"),
    ],
)
def test_reads_what_mysql_writes(text: str, normal: str) -> None:
    assert str(GtidSet.parse(text)) == normal


@pytest.mark.parametrize(
    "text", ["x", A, f"{A}:", f"{A}:0", f"{A}:5-3", f"{A}:1-2-3", f"{A}:-", "0-15-3", f"{A}:1 9:a b:-"]
)
def test_refuses_what_is_no_set(text: str) -> None:
    with pytest.raises(InvalidError):
        GtidSet.parse(text)


@given(numbers)
def test_text_keeps_everything(members: set[tuple[str, str, int]]) -> None:
    gtids = as_gtids(members)
    assert as_members(gtids) == members
    assert GtidSet.parse(str(gtids)) == gtids
    assert len(gtids) == len(members)
    assert bool(gtids) == bool(members)


@given(numbers, numbers)
def test_is_a_set(one: set[tuple[str, str, int]], other: set[tuple[str, str, int]]) -> None:
    left, right = as_gtids(one), as_gtids(other)
    assert as_members(left.union(right)) == one | other
    assert as_members(left.subtract(right)) == one - other
    assert left.contains(right) == one.issuperset(other)
    assert left.subtract(right).union(right) == left.union(right)


def test_knows_where_transactions_came_from() -> None:
    gtids = GtidSet.parse(f"{A}:1-3:tag:1,{B}:7")
    assert str(gtids.of_server(B.upper())) == f"{B}:7"
    assert str(gtids.of_server(A)) == f"{A}:1-3:tag:1"
