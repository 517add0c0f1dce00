"""One piece of traffic against one local server, and what came of it."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import probe
from servers import Application, serving

# An attempt may take its time, because the machine may be busy; where a server stalls on purpose, a test says less.
FAST = {"attempt_timeout": 2.0, "retry_after": 0.05, "deadline": 5.0, "settle": 0.3}


@dataclass
class Played:
    """The server as it is afterwards, the prober's report, and how long the traffic and its reading back took."""

    application: Application
    summary: dict[str, Any]
    seconds: float


def run(port, **options):
    values = {"rate": 100.0, "seconds": 5.0, "requests": 10, "writes": 0.0, "fresh": 0.0, "reads": ("/whoami",)}
    targets = [probe.Target("127.0.0.1", port, "www.webstack.test", None)]
    return asyncio.run(probe.probe("http://www.webstack.test", targets, probe.Options(**values | FAST | options)))[0]


def play(fault=None, visible_after=0.0, **options):
    application = Application(fault, visible_after)
    with serving(application) as port:
        began = time.monotonic()
        summary = run(port, **options)
        return Played(application, summary, time.monotonic() - began)


def always(fault):
    """This fault at every request."""
    return lambda number, method: fault


def once(fault, method="GET", number=3):
    """This fault at the first request of that method from that number on."""
    done = []

    def decide(current, its_method):
        if not done and its_method == method and current >= number:
            done.append(current)
            return fault
        return None

    return decide
