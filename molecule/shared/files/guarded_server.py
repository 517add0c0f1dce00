"""Serves a folder by HTTPS to whoever has the login: guarded_server.py FOLDER PORT CERTIFICATE_AND_KEY LOGIN_FILE.

What lies in the folder's `stored` is at the next port, as in a store of objects: the folder's address leads there, and
a request that says a login there is refused.
"""

import base64
import hmac
import pathlib
import ssl
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

FOLDER, PORT, CERTIFICATE, LOGIN = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
STORED = FOLDER / "stored"
WANTED = "Basic " + base64.b64encode(pathlib.Path(LOGIN).read_bytes().strip()).decode()


class Files(SimpleHTTPRequestHandler):
    """Files, and answers without one."""

    def no_file(self, status: int, **headers: str) -> None:
        """Answer with a status and headers alone."""
        self.send_response(status)
        for name, value in {**headers, "Content_Length": "0"}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()


class Guarded(Files):
    """Files for one user."""

    def do_GET(self) -> None:
        """Ask who it is, and serve, or say where it is stored."""
        name = pathlib.Path(self.path).name
        if not hmac.compare_digest(self.headers.get("Authorization", ""), WANTED):
            self.no_file(401, WWW_Authenticate='Basic realm="sources"')
        elif name and (STORED / name).is_file():
            self.no_file(302, Location=f"https://{self.headers['Host'].partition(':')[0]}:{PORT + 1}/{name}")
        else:
            super().do_GET()


class Stored(Files):
    """Files for everybody who says no login."""

    def do_GET(self) -> None:
        """Serve, unless there is a login: it is another server's."""
        if "Authorization" in self.headers:
            self.no_file(400)
        else:
            super().do_GET()


def serve(port: int, files: type[Files], folder: pathlib.Path) -> None:
    """Serve a folder by TLS."""
    server = ThreadingHTTPServer(("", port), partial(files, directory=str(folder)))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(CERTIFICATE)
threading.Thread(target=serve, args=(PORT + 1, Stored, STORED), daemon=True).start()
serve(PORT, Guarded, FOLDER)
