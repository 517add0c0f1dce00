"""Small local servers that hold rows like the application does, and misbehave on order."""

import json
import socket
import struct
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Application:
    """The good application; `fault(number, method)` may name something to do instead of answering well."""

    def __init__(self, fault=None, visible_after=0.0, hosts=None):
        self.fault = fault or (lambda number, method: None)
        self.visible_after = visible_after
        self.hosts = hosts or {"balancer": "lb1", "web": "web1", "application": "app1"}
        self.rows = []  # (time, key, text)
        self.requests = []  # (method, path, key)
        self.connections = 0
        self.lock = threading.Lock()

    def write(self, key, text, once=True):
        with self.lock:
            if not once or all(row[1] != key for row in self.rows):
                self.rows.append((time.monotonic(), key, text))

    def read(self, key):
        seen = time.monotonic() - self.visible_after
        with self.lock:
            return [{"key": row[1], "text": row[2]} for row in self.rows if row[1] == key and row[0] <= seen]


def make_handler(application):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self):
            with application.lock:
                application.connections += 1
            super().setup()

        def log_message(self, *arguments):
            pass

        def do_GET(self):
            self.serve("GET", "")

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.serve("POST", body["text"])

        def serve(self, method, text):
            parts = urlsplit(self.path)
            key = self.headers.get("Idempotency-Key", "")
            query = parse_qs(parts.query).get("key", [""])[0]
            with application.lock:
                application.requests.append((method, self.path, key))
                number = len(application.requests)
            fault = None if query else application.fault(number, method)
            if fault:
                getattr(self, fault)(key, text)
            elif method == "POST":
                application.write(key, text)
                self.answer(201, {"key": key})
            elif query:
                self.answer(200, {"items": application.read(query)})
            else:
                self.answer(200, application.hosts if parts.path == "/whoami" else {"items": []})

        def answer(self, status, document):
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        # the faults

        def error(self, key, text):
            self.answer(500, {"error": "broken"})

        def missing(self, key, text):
            self.answer(404, {"error": "missing"})

        def reset(self, key, text):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()

        def hang_up(self, key, text):
            self.close_connection = True

        def stall(self, key, text):
            time.sleep(0.8)
            self.close_connection = True

        def slow(self, key, text):
            time.sleep(0.15)
            self.answer(200, {"items": []})

        def half(self, key, text):
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"{")
            self.close_connection = True

        def garbage(self, key, text):
            self.wfile.write(b"220 mail.test ESMTP\r\n\r\n")
            self.close_connection = True

        def chunked(self, key, text):
            body = json.dumps(application.hosts).encode()
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for part in (body[:5], body[5:]):
                self.wfile.write(f"{len(part):x};x=y\r\n".encode() + part + b"\r\n")
            self.wfile.write(b"0\r\nTrailer: x\r\n\r\n")

        def good_then_close(self, key, text):
            """Closes a kept connection without saying so, as a reloaded server does."""
            self.answer(200, {"items": []})
            self.close_connection = True

        def write_then_reset(self, key, text):
            application.write(key, text)
            self.reset(key, text)

        def write_then_error(self, key, text):
            application.write(key, text)
            self.error(key, text)

        def write_again_then_reset(self, key, text):
            application.write(key, text, once=False)
            self.reset(key, text)

        def write_again(self, key, text):
            application.write(key, text, once=False)
            self.answer(201, {"key": key})

        def forget(self, key, text):
            self.answer(201, {"key": key})

        def other_text(self, key, text):
            application.write(key, text.upper())
            self.answer(201, {"key": key})

    return Handler


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass


@contextmanager
def serving(application, context=None):
    server = QuietServer(("127.0.0.1", 0), make_handler(application))
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
