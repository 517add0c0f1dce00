"""The table of proofs and its record: what is wrong with it, what is out of date, what counts."""

import subprocess
from datetime import UTC, datetime

import ansible_run
import proof_table
import proving
import pytest
import test_full
from proof_table import Outcome, Proof, Recorded


def proof(name="site", **more):
    return Proof.of({"name": name, "tier": "site", "kind": "story", "paths": ["roles"], **more})


@pytest.mark.parametrize(
    ("proofs", "stories", "fault"),
    [
        ([proof()], ["site"], None),
        ([proof(), proof()], ["site"], "stands in .ci/proofs.yml twice"),
        ([proof()], ["site", "other"], "The story other is not in .ci/proofs.yml"),
        ([proof(), proof("gone")], ["site"], "has no story molecule/gone"),
        ([proof(paths=[])], ["site"], "names no path"),
        ([proof(paths=["roles", "nowhere"])], ["site"], "names nowhere, which does not exist"),
    ],
)
def test_what_is_wrong_with_the_table_is_said(proofs, stories, fault):
    found = list(proof_table.faults(proofs, stories, ["roles"]))
    assert len(found) == (1 if fault else 0), found
    assert not fault or fault in found[0]


def record(commit, *outcomes):
    now = datetime(2026, 1, 2, tzinfo=UTC)
    return proof_table.section("db", commit, [Outcome(*each, 90.0) for each in outcomes], "2 cores, 4 GiB, Debian", now)


def test_the_last_good_record_of_a_clean_commit_counts():
    text = (
        record("aaa", ("site", 3, 0), ("unit", 9, 0), ("empty", 0, 0))
        + record("bbb", ("site", 4, 0), ("unit", 8, 1))
        + record("ccc+", ("site", 5, 0))
    )
    assert proof_table.recorded(text) == {"site": Recorded("2026-01-02", "bbb"), "unit": Recorded("2026-01-02", "aaa")}


def test_a_section_says_what_it_ran_on():
    assert "2 cores, 4 GiB, Debian. 12 passed, 1 failed, 3.0 min." in record("a", ("site", 3, 0), ("unit", 9, 1))


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    monkeypatch.setattr(proof_table, "ROOT", tmp_path)

    def git(*arguments):
        identity = ["-c", "user.name=n", "-c", "user.email=e", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "--quiet")
    for name in ("roles", "other"):
        (tmp_path / name).write_text("1")
    git("add", ".")
    git("commit", "--quiet", "--message=one")
    return tmp_path, git


def test_a_proof_is_out_of_date_when_its_own_paths_change(checkout):
    folder, git = checkout
    at = proof_table.commit()
    proofs = [proof(), proof("elsewhere"), proof("never")]
    records = {"site": Recorded("2026-01-02", at), "elsewhere": Recorded("2026-01-02", "0123456789")}

    def old():
        return {each.name: why for each, why in proof_table.outdated(proofs, records)}

    (folder / "other").write_text("2")
    assert proof_table.commit() == f"{at}+"
    assert set(old()) == {"elsewhere", "never"}
    (folder / "roles").write_text("2")
    assert "its paths last changed in" in old()["site"]
    git("commit", "--quiet", "--all", "--message=two")
    assert f"passed at {at} of 2026-01-02" in old()["site"]
    assert "does not hold" in old()["elsewhere"]
    assert "never recorded" in old()["never"]


def test_every_kind_of_proof_can_be_run():
    assert {each.kind for each in proof_table.table()} <= set(proving.KINDS)


@pytest.mark.parametrize(
    ("status", "last", "passed", "failed"),
    [(0, "done", 1, 0), (1, "done", 0, 1), (0, "7 passed, 0 failed", 7, 0), (1, "5 passed, 2 failed", 5, 2),
     (1, "7 passed, 0 failed", 7, 1)],
)  # fmt: skip
def test_a_command_counts_as_what_it_says_itself(monkeypatch, status, last, passed, failed):
    done = ansible_run.Run(status, 1.0, ["first\n", f"{last}\n", "\n"])
    monkeypatch.setattr(proving, "run", lambda *_arguments, **_more: done)
    books = proving.Books()
    proving.command(proof(kind="command", command=["true"]), books)
    assert (books.passed, len(books.failed)) == (passed, failed)


def test_a_story_that_found_a_broken_stack_is_the_fault_of_the_one_before(monkeypatch):
    repair = {"name": proving.REPAIR, "changed_on": ["localhost"]}
    done = ansible_run.Run(1, 1.0, [], {"tasks": [repair]})
    monkeypatch.setattr(proving, "run", lambda *_arguments, **_more: done)
    books = proving.Books()
    proving.story(proof(), books)
    assert any("the story before it" in name for name in books.failed)


def test_a_command_that_takes_too_long_is_ended(tmp_path):
    done = ansible_run.run("slow", ["sh", "-c", "echo begun; sleep 60"], tmp_path, limit=0.5)
    assert done.status != 0
    assert done.seconds < 30
    assert "took longer than" in done.output[-1]


def test_a_run_is_of_tiers_and_of_single_proofs():
    table = [proof(), proof("kill", tier="db"), proof("scale", tier="db"), proof("rotation", tier="lb")]
    assert test_full.named(table, []) == table
    assert [each.name for each in test_full.named(table, ["rotation", "db"])] == ["kill", "scale", "rotation"]
    assert [each.name for each in test_full.named(table, ["scale"])] == ["scale"]
    with pytest.raises(ValueError, match="no proof skale: the tiers are site, db, lb"):
        test_full.named(table, ["skale", "db"])
