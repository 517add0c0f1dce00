"""A blog below a path, on the socket of systemd, that says how often it was asked."""

import json
import os
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

VERSION = Path("VERSION").read_text().strip()
LOCK = threading.Lock()
ASKED: dict[str, int] = {}


class Handler(BaseHTTPRequestHandler):
    """One request."""

    def do_GET(self) -> None:
        """Answer it; a page takes half a second to make."""
        path = self.path.partition("?")[0]
        with LOCK:
            ASKED[path] = ASKED.get(path, 0) + 1
        if path.startswith("/blog/page"):
            time.sleep(0.5)
        if path == "/blog/slow":
            time.sleep(5)
        found = path in ("/blog/healthz", "/blog/slow", "/blog/asked") or path.startswith("/blog/page")
        page = (
            ASKED
            if path == "/blog/asked"
            else {
                "application": os.environ["WEBSTACK_HOST"],
                "runtime": "command",
                "version": VERSION,
                "prefix": self.headers["X-Forwarded-Prefix"],
                "times": ASKED[path],
                "filler": "x" * 2000,
            }
        )
        self.answer(200 if found else 404, page, {"X-Frame-Options": "DENY"} if path.startswith("/blog/page") else {})

    def do_POST(self) -> None:
        """Say how much came."""
        self.answer(200, {"bytes": len(self.rfile.read(int(self.headers["Content-Length"])))}, {})

    def answer(self, status: int, page: dict[str, object], headers: dict[str, str]) -> None:
        """Send it."""
        body = json.dumps(page).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """The proxies' logs are enough."""

    def address_string(self) -> str:
        """A unix socket has no address."""
        return "local"


server = ThreadingHTTPServer(("", 0), Handler, bind_and_activate=False)
server.socket = socket.socket(fileno=3)
server.serve_forever()
