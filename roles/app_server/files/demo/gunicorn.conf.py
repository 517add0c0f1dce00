"""Gunicorn's settings; the socket comes from systemd (LISTEN_FDS), the numbers from the environment."""

import os

wsgi_app = "demo:create_app()"
worker_class = "gthread"
workers = int(os.environ.get("WORKERS", "2"))
threads = int(os.environ.get("THREADS", "16"))
# Longer than the slowest answer of the database; a worker that says nothing for so long is stuck.
timeout = 30
graceful_timeout = 20
worker_tmp_dir = os.environ.get("RUNTIME_DIRECTORY")

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
