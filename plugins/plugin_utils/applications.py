"""Applications as people write them (`webstack_applications`): what is wrong with an entry, what follows from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from . import jobs, routes
from .application import CARRIED, SOURCES, Application, application_of, known
from .commands import build_commands, migrate_command, splits, unit_of
from .errors import LayoutError

NAME = re.compile(r"[a-z][a-z0-9_-]{0,15}")
# Schemas of MySQL's own.
TAKEN = ("information_schema", "mysql", "performance_schema", "sys")
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
SECRET = re.compile(r"[a-z][a-z0-9_]*")
CHECKSUM = re.compile(r"sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})")
# What the role says itself in each environment.
OWN_VARIABLES = re.compile(r"WEBSTACK_.*|DATABASE_.*|SECRET_KEY|WORKERS|THREADS|WEB_CONCURRENCY|LISTEN_.*|HOME|PATH")
SERVERS = ("gunicorn", "uvicorn")
# Runtime -> an example of what it loads.
RUNTIMES = {"python": "shop.wsgi:application", "node": "server.js", "ruby": "config.ru", "command": "", "container": ""}
LANGUAGES = ["python", "node", "ruby"]
# A registry, a name, and a tag or a digest: what is left out would mean something else on each host, or each day.
IMAGE = re.compile(
    r"(?:localhost|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|[A-Za-z0-9.-]+:[0-9]+)"
    r"(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
PLACE = "{version}"
USER = re.compile(r"[^\s:]+")
SOURCE_PASSWORD = "source_password"  # noqa: S105 # the name of it
SOURCE_KEY = "source_key"
# Addresses that git speaks SSH to: ssh://git@host/path, and git@host:path.
BY_SSH = re.compile(r"ssh://\S+|[^\s/:]+:(?!//)\S+")
HOST_KEY = re.compile(r"(?:ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/]{40,}={0,2}")
# Of users that Debian's own packages do not come with.
UIDS = (100, 59999)
# Nobody has to be root for them, and Linux takes none of them for a connection that it opens itself.
PORTS = (1024, 32766)
PLACE_OF_FILE = re.compile(r"[A-Za-z0-9_-][\w.-]*(?:/[\w-][\w.-]*)*")


def problems_of(variable: str, entry: Mapping[str, Any]) -> Iterator[str]:
    """Return what is wrong with an entry, one sentence each."""
    name = entry.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        yield (
            f"{variable} names {name!r}, which fits neither a unit nor a user. "
            "Write at most 16 of a-z, 0-9, '_' and '-', and a letter first."
        )
        return
    if name in TAKEN:
        yield f"{variable} names {name}, which is a schema of MySQL's own. Choose another name."
        return
    strangers = [str(key) for key in entry if key not in known()]
    if strangers:
        yield f"{variable}: {name} has {', '.join(strangers)}, which is unknown. Known are {', '.join(known())}."
        return
    app = application_of(entry)
    for sentence in (*_source(app), *_runtime(app), *_rest(app), *routes.problems_of(app), *jobs.problems_of(app)):
        yield f"{variable}: {name} {sentence}"


def _source(app: Application) -> Iterator[str]:
    given = [kind for kind in SOURCES if getattr(app, kind)]
    if not given and not app.carried:
        yield f"has no source. Give it one of {', '.join(SOURCES)}; only {_carried()} comes with the role."
    if len(given) > 1:
        yield f"has {' and '.join(given)} as its source. Leave one of them."
    if app.folder and not app.folder.startswith("/"):
        yield f"has the folder {app.folder!r}, which depends on where one stands. Write a path that begins with '/'."
    if app.archive and not CHECKSUM.fullmatch(app.checksum):
        yield "has an archive whose checksum is not known. Add checksum, as sha256:... with 64 digits of 0-9 and a-f."
    if app.checksum and not app.archive:
        yield "has a checksum, and no archive that it could be of. Leave it out."
    if app.image and not _whole(app):
        yield (
            f"has the image {app.image!r}. Write its registry, its name, and a tag or a digest, "
            "such as registry.example.com/shop:1.0."
        )
    yield from _login(app) if app.source_user else ()
    yield from _key(app) if app.source_host_key else ()
    if app.git and not app.version:
        yield "comes from git, and has no version. Add one: a branch, a tag or a commit."
    if any(PLACE in getattr(app, kind) for kind in SOURCES) and not app.version:
        yield f"has {PLACE} in its source, and no version. Add the first one that is to be deployed."


def _login(app: Application) -> Iterator[str]:
    if not app.image and not (app.git or app.archive).startswith("https://"):
        yield (
            "has a source_user, whose password would be sent in the clear, or to nobody. "
            "Give git or archive an address that begins with https://, or leave source_user out."
        )
    if not USER.fullmatch(app.source_user):
        yield f"has the source_user {app.source_user!r}. Write it without white space and ':'."
    if SOURCE_PASSWORD in app.secrets:
        yield f"has the secret {SOURCE_PASSWORD!r}, which is the password of its source_user. Choose another name."


def _key(app: Application) -> Iterator[str]:
    if not BY_SSH.fullmatch(app.git):
        yield (
            "has a source_host_key, and no git server that it could be of. Give git an address such as "
            "ssh://git@git.example.com/shop.git, or leave source_host_key out."
        )
    if app.source_user:
        yield "has a source_host_key and a source_user. Name the user of SSH in git itself, and leave source_user out."
    if not HOST_KEY.fullmatch(app.source_host_key):
        yield (
            f"has the source_host_key {app.source_host_key!r}. Write one of what ssh-keyscan says of the git server, "
            "without the name at its beginning: ssh-ed25519 AAAA..."
        )
    if SOURCE_KEY in app.secrets:
        yield f"has the secret {SOURCE_KEY!r}, which is the key by which git fetches its source. Choose another name."


def _carried() -> str:
    return " and ".join(f"{name} ({', '.join(runtimes)})" for name, runtimes in CARRIED.items())


def _runtime(app: Application) -> Iterator[str]:
    if app.runtime == "command" and not app.start:
        yield "has the runtime command, and no start. Say what starts it."
    if (example := RUNTIMES[app.runtime]) and not app.start and not app.entry:
        yield f"has the runtime {app.runtime}, and neither entry nor start. Give entry, such as {example}."
    for key, runtimes in (
        ("entry", LANGUAGES),
        ("requirements", LANGUAGES),
        ("wheels", ["python"]),
        ("build", [*LANGUAGES, "command"]),
        ("image", ["container"]),
        ("containerfile", ["container"]),
    ):
        if app.runtime not in runtimes and getattr(app, key):
            yield f"has {key}, which is for {' and '.join(runtimes)}, and its runtime is {app.runtime}. Leave it out."
    yield from _container(app) if app.contained else ()
    yield from _port(app) if app.port else ()
    if app.wheels and not app.requirements:
        yield "has wheels, and no requirements that they are for. Add requirements, or leave wheels out."
    for key, texts in (("start", [app.start]), ("migrate", [app.migrate]), ("build", app.build)):
        for text in texts:
            if not splits(text):
                yield f"has a {key} whose quotes do not end: {text!r}. Close them; no shell reads it."


def _container(app: Application) -> Iterator[str]:
    if app.image and app.containerfile:
        yield "has an image and a containerfile, which builds another one. Leave one of them."
    if not IMAGE.fullmatch(f"localhost/{app.name}:1"):
        yield "has a name that no image can have. Put one '-' or '_' at a time between letters or digits."
    if (app.folder or app.git) and not app.containerfile:
        yield "has a source, and no containerfile. Name the file of it that builds the image, such as Containerfile."
    if app.containerfile and not PLACE_OF_FILE.fullmatch(app.containerfile):
        yield f"has the containerfile {app.containerfile!r}. Write a file of its source, without '/' before it."


def _port(app: Application) -> Iterator[str]:
    if not PORTS[0] <= app.port <= PORTS[1]:
        yield f"has the port {app.port}. Give one from {PORTS[0]} to {PORTS[1]}; it and the next one are used."
    if app.runtime in ("python", "ruby") and not app.start:
        yield f"has a port, and a server for {app.runtime} that takes the socket. Leave port out, or say start."
    if not VARIABLE.fullmatch(app.port_variable) or OWN_VARIABLES.fullmatch(app.port_variable):
        yield f"has the port_variable {app.port_variable!r}, which is no name or taken. Write A-Z, 0-9 and '_'."
    if app.port_variable in (app.environment or {}):
        yield f"sets {app.port_variable} in its environment, which says the port. Leave it out, or name port_variable."


def _whole(app: Application) -> bool:
    found = IMAGE.fullmatch(app.image.replace(PLACE, "1"))
    return bool(found and (found["tag"] or found["digest"]))


def _rest(app: Application) -> Iterator[str]:
    if app.migrate and not app.database:
        yield "has a migrate, and no database. Leave migrate out, or database: false."
    if not app.health_path.startswith("/"):
        yield f"has the health_path {app.health_path!r}. Write a path that begins with '/'."
    if app.uid and not UIDS[0] <= app.uid <= UIDS[1]:
        yield f"has the uid {app.uid}. Give a number from {UIDS[0]} to {UIDS[1]} that no user has, or leave it out."
    for name in app.environment or {}:
        if not VARIABLE.fullmatch(str(name)) or OWN_VARIABLES.fullmatch(str(name)):
            yield (
                f"sets {name} in its environment, which is no name or taken. "
                "Write A-Z, 0-9 and '_'; leave the role's own."
            )
    for name in app.secrets:
        if not SECRET.fullmatch(name) or OWN_VARIABLES.fullmatch(name.upper()):
            yield f"has the secret {name!r}, which is no name or taken. Write a-z, 0-9 and '_', and a letter first."
    for key in ("start_timeout_seconds", "stop_timeout_seconds", "keep_releases"):
        if getattr(app, key) < 1 + (key == "keep_releases"):
            yield f"has {key} {getattr(app, key)}. Give at least {1 + (key == 'keep_releases')}."


def source_secret(entry: Mapping[str, Any]) -> str:
    """Return the name of the secret by which its source is fetched, somebody else's to give; nothing without one."""
    found = SOURCE_PASSWORD if entry.get("source_user") else SOURCE_KEY if entry.get("source_host_key") else ""
    return found and f"app_{entry['name']}_{found}"


def secret_names(name: str, secrets: Sequence[str], database: bool) -> list[str]:
    """Return the names of its secrets in the store, those of its database accounts first."""
    accounts = [f"mysql_{name}_{role}" for role in ("writer", "reader") if database]
    return [*accounts, *(f"app_{name}_{each}" for each in ("secret_key", *secrets))]


def wanted(app: Application, version: str, checksum: str) -> Application:
    """Return it with the version that somebody asks for; its source names the place of the version in {version}."""
    asked = replace(app, version=version or app.version, checksum=checksum or app.checksum)
    return replace(asked, **{kind: getattr(asked, kind).replace(PLACE, asked.version) for kind in SOURCES})


def label_of(app: Application) -> str:
    """Return how the name of its release begins: the version that people know, if there is one."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", app.version).strip("-.")


def digest_of(app: Application) -> str:
    """Return the digest that an image of a registry is named by; nothing if it is named by a tag, or there is none."""
    found = IMAGE.fullmatch(app.image)
    return (found["digest"] or "") if found else ""


def packages_of(app: Application) -> list[str]:
    """Return what it needs of the distribution."""
    own = [*app.packages]
    if app.runtime == "python":
        own += ["python3-venv"] if app.venv else [app.server] if not app.start and app.server == "gunicorn" else []
        own += ["python3-uvicorn"] if not app.venv and not app.start and app.server == "uvicorn" else []
    own += {"node": ["nodejs"], "ruby": ["ruby", "puma"]}.get(app.runtime, [])
    own += {"node": ["npm"], "ruby": ["bundler"]}.get(app.runtime, []) if app.requirements else []
    # Skopeo brings in what was built elsewhere, and knows what a tag means without bringing it in.
    own += ["podman", *([] if app.containerfile else ["skopeo"])] if app.contained else []
    own += ["catatonit"] if app.contained and (app.workers or app.timers) else []
    own += ["openssh-client"] if app.source_host_key else []
    return sorted({*own, *(["git"] if app.git else [])})


def told(app: Application) -> dict[str, Any]:
    """Return all that the role works with. What `recipe` and the source say names a release."""
    unit, build = unit_of(app), build_commands(app)
    made = (unit, build, app.containerfile) if app.contained else (unit, build)
    return {
        **{key: getattr(app, key) for key in known()},
        # Ansible's own lists and mappings can be copied by their plain kinds alone.
        "build": list(app.build),
        "secrets": list(app.secrets),
        "environment": dict(app.environment or {}),
        **routes.told(app),
        **jobs.told(app),
        "carried": app.carried,
        "label": label_of(app),
        "unit": unit,
        "recipe": repr(made),
        "contained": app.contained,
        "digest": digest_of(app),
        "build_commands": build,
        "migrate_command": migrate_command(app),
        "packages": packages_of(app),
        "secret_names": secret_names(app.name, app.secrets, app.database),
        "source_secret": source_secret(vars(app)),
    }


def chosen(apps: Sequence[Application], only: str, version: str = "", checksum: str = "") -> list[Application]:
    """Return all applications, or the one that is to be deployed in this version."""
    if not only:
        return [wanted(app, "", "") for app in apps]
    found = [wanted(app, version, checksum) for app in apps if app.name == only]
    if not found:
        raise LayoutError(f"app is {only}, which is no application. Known are {', '.join(app.name for app in apps)}.")
    problems = [sentence for app in found for sentence in (*_source(app),)]
    if problems:
        raise LayoutError(" ".join(f"{only} {each}" for each in problems))
    return found


def rollback_target(histories: Mapping[str, Sequence[str]]) -> str:
    """Return the release to go back to, by what hosts have served, newest first.

    Where a deployment has stopped halfway, the hosts disagree: then back is where those are that it has not reached.
    """
    heads = {history[0] for history in histories.values() if history}
    if len(heads) > 1:
        behind = [head for head in heads if all(head in history for history in histories.values())]
        if len(behind) == 1:
            return behind[0]
    befores = {history[1] if len(history) > 1 else "" for history in histories.values()}
    if len(heads) == 1 and len(befores) == 1 and "" not in befores:
        return befores.pop()
    shown = ", ".join(f"{host}: {' after '.join(history[:2]) or 'nothing'}" for host, history in histories.items())
    raise LayoutError(f"There is no one release to go back to ({shown}). Deploy one with -e version=...")
