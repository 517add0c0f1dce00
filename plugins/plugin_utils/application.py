"""One application as people write it (an entry of `webstack_applications`), with all that it leaves out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

SOURCES = ("folder", "archive", "git", "image")

# The application that the role app_server carries, in each of its runtimes.
CARRIED: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "demo": {
        # Its own file for Gunicorn says what is to be loaded.
        "python": {
            "start": "gunicorn --config gunicorn.conf.py",
            "migrate": "python3 -m demo migrate",
            "packages": [
                *("gunicorn", "python3-flask", "python3-sqlalchemy", "python3-pymysql", "python3-prometheus-client")
            ],
            "static": {"/static/": "static"},
        },
        "node": {
            "entry": "server.js",
            "requirements": "package-lock.json",
            "migrate": "node migrate.js",
            "static": {"/static/": "static"},
        },
        "ruby": {
            "entry": "config.ru",
            "migrate": "ruby migrate.rb",
            "packages": ["ruby-erubi", "ruby-mysql2", "ruby-sinatra"],
            "static": {"/static/": "static"},
        },
    }
}


@dataclass(frozen=True)
class Application:
    """One entry. The defaults are those of the role settings' argument specs."""

    name: str
    runtime: str = "python"
    folder: str = ""
    archive: str = ""
    checksum: str = ""
    git: str = ""
    image: str = ""
    source_user: str = ""
    source_host_key: str = ""
    containerfile: str = ""
    version: str = ""
    packages: Sequence[str] = ()
    requirements: str = ""
    wheels: str = ""
    build: Sequence[str] = ()
    server: str = "gunicorn"
    entry: str = ""
    start: str = ""
    port: int = 0
    port_variable: str = "PORT"
    database: bool = True
    migrate: str = ""
    health_path: str = "/healthz"
    metrics_path: str = "/metrics"
    environment: Mapping[str, str] | None = None
    secrets: Sequence[str] = ()
    memory_mib: int = 0
    start_timeout_seconds: int = 30
    stop_timeout_seconds: int = 30
    keep_releases: int = 5
    domains: Sequence[str] = ()
    paths: Sequence[str] = ("/",)
    static: Mapping[str, str] | None = None
    streams: Sequence[str] = ()
    redirects: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None
    timeout_seconds: int = 25
    body_mib: int = 10
    cache_seconds: int = 0
    cache_bypass_cookies: Sequence[str] = ()
    workers: Mapping[str, str] | None = None
    timers: Mapping[str, Mapping[str, str]] | None = None
    shared_paths: Sequence[str] = ()
    uid: int = 0

    @property
    def carried(self) -> bool:
        """Whether the role brings its source."""
        return self.runtime in CARRIED.get(self.name, ()) and not any(getattr(self, kind) for kind in SOURCES)

    @property
    def venv(self) -> bool:
        """Whether it has a Python environment of its own, apart from the distribution's packages."""
        return self.runtime == "python" and bool(self.requirements)

    @property
    def contained(self) -> bool:
        """Whether each release of it is an image of a container."""
        return self.runtime == "container"


def known() -> tuple[str, ...]:
    """Return the keys of an entry."""
    return tuple(field.name for field in fields(Application))


def application_of(entry: Mapping[str, Any]) -> Application:
    """Return an entry with all that it leaves out; it has passed `problems_of`."""
    found = Application(**entry)
    return Application(**{**CARRIED[found.name][found.runtime], **entry}) if found.carried else found
