"""The commands of an application: what builds its releases, what its service runs, and how a unit writes them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from .application import Application

FOLDER = "/srv/webstack/apps"
GEMS = "vendor/bundle"


def splits(text: str) -> bool:
    """Whether the quotes of a command end."""
    try:
        shlex.split(text)
    except ValueError:
        return False
    return True


def start_command(app: Application) -> list[str]:
    """Return what its service runs. `%i` is the slot, whose folder is a link to the release."""
    python = f"{FOLDER}/{app.name}/%i/.venv/bin/python3" if app.venv else "/usr/bin/python3"
    if app.start or app.contained:
        return words_of(app, app.start)
    if app.runtime == "node":
        return ["/usr/bin/node", app.entry]
    if app.runtime == "ruby":
        # Puma takes over the socket that systemd has opened for this address.
        bind = f"unix:///run/webstack-app/{app.name}-%i.sock"
        puma = ["puma", "--bind", bind, "--threads", "${THREADS}:${THREADS}", app.entry]
        if app.requirements:
            return _with_gems(["bundle", "exec", *puma], f"{FOLDER}/{app.name}/%i/")
        return ["/usr/bin/puma", *puma[1:]]
    if app.server == "uvicorn":
        stop = str(app.stop_timeout_seconds)
        return [python, "-m", "uvicorn", "--fd", "3", "--timeout-graceful-shutdown", stop, app.entry]
    return [
        *(python, "-m", "gunicorn", "--worker-class", "gthread", "--threads", "${THREADS}"),
        *("--graceful-timeout", str(app.stop_timeout_seconds), "--access-logfile", "-", app.entry),
    ]


def words_of(app: Application, command: str) -> list[str]:
    """Return the words of a command as a unit of the application runs it."""
    words = [_placed(app, word) for word in shlex.split(command)]
    if app.venv and words[:1] in (["python"], ["python3"]):
        words[0] = f"{FOLDER}/{app.name}/%i/.venv/bin/python3"
    if app.runtime == "ruby" and app.requirements:
        return _with_gems(words, f"{FOLDER}/{app.name}/%i/")
    return words


def line(app: Application, command: str) -> str:
    """Return a command as the line of a unit; its program by a path, as systemd wants it."""
    return unit_words(words_of(app, command))


def _placed(app: Application, word: str) -> str:
    """A program of the release itself, by the path that its service knows; other words as they are, for systemd."""
    escaped = word.replace("%", "%%")
    own = escaped.startswith("./") and not app.contained
    return f"{FOLDER}/{app.name}/%i/{escaped[2:]}" if own else escaped


def _with_gems(words: list[str], folder: str = "") -> list[str]:
    """A command that knows the gems of the release, and after them those of the distribution."""
    return ["/usr/bin/env", f"GEM_HOME={folder}{GEMS}", f"GEM_PATH={folder}{GEMS}:", *words]


def build_commands(app: Application) -> list[list[str]]:
    """Return what makes a release of an unpacked source, each run in the release's folder."""
    made: list[list[str]] = []
    if app.venv:
        wheels = ["--no-index", "--find-links", app.wheels] if app.wheels else []
        pip = [".venv/bin/python3", "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
        made += [
            ["python3", "-m", "venv", ".venv"],
            [*pip, "--no-cache-dir", *wheels, "-r", app.requirements],
        ]
    elif app.runtime == "node" and app.requirements:
        made += [["npm", "ci", "--omit=dev", "--no-audit", "--no-fund"]]
    elif app.runtime == "ruby" and app.requirements:
        # Where the distribution has all of them nobody else is asked; else Bundler still takes its gems where they fit.
        settings = {"without": "development:test", **({"frozen": "true"} if app.requirements.endswith(".lock") else {})}
        made += [["bundle", "config", "set", "--local", *setting] for setting in settings.items()]
        made += [_with_gems(["sh", "-c", "bundle install --local || bundle install --prefer-local"])]
    made += [_in_release(app, text) for text in app.build]
    if app.runtime == "python":
        # The service cannot write what it has compiled.
        made += [["python3", "-m", "compileall", "-q", "."]]
    return made


def migrate_command(app: Application) -> list[str]:
    """Return what brings its tables up to date, run in the release's folder; nothing if nothing does."""
    return _in_release(app, app.migrate)


def _in_release(app: Application, command: str) -> list[str]:
    """A command that is run in the release's folder, with the packages of its language."""
    words = shlex.split(command)
    if words and app.runtime == "ruby" and app.requirements:
        return _with_gems(words)
    return [".venv/bin/python3", *words[1:]] if app.venv and words[:1] in (["python"], ["python3"]) else words


def unit_words(words: Sequence[str]) -> str:
    """Return words as one line of a unit."""
    quoted = ('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in words)
    return " ".join(
        word if re.fullmatch(r"[\w@%+=:,./${}-]+", word) else safe for word, safe in zip(words, quoted, strict=True)
    )


def unit_of(app: Application) -> str:
    """Return what a release says to its unit, so that one to go back to is started as it was."""
    # Of both slots, of which the module app_release makes the one of its slot; systemd passes such a section over.
    port = f"[X-Webstack]\nPort={app.port}\nPortVariable={app.port_variable}\n" if app.port else ""
    if app.contained:
        # Podman makes the unit of it (Quadlet). Without words of its own it runs what the image says.
        return ("[Container]\n" + (f"Exec={unit_words(start_command(app))}\n" if app.start else "")) + port
    # Programs that compile while they run write what they execute.
    writes = "no" if app.runtime in ("node", "command") else "yes"
    return f"[Service]\nExecStart={unit_words(start_command(app))}\nMemoryDenyWriteExecute={writes}\n{port}"
