"""What Prometheus reads at /metrics.

Gunicorn's workers write what they count into files of one folder (PROMETHEUS_MULTIPROC_DIR, see gunicorn.conf.py), so
whichever worker answers gives the sums of all of them. Without the folder it speaks for this process alone.
"""

from __future__ import annotations

import os
import time

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import Engine, event

# A method is a label only if it is one of these: a client could make up any number of others.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_own = CollectorRegistry()
_requests = Counter("http_requests_total", "Requests answered.", ("method", "route", "status"), registry=_own)
_durations = Histogram("http_request_duration_seconds", "Time taken by an answer.", ("method", "route"), registry=_own)
_started = Gauge(
    "process_start_time_seconds", "When the oldest process began.", multiprocess_mode="livemin", registry=_own
)
_used = Gauge(
    "database_sessions_in_use", "Sessions that requests hold.", ("pool",), multiprocess_mode="livesum", registry=_own
)
_limit = Gauge("database_sessions_max", "Sessions at most.", ("pool",), multiprocess_mode="livesum", registry=_own)
_errors = Counter("database_errors_total", "Attempts that failed, by what became of them.", ("outcome",), registry=_own)


def begin() -> None:
    """Note when this process began; a worker is a process of its own, and knows nothing of what was noted before."""
    _started.set(time.time())


begin()


def count(method: str, route: str | None, status: int, seconds: float) -> None:
    """Count an answer. The route is a pattern of ours, never the path that a client wrote."""
    method, route = method if method in METHODS else "other", route or "none"
    _requests.labels(method, route, str(status)).inc()
    _durations.labels(method, route).observe(seconds)


def error(outcome: str) -> None:
    """Count an attempt that the database did not finish."""
    _errors.labels(outcome).inc()


def watch(pool: str, engine: Engine, most: int) -> None:
    """Count the sessions that are taken from a pool."""
    _limit.labels(pool).set(most)
    used = _used.labels(pool)
    event.listen(engine, "checkout", lambda *_: used.inc())
    event.listen(engine, "checkin", lambda *_: used.dec())


def text() -> tuple[bytes, str]:
    """Give everything in the format of Prometheus, and the name of that format."""
    registry = _own
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    return generate_latest(registry), CONTENT_TYPE_LATEST
