# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The driver: the only file that opens connections, and the only one that ever sleeps."""

from __future__ import annotations

import socket
import ssl
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from ansible_collections.scaleup.webstack.plugins.module_utils.errors import (
    InvalidError,
    QueryError,
    UnreachableError,
    WaitError,
)
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.statement import Row, Statement, Wait
from ansible_collections.scaleup.webstack.plugins.module_utils.secret import Secret, redact
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Member

try:
    import pymysql
    from pymysql.cursors import DictCursor

    DRIVER_ERROR = ""
except ImportError:
    DRIVER_ERROR = traceback.format_exc()

Opened = TypeVar("Opened")

_POLL_SECONDS = 0.2
_LOST = (1053, 2006, 2013)  # shutdown in progress, gone away, lost during a query


@dataclass(frozen=True)
class Login:
    """How to log in: over TLS to an address, or by the local socket where `unix_socket` is given."""

    user: str
    password: Secret
    ca_file: str = ""
    tls_name: str = ""
    connect_timeout: int = 3
    unix_socket: str = ""


class Session:
    """One open connection. Errors name the server and never hold a secret."""

    def __init__(self, connection: Any, where: str) -> None:
        self._connection = connection
        self._where = where

    def run(self, statement: Statement) -> Sequence[Row]:
        """Send one statement, and return its rows."""
        values = tuple(each.value if isinstance(each, Secret) else each for each in statement.parameters)
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(statement.sql, values or None)
                return list(cursor.fetchall())
        except (pymysql.MySQLError, OSError) as error:
            if statement.ends_session and _is_loss(error):
                return []
            if statement.done_already and error.args[:1] == (statement.done_already,):
                return []
            cause = redact(_cause(error), statement.secrets)
            raise QueryError(f"{self._where} answered {statement.shown!r} with: {cause}") from None

    def wait(self, wait: Wait) -> None:
        """Ask until nothing is missing, within the bound."""
        end = time.monotonic() + wait.seconds
        while missing := self._missing(wait):
            if time.monotonic() >= end:
                raise WaitError(f"{self._where} was not ready within {wait.seconds} s: {missing}")
            time.sleep(_POLL_SECONDS)

    def _missing(self, wait: Wait) -> str:
        try:
            return wait.missing(self.run(wait.statement))
        except InvalidError as error:
            raise QueryError(f"On {self._where} {error}") from None


@contextmanager
def open_session(login: Login, member: Member, answer_timeout: int | None = None) -> Iterator[Session]:
    """A session on one member; a statement that gets no answer within `answer_timeout` seconds ends it."""
    timeout = answer_timeout or login.connect_timeout
    options = {
        "user": login.user,
        "password": login.password.value,
        "cursorclass": DictCursor,
        "autocommit": True,
        "connect_timeout": login.connect_timeout,
        "read_timeout": timeout,
        "write_timeout": timeout,
    }
    try:
        connection = _local(login, options) if login.unix_socket else _remote(login, member, options)
    except (pymysql.MySQLError, OSError) as error:
        cause = redact(_cause(error), [login.password])
        where = f"{member.name}, asked through {login.unix_socket}: " if login.unix_socket else ""
        raise UnreachableError(where + cause) from None
    try:
        yield Session(connection, member.name)
    finally:
        connection.close()


@contextmanager
def opened_within(connect: Callable[[], AbstractContextManager[Opened]], seconds: int) -> Iterator[Opened]:
    """A session on a server that is restarting, as soon as it takes one."""
    end = time.monotonic() + seconds
    with ExitStack() as stack:
        while True:
            try:
                session = stack.enter_context(connect())
                break
            except UnreachableError:
                if time.monotonic() >= end:
                    raise
                time.sleep(_POLL_SECONDS)
        yield session


def _local(login: Login, options: dict[str, Any]) -> Any:
    """The local socket: it never leaves the host, so there is no TLS on it."""
    return pymysql.connect(unix_socket=login.unix_socket, ssl_disabled=True, **options)


def _remote(login: Login, member: Member, options: dict[str, Any]) -> Any:
    """Connect to the address, verify the certificate for the name: the driver checks the host that it was told."""
    context = ssl.create_default_context(cafile=login.ca_file)
    connection = pymysql.Connection(
        host=login.tls_name or member.address, port=member.port, ssl=context, defer_connect=True, **options
    )
    channel = socket.create_connection((member.address, member.port), login.connect_timeout)
    channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        connection.connect(channel)
    except BaseException:
        channel.close()
        raise
    return connection


def _is_loss(error: Exception) -> bool:
    """The server went away in the middle of it."""
    return isinstance(error, OSError) or (bool(error.args) and error.args[0] in _LOST)


def _cause(error: Exception) -> str:
    """What went wrong, in the words of whoever found out; the driver wraps what the operating system says."""
    error = getattr(error, "original_exception", None) or error
    if isinstance(error, OSError):
        return (error.strerror or str(error) or type(error).__name__).rstrip(".")
    number, text = error.args if len(error.args) == 2 else (0, str(error))
    return f"{text} (error {number})" if number else str(text)
