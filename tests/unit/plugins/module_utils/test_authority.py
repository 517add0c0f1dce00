"""How one internal CA takes the place of another: every state of the files, and what each step may do there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.authority import (
    Authority,
    Host,
    Stage,
    Step,
    found,
    print_of,
    refusal,
    renames,
    sums,
)
from authorities import Authority as Made

OLD, NEW = (Made.made(name).certificate for name in ("old", "new"))
STEADY, INTRODUCED, ISSUING = Authority(OLD), Authority(OLD, NEW, successor_key=True), Authority(OLD, NEW)
BOTH = Host("web1", sums(OLD + NEW))


@pytest.mark.parametrize(
    ("kept", "stage", "signing", "trusted"),
    [
        pytest.param(STEADY, Stage.STEADY, OLD, OLD, id="one CA"),
        pytest.param(Authority(OLD, "", successor_key=True), Stage.STEADY, OLD, OLD, id="stopped after the new key"),
        pytest.param(INTRODUCED, Stage.INTRODUCED, OLD, OLD + NEW, id="the old one signs"),
        pytest.param(ISSUING, Stage.ISSUING, NEW, OLD + NEW, id="the new one signs"),
        pytest.param(Authority(), Stage.STEADY, "", "", id="none yet"),
    ],
)
def test_who_signs_and_who_is_trusted(kept: Authority, stage: Stage, signing: str, trusted: str) -> None:
    assert (kept.stage, kept.signing, kept.trusted) == (stage, signing, trusted)


def test_each_step_is_one_rename_of_files(tmp_path: Path) -> None:
    for name, text in {"ca.crt": OLD, "ca.key": "old key", "next.crt": NEW, "next.key": "new key"}.items():
        (tmp_path / name).write_text(text)
    assert found(str(tmp_path)) == INTRODUCED
    for step, stage in ((Step.ISSUE, Stage.ISSUING), (Step.RETIRE, Stage.STEADY)):
        ((source, target),) = renames(found(str(tmp_path)), step)
        os.replace(tmp_path / source, tmp_path / target)
        assert found(str(tmp_path)).stage is stage
        assert found(str(tmp_path)).signing == NEW
        assert (tmp_path / "ca.key").read_text() == "new key"
    assert found(str(tmp_path)) == Authority(NEW)


@pytest.mark.parametrize(
    ("kept", "step"), [(STEADY, Step.ISSUE), (ISSUING, Step.ISSUE), (STEADY, Step.RETIRE), (INTRODUCED, Step.RETIRE)]
)
def test_a_step_that_is_done_or_has_nothing_to_begin_with_does_nothing(kept: Authority, step: Step) -> None:
    assert renames(kept, step) == []


def test_hosts_that_are_ready_let_it_go_on() -> None:
    assert refusal(INTRODUCED, Step.ISSUE, [BOTH], []) is None
    assert refusal(ISSUING, Step.RETIRE, [BOTH], []) is None


@pytest.mark.parametrize(
    ("kept", "step", "hosts", "unseen", "sentence"),
    [
        pytest.param(
            INTRODUCED,
            Step.ISSUE,
            [BOTH, Host("web2", sums(OLD))],
            [],
            "web2 would not trust what the new CA signs: it is not in ca.pem there. "
            "Run rollover.yml without confirm first.",
            id="a host that does not trust it yet",
        ),
        pytest.param(
            ISSUING,
            Step.RETIRE,
            [BOTH, Host("db1", sums(OLD + NEW), ("mysql",))],
            [],
            "The old CA is still needed: mysql on db1 is not of the new one.",
            id="a certificate of the old one",
        ),
        pytest.param(
            INTRODUCED,
            Step.ISSUE,
            [BOTH],
            ["web9", "app1"],
            "This run has not looked at app1, web9, which would be left with the old CA alone. Run without --limit, ",
            id="a host that is down",
        ),
        pytest.param(
            ISSUING,
            Step.RETIRE,
            [Host(f"web{number}", sums(OLD + NEW), ("web",)) for number in range(7)],
            [],
            "web on web0, web on web1, web on web2, web on web3, web on web4 and 2 more is not",
            id="many hosts",
        ),
    ],
)
def test_what_would_leave_a_host_without_trust_is_refused(
    kept: Authority, step: Step, hosts: list[Host], unseen: list[str], sentence: str
) -> None:
    assert sentence in str(refusal(kept, step, hosts, unseen))


def test_without_its_key_a_ca_is_lost(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text(OLD)
    assert found(str(tmp_path)) == Authority()


def test_what_people_repeat() -> None:
    assert len(print_of(NEW)) == 8
    assert print_of(NEW) != print_of(OLD)
    assert print_of("no certificate") == ""
    assert sums("no certificate") == frozenset()
