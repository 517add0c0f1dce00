"""What is said of an inventory and its variables before any host is touched."""

from __future__ import annotations

import pytest
from ansible_collections.scaleup.webstack.plugins.plugin_utils.preflight.controller import problems_of
from ansible_collections.scaleup.webstack.plugins.plugin_utils.preflight.model import ROLES
from ansible_collections.scaleup.webstack.tests.unit.plugins.plugin_utils.preflight.world import ROOT, cases, run

CASES = cases("inventory")


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_all_that_is_wrong_is_said_and_nothing_else(case):
    assert problems_of(run(case)) == case["said"]


def test_there_are_forty_cases_and_no_two_alike():
    assert len([case for case in CASES if case["said"]]) >= 40
    assert len({case["case"] for case in CASES}) == len(CASES)


def test_every_sentence_ends_as_one_and_says_what_to_do():
    for sentence in (sentence for case in CASES for sentence in case["said"]):
        assert sentence.endswith("."), sentence
        assert len(sentence.removesuffix(".").split(". ")) > 1 or ", or " in sentence, sentence


def test_every_role_is_judged():
    assert sorted(ROLES) == sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())
