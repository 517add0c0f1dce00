"""Only proof counts: what an error says about the transaction that it ended."""

import pytest
from demo.outcomes import NO_SESSION, READ_ONLY, ROLLED_BACK, Outcome, outcome_of


@pytest.mark.parametrize("code", sorted(READ_ONLY | ROLLED_BACK))
@pytest.mark.parametrize("committing", [False, True])
def test_a_refusal_proves_it_at_any_point(code, committing):
    assert outcome_of(code, committing=committing) is Outcome.NOT_COMMITTED


@pytest.mark.parametrize("code", [*sorted(NO_SESSION), None])
def test_a_lost_session_proves_it_only_before_the_commit(code):
    assert outcome_of(code, committing=False) is Outcome.NOT_COMMITTED
    assert outcome_of(code, committing=True) is Outcome.UNKNOWN


@pytest.mark.parametrize("code", [1064, 1142, 1146, 1406])
def test_a_faulty_statement_is_not_worth_repeating(code):
    assert outcome_of(code, committing=False) is Outcome.REFUSED


def test_an_error_nobody_knows_is_unknown_while_committing():
    assert outcome_of(9999, committing=True) is Outcome.UNKNOWN
