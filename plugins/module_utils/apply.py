# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Carry out a plan. The only place that knows check mode: there the same statements are named, and none is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from typing import Protocol

from ansible_collections.scaleup.webstack.plugins.module_utils.errors import UnreachableError, WebstackError
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.session import opened_within
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.statement import (
    Restart,
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
    connect: Callable[[str], AbstractContextManager[Acts]],
    *,
    check_mode: bool,
    afterwards: Sequence[Step] = (),
    undo: Sequence[Step] = (),
) -> Outcome:
    """Take steps in order, each on its server, and stop at the first that fails.

    Those of `undo` are taken only after a failure, those `afterwards` whatever became of the others.
    """
    done = Outcome()
    if check_mode or not steps:
        for step in (*steps, *afterwards):
            _note(done, step)
        return done
    with ExitStack() as stack:
        sessions = _Sessions(connect, stack)
        if not _taken(done, steps, sessions):
            _taken(done, undo, sessions)
        _taken(done, afterwards, sessions)
    return done


class _Sessions:
    """One session a server, opened when the first step needs it, and again after a step that restarted the server."""

    def __init__(self, connect: Callable[[str], AbstractContextManager[Acts]], stack: ExitStack) -> None:
        self._connect, self._stack = connect, stack
        self._open: dict[str, Acts] = {}

    def __getitem__(self, server: str) -> Acts:
        if server not in self._open:
            self._open[server] = self._stack.enter_context(self._connect(server))
        return self._open[server]

    def come_back(self, server: str, seconds: int) -> None:
        """Wait until a server that restarts takes sessions again."""
        self._open.pop(server, None)
        self._open[server] = self._stack.enter_context(opened_within(partial(self._connect, server), seconds))


def _taken(done: Outcome, steps: Sequence[Step], sessions: _Sessions) -> bool:
    """Whether all of them were taken; what the first failure said is kept."""
    for step in steps:
        try:
            _take(done, step, sessions)
        except UnreachableError as error:
            done.error = done.error or f"{step.server} stopped answering: {error}."
            return False
        except WebstackError as error:
            done.error = done.error or str(error)
            return False
    return True


def _take(done: Outcome, step: Step, sessions: _Sessions) -> None:
    for each in statements_for(step):
        if isinstance(each, Wait):
            sessions[step.server].wait(each)
        elif isinstance(each, Restart):
            sessions.come_back(step.server, each.seconds)
        else:
            session = sessions[step.server]
            done.queries.append(each.shown)
            session.run(each)
    done.steps.append(step)


def _note(done: Outcome, step: Step) -> None:
    done.queries += [each.shown for each in statements_for(step) if isinstance(each, Statement)]
    done.steps.append(step)
