"""One JSON object a line for the journal, with the request it belongs to."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")

# What systemd reads from the start of a line, so that `journalctl --priority=err` finds it.
_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))


def line(level: int, fields: Mapping[str, object]) -> str:
    """Write one line of the journal."""
    priority = next((number for limit, number in _PRIORITIES if level >= limit), 7)
    return f"<{priority}>" + json.dumps(fields, ensure_ascii=False, default=str)


class EventFormatter(logging.Formatter):
    """Events: the sentence, who says it, and the trace of an error."""

    def format(self, record: logging.LogRecord) -> str:
        """Turn a record into a line."""
        fields = {"level": record.levelname.lower(), "logger": record.name, "message": record.getMessage()}
        if request_id.get():
            fields["request_id"] = request_id.get()
        if record.exc_info:
            fields["trace"] = self.formatException(record.exc_info)
        return line(record.levelno, fields)


class AccessFormatter(logging.Formatter):
    """Requests: Gunicorn hands its atoms over as the record's arguments."""

    def format(self, record: logging.LogRecord) -> str:
        """Turn a record into a line."""
        atoms = record.args
        fields = {
            "level": record.levelname.lower(),
            "logger": "access",
            "request_id": atoms["{x-request-id}o"],
            "client": atoms["{x-forwarded-for}i"],
            "balancer": atoms["{x-webstack-balancer}i"],
            "web": atoms["{x-webstack-web}i"],
            "method": atoms["m"],
            "path": atoms["U"],
            "status": int(atoms["s"]),
            "bytes": atoms["B"],
            "milliseconds": round(atoms["D"] / 1000, 1),
        }
        return line(record.levelno, fields)
