"""What an application has beside its requests: background workers, jobs at their time, folders that releases share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from . import commands
from .application import Application

NAME = re.compile(r"[a-z][a-z0-9-]{0,15}")
# What systemd.time(7) knows is judged by systemd, on the host; here is judged what can stand in a file of a unit.
CALENDAR = re.compile(r"[A-Za-z0-9 *:,./~-]+")
PLACE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
TIMER_KEYS = {"calendar", "start"}


def shared_folder(name: str) -> str:
    """Return where an application's folders are that outlive its releases."""
    return f"{commands.FOLDER}/{name}/shared"


def problems_of(app: Application) -> Iterator[str]:
    """Return what is wrong with them, one sentence each, without the application's name."""
    starts: list[tuple[str, Any]] = [*(app.workers or {}).items()]
    for name, timer in (app.timers or {}).items():
        if not isinstance(timer, Mapping) or set(timer) != TIMER_KEYS:
            yield f"has the timer {name}, which needs calendar and start, and nothing else. Give both."
            continue
        starts.append((name, timer["start"]))
        if not CALENDAR.fullmatch(str(timer["calendar"])):
            yield (
                f"has the calendar {timer['calendar']!r}. "
                "Write it as systemd.time(7) says, such as 03:00 or Mon *-*-* 04:30."
            )
    for name, start in starts:
        if not NAME.fullmatch(str(name)):
            yield (
                f"has the worker or timer {name!r}, which fits no unit. "
                "Write at most 16 of a-z, 0-9 and '-', and a letter first."
            )
        if not isinstance(start, str) or not start.strip() or not commands.splits(start):
            yield f"has the worker or timer {name}, whose command is empty, or has quotes that do not end. Mend start."
    for name in sorted({*(app.workers or {})} & {*(app.timers or {})}):
        yield f"has a worker and a timer {name}. Give each a name of its own."
    for place in app.shared_paths:
        if not PLACE.fullmatch(place):
            yield (
                f"has the shared path {place!r}. "
                "Write a folder of the release, without '/' at its ends and with no hidden part."
            )


def told(app: Application) -> dict[str, Any]:
    """Return their units' words."""
    timers = app.timers or {}
    return {
        "workers": {name: commands.line(app, start) for name, start in (app.workers or {}).items()},
        "timers": {
            name: {"calendar": timer["calendar"], "start": commands.line(app, timer["start"])}
            for name, timer in timers.items()
        },
        "shared_paths": list(app.shared_paths),
        "shared_folder": shared_folder(app.name),
    }
