"""The story interruption: what is killed, and in which order."""

import os
import sys

import interrupt
import pytest


@pytest.mark.parametrize(
    ("parents", "killed"),
    [
        ({10: 1, 11: 10, 12: 10, 13: 12, 20: 1}, [13, 12, 11, 10]),
        ({10: 1, 20: 1, 21: 20}, [10]),
    ],
)
def test_a_process_goes_last_of_what_it_has_started(parents, killed):
    assert interrupt.family(10, [interrupt.Process(*pair, "", "") for pair in parents.items()]) == killed


def test_this_process_is_seen_among_those_of_the_machine():
    mine = next(each for each in interrupt.processes() if each.number == os.getpid())
    assert mine.parent == os.getppid()
    assert mine.line.split()[0] == sys.orig_argv[0]
