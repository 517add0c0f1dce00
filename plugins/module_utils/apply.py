# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Carry out a plan. The only place that knows check mode: there the same statements are named, and none is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from ansible_collections.scaleup.webstack.plugins.module_utils.errors import UnreachableError, WebstackError
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.statement import (
    Row,
    Statement,
    Wait,
    statements_for,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.step import Outcome, Step


class Acts(Protocol):
    """What acting needs of a session."""

    def run(self, statement: Statement) -> Sequence[Row]:
        """The rows of one statement."""

    def wait(self, wait: Wait) -> None:
        """Return when nothing is missing any more."""


def apply(
    steps: Sequence[Step],
    connect: Callable[[], AbstractContextManager[Acts]],
    *,
    check_mode: bool,
    afterwards: Sequence[Step] = (),
) -> Outcome:
    """Take steps in order, and stop at the first that fails; those `afterwards` are taken all the same."""
    done = Outcome()
    if check_mode or not steps:
        for step in (*steps, *afterwards):
            _note(done, step)
        return done
    try:
        with connect() as session:
            try:
                for step in steps:
                    _take(done, step, session)
            finally:
                for step in afterwards:
                    _take(done, step, session)
    except UnreachableError as error:
        done.error = f"{steps[0].server} stopped answering: {error}."
    except WebstackError as error:
        done.error = str(error)
    return done


def _take(done: Outcome, step: Step, session: Acts) -> None:
    for each in statements_for(step):
        if isinstance(each, Wait):
            session.wait(each)
        else:
            done.queries.append(each.shown)
            session.run(each)
    done.steps.append(step)


def _note(done: Outcome, step: Step) -> None:
    done.queries += [each.shown for each in statements_for(step) if isinstance(each, Statement)]
    done.steps.append(step)
