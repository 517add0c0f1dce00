"""The smallest program that takes the socket of systemd, or a port, without any framework: it says who it is."""

import json
import os
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PAGES = {
    "/healthz": {"healthy": True},
    "/whoami": {
        "application": os.environ["WEBSTACK_HOST"],
        "runtime": "command",
        "version": Path("VERSION").read_text().strip(),
    },
}


class Handler(BaseHTTPRequestHandler):
    """One request."""

    def do_GET(self) -> None:
        """Answer it."""
        body = json.dumps(PAGES.get(self.path, {"error": "There is no such page."})).encode()
        self.send_response(200 if self.path in PAGES else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """The proxies' logs are enough."""

    def address_string(self) -> str:
        """A unix socket has no address."""
        return "local"


if sys.argv[1:]:
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
else:
    server = ThreadingHTTPServer(("", 0), Handler, bind_and_activate=False)
    server.socket = socket.socket(fileno=3)
server.serve_forever()
