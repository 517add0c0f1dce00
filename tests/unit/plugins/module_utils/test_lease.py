"""Who may change the stack: a table of worlds, and what holds in any."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError
from ansible_collections.scaleup.webstack.plugins.module_utils.lease import (
    Lease,
    Process,
    Verdict,
    decide,
    refusal,
    renewed,
    taken_over,
)
from hypothesis import given
from hypothesis import strategies as st

NOW = 1_800_000_000
HERE, THERE, UNKNOWN = "boot-a pid:[1]", "boot-b pid:[1]", ""
MINE = Lease(Process(HERE, 10, "500"), "ops@ctl1", "site", 900, NOW, NOW)
NEIGHBOUR = Lease(Process(HERE, 9, "400"), "eve@ctl1", "database", 900, NOW - 200, NOW - 100)
REUSED = replace(NEIGHBOUR, process=Process(HERE, 10, "400"))
FOREIGN = replace(NEIGHBOUR, process=Process(THERE, 10, "500"), owner="bob@ctl2", operation="switchover")
CONTAINER = replace(FOREIGN, process=Process("boot-a pid:[2]", 10, "500"))
LAPSED = replace(FOREIGN, renewed_at=NOW - 900)


@pytest.mark.parametrize(
    ("found", "judged", "broken", "verdict"),
    [
        pytest.param(None, {}, False, Verdict.TAKE, id="nobody has it"),
        pytest.param(None, {}, True, Verdict.TAKE, id="nobody has it, and it would be broken"),
        pytest.param(MINE, {}, False, Verdict.TAKE, id="this run renews it"),
        pytest.param(replace(MINE, renewed_at=NOW - 5000), {}, False, Verdict.TAKE, id="this run renews it too late"),
        pytest.param(NEIGHBOUR, {}, False, Verdict.ASK, id="a run of this machine has it"),
        pytest.param(NEIGHBOUR, {NEIGHBOUR.process: True}, False, Verdict.REFUSE, id="one of this machine that runs"),
        pytest.param(NEIGHBOUR, {NEIGHBOUR.process: False}, False, Verdict.TAKE, id="one of this machine that stopped"),
        pytest.param(NEIGHBOUR, {REUSED.process: False}, False, Verdict.ASK, id="it has passed on meanwhile"),
        pytest.param(REUSED, {REUSED.process: False}, False, Verdict.TAKE, id="the process's number is this run's"),
        pytest.param(
            replace(NEIGHBOUR, renewed_at=NOW - 5000),
            {NEIGHBOUR.process: True},
            False,
            Verdict.REFUSE,
            id="one of this machine takes long without renewing it",
        ),
        pytest.param(NEIGHBOUR, {}, True, Verdict.TAKE, id="one of this machine, broken"),
        pytest.param(FOREIGN, {}, False, Verdict.REFUSE, id="another machine has it"),
        pytest.param(CONTAINER, {}, False, Verdict.REFUSE, id="another container of this machine has it"),
        pytest.param(FOREIGN, {}, True, Verdict.TAKE, id="another machine has it, broken"),
        pytest.param(replace(FOREIGN, renewed_at=NOW - 899), {}, False, Verdict.REFUSE, id="a second before its end"),
        pytest.param(LAPSED, {}, False, Verdict.TAKE, id="at its end"),
        pytest.param(replace(FOREIGN, renewed_at=NOW + 60), {}, False, Verdict.REFUSE, id="a clock that went back"),
        pytest.param(replace(FOREIGN, renewed_at=NOW + 900), {}, False, Verdict.TAKE, id="a clock that was wrong"),
        pytest.param(
            replace(FOREIGN, process=Process(UNKNOWN, 10, "")), {}, False, Verdict.REFUSE, id="a machine without /proc"
        ),
    ],
)
def test_worlds(found: Lease | None, judged: dict[Process, bool], broken: bool, verdict: Verdict) -> None:
    assert decide(found, MINE, judged, broken=broken) is verdict


def test_a_machine_that_tells_nothing_of_itself_is_never_asked() -> None:
    mine = replace(MINE, process=Process(UNKNOWN, 10, ""))
    other = replace(FOREIGN, process=Process(UNKNOWN, 11, ""))
    assert decide(other, mine, {}, broken=False) is Verdict.REFUSE


def test_the_refusal_names_holder_operation_age_end_and_the_way_out() -> None:
    assert refusal(FOREIGN, NOW) == (
        "Another run changes this stack: bob@ctl2 began switchover 3 min 20 s ago (process 10). Its lease ends at "
        "2027-01-15 08:13:20 UTC, in 13 min 20 s, unless it is renewed. "
        "Wait for it, or add -e break_lease=true if you know that it has stopped."
    )


def test_one_that_runs_beyond_its_end_is_said_to() -> None:
    late = replace(NEIGHBOUR, taken_at=NOW - 8000, renewed_at=NOW - 5000)
    assert refusal(late, NOW) == (
        "Another run changes this stack: eve@ctl1 began database 2 h 13 min ago (process 9). Its lease should have "
        "ended at 2027-01-15 06:51:40 UTC, but the process still runs. "
        "Wait for it, or add -e break_lease=true if you know that it has stopped."
    )


@pytest.mark.parametrize(
    ("found", "broken", "sentence"),
    [
        (None, False, ""),
        (replace(MINE, taken_at=NOW - 60), False, ""),
        (
            NEIGHBOUR,
            False,
            "The lease of eve@ctl1, who began database 3 min 20 s ago, was taken over: that run has stopped.",
        ),
        (LAPSED, False, "The lease of bob@ctl2, who began switchover 3 min 20 s ago, was taken over: it had lapsed."),
        (FOREIGN, True, "The lease of bob@ctl2, who began switchover 3 min 20 s ago, was taken over: by break_lease."),
    ],
)
def test_what_is_said_of_a_lease_that_was_taken_over(found: Lease | None, broken: bool, sentence: str) -> None:
    assert taken_over(found, MINE, broken=broken) == sentence


def test_a_renewed_lease_keeps_since_when_and_for_what() -> None:
    first = replace(MINE, taken_at=NOW - 500, renewed_at=NOW - 500, operation="rolling_update")
    assert renewed(first, MINE) == replace(MINE, taken_at=NOW - 500, operation="rolling_update")
    assert renewed(FOREIGN, MINE) == renewed(None, MINE) == MINE


LEASES = st.builds(
    Lease,
    process=st.builds(Process, st.sampled_from([HERE, THERE, UNKNOWN]), st.integers(1, 3), st.sampled_from(["1", "2"])),
    owner=st.text(),
    operation=st.text(),
    seconds=st.integers(1, 2000),
    taken_at=st.integers(NOW - 9000, NOW + 9000),
    renewed_at=st.integers(NOW - 9000, NOW + 9000),
)


@given(LEASES)
def test_what_is_written_is_read(lease: Lease) -> None:
    assert Lease.parse(lease.serialize(), "/l") == lease


@given(st.lists(LEASES, max_size=1), LEASES, st.booleans())
def test_two_runs_that_both_run_never_have_it_together(found: Iterable[Lease], other: Lease, here: bool) -> None:
    """Whatever lies there: once one run has it, and runs and renews in time, every other one is refused."""
    held = replace(other, renewed_at=NOW)
    judged = {held.process: True} if held.process.controller == MINE.process.controller else {}
    if held.process != MINE.process:
        assert decide(held, MINE, judged, broken=False) is Verdict.REFUSE


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"process": {"pid": 1}}', '{"process": 1}', "null"])
def test_what_cannot_be_read_is_said_with_the_way_out(text: str) -> None:
    with pytest.raises(InvalidError, match=r"^/l is there, and is no lease that can be read\. .*break_lease=true\.$"):
        Lease.parse(text, "/l")
