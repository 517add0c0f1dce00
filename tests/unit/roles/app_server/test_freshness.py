"""A proof is ours, young and short, or it counts for nothing."""

import time
import uuid

import pytest
from demo.freshness import MAX_AGE_SECONDS, Freshness

SET = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77"


@pytest.fixture
def freshness():
    return Freshness("a key")


def test_a_proof_comes_back(freshness):
    assert freshness.gtid_set(freshness.proof(SET)) == SET


def test_the_first_good_proof_counts(freshness):
    assert freshness.gtid_set(None, "made up", freshness.proof(SET)) == SET


def test_another_key_proves_nothing(freshness):
    assert freshness.gtid_set(Freshness("another key").proof(SET)) == ""


def test_an_old_proof_proves_nothing(freshness, monkeypatch):
    proof = freshness.proof(SET)
    later = time.time() + MAX_AGE_SECONDS + 2
    monkeypatch.setattr(time, "time", lambda: later)
    assert freshness.gtid_set(proof) == ""


@pytest.mark.parametrize("gtid_set", ["", ",".join(f"{uuid.uuid4()}:1-77" for _number in range(200))])
def test_nothing_is_signed_that_is_empty_or_too_long_to_carry(freshness, gtid_set):
    assert freshness.proof(gtid_set) == ""
