"""Gunicorn's settings; the socket comes from systemd (LISTEN_FDS), the numbers from the environment."""

import os
from pathlib import Path

wsgi_app = "demo:create_app()"
worker_class = "gthread"
workers = int(os.environ.get("WORKERS", "2"))
threads = int(os.environ.get("THREADS", "16"))
# Longer than the slowest answer of the database; a worker that says nothing for so long is stuck.
timeout = 30
graceful_timeout = 20
worker_tmp_dir = os.environ.get("RUNTIME_DIRECTORY")
if worker_tmp_dir:
    # Where the workers count together (demo.metrics); systemd empties it whenever the service stops.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = f"{worker_tmp_dir}/metrics"
    Path(worker_tmp_dir, "metrics").mkdir(exist_ok=True)


def child_exit(_server, worker):
    """What a worker held is held no more; what it has counted stays."""
    if worker_tmp_dir:
        from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415 -- reads the variable above

        mark_process_dead(worker.pid)


accesslog = "-"
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"event": {"()": "demo.journal.EventFormatter"}, "access": {"()": "demo.journal.AccessFormatter"}},
    "handlers": {
        "event": {"class": "logging.StreamHandler", "formatter": "event", "stream": "ext://sys.stderr"},
        "access": {"class": "logging.StreamHandler", "formatter": "access", "stream": "ext://sys.stdout"},
    },
    "root": {"level": "INFO", "handlers": ["event"]},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["event"], "propagate": False},
        "gunicorn.access": {"level": "INFO", "handlers": ["access"], "propagate": False},
    },
}
