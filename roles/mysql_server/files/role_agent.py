"""Tell a balancer, over HTTPS, which part this MySQL server plays right now.

HAProxy can ask for a web page but not for a server's role, so this agent asks mysqld over the local socket
and answers:

    GET /writer   200 if this server is the writable primary
    GET /reader   200 if it is a replica whose lag is known and within the limit
    GET /stale    200 if it has data at all: of unknown age, for the time when nothing better answers
    GET /status   200 and the same facts as JSON
    GET /share/   how large a part of the readers it is to get, as HAProxy's agent check reads it: 75%

Everything else is 503 and one sentence. What is not known is never taken for good: an observation that is older
than a second counts as none, and an unknown lag is not a lag of zero. `decide` is the whole policy and pure.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import ssl
import sys
import threading
import time
from dataclasses import asdict, dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

REFRESH_SECONDS = 0.2  # a younger observation is used again
BELIEVE_SECONDS = 1.0  # an older one counts as none
ANSWER_SECONDS = 0.4  # how long a request waits for a fresh one
QUERY_SECONDS = 0.8  # how long mysqld may take over one
CONNECTION_SECONDS = 2.0  # how long a client may take over one request
CONNECTIONS = 64  # at once; more are closed unanswered
MISSED_HEARTBEATS = 3  # silence that counts as lag
CLOCK_SECONDS = 2.0  # how far the primary's clock may be ahead of ours

OBSERVE = """
SELECT JSON_OBJECT(
  'read_only', @@global.read_only,
  'super_read_only', @@global.super_read_only,
  'server_uuid', @@server_uuid,
  'group_name', @@global.group_replication_group_name,
  'holds_data', @@global.gtid_executed <> '',
  'group', (SELECT JSON_ARRAYAGG(JSON_OBJECT('id', member_id, 'state', member_state, 'role', member_role))
            FROM performance_schema.replication_group_members),
  'channels', (SELECT JSON_ARRAYAGG(JSON_OBJECT(
      'name', c.channel_name,
      'receiver', s.service_state,
      'receiver_error', s.last_error_message,
      'applier', a.service_state,
      'applier_error', CONCAT(
        IFNULL((SELECT MAX(last_error_message) FROM performance_schema.replication_applier_status_by_coordinator o
                WHERE o.channel_name = c.channel_name), ''),
        IFNULL((SELECT MAX(last_error_message) FROM performance_schema.replication_applier_status_by_worker w
                WHERE w.channel_name = c.channel_name), '')),
      'caught_up', GTID_SUBSET(s.received_transaction_set, @@global.gtid_executed),
      'heartbeat_seconds', c.heartbeat_interval,
      'heard_seconds', UNIX_TIMESTAMP(NOW(6)) - NULLIF(GREATEST(
        UNIX_TIMESTAMP(s.last_heartbeat_timestamp),
        UNIX_TIMESTAMP(s.last_queued_transaction_original_commit_timestamp)), 0),
      'behind_seconds', UNIX_TIMESTAMP(NOW(6)) - COALESCE(
        (SELECT MIN(NULLIF(UNIX_TIMESTAMP(applying_transaction_original_commit_timestamp), 0))
         FROM performance_schema.replication_applier_status_by_worker w WHERE w.channel_name = c.channel_name),
        (SELECT MIN(NULLIF(UNIX_TIMESTAMP(processing_transaction_original_commit_timestamp), 0))
         FROM performance_schema.replication_applier_status_by_coordinator o WHERE o.channel_name = c.channel_name),
        NULLIF(UNIX_TIMESTAMP(s.last_queued_transaction_original_commit_timestamp), 0))))
    FROM performance_schema.replication_connection_configuration c
    JOIN performance_schema.replication_connection_status s USING (channel_name)
    JOIN performance_schema.replication_applier_status a USING (channel_name)))
"""


class Role(StrEnum):
    """The part that a server plays."""

    PRIMARY = "primary"
    REPLICA = "replica"
    NONE = "none"


@dataclass(frozen=True)
class Channel:
    """One stream of transactions into this server, as mysqld reports it.

    `heard_seconds` is how long ago the primary was known to have nothing more for us: at its last heartbeat, or
    at the commit of the last transaction that arrived. `behind_seconds` is the age of the oldest transaction that
    arrived and waits to be applied, and means something only while `caught_up` is false.
    """

    name: str
    receiver: str = "ON"
    applier: str = "ON"
    receiver_error: str = ""
    applier_error: str = ""
    caught_up: bool = True
    heartbeat_seconds: float = 1.0
    heard_seconds: float | None = 0.0
    behind_seconds: float | None = None


@dataclass(frozen=True)
class Member:
    """One member of a replication group, as this server sees it."""

    id: str
    state: str
    role: str


@dataclass(frozen=True)
class Observation:
    """What mysqld said about itself at one moment."""

    server_uuid: str
    read_only: bool
    super_read_only: bool
    group_name: str = ""
    holds_data: bool = True
    channels: tuple[Channel, ...] = ()
    group: tuple[Member, ...] = ()

    @classmethod
    def of(cls, answer: dict[str, Any]) -> Observation:
        """Read the JSON document that `OBSERVE` returns."""
        return cls(
            server_uuid=answer["server_uuid"],
            read_only=bool(answer["read_only"]),
            super_read_only=bool(answer["super_read_only"]),
            group_name=answer["group_name"] or "",
            holds_data=bool(answer["holds_data"]),
            channels=tuple(
                Channel(
                    name=row["name"],
                    receiver=row["receiver"],
                    applier=row["applier"],
                    receiver_error=row["receiver_error"] or "",
                    applier_error=row["applier_error"] or "",
                    caught_up=bool(row["caught_up"]),
                    heartbeat_seconds=float(row["heartbeat_seconds"] or 0),
                    heard_seconds=_number(row["heard_seconds"]),
                    behind_seconds=_number(row["behind_seconds"]),
                )
                for row in answer["channels"] or ()
            ),
            group=tuple(Member(**row) for row in answer["group"] or ()),
        )


@dataclass(frozen=True)
class Verdict:
    """What the balancer may send here, and why."""

    role: Role
    reason: str
    writable: bool = False
    readable: bool = False
    stale: bool = False
    share: int = 0
    lag_seconds: float | None = None
    server_uuid: str | None = None


def share(lag_seconds: float, max_lag_seconds: float) -> int:
    """Weigh a fit replica against one that lags nothing, in percent: 100 without lag, evenly less to 1 at the limit."""
    return 100 - round(99 * lag_seconds / max_lag_seconds) if lag_seconds else 100


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def decide(seen: Observation | None, age_seconds: float, max_lag_seconds: float, error: str = "") -> Verdict:
    """Judge one observation.

    Invariant: a server is `writable` only if it takes writes, replicates from nobody and, where it belongs to a
    group, is in it with a majority; `readable` only if its lag is a known number within the limit. One with data that
    is neither is `stale`, whatever keeps it apart, unless it takes writes that it should not or is being filled.
    """
    if seen is None:
        return Verdict(Role.NONE, f"mysqld does not answer: {error or 'it was not asked yet'}")
    if age_seconds > BELIEVE_SECONDS:
        return Verdict(
            Role.NONE,
            f"the last answer of mysqld is {age_seconds:.1f} s old" + (f": {error}" if error else ""),
            server_uuid=seen.server_uuid,
        )
    me = next((member for member in seen.group if member.id == seen.server_uuid), None)
    if me is not None and me.state != "OFFLINE":
        return _in_group(seen, me, max_lag_seconds)
    return _alone_or_by_channel(seen, max_lag_seconds)


def _in_group(seen: Observation, me: Member, max_lag_seconds: float) -> Verdict:
    uuid = seen.server_uuid
    writable = not (seen.read_only or seen.super_read_only)
    if me.state != "ONLINE":
        apart = me.state == "ERROR" and seen.holds_data and not writable
        return Verdict(Role.NONE, f"its state in the group is {me.state}", stale=apart, server_uuid=uuid)
    lost = sum(member.state == "UNREACHABLE" for member in seen.group)
    minority = 2 * lost >= len(seen.group)
    if me.role == "PRIMARY":
        if minority:
            why = f"{lost} of {len(seen.group)} members cannot be reached"
            return Verdict(Role.PRIMARY, why, stale=True, server_uuid=uuid)
        if not writable:
            return Verdict(Role.PRIMARY, "it is the group's primary and still read-only", stale=True, server_uuid=uuid)
        return Verdict(Role.PRIMARY, "it is the group's primary", writable=True, lag_seconds=0.0, server_uuid=uuid)
    channel = next((one for one in seen.channels if one.name == "group_replication_applier"), None)
    if channel is None or minority:
        why = "the group's applier is not known" if channel is None else "it sees no majority of the group"
        return Verdict(Role.REPLICA, why, stale=True, server_uuid=uuid)
    lag, reason = _applied(channel)
    return _replica(lag, reason, max_lag_seconds, uuid)


def _alone_or_by_channel(seen: Observation, max_lag_seconds: float) -> Verdict:
    uuid = seen.server_uuid
    writable = not (seen.read_only or seen.super_read_only)
    channels = [one for one in seen.channels if not one.name.startswith("group_replication_")]
    running = [one for one in channels if one.receiver != "OFF" or one.applier == "ON"]
    if writable and running:
        return Verdict(Role.REPLICA, "it takes writes and replicates as well: neither is right", server_uuid=uuid)
    if writable and seen.group_name:
        return Verdict(Role.NONE, "it takes writes outside of its group", server_uuid=uuid)
    if writable:
        return Verdict(Role.PRIMARY, "it is the primary", writable=True, lag_seconds=0.0, server_uuid=uuid)
    if not channels:
        why = "it is outside of its group" if seen.group_name else "it is read-only and replicates from nobody"
        return Verdict(Role.NONE, why, stale=seen.holds_data, server_uuid=uuid)
    lags = [_lag(channel) for channel in channels]
    unknown = next(((lag, reason) for lag, reason in lags if lag is None), None)
    return _replica(*(unknown or max(lags)), max_lag_seconds, uuid)


def _lag(channel: Channel) -> tuple[float | None, str]:
    """Seconds that this server's data may be behind the primary's, and why that is so."""
    if channel.receiver == "OFF":
        return None, f"its receiver is stopped{_because(channel.receiver_error)}"
    lag, reason = _applied(channel)
    if lag is None or channel.heard_seconds is None:
        return None, reason if lag is None else f"it has not heard from its primary{_because(channel.receiver_error)}"
    if channel.heard_seconds > MISSED_HEARTBEATS * channel.heartbeat_seconds and channel.heard_seconds > lag:
        return channel.heard_seconds, f"it hears nothing from its primary{_because(channel.receiver_error)}"
    return lag, reason


def _applied(channel: Channel) -> tuple[float | None, str]:
    if channel.applier != "ON" or channel.applier_error:
        return None, f"its applier is stopped{_because(channel.applier_error)}"
    if channel.caught_up:
        return 0.0, "it has applied all that it received"
    if channel.behind_seconds is None:
        return None, "the age of what waits to be applied is not known"
    if channel.behind_seconds < -CLOCK_SECONDS:
        return None, f"its clock is {-channel.behind_seconds:.0f} s behind the primary's"
    return max(channel.behind_seconds, 0.0), "it is applying what it received"


def _replica(lag: float | None, reason: str, max_lag_seconds: float, uuid: str) -> Verdict:
    if lag is not None and lag > max_lag_seconds:
        reason = f"its data is {lag:.1f} s old, more than {max_lag_seconds:g} s: {reason}"
    if lag is None or lag > max_lag_seconds:
        return Verdict(Role.REPLICA, reason, stale=True, lag_seconds=lag, server_uuid=uuid)
    part = share(lag, max_lag_seconds)
    return Verdict(Role.REPLICA, reason, readable=True, stale=True, share=part, lag_seconds=lag, server_uuid=uuid)


def _because(error: str) -> str:
    return f": {' '.join(error.split())[:200]}" if error else ""


class Server:
    """The one connection to mysqld; made again whenever it breaks."""

    def __init__(self, unix_socket: str, user: str) -> None:
        self._where = {"unix_socket": unix_socket, "user": user}
        self._connection: Any = None

    def observe(self) -> Observation:
        """Ask mysqld. Raises whatever the driver raises; the next call connects anew."""
        try:
            if self._connection is None:
                self._connection = self._connect()
            with self._connection.cursor() as cursor:
                cursor.execute(OBSERVE)
                return Observation.of(json.loads(cursor.fetchone()[0]))
        except Exception:
            self._drop()
            raise

    def _connect(self) -> Any:
        import pymysql  # noqa: PLC0415 - the pure part above must load without a driver

        return pymysql.connect(
            **self._where,
            connect_timeout=QUERY_SECONDS,
            read_timeout=QUERY_SECONDS,
            write_timeout=QUERY_SECONDS,
            autocommit=True,
            init_command="SET time_zone = '+00:00'",
        )

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection._force_close()  # close() would speak to a server that may be frozen


class Watch:
    """The newest observation. One thread asks mysqld, and only when somebody wants to know."""

    def __init__(self, server: Server, max_lag_seconds: float) -> None:
        self._server = server
        self._max_lag_seconds = max_lag_seconds
        self._changed = threading.Condition()
        self._wanted = False
        self._seen: Observation | None = None
        self._seen_at = 0.0
        self._tried_at = 0.0
        self._error = ""
        threading.Thread(target=self._run, daemon=True).start()

    def verdict(self) -> Verdict:
        """Judge the newest observation, after waiting a moment for a fresh one."""
        asked_at = time.monotonic()
        fresh_enough = asked_at - REFRESH_SECONDS
        with self._changed:
            while self._tried_at < fresh_enough:
                self._wanted = True
                self._changed.notify_all()
                left = asked_at + ANSWER_SECONDS - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    break
            age = time.monotonic() - self._seen_at
            return decide(self._seen, age, self._max_lag_seconds, self._error)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._wanted:
                    self._changed.wait()
                self._wanted = False
            started_at = time.monotonic()
            seen, error = None, ""
            try:
                seen = self._server.observe()
            except Exception as problem:  # whatever it is, the answer is "not known"
                error = _sentence(problem)
            with self._changed:
                # As old as the question: the answer may have waited in a frozen server.
                self._tried_at = started_at
                self._error = error
                if seen is not None or "timed out" not in error:
                    self._seen, self._seen_at = seen, started_at
                self._changed.notify_all()


def _sentence(problem: Exception) -> str:
    words = [str(part) for part in problem.args if isinstance(part, str)]
    return " ".join(" ".join(words or [type(problem).__name__]).split())


class Handler(BaseHTTPRequestHandler):
    """GET and HEAD of five paths.

    `/share/` is asked for by HTTP/0.9, which has no headers: what HAProxy's agent check is answered is the body. What
    comes behind the second slash is for those in between. Never `ready` or `drain`, which would undo what an operator
    has set, and never 0, by which stand-ins would keep their sessions when this server is fit again: /reader says that.
    """

    server_version = "webstack-role-agent"
    sys_version = ""
    server: Listener

    def do_GET(self) -> None:  # the name that http.server calls
        """Answer one question about this server."""
        verdict = self.server.watch.verdict()
        fit = {
            "/writer": verdict.writable,
            "/reader": verdict.readable,
            "/stale": verdict.stale,
            "/status": True,
        }.get(self.path)
        if self.path.startswith("/share/"):
            self._answer(200, "text/plain", f"{max(1, verdict.share)}%\n")
        elif fit is None:
            self._answer(404, "text/plain", "ask for /writer, /reader, /stale, /status or /share/\n")
        elif self.path == "/status":
            self._answer(200, "application/json", json.dumps(asdict(verdict)) + "\n")
        else:
            self._answer(200 if fit else 503, "text/plain", f"{verdict.role.value}: {verdict.reason}\n")

    do_HEAD = do_GET  # noqa: N815 - the name that http.server calls

    def _answer(self, code: int, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(code)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that http.server gives
        """Say nothing: a balancer asks several times a second."""


class Listener(ThreadingHTTPServer):
    """HTTPS whose handshakes happen in the threads, so that a silent client delays nobody."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], tls: ssl.SSLContext, watch: Watch) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.watch = watch
        self._tls = tls
        self._free = threading.BoundedSemaphore(CONNECTIONS)
        super().__init__(address, Handler)

    def server_bind(self) -> None:
        """Bind, without the look-up of a name that http.server does."""
        socket.socket.setsockopt(self.socket, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002
        """Take a client only if a thread is free for it."""
        return self._free.acquire(blocking=False)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Shake hands, answer, close: each within its bound."""
        try:
            request.settimeout(CONNECTION_SECONDS)
            secure = self._tls.wrap_socket(request, server_side=True)
        except (OSError, ValueError):
            self.shutdown_request(request)
        else:
            super().process_request_thread(secure, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Be silent about clients that go away; report what is our own fault."""
        problem = sys.exc_info()[1]
        if not isinstance(problem, OSError):
            print(f"{type(problem).__name__}: {problem}", file=sys.stderr)


def notify(state: str) -> None:
    """Tell systemd how we are, if it started us."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if path:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.connect("\0" + path[1:] if path.startswith("@") else path)
            systemd.sendall(state.encode())


def arguments(words: list[str]) -> argparse.Namespace:
    """Read the command line; everything has to be said."""
    parser = argparse.ArgumentParser(description="Tell a balancer which part this MySQL server plays.")
    parser.add_argument("--address", required=True)
    parser.add_argument("--port", required=True, type=int)
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--mysql-socket", required=True)
    parser.add_argument("--mysql-user", required=True)
    parser.add_argument("--max-lag-seconds", required=True, type=float)
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    """Serve until told to stop; SIGHUP reads the certificate again without closing anything."""
    told = arguments(words)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    tls.load_cert_chain(told.certificate, told.key)
    watch = Watch(Server(told.mysql_socket, told.mysql_user), told.max_lag_seconds)
    listener = Listener((told.address, told.port), tls, watch)

    def renew(*_: Any) -> None:
        try:
            tls.load_cert_chain(told.certificate, told.key)
        except (OSError, ssl.SSLError) as problem:
            print(f"the certificate was not read again, the one in use stays: {problem}", file=sys.stderr)

    signal.signal(signal.SIGHUP, renew)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    notify("READY=1")
    listener.serve_forever(poll_interval=60)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
