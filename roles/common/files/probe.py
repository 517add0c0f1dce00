"""Send a bounded stream of real requests to a web stack and keep honest books about the answers.

Counted apart, and all of them printed:

* raw errors: attempts that were refused, reset, timed out, failed in TLS or got a wrong status;
* failed: requests without a good answer after one retry on a fresh connection within the deadline;
* lost and duplicated writes: every write carries a key of its own and is read back at the end;
* unknown writes: no answer came, so the server may or may not have done them.

Requests start on a schedule that does not wait for answers, and a latency counts from the scheduled moment: a stall
of the server is not hidden by a prober that politely stalls with it. How late the prober itself was is printed too.

Needs Python 3.11 and its standard library. Exit status: 0 proved, 1 not proved, 2 not run.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import errno
import ipaddress
import itertools
import json
import math
import random
import signal
import socket
import ssl
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

# Seconds after which an idle connection is used no more, as careful clients do: whoever keeps it for ten may be closing
# it in the moment in which a request is on its way (RFC 9112, section 9.5).
IDLE = 5.0
STALL = 0.5  # seconds without a good answer that are worth a line of their own
LIMITS = {"rate": 500.0, "seconds": 3600.0, "requests": 500_000, "in_flight": 512}
HOST_ROLES = ("balancer", "web", "application", "writer", "reader")
SHOWN = 20


# ---------------------------------------------------------------------------------------------------------------------
# Books: no input or output below this line
# ---------------------------------------------------------------------------------------------------------------------


class RefusalError(Exception):
    """The prober will not run; the text says why and what to do."""


@dataclasses.dataclass(frozen=True)
class RawError:
    """One attempt that got no good answer."""

    kind: str
    detail: str
    at: float


@dataclasses.dataclass(frozen=True)
class Outcome:
    """One logical request, after its retry. Times are seconds on one monotonic clock."""

    target: str
    write: bool
    scheduled: float
    started: float
    finished: float
    good: bool
    raw_errors: tuple[RawError, ...] = ()
    retried: bool = False
    key: str = ""
    reached_server: bool = True
    hosts: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Written:
    """One logical write, as the ledger keeps it."""

    key: str
    text: str
    acknowledged: bool
    reached_server: bool = True


@dataclasses.dataclass(frozen=True)
class Reconciliation:
    """What became of the writes."""

    acknowledged: int
    unknown: int
    unknown_present: int
    never_sent: int
    lost: tuple[str, ...]
    duplicated: tuple[str, ...]
    unverified: tuple[str, ...]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed (nearest rank)."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def gaps(successes: Iterable[float], start: float, end: float) -> list[tuple[float, float]]:
    """The times without a success, as (beginning, length); both ends count, or a dead start would look healthy."""
    inside = sorted(moment for moment in successes if start <= moment <= end)
    return [(earlier, later - earlier) for earlier, later in itertools.pairwise([start, *inside, end])]


def longest_gap(successes: Iterable[float], start: float, end: float) -> float:
    """The longest time without a success between start and end."""
    return max((length for _began, length in gaps(successes, start, end)), default=0.0)


def reconcile(ledger: Iterable[Written], found: Mapping[str, int | None]) -> Reconciliation:
    """Compare the ledger with the rows found for each key; None means that the key could not be read back."""
    entries = list(ledger)
    acknowledged = [entry for entry in entries if entry.acknowledged]
    unknown = [entry for entry in entries if not entry.acknowledged and entry.reached_server]
    return Reconciliation(
        acknowledged=len(acknowledged),
        unknown=len(unknown),
        unknown_present=sum(1 for entry in unknown if (found.get(entry.key) or 0) > 0),
        never_sent=len(entries) - len(acknowledged) - len(unknown),
        lost=tuple(entry.key for entry in acknowledged if found.get(entry.key) == 0),
        duplicated=tuple(entry.key for entry in entries if (found.get(entry.key) or 0) > 1),
        unverified=tuple(entry.key for entry in acknowledged if found.get(entry.key) is None),
    )


def merge_sightings(before: int | None, now: int | None) -> int | None:
    """What is known of a key after looking again: a row once seen was there, and no answer teaches nothing."""
    if before is None:
        return now
    return before if now is None else max(before, now)


def count_rows(document: object, text: str) -> int | None:
    """How many rows of an answer of GET /items?key=... hold this text; None if the answer has no such list."""
    rows = document.get("items") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        return None
    return sum(1 for row in rows if isinstance(row, dict) and row.get("text") == text)


def hosts_of(document: object) -> dict[str, str]:
    """Who answered, by the page /whoami."""
    if not isinstance(document, dict):
        return {}
    return {role: document[role] for role in HOST_ROLES if isinstance(document.get(role), str) and document[role]}


def plan(seed: int, writes: float, fresh: float, reads: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """The endless mix: (path to read or "" for a write, on a fresh connection). The same seed gives the same mix.

    Within 2 / writes requests there is a write, because a time in which nobody wants to write would look like one in
    which nobody can. Which of them it is stays chance: turns would go to the same host each time.
    """
    chance = random.Random(seed)  # noqa: S311 (a traffic mix, not a secret)
    paths, due = itertools.cycle(reads), 0.0
    while True:
        due += writes
        write = due >= 1 - chance.random()
        due -= write
        yield "" if write else next(paths), chance.random() < fresh


def classify(error: BaseException) -> str:
    """The kind of raw error behind an exception. Order matters: some are subclasses of others."""
    table: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
        (WrongStatusError, "status"),
        (MalformedAnswerError, "malformed"),
        (TimeoutError, "timeout"),
        ((ssl.SSLEOFError, ssl.SSLZeroReturnError), "reset"),
        (ssl.SSLError, "tls"),
        (ConnectionRefusedError, "refused"),
        ((ConnectionError, asyncio.IncompleteReadError), "reset"),
        (socket.gaierror, "name"),
    )
    for types, kind in table:
        if isinstance(error, types):
            return f"status {error.status}" if isinstance(error, WrongStatusError) else kind
    if isinstance(error, OSError) and error.errno in {errno.EHOSTUNREACH, errno.ENETUNREACH}:
        return "unreachable"
    return "other"


def latencies(outcomes: Iterable[Outcome]) -> dict[str, float]:
    """Milliseconds from the scheduled moment to the good answer, a retry included."""
    values = [(outcome.finished - outcome.scheduled) * 1000 for outcome in outcomes if outcome.good]
    return {
        "count": len(values),
        "p50": round(percentile(values, 0.50), 1),
        "p99": round(percentile(values, 0.99), 1),
        "max": round(max(values, default=0.0), 1),
    }


def gap_ms(outcomes: Iterable[Outcome], start: float, end: float) -> float:
    """The longest gap between good answers, in milliseconds."""
    return round(longest_gap((outcome.finished for outcome in outcomes if outcome.good), start, end) * 1000, 1)


def stalls(outcomes: Iterable[Outcome], start: float, end: float) -> list[dict[str, float]]:
    """When good answers stayed away for longer than STALL, and for how long: the first of them."""
    found = gaps((outcome.finished for outcome in outcomes if outcome.good), start, end)
    return [
        {"second": round(began - start, 1), "ms": round(length * 1000, 1)} for began, length in found if length > STALL
    ][:SHOWN]


def books_of_target(outcomes: Sequence[Outcome], start: float, end: float) -> dict[str, Any]:
    """The short books of one target."""
    return {
        "requests": len(outcomes),
        "failed": sum(1 for outcome in outcomes if not outcome.good),
        "raw_errors": sum(len(outcome.raw_errors) for outcome in outcomes),
        "longest_gap_ms": gap_ms(outcomes, start, end),
    }


def summarise(
    outcomes: Sequence[Outcome], writes: Reconciliation, start: float, end: float, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """The whole report as data; the table is made from nothing else."""
    reading = [outcome for outcome in outcomes if not outcome.write]
    writing = [outcome for outcome in outcomes if outcome.write]
    errors = sorted((error for outcome in outcomes for error in outcome.raw_errors), key=lambda error: error.at)
    lateness = [(outcome.started - outcome.scheduled) * 1000 for outcome in outcomes]
    hosts: dict[str, Counter[str]] = {role: Counter() for role in HOST_ROLES}
    for outcome in outcomes:
        for role, name in outcome.hosts.items():
            hosts[role][name] += 1
    groups = {"all": outcomes, "reads": reading, "writes": writing}
    summary: dict[str, Any] = {
        "schema": 1,
        "parameters": dict(parameters),
        "seconds": round(end - start, 3),
        "requests": len(outcomes),
        "good": sum(1 for outcome in outcomes if outcome.good),
        "retried": sum(1 for outcome in outcomes if outcome.retried),
        "failed": sum(1 for outcome in outcomes if not outcome.good),
        "raw_errors": len(errors),
        "raw_errors_by_kind": dict(sorted(Counter(error.kind for error in errors).items())),
        "first_raw_errors": [
            {"second": round(error.at - start, 3), "kind": error.kind, "detail": error.detail}
            for error in errors[:SHOWN]
        ],
        "writes": {
            "sent": len(writing),
            "acknowledged": writes.acknowledged,
            "lost": len(writes.lost),
            "duplicated": len(writes.duplicated),
            "unverified": len(writes.unverified),
            "unknown": writes.unknown,
            "unknown_present": writes.unknown_present,
            "never_sent": writes.never_sent,
            "lost_keys": list(writes.lost[:SHOWN]),
            "duplicated_keys": list(writes.duplicated[:SHOWN]),
            "unverified_keys": list(writes.unverified[:SHOWN]),
        },
        "latency_ms": {name: latencies(group) for name, group in groups.items() if group},
        "longest_gap_ms": {name: gap_ms(group, start, end) for name, group in groups.items() if group},
        "stalls": {name: stalls(group, start, end) for name, group in groups.items() if group},
        "hosts": {role: dict(sorted(names.items())) for role, names in hosts.items()},
        "targets": {
            target: books_of_target([outcome for outcome in outcomes if outcome.target == target], start, end)
            for target in sorted({outcome.target for outcome in outcomes})
        },
        "prober": {
            "rate": round(len(outcomes) / (end - start), 1) if end > start else 0.0,
            "late_p99_ms": round(percentile(lateness, 0.99), 1),
            "late_max_ms": round(max(lateness, default=0.0), 1),
        },
    }
    summary["verdict"] = verdict(summary)
    summary["ok"] = not summary["verdict"]
    return summary


def verdict(summary: Mapping[str, Any]) -> str:
    """Why this run proves nothing good, in one sentence; empty if it does."""
    writes = summary["writes"]
    faults = [
        f"{count} {name}"
        for name, count in (
            ("failed requests", summary["failed"]),
            ("lost writes", writes["lost"]),
            ("duplicated writes", writes["duplicated"]),
            ("acknowledged writes that could not be read back", writes["unverified"]),
        )
        if count
    ]
    if not faults and not summary["good"]:
        faults = ["no request was answered"]
    return ", ".join(faults)


def table(summary: Mapping[str, Any]) -> str:
    """The report for people."""
    writes, prober = summary["writes"], summary["prober"]
    kinds = ", ".join(f"{kind}: {count}" for kind, count in summary["raw_errors_by_kind"].items())
    rows: list[tuple[str, str]] = [
        ("requests", f"{summary['requests']} in {summary['seconds']:.1f} s ({prober['rate']}/s)"),
        ("failed", f"{summary['failed']}"),
        ("raw errors", f"{summary['raw_errors']}" + (f" ({kinds})" if kinds else "")),
        ("retried", f"{summary['retried']}"),
        ("writes", f"{writes['sent']} ({writes['acknowledged']} acknowledged)"),
        ("  lost", f"{writes['lost']}"),
        ("  duplicated", f"{writes['duplicated']}"),
        ("  unverified", f"{writes['unverified']}"),
        ("  unknown", f"{writes['unknown']} ({writes['unknown_present']} of them are there)"),
    ]
    for name, values in summary["latency_ms"].items():
        rows.append((f"latency, {name}", "p50 {p50} ms, p99 {p99} ms, max {max} ms".format(**values)))
    rows += [(f"longest gap, {name}", f"{value} ms") for name, value in summary["longest_gap_ms"].items()]
    for role, names in summary["hosts"].items():
        if names:
            rows.append((f"{role} hosts", ", ".join(f"{name}: {count}" for name, count in names.items())))
    if len(summary["targets"]) > 1:
        for target, books in summary["targets"].items():
            text = "{requests} requests, {failed} failed, {raw_errors} raw errors, longest gap {longest_gap_ms} ms"
            rows.append((target, text.format(**books)))
    rows.append(("prober late", f"p99 {prober['late_p99_ms']} ms, max {prober['late_max_ms']} ms"))
    width = max(len(name) for name, _value in rows)
    lines = [f"{name:<{width}}  {value}" for name, value in rows]
    lines += [
        f"  at {error['second']:.3f} s {error['kind']}: {error['detail']}" for error in summary["first_raw_errors"][:5]
    ]
    lines.append("PROVED" if summary["ok"] else f"NOT PROVED: {summary['verdict']}")
    return "\n".join(lines)


def check_bounds(rate: float, seconds: float, requests: int, in_flight: int) -> None:
    """Refuse what is not bounded."""
    given = {"rate": rate, "seconds": seconds, "requests": requests, "in_flight": in_flight}
    for name, value in given.items():
        if not 0 < value <= LIMITS[name]:
            option = name.replace("_", "-")
            raise RefusalError(
                f"--{option} {value:g} is outside of its bounds: choose more than 0 and at most {LIMITS[name]:g}."
            )


def check_address(address: str, *, allow_public: bool) -> None:
    """Refuse addresses that are not a lab's, unless told."""
    parsed = ipaddress.ip_address(address)
    if not (parsed.is_private or parsed.is_loopback or parsed.is_link_local) and not allow_public:
        raise RefusalError(
            f"{address} is a public address: the prober sends traffic to private addresses only; "
            "add --allow-public if that server is yours."
        )


# ---------------------------------------------------------------------------------------------------------------------
# Traffic: input and output
# ---------------------------------------------------------------------------------------------------------------------


class WrongStatusError(Exception):
    """An answer that is not the wanted one."""

    def __init__(self, status: int, shown: str) -> None:
        super().__init__(f"HTTP {status} {shown}".rstrip())
        self.status = status


class MalformedAnswerError(Exception):
    """An answer that is not HTTP, or not the document that was asked for."""


@dataclasses.dataclass(frozen=True)
class Target:
    """One address that the stack is reached by."""

    address: str
    port: int
    host: str
    tls: ssl.SSLContext | None

    @property
    def name(self) -> str:
        shown = f"[{self.address}]" if ":" in self.address else self.address
        return f"{shown}:{self.port}"


@dataclasses.dataclass(frozen=True)
class Options:
    """What the traffic looks like."""

    rate: float
    seconds: float
    requests: int
    writes: float
    fresh: float
    reads: tuple[str, ...]
    items: str = "/items"
    attempt_timeout: float = 1.0
    retry_after: float = 0.5
    deadline: float = 2.0
    in_flight: int = 256
    settle: float = 10.0
    seed: int = 1


class Connection:
    """One HTTP/1.1 connection."""

    MAXIMUM_BODY = 4 * 1024 * 1024

    def __init__(self, target: Target, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.target, self.reader, self.writer = target, reader, writer
        self.reusable = True
        self.rested = time.monotonic()

    @classmethod
    async def open(cls, target: Target) -> Connection:
        reader, writer = await asyncio.open_connection(
            target.address, target.port, ssl=target.tls, server_hostname=target.host if target.tls else None
        )
        return cls(target, reader, writer)

    @property
    def stale(self) -> bool:
        """The other side has closed it while it was idle, or may be about to."""
        return self.reader.at_eof() or self.writer.is_closing() or time.monotonic() - self.rested > IDLE

    def abort(self) -> None:
        self.reusable = False
        self.writer.transport.abort()

    async def exchange(self, request: bytes) -> tuple[int, bytes]:
        """Send one request and read its whole answer."""
        self.writer.write(request)
        await self.writer.drain()
        status, headers = parse_head(await self._head())
        if status < 200:
            raise MalformedAnswerError(f"an interim answer {status} that was not asked for")
        body = await self._body(status, headers)
        if "close" in headers.get("connection", "").lower():
            self.reusable = False
        return status, body

    async def _head(self) -> bytes:
        try:
            return await self.reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError as error:
            raise MalformedAnswerError("the head of the answer is too long") from error

    async def _body(self, status: int, headers: Mapping[str, str]) -> bytes:
        if status in {204, 304}:
            return b""
        if "chunked" in headers.get("transfer-encoding", "").lower():
            return await self._chunks()
        if "content-length" in headers:
            length = number(headers["content-length"], 10)
            return await self.reader.readexactly(self._bounded(length))
        self.reusable = False
        return await self.reader.read(self.MAXIMUM_BODY)

    async def _chunks(self) -> bytes:
        body = b""
        while size := number((await self.reader.readuntil(b"\n")).decode("latin-1").split(";")[0].strip(), 16):
            self._bounded(len(body) + size)
            body += await self.reader.readexactly(size)
            await self.reader.readexactly(2)
        while (await self.reader.readuntil(b"\n")).strip():
            pass
        return body

    def _bounded(self, length: int) -> int:
        if not 0 <= length <= self.MAXIMUM_BODY:
            raise MalformedAnswerError(f"a body of {length} bytes")
        return length


def number(text: str, base: int) -> int:
    """A number of the protocol."""
    try:
        return int(text, base)
    except ValueError as error:
        raise MalformedAnswerError(f"{text[:40]!r} is not a number") from error


def parse_head(head: bytes) -> tuple[int, dict[str, str]]:
    """Status and headers (names in lower case) of an answer."""
    first, *rest = head.decode("latin-1").split("\r\n")
    version, _space, after = first.partition(" ")
    if not version.startswith("HTTP/1.") or not after[:3].isdigit():
        raise MalformedAnswerError(f"{first[:60]!r} is not a status line")
    pairs = (line.partition(":") for line in rest if line)
    headers = {name.strip().lower(): value.strip() for name, _colon, value in pairs}
    if version == "HTTP/1.0":
        headers.setdefault("connection", "close")
    return int(after[:3]), headers


def compose(method: str, path: str, host: str, *, keep: bool, body: bytes = b"", key: str = "") -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "User-Agent: webstack-probe", "Accept: application/json"]
    if method == "POST":
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}", f"Idempotency-Key: {key}"]
    lines.append("Connection: keep-alive" if keep else "Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii") + body


class Client:
    """Attempts on kept or fresh connections."""

    def __init__(self, authority: str) -> None:
        self.authority = authority
        self._idle: dict[str, list[Connection]] = {}

    async def attempt(
        self, target: Target, method: str, path: str, *, fresh: bool, body: bytes = b"", key: str = "",
        on_send: Callable[[], None] = lambda: None,
    ) -> bytes:  # fmt: skip
        """The body of a good answer (2xx), or an exception. Time is bounded by the caller."""
        connection = None if fresh else self._kept(target)
        if connection is None:
            connection = await Connection.open(target)
        done = False
        try:
            on_send()
            request = compose(method, path, self.authority, keep=not fresh, body=body, key=key)
            status, answer = await connection.exchange(request)
            done = True
        finally:
            if not done or fresh or not connection.reusable:
                connection.abort()
            else:
                connection.rested = time.monotonic()
                self._idle.setdefault(target.name, []).append(connection)
        if not 200 <= status < 300:
            raise WrongStatusError(status, answer[:120].decode("utf-8", "replace").strip().split("\n")[0])
        return answer

    def _kept(self, target: Target) -> Connection | None:
        idle = self._idle.get(target.name, [])
        while idle:
            connection = idle.pop()
            if not connection.stale:
                return connection
            connection.abort()
        return None

    def close(self) -> None:
        for connection in itertools.chain.from_iterable(self._idle.values()):
            connection.abort()
        self._idle.clear()


class Prober:
    """Sends the mix on schedule and books each outcome."""

    def __init__(self, authority: str, targets: Sequence[Target], options: Options) -> None:
        self.client, self.targets, self.options = Client(authority), targets, options
        self.outcomes: list[Outcome] = []
        self.ledger: list[Written] = []
        self.start = self.end = 0.0
        self._stop = asyncio.Event()
        self._run_id = uuid.uuid4().hex[:12]

    def stop(self) -> None:
        """End the traffic early; what was written is still read back."""
        self._stop.set()

    async def run(self) -> None:
        options = self.options
        count = min(options.requests, max(1, math.floor(options.rate * options.seconds)))
        gate = asyncio.Semaphore(options.in_flight)
        mix = plan(options.seed, options.writes, options.fresh, options.reads)
        loop = asyncio.get_running_loop()
        self.start = loop.time()
        async with asyncio.TaskGroup() as group:
            for index in range(count):
                scheduled = self.start + index / options.rate
                await self._pause(scheduled - loop.time())
                await gate.acquire()
                if self._stop.is_set() or loop.time() > self.start + 2 * options.seconds + options.deadline:
                    gate.release()
                    break
                path, fresh = next(mix)
                target = self.targets[index % len(self.targets)]
                task = group.create_task(self._request(index, scheduled, target, path, fresh=fresh))
                task.add_done_callback(lambda _task: gate.release())
        self.end = loop.time()

    async def _pause(self, seconds: float) -> None:
        if seconds > 0:
            with contextlib.suppress(TimeoutError):  # nobody has stopped it meanwhile
                await asyncio.wait_for(self._stop.wait(), seconds)
        else:
            await asyncio.sleep(0)

    async def _request(self, index: int, scheduled: float, target: Target, path: str, *, fresh: bool) -> None:
        options, now = self.options, asyncio.get_running_loop().time
        started = now()
        write = not path
        key = f"probe-{self._run_id}-{index}" if write else ""
        text = f"probe {key}" if write else ""
        body = json.dumps({"text": text}).encode() if write else b""
        sent: list[float] = []
        errors: list[RawError] = []
        answer: bytes | None = None
        until = started + options.deadline
        for retry in (False, True):
            if retry:
                await asyncio.sleep(max(0.0, started + options.retry_after - now()))
            try:
                async with asyncio.timeout_at(min(until, now() + options.attempt_timeout)):
                    answer = await self.client.attempt(
                        target, "POST" if write else "GET", options.items if write else path,
                        fresh=fresh or retry, body=body, key=key, on_send=lambda: sent.append(now()),
                    )  # fmt: skip
                break
            except Exception as error:  # whatever went wrong, this attempt got no good answer
                errors.append(RawError(classify(error), shown(error, target, path), now()))
        self.outcomes.append(
            Outcome(
                target=target.name,
                write=write,
                scheduled=scheduled,
                started=started,
                finished=now(),
                good=answer is not None,
                raw_errors=tuple(errors),
                retried=bool(errors),
                key=key,
                reached_server=bool(sent),
                hosts=hosts_of(document(answer)) if path.startswith("/whoami") else {},
            )
        )
        if write:
            self.ledger.append(Written(key, text, acknowledged=answer is not None, reached_server=bool(sent)))

    async def read_back(self) -> dict[str, int | None]:
        """Rows by key. Looks again, within a bound, for what is missing: a replica may be behind."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self.options.settle
        found: dict[str, int | None] = {}
        wanted = list(self.ledger)
        while wanted:
            for entry, rows in zip(wanted, await self._look(wanted, until + 60), strict=True):
                found[entry.key] = merge_sightings(found.get(entry.key), rows)
            wanted = [entry for entry in wanted if entry.acknowledged and not found[entry.key]]
            if not wanted or loop.time() >= until:
                break
            await asyncio.sleep(0.2)
        return found

    async def _look(self, entries: Sequence[Written], until: float) -> list[int | None]:
        gate = asyncio.Semaphore(8)
        loop = asyncio.get_running_loop()

        async def one(index: int, entry: Written) -> int | None:
            path = f"{self.options.items}?key={quote(entry.key)}"
            async with gate:
                if loop.time() >= until:
                    return None
                try:
                    async with asyncio.timeout(self.options.deadline):
                        target = self.targets[index % len(self.targets)]
                        answer = await self.client.attempt(target, "GET", path, fresh=False)
                except Exception:  # no answer teaches nothing about the write
                    return None
            return count_rows(document(answer), entry.text)

        return list(await asyncio.gather(*(one(index, entry) for index, entry in enumerate(entries))))


def document(body: bytes | None) -> object:
    """The JSON of an answer, or None."""
    try:
        return json.loads(body or b"null")
    except ValueError:
        return None


def shown(error: BaseException, target: Target, path: str) -> str:
    """One line about an error, for the report."""
    return f"{target.name} {'GET ' + path if path else 'write'}: {str(error).strip() or type(error).__name__}"


async def probe(url: str, targets: Sequence[Target], options: Options) -> tuple[dict[str, Any], list[Written]]:
    """Run the traffic, read the writes back, and give the report and the ledger."""
    prober = Prober(urlsplit(url).netloc, targets, options)
    loop = asyncio.get_running_loop()
    # Outside the main thread, where unit tests run it, no signal can be handled; the prober's own bounds then end it.
    handled = (signal.SIGINT, signal.SIGTERM) if threading.current_thread() is threading.main_thread() else ()
    for number_ in handled:
        loop.add_signal_handler(number_, prober.stop)
    try:
        await prober.run()
        writes = reconcile(prober.ledger, await prober.read_back())
    finally:
        for number_ in handled:
            loop.remove_signal_handler(number_)
        prober.client.close()
    parameters = {"url": url, "targets": [target.name for target in targets], **dataclasses.asdict(options)}
    return summarise(prober.outcomes, writes, prober.start, prober.end, parameters), prober.ledger


# ---------------------------------------------------------------------------------------------------------------------
# Command line
# ---------------------------------------------------------------------------------------------------------------------


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise RefusalError(f"{host} has no address ({error.strerror}): give one with --connect ADDRESS.") from error
    return sorted({str(entry[4][0]) for entry in found})


def make_targets(url: str, connect: Sequence[str], ca: str | None, *, allow_public: bool) -> list[Target]:
    """One target for each address that the URL is reached by."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise RefusalError(f"{url} is not a URL like https://www.webstack.test, without a path.")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    context = None
    if parts.scheme == "https":
        try:
            context = ssl.create_default_context(cafile=ca)
        except OSError as error:
            raise RefusalError(f"--ca {ca} cannot be read: {error}.") from error
    addresses = list(connect) or resolve(parts.hostname, port)
    for address in addresses:
        try:
            check_address(address, allow_public=allow_public)
        except ValueError as error:
            raise RefusalError(f"--connect {address} is not an address: give a literal like 192.168.1.10.") from error
    return [Target(address, port, parts.hostname, context) for address in addresses]


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("url", help="where the stack is, e.g. https://www.webstack.test")
    parser.add_argument("--connect", action="append", default=[], metavar="ADDRESS",
                        help="an address to use instead of DNS; repeat it for each VIP")  # fmt: skip
    parser.add_argument("--ca", metavar="FILE", help="trust this CA only (default: the system's)")
    parser.add_argument("--rate", type=float, default=20, help="requests a second (default 20)")
    parser.add_argument("--seconds", type=float, default=10, help="length of the traffic (default 10)")
    parser.add_argument("--requests", type=int, default=LIMITS["requests"], help="end after so many requests")
    parser.add_argument("--writes", type=float, default=0.2, metavar="SHARE", help="share of writes (default 0.2)")
    parser.add_argument("--fresh", type=float, default=0.25, metavar="SHARE",
                        help="share of requests on a new connection (default 0.25)")  # fmt: skip
    parser.add_argument("--get", action="append", default=[], metavar="PATH",
                        help="a path to read; repeat it (default /whoami and /items)")  # fmt: skip
    parser.add_argument("--timeout", type=float, default=1.0, help="seconds for one attempt (default 1)")
    parser.add_argument("--retry-after", type=float, default=0.5,
                        help="the one retry starts no sooner after the request, in seconds (default 0.5)")  # fmt: skip
    parser.add_argument("--deadline", type=float, default=2.0,
                        help="seconds until a request without a good answer has failed (default 2)")  # fmt: skip
    parser.add_argument("--settle", type=float, default=10.0,
                        help="how long the reading back looks for missing writes, in seconds (default 10)")  # fmt: skip
    parser.add_argument("--in-flight", type=int, default=256, help="open requests at a time (default 256)")
    parser.add_argument("--seed", type=int, default=1, help="another number gives another mix")
    parser.add_argument("--allow-public", action="store_true", help="the server is mine although it is public")
    parser.add_argument("--json", metavar="FILE", help="write the report as JSON; - prints it instead of the table")
    parser.add_argument("--ledger", metavar="FILE", help="write every write and its key, one JSON object a line")
    return parser.parse_args(arguments)


def options_of(given: argparse.Namespace) -> Options:
    """The options, checked."""
    check_bounds(given.rate, given.seconds, given.requests, given.in_flight)
    for name in ("writes", "fresh"):
        if not 0 <= getattr(given, name) <= 1:
            raise RefusalError(f"--{name} {getattr(given, name):g} is not a share: choose 0 to 1.")
    if not 0 < given.timeout <= given.deadline <= 60 or not 0 <= given.retry_after < given.deadline:
        raise RefusalError("--timeout and --retry-after must fit into --deadline, and that into 60 s.")
    return Options(
        rate=given.rate, seconds=given.seconds, requests=given.requests, writes=given.writes, fresh=given.fresh,
        reads=tuple(given.get) or ("/whoami", "/items"), attempt_timeout=given.timeout, retry_after=given.retry_after,
        deadline=given.deadline, in_flight=given.in_flight, settle=min(given.settle, 600), seed=given.seed,
    )  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, report, and say by the exit status whether it is proved."""
    given = parse_arguments(arguments)
    try:
        options = options_of(given)
        targets = make_targets(given.url, given.connect, given.ca, allow_public=given.allow_public)
    except RefusalError as refusal:
        print(refusal, file=sys.stderr)
        return 2
    began = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    summary, ledger = asyncio.run(probe(given.url, targets, options))
    summary = {"began": began, **summary}
    if given.ledger:
        with open(given.ledger, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(dataclasses.asdict(entry)) + "\n" for entry in ledger)
    if given.json and given.json != "-":
        with open(given.json, "w", encoding="utf-8") as file:
            file.write(json.dumps(summary, indent=2) + "\n")
    print(json.dumps(summary, indent=2) if given.json == "-" else table(summary))
    return 0 if summary["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
