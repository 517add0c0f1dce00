"""The demo in each of its languages, started for real, with no database behind it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "roles/app_server/files/demo"
# Packages of the demo in Node, which `make unit-demo` installs there.
MODULES = ROOT / ".cache/demo/node/node_modules"
STARTS = {
    "python": ["python3", "-m", "gunicorn", "--config", "gunicorn.conf.py"],
    "node": ["node", "server.js"],
    "ruby": ["puma", "--threads", "4:4", "config.ru"],
}
OWN_TESTS = {
    "node": "node --test test/*.test.js",
    "ruby": "ruby -Ilib -e 'Dir[\"./test/*_test.rb\"].each { |file| require file }'",
}
START_SECONDS = 20


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class UnixConnection(HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("www.webstack.test", timeout=15)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


@dataclass(frozen=True)
class Demo:
    """One that runs."""

    runtime: str
    path: str
    process: subprocess.Popen[bytes]

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> Reply:
        connection = UnixConnection(self.path)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            answer = connection.getresponse()
            found = {name.lower(): text for name, text in answer.getheaders()}
            return Reply(answer.status, found, answer.read().decode())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Reply:
        return self.ask("GET", path, **headers)

    def post(self, content: object, key: str = "k1") -> Reply:
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        return self.ask("POST", "/items", json.dumps(content), **headers)


def environment(folder: Path) -> dict[str, str]:
    """As the service has it; nobody listens where the database should be."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    accounts = {
        f"DATABASE_{role}_{part}": word
        for role in ("WRITER", "READER")
        for part, word in (("PORT", port), ("USER", "demo"), ("PASSWORD", "not that one"))
    }
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "WEBSTACK_HOST": "app1",
        "SECRET_KEY": "a key for tests",
        "DATABASE_HOST": "127.0.0.1",
        "DATABASE_CA_FILE": "/etc/ssl/certs/ca-certificates.crt",
        "DATABASE_SCHEMA": "demo",
        "WORKERS": "2",
        "WEB_CONCURRENCY": "2",
        "THREADS": "4",
        "RUNTIME_DIRECTORY": str(folder),
        **accounts,
    }


class At(TimestampSigner):
    """A signer at a moment."""

    moment = 0

    def get_timestamp(self) -> int:
        return self.moment


def proofs(now: int) -> dict[str, str]:
    """Proofs of writes as the demo in Python makes them at a moment; the other languages have to read them."""
    signer = type("Now", (At,), {"moment": now})
    serializer = URLSafeTimedSerializer("a key for tests", salt="read-after", signer=signer)
    one = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77"
    return {
        "DEMO_PROOF": serializer.dumps(one),
        "DEMO_LONG_PROOF": serializer.dumps(",".join([one] * 20)),
        "DEMO_WHEN": str(now),
    }


def laid_out(runtime: str, folder: Path) -> Path:
    """The source of a language in a folder of its own, as a host has it."""
    source = folder / "source"
    shutil.copytree(FILES / runtime, source)
    if runtime == "node":
        (source / "node_modules").symlink_to(MODULES)
    return source


@pytest.fixture(params=[pytest.param(each, marks=pytest.mark.xdist_group(each)) for each in OWN_TESTS])
def own_tests(request: pytest.FixtureRequest, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """What the tests of a language in that language have said."""
    source = laid_out(request.param, tmp_path)
    shutil.copytree(Path(__file__).parent / request.param, source / "test")
    return subprocess.run(
        ["bash", "-c", OWN_TESTS[request.param]],
        cwd=source,
        env={**environment(tmp_path), **proofs(int(time.time()))},
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )


# A process of pytest for each language.
@pytest.fixture(scope="session", params=[pytest.param(each, marks=pytest.mark.xdist_group(each)) for each in STARTS])
def demo(request: pytest.FixtureRequest) -> Iterator[Demo]:
    """The demo in one language, on a socket that it is handed as systemd would."""
    runtime = request.param
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = laid_out(runtime, folder)
        path = str(folder / "demo.sock")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen(64)
            words = STARTS[runtime] if runtime != "ruby" else [*STARTS[runtime], "--bind", f"unix://{path}"]
            process = subprocess.Popen(
                # As systemd: the socket is file descriptor 3, and LISTEN_PID is whoever runs now.
                ["bash", "-c", f'exec 3<&{listener.fileno()}; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"', "bash", *words],
                cwd=source,
                env=environment(folder),
                pass_fds=[listener.fileno()],
                start_new_session=True,
                stdout=subprocess.DEVNULL,
            )
        found = Demo(runtime, path, process)
        try:
            assert alive(found), f"The demo in {runtime} does not answer."
            yield found
        finally:
            # Whoever is left of them: what was started may have started another one and be gone.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def alive(demo: Demo) -> bool:
    """Whether it answers before long."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and demo.process.poll() is None:
        try:
            return demo.get("/healthz").status == 200
        except OSError:
            time.sleep(0.1)
    return False
