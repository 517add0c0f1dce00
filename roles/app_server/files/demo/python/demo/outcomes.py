"""What a database error says about the transaction that it ended.

Only a transaction that was certainly not committed may be run again without asking.  Until COMMIT is sent that is
every transaction: a server that loses its client, or dies, rolls back.  Once COMMIT is sent, only an answer that
names a refusal proves it; a session that breaks before the answer leaves the outcome *unknown*.
"""

from __future__ import annotations

from enum import Enum


class Outcome(Enum):
    """What became of a transaction that ended with an error."""

    NOT_COMMITTED = "not committed"
    UNKNOWN = "unknown"
    REFUSED = "refused"


# The server lives but is not (or no longer) the primary: the session is of no use for writes.
READ_ONLY = frozenset({1290, 1836})  # super_read_only, read-only mode

# The server's own word that it rolled the transaction back, at any point of it.
ROLLED_BACK = frozenset(
    {
        1205,  # lock wait timeout
        1213,  # deadlock
        3100,  # Group Replication refused it before the commit
        3101,  # Group Replication rolled it back (conflict)
    }
)

# There was no session, or it broke; which of the two matters only while committing.
NO_SESSION = frozenset(
    {
        1040,  # too many connections
        1053,  # the server is shutting down
        1203,  # the account has too many sessions
        2003,  # cannot connect
        2006,  # server has gone away
        2013,  # lost connection
        2014,  # out of step after a broken answer
        2055,  # lost connection, with the system's reason
        3032,  # the server is offline
        3169,  # the session was killed
        4031,  # the server closed an idle session
    }
)


def outcome_of(code: int | None, *, committing: bool) -> Outcome:
    """Classify an error by its number; None stands for one that the driver gave no number."""
    if code in READ_ONLY or code in ROLLED_BACK:
        return Outcome.NOT_COMMITTED
    if committing:
        return Outcome.UNKNOWN
    if code is None or code in NO_SESSION:
        return Outcome.NOT_COMMITTED
    return Outcome.REFUSED
