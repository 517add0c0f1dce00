"""Transactions are repeated on proof only, and reads find the writes before them."""

import pytest
from demo.database import Database, UnavailableError
from demo.outcomes import Outcome
from pymysql.err import OperationalError as DriverError
from sqlalchemy import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeSession

SET = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77"


def fault(code):
    return OperationalError("a statement", {}, DriverError(code, "what the server said"))


class Session:
    """A session that breaks at one point: connect, work, commit, gtid or close."""

    def __init__(self, host="db1", breaks=None, code=2013, holds=True):
        self.info = {"host": host}
        self._breaks, self._code, self._holds = breaks, code, holds
        self.committed = self.invalidated = False

    def at(self, point):
        if self._breaks == point:
            raise fault(self._code)

    def begin(self):
        return self

    def commit(self):
        self.at("commit")
        self.committed = True

    def execute(self):
        self.at("work")
        return "done"

    def scalar(self, statement, _parameters=None):
        if "WAIT_FOR" in str(statement):
            return 0 if self._holds else 1
        self.at("gtid")
        return f"{SET},\n{SET}"

    def close(self):
        self.at("close")

    def invalidate(self):
        self.invalidated = True


class Pool:
    """Hands out prepared sessions, one for each connection, and counts them."""

    url = URL.create("mysql+pymysql", host="mysql.webstack.internal", port=6446)

    def __init__(self, *sessions):
        self._sessions = list(sessions)
        self.used = []

    def connect(self):
        session = self._sessions.pop(0)
        self.used.append(session)
        if isinstance(session, Exception):
            raise session
        session.at("connect")
        return session


def work(session):
    return session.execute()


def database(writer=(), reader=()):
    pauses = []
    made = Database(Pool(*writer), Pool(*reader), pauses.append)
    return made, pauses


def test_a_write_names_its_host_and_what_readers_must_hold():
    made, pauses = database([Session("db1")])
    answer = made.write(work, repeatable=False)
    assert (answer.value, answer.host, answer.written) == ("done", "db1", f"{SET},{SET}")
    assert pauses == []


@pytest.mark.parametrize(
    ("point", "code"),
    [
        ("connect", 2003),
        ("connect", 2013),
        ("work", 2013),
        ("work", 1213),
        ("work", 1290),
        ("commit", 1290),
        ("commit", 3101),
    ],
)
def test_what_was_proved_not_committed_is_repeated(point, code):
    made, pauses = database([Session(breaks=point, code=code), Session("db2")])
    assert made.write(work, repeatable=False).host == "db2"
    assert pauses == [0.1]


def test_a_session_to_a_server_that_is_no_primary_is_thrown_away():
    old = Session(breaks="work", code=1290)
    made, _pauses = database([old, Session("db2")])
    made.write(work, repeatable=False)
    assert old.invalidated


def test_an_unknown_outcome_is_not_repeated():
    made, pauses = database([Session(breaks="commit"), Session()])
    with pytest.raises(UnavailableError) as caught:
        made.write(work, repeatable=False)
    assert caught.value.outcome is Outcome.UNKNOWN
    assert pauses == []


def test_an_unknown_outcome_is_repeated_where_that_is_harmless():
    made, _pauses = database([Session(breaks="commit"), Session("db2")])
    assert made.write(work, repeatable=True).host == "db2"


def test_once_unknown_stays_unknown():
    made, _pauses = database([Session(breaks="commit")] + [Session(breaks="connect") for _attempt in range(3)])
    with pytest.raises(UnavailableError) as caught:
        made.write(work, repeatable=True)
    assert caught.value.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("breaks", ["gtid", "close"])
def test_a_commit_that_was_acknowledged_stands_whatever_breaks_after_it(breaks):
    session = Session(breaks=breaks)
    made, pauses = database([session])
    assert made.write(work, repeatable=False).value == "done"
    assert session.committed
    assert pauses == []


def test_a_faulty_statement_is_said_at_once():
    made, pauses = database([Session(breaks="work", code=1146)])
    with pytest.raises(UnavailableError, match=r"what the server said \(1146\)") as caught:
        made.write(work, repeatable=True)
    assert caught.value.outcome is Outcome.REFUSED
    assert pauses == []


def test_four_attempts_are_enough():
    made, pauses = database([Session(breaks="connect", code=2003) for _attempt in range(5)])
    with pytest.raises(UnavailableError, match=r"No database server answers at mysql\.webstack\.internal:6446"):
        made.write(work, repeatable=True)
    assert pauses == [0.1, 0.3, 0.4]


def test_a_full_pool_is_no_reason_to_wait_longer():
    made, pauses = database([NoFreeSession()])
    with pytest.raises(UnavailableError, match="are busy"):
        made.write(work, repeatable=True)
    assert pauses == []


def test_a_read_needs_no_writer():
    made, _pauses = database(reader=[Session("db2")])
    answer = made.read(work)
    assert (answer.host, answer.fresh) == ("db2", True)


def test_a_read_survives_the_loss_of_its_server():
    made, _pauses = database(reader=[Session("db2", breaks="work"), Session("db3")])
    assert made.read(work).host == "db3"


def test_a_read_after_a_write_uses_a_reader_that_has_it():
    made, _pauses = database(reader=[Session("db2", holds=True)])
    assert made.read(work, SET).host == "db2"


def test_a_reader_that_is_behind_sends_the_read_to_the_writer():
    made, _pauses = database([Session("db1")], [Session("db2", holds=False)])
    answer = made.read(work, SET)
    assert (answer.host, answer.fresh) == ("db1", True)


def test_without_a_writer_an_old_answer_says_that_it_is_old():
    made, _pauses = database([Session(breaks="connect")], [Session("db2", holds=False)])
    answer = made.read(work, SET)
    assert (answer.host, answer.fresh) == ("db2", False)
