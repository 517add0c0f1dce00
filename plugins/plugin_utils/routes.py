"""Which application answers which request: host names and paths, and what the tiers before it do with its requests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from .addresses import literal
from .application import Application
from .layout import is_domain

PATH = re.compile(r"/(?:[A-Za-z0-9._~-]+/)*[A-Za-z0-9._~-]*")
HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
COOKIE = re.compile(r"[A-Za-z0-9_-]+")
TARGET = re.compile(r"(?:/(?!/)|https?://)[^\s\"'\\;{}$]*")
PLACE = re.compile(r"[A-Za-z0-9._~-][A-Za-z0-9._~/-]*")
# A header's value in a file of Nginx, where '$' begins a variable.
VALUE = re.compile(r"[^\"\\$\x00-\x1f\x7f]*")
# Nginx's and HAProxy's own pages of this stack.
OWN = "/.webstack"


def problems_of(app: Application) -> Iterator[str]:
    """Return what is wrong with where an application answers, one sentence each, without its name."""
    yield from _places(app)
    yield from _answers(app)
    for key, least in (("timeout_seconds", 1), ("body_mib", 1), ("cache_seconds", 0)):
        if getattr(app, key) < least:
            yield f"has {key} {getattr(app, key)}. Give at least {least}."


def _places(app: Application) -> Iterator[str]:
    yield from (
        f"has the domain {each!r}, which is not a host name. Write it as shop.example.com."
        for each in app.domains
        if not is_domain(each) or literal(each)
    )
    if not app.paths:
        yield "has no path. Leave paths out, or give one that begins with '/'."
    yield from (_wrong("path", each) for each in app.paths if not _sound(each))
    if app.metrics_path and not _sound(app.metrics_path):
        yield _wrong("metrics_path", app.metrics_path)
    for key, paths in (
        ("static", list(app.static or {})),
        ("streams", app.streams),
        ("redirects", list(app.redirects or {})),
    ):
        for each in paths:
            if not _sound(each):
                yield _wrong(f"path in {key}", each)
            elif not any(covers(path, each) for path in app.paths):
                yield f"has {each} in {key}, which is below none of its paths ({', '.join(app.paths)}). Move it there."
            elif key == "static" and each == "/":
                yield "has all of '/' in static. Name the folders and files below it."


def _answers(app: Application) -> Iterator[str]:
    for place in (app.static or {}).values():
        if not PLACE.fullmatch(str(place)) or ".." in str(place).split("/"):
            yield f"has the place {place!r} in static. Write a folder or a file of the release, with no '/' before it."
    for source, target in (app.redirects or {}).items():
        if not TARGET.fullmatch(str(target)):
            yield f"redirects {source} to {target!r}. Write a path that begins with '/', or a whole address."
    for name, value in (app.headers or {}).items():
        if not HEADER.fullmatch(str(name)) or not VALUE.fullmatch(str(value)):
            yield f"has the header {name}: {value!r}, which Nginx cannot send. Leave out quotes, '$' and line ends."
    yield from (
        f"has the cookie {each!r}, which is no name. Write letters, digits, '_' and '-'."
        for each in app.cache_bypass_cookies
        if not COOKIE.fullmatch(each)
    )
    if app.cache_bypass_cookies and not app.cache_seconds:
        yield "has cache_bypass_cookies, and no cache. Give cache_seconds, or leave them out."


def _sound(path: str) -> bool:
    return PATH.fullmatch(path) is not None and "/." not in path


def _wrong(what: str, path: str) -> str:
    return (
        f"has the {what} {path!r}. Write it from '/' on, with letters, digits, '.', '_', '~' and '-'; "
        "no part begins with '.'."
    )


def clashes(apps: Sequence[Application], domain: str) -> Iterator[str]:
    """Return what is wrong between applications: names too much alike, and two that answer the same requests."""
    owners: dict[tuple[str, str], str] = {}
    named: dict[str, str] = {}
    for app in apps:
        # Nginx's variables know no '-'.
        if other := named.get(app.name.replace("-", "_")):
            yield f"{other} and {app.name} are one name, but for '-' and '_'. Give each application a name of its own."
            continue
        named[app.name.replace("-", "_")] = app.name
        for name in app.domains or [""]:
            own = "" if name.lower() == domain.lower() else name.lower()
            for route in _routes(app):
                for place in route["locations"]:
                    other = owners.setdefault((own, place.removeprefix("^~ ")), app.name)
                    if other != app.name:
                        yield (
                            f"{other} and {app.name} both answer {name or domain or 'the domain of the stack'}"
                            f"{route['path']}. Give one of them another path, or domains of its own."
                        )
                        break


def covers(path: str, other: str) -> bool:
    """Whether requests for a path are among those of another one: /shop has /shop and /shop/..., and no /shopping."""
    return other == path or other.startswith(path if path.endswith("/") else f"{path}/")


def probed(app: Application) -> str:
    """Return the path by which a prober meets the application through the web tier."""
    return next((app.health_path for path in app.paths if covers(path, app.health_path)), app.paths[0])


def servers(apps: Sequence[Application], own: Sequence[str]) -> list[dict[str, Any]]:
    """Return what is served: for each set of host names its routes, the longest path first.

    `own` are the names of the stack itself, which belong to applications that name no domain.
    """
    routes: dict[str, list[dict[str, Any]]] = {"": []}
    for app in apps:
        for name in [each.lower() for each in app.domains] or [""]:
            routes.setdefault("" if name in own else name, []).extend(_routes(app))
    found: list[dict[str, Any]] = []
    for name, each in routes.items():
        ordered = sorted(each, key=lambda route: (-len(route["path"]), route["path"]))
        alike = next((server for server in found[1:] if server["routes"] == ordered), None)
        if alike:
            alike["names"].append(name)
        else:
            found.append({"names": [name] if name else list(own), "routes": ordered})
    return found


def _routes(app: Application) -> Iterator[dict[str, Any]]:
    """What answers each place: a redirect goes before a file, that before a stream, and that before all else.

    Nobody is answered where the metrics are, if that is a place of the application at all, and none of its paths.
    """
    taken: set[str] = set()
    metrics = app.metrics_path if app.metrics_path not in app.paths else ""
    kinds = {
        "redirect": app.redirects or {},
        "static": app.static or {},
        "stream": app.streams,
        "private": [metrics] if metrics and any(covers(path, metrics) for path in app.paths) else [],
        "proxy": app.paths,
    }
    for kind, paths in kinds.items():
        for path in paths:
            free = [place for place in places(path, kind) if place not in taken]
            taken.update(free)
            if free:
                prefix = max((each for each in app.paths if covers(each, path)), key=len)
                yield {
                    "path": path,
                    "kind": kind,
                    "application": app.name,
                    "prefix": prefix.rstrip("/"),
                    # No regular expression is looked at for files.
                    "locations": [f"^~ {place}" if kind == "static" and place[0] != "=" else place for place in free],
                    "tests": matches(path),
                }


def places(path: str, kind: str) -> list[str]:
    """Return the words by which Nginx knows a path, and all below it but for a redirect or a file."""
    if kind == "redirect" or (kind == "static" and not path.endswith("/")):
        return [f"= {path}"]
    return [path] if path.endswith("/") else [f"= {path}", f"{path}/"]


def matches(path: str) -> list[str]:
    """Return HAProxy's tests for a path and all below it; no regular expressions, which compile code while it runs."""
    return [f"-m beg {path}"] if path.endswith("/") else [f"-m str {path}", f"-m beg {path}/"]


def told(app: Application) -> dict[str, Any]:
    """Return what tiers before the application go by, beside its keys."""
    return {
        **{key: dict(getattr(app, key) or {}) for key in ("redirects", "headers", "static")},
        **{key: list(getattr(app, key)) for key in ("domains", "paths", "streams", "cache_bypass_cookies")},
        "probe_domain": next(iter(app.domains), ""),
        "probe_path": probed(app),
        "stream_tests": [test for path in app.streams for test in matches(path)],
    }
