"""An application in a container, on the socket that systemd hands over or on a port: it says who it is, and more."""

import json
import os
import signal
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

VERSION = Path("VERSION").read_text().strip()


def tried(what, *given):
    """Why something cannot be done; nothing if it can."""
    try:
        what(*given)
    except OSError as error:
        return type(error).__name__ + (f" {error.errno}" if error.errno else "")
    return ""


def greeting():
    """What the database says first, by this host's own port."""
    with socket.create_connection(("127.0.0.1", int(os.environ["DATABASE_WRITER_PORT"])), 2) as session:
        return session.recv(64)[5:8].decode("ascii", "replace")


def kept_from():
    """What the sandbox is."""
    lines = (line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    status = {key: value.split() for key, value in lines}
    return {
        **{key: status[key][0] for key in ("Uid", "CapBnd", "CapEff", "NoNewPrivs", "Seccomp")},
        "written": tried(Path("/srv/boxed/written").write_text, ""),
        "outside": tried(socket.create_connection, (os.environ["OUTSIDE"], 8090), 1),
        "greeting": greeting(),
        "secret": len(os.environ["TOKEN"]) >= 16,
        "authority": Path(os.environ["DATABASE_CA_FILE"]).read_text().startswith("-----BEGIN CERTIFICATE"),
    }


class Handler(BaseHTTPRequestHandler):
    """One request."""

    def do_GET(self):
        """Answer it."""
        pages = {
            "/boxed/healthz": lambda: {"healthy": True},
            "/boxed/whoami": lambda: {
                "application": os.environ["WEBSTACK_HOST"],
                "runtime": "container",
                "version": VERSION,
            },
            "/boxed/kept_from": kept_from,
        }
        found = self.path in pages
        body = json.dumps(pages[self.path]() if found else {"error": "There is no such page."}).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """The proxies' logs are enough."""

    def address_string(self):
        """A unix socket has no address."""
        return "local"


if VERSION == "dead":
    sys.exit("Born dead.")
at = int(os.environ.get("PORT", "0"))
server = ThreadingHTTPServer(("", at), Handler, bind_and_activate=bool(at))
if not at:
    server.socket = socket.socket(fileno=3)
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
server.serve_forever()
