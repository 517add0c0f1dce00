"""Serves a folder by HTTPS to whoever has the login: guarded_server.py FOLDER PORT CERTIFICATE_AND_KEY LOGIN_FILE."""

import base64
import hmac
import pathlib
import ssl
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

FOLDER, PORT, CERTIFICATE, LOGIN = sys.argv[1:]
WANTED = "Basic " + base64.b64encode(pathlib.Path(LOGIN).read_bytes().strip()).decode()


class Guarded(SimpleHTTPRequestHandler):
    """Files for one user."""

    def do_GET(self) -> None:
        """Ask who it is, and serve."""
        if hmac.compare_digest(self.headers.get("Authorization", ""), WANTED):
            super().do_GET()
            return
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="sources"')
        self.send_header("Content-Length", "0")
        self.end_headers()


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(CERTIFICATE)
server = ThreadingHTTPServer(("", int(PORT)), partial(Guarded, directory=FOLDER))
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
