"""Applying a plan: order, check mode, failures, and what must follow whatever happens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from ansible_collections.scaleup.webstack.plugins.module_utils.apply import apply
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import QueryError, UnreachableError, WaitError
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.statement import Row, Statement, Wait
from ansible_collections.scaleup.webstack.plugins.module_utils.step import Action, Step

LIFT = Step("db1", Action.LIFT_SUPER_READ_ONLY, "")
SCHEMA = Step("db1", Action.CREATE_SCHEMA, "", "demo")
START = Step("db1", Action.START_REPLICATION, "", "")
WAIT = Step("db1", Action.WAIT_UNTIL_REPLICATING, "", ("", 5))
CLOSE = Step("db1", Action.CLOSE_WRITES, "")


class Server:
    """Notes what it is sent; fails where it is told to."""

    def __init__(self, fails_at: str = "") -> None:
        self.sent: list[str] = []
        self.fails_at = fails_at

    def run(self, statement: Statement) -> Sequence[Row]:
        self.sent.append(statement.shown)
        if self.fails_at and self.fails_at in statement.shown:
            raise QueryError("db1 answered with: no")
        return []

    def wait(self, wait: Wait) -> None:
        self.sent.append("wait")
        if self.fails_at == "wait":
            raise WaitError("db1 was not ready within 5 s: denied")

    @contextmanager
    def session(self, _name: str) -> Iterator[Server]:
        yield self


def test_steps_in_order() -> None:
    server = Server()
    done = apply([LIFT, SCHEMA, START, WAIT], server.session, check_mode=False, afterwards=[CLOSE])
    assert server.sent[-1] == "SET GLOBAL super_read_only = ON"
    assert [each for each in server.sent if each != "wait"] == done.queries
    assert done.steps == [LIFT, SCHEMA, START, WAIT, CLOSE]
    assert done.error == ""


def test_check_mode_tells_the_same_and_sends_nothing() -> None:
    server = Server()
    really = apply([LIFT, SCHEMA, START, WAIT], server.session, check_mode=False, afterwards=[CLOSE])
    sent = list(server.sent)
    only_said = apply([LIFT, SCHEMA, START, WAIT], server.session, check_mode=True, afterwards=[CLOSE])
    assert only_said == really
    assert server.sent == sent


def test_the_first_failure_ends_it_and_what_must_follow_follows() -> None:
    server = Server(fails_at="CREATE DATABASE")
    done = apply([LIFT, SCHEMA, START], server.session, check_mode=False, afterwards=[CLOSE])
    assert "START REPLICA" not in "".join(server.sent)
    assert server.sent[-1] == "SET GLOBAL super_read_only = ON"
    assert done.steps == [LIFT, CLOSE]
    assert done.error == "db1 answered with: no"


def test_a_wait_without_success() -> None:
    done = apply([START, WAIT], Server(fails_at="wait").session, check_mode=False)
    assert done.steps == [START]
    assert "denied" in done.error


def test_a_server_that_went_away() -> None:
    def gone(_name: str) -> AbstractContextManager[Server]:
        raise UnreachableError("timed out")

    done = apply([START], gone, check_mode=False)
    assert done.error == "db1 stopped answering: timed out."
    assert done.queries == []


def test_no_steps_no_session() -> None:
    def never(_name: str) -> Iterator[Server]:
        raise AssertionError

    assert apply([], never, check_mode=False).steps == []  # type: ignore[arg-type]
