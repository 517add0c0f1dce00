"""Sessions with the database: a writer that follows the primary, a reader on the replicas.

Both are local ports of the proxy beside the application, so a host name never changes here; who answers does.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeSession

from . import metrics
from .outcomes import READ_ONLY, Outcome, outcome_of
from .settings import Account, Settings

Result = TypeVar("Result")
Work = Callable[[Connection], Result]

log = logging.getLogger(__name__)

CONNECT_SECONDS = 1
WRITER_SECONDS = 2  # how long the primary may take over one answer
READER_SECONDS = 1  # less, so that a reader that went dark leaves time to ask another
FREE_SESSION_SECONDS = 0.5
WAIT_FOR_WRITE_SECONDS = 0.5
# Before each further attempt. A planned move of the primary takes up to a second, and each attempt may get another
# pooled session to the old one; a client that waits a second for an answer still gets one.
PAUSES = (0.1, 0.3, 0.4)
DEADLINE_SECONDS = 3  # no attempt begins later than this


class UnavailableError(Exception):
    """The database could not do the work; says what became of the transaction."""

    def __init__(self, sentence: str, outcome: Outcome) -> None:
        super().__init__(sentence)
        self.outcome = outcome


@dataclass(frozen=True)
class Answer(Generic[Result]):
    """A result, the host it came from, and how it stands to the writes before it."""

    value: Result
    host: str
    fresh: bool = True
    written: str = ""  # writer only: the GTID set that a reader must hold to know of this write


class Database:
    """The two ways to the data."""

    def __init__(self, writer: Engine, reader: Engine, sleep: Callable[[float], None] = time.sleep) -> None:
        self._writer, self._reader, self._sleep = writer, reader, sleep

    @classmethod
    def of(cls, settings: Settings) -> Database:
        """Prepare both pools; nothing connects before the first use, so the application starts without a database."""
        return cls(
            # A slow or silent primary must not take the threads that readers need: writers wait in a smaller pool.
            writer=_engine("writer", settings, settings.writer, max(1, settings.sessions // 2), WRITER_SECONDS),
            reader=_engine(
                "reader", settings, settings.reader, settings.sessions, READER_SECONDS, isolation_level="AUTOCOMMIT"
            ),
        )

    def write(self, work: Work[Result], *, repeatable: bool) -> Answer[Result]:
        """Run a transaction on the primary.

        It is run again after errors that prove it was not committed.  A session lost during COMMIT leaves the outcome
        unknown; then only work that is harmless to repeat (`repeatable`: it carries an idempotency key) is run again.
        """
        return self._attempts(lambda: _transaction(self._writer, work), repeatable=repeatable)

    def read(self, work: Work[Result], after: str = "") -> Answer[Result]:
        """Run queries on a reader that holds the writes in `after`; else on the writer; else say that they are old."""
        answer = self._attempts(lambda: _query(self._reader, work, after), repeatable=True)
        if answer.fresh:
            return answer
        try:
            return _query(self._writer, work)
        except UnavailableError as reason:
            log.warning("A read could not see the write before it: the reader %s is behind. %s", answer.host, reason)
            return answer

    def writer_host(self) -> str:
        """Name the primary, or raise UnavailableError: a server that answers but refuses writes is none."""
        read_only = _query(self._writer, lambda connection: connection.scalar(text("SELECT @@GLOBAL.super_read_only")))
        if read_only.value:
            raise UnavailableError(f"{read_only.host} answered as writer but is read-only.", Outcome.NOT_COMMITTED)
        return read_only.host

    def reader_host(self) -> str:
        """Name a server that answers reads, or raise UnavailableError."""
        return self.read(lambda _connection: None).host

    def _attempts(self, attempt: Callable[[], Answer[Result]], *, repeatable: bool) -> Answer[Result]:
        deadline = time.monotonic() + DEADLINE_SECONDS
        unknown = False
        for pause in (*PAUSES, None):
            try:
                return attempt()
            except UnavailableError as failure:
                metrics.error(failure.outcome.value)
                # Once one attempt may have been committed, no later failure makes that certain again.
                unknown = unknown or failure.outcome is Outcome.UNKNOWN
                again = failure.outcome is Outcome.NOT_COMMITTED or (failure.outcome is Outcome.UNKNOWN and repeatable)
                if not again or pause is None or time.monotonic() + pause > deadline:
                    if unknown and failure.outcome is not Outcome.UNKNOWN:
                        raise UnavailableError(str(failure), Outcome.UNKNOWN) from failure
                    raise
                log.info("Trying again in %s s: %s", pause, failure)
                self._sleep(pause)
        raise AssertionError("the last attempt returns or raises")


def _engine(pool: str, settings: Settings, account: Account, sessions: int, seconds: int, **options: str) -> Engine:
    engine = create_engine(
        URL.create(
            "mysql+pymysql",
            username=account.user,
            password=account.password,
            host=settings.database_host,
            port=account.port,
            database=settings.database_schema,
            query={"charset": "utf8mb4"},
        ),
        **options,
        pool_size=sessions,
        max_overflow=0,
        pool_timeout=FREE_SESSION_SECONDS,
        # The proxy cuts every session of a server that loses its role: one ping a checkout is cheaper than one failed
        # request for each pooled session, and the first dead one empties the pool.
        pool_pre_ping=True,
        # Before the proxy's idle time-out; it also spreads the readers again over a replica that returned.
        pool_recycle=settings.recycle_seconds,
        connect_args={
            # No client certificate; the server's must be signed by a CA that the stack trusts, and carry the common
            # name of the database. Read with each new session: the file changes while a CA takes another's place.
            "ssl": {"ca": settings.database_ca_file},
            "connect_timeout": CONNECT_SECONDS,
            "read_timeout": seconds,
            "write_timeout": seconds,
            # A lock wait ends with the server's word (rolled back) before the driver's patience ends in silence.
            "init_command": "SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 1",
        },
    )
    event.listen(engine, "connect", _remember_host)
    metrics.watch(pool, engine, sessions)
    return engine


def _remember_host(connection: object, record: object) -> None:
    """Ask once a session who is at its other end: a session never moves to another server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@hostname")
        (record.info["host"],) = cursor.fetchone()


def _transaction(engine: Engine, work: Work[Result]) -> Answer[Result]:
    with _session(engine) as connection:
        host = connection.info["host"]
        try:
            transaction = connection.begin()
            value = work(connection)
        except DBAPIError as error:
            raise _unavailable(connection, host, error, committing=False) from error
        try:
            transaction.commit()
        except DBAPIError as error:
            raise _unavailable(connection, host, error, committing=True) from error
        return Answer(value, host, written=_executed(connection))


def _query(engine: Engine, work: Work[Result], after: str = "") -> Answer[Result]:
    with _session(engine) as connection:
        host = connection.info["host"]
        try:
            fresh = not after or _holds(connection, after)
            return Answer(work(connection), host, fresh)
        except DBAPIError as error:
            raise _unavailable(connection, host, error, committing=False) from error


def _holds(connection: Connection, gtid_set: str) -> bool:
    """Wait, with a bound, until the server has executed these transactions."""
    wait = text("SELECT WAIT_FOR_EXECUTED_GTID_SET(:gtid_set, :seconds)")
    return connection.scalar(wait, {"gtid_set": gtid_set, "seconds": WAIT_FOR_WRITE_SECONDS}) == 0


def _executed(connection: Connection) -> str:
    """Name all that the primary has executed: it contains the commit just made, and no later answer could lack it."""
    try:
        return "".join(connection.scalar(text("SELECT @@GLOBAL.gtid_executed")).split())
    except DBAPIError:
        return ""  # The write stands; only the promise to read it at once is gone.


@contextmanager
def _session(engine: Engine) -> Iterator[Connection]:
    """Take a session from the pool and give it back; one that breaks on its way back has already said all it had to."""
    connection = _connect(engine)
    try:
        yield connection
    finally:
        try:
            connection.close()
        except DBAPIError:
            connection.invalidate()


def _connect(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except NoFreeSession as error:
        sentence = f"All sessions to {engine.url.host}:{engine.url.port} are busy."
        raise UnavailableError(sentence, Outcome.REFUSED) from error
    except (DBAPIError, OSError) as error:
        sentence = f"No database server answers at {engine.url.host}:{engine.url.port}: {_reason(error)}."
        raise UnavailableError(sentence, Outcome.NOT_COMMITTED) from error


def _unavailable(connection: Connection, host: str, error: DBAPIError, *, committing: bool) -> UnavailableError:
    code = _code(error)
    outcome = outcome_of(code, committing=committing)
    if code in READ_ONLY:
        connection.invalidate()  # The next checkout finds the new primary.
    return UnavailableError(f"{host} did not finish the work ({outcome.value}): {_reason(error)}.", outcome)


def _code(error: DBAPIError) -> int | None:
    arguments = getattr(error.orig, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) and arguments[0] else None


def _reason(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    match cause.args:
        case [int() as code, str() as sentence, *_]:
            return f"{sentence.rstrip('.')} ({code})"
    return str(cause).rstrip(".")
