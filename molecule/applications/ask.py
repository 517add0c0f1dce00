"""Ask a stack that serves three applications, and say what was found. The first sentence that is not true ends it.

As a client: `ask.py DOMAIN VIP CA PART`. One web host is asked from a balancer: `ask.py DOMAIN ADDRESS CA kept NAME`.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

DOMAIN, ADDRESS, CA, PART, *REST = sys.argv[1:]
CONTEXT = ssl.create_default_context(cafile=CA)
NAMES = (DOMAIN, f"chat.{DOMAIN}")
# Longer than any time-out for what may not be silent.
SILENT = 40


def ask(
    host: str, path: str, method: str = "GET", body: bytes = b"", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an answer."""
    port, name = (8443, REST[0]) if REST and PART != "version" else (443, host if host in NAMES else DOMAIN)
    connection = http.client.HTTPSConnection(name, port, context=CONTEXT, timeout=60)
    connection.sock = CONTEXT.wrap_socket(socket.create_connection((ADDRESS, port), timeout=60), server_hostname=name)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body or None, {"Host": host, "X-Forwarded-Proto": "https", **given})
    answer = connection.getresponse()
    return answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()


def is_true(what: str, fact: bool, *seen: Any) -> None:
    """Say it, or end."""
    if not fact:
        sys.exit(f"Not true: {what}. Seen: {seen}")
    print(what)


def routes() -> None:
    """Host names, paths, headers, limits."""
    chat, (status, headers, body) = f"chat.{DOMAIN}", ask(DOMAIN, "/whoami")
    is_true("The demo answers for the domain of the stack", status == 200 and b'"writer"' in body, status, body)
    is_true(
        "An answer has the headers that no application sent",
        headers.get("x-content-type-options") == "nosniff",
        headers,
    )
    status, headers, body = ask(chat, "/whoami")
    is_true(
        "Another domain is another application's", status == 200 and json.loads(body)["runtime"] == "node", status, body
    )
    status, headers, _body = ask(chat, "/")
    is_true("The root alone is redirected", status == 301 and headers["location"].endswith("/whoami"), status, headers)
    status, headers, _body = ask(chat, "/whoami")
    is_true("A header is taken away", "x-frame-options" not in headers, headers)
    status, headers, body = ask(DOMAIN, "/blog/page?1")
    page = json.loads(body)
    is_true("A path is a third one's, which knows it", status == 200 and page["prefix"] == "/blog", status, body)
    is_true("Its own header goes before ours", headers.get("x-frame-options") == "DENY", headers)
    is_true("A path that begins alike is not its own", b"times" not in ask(DOMAIN, "/blogging")[2])
    is_true("A name that nobody has is answered with 421", ask(f"other.{DOMAIN}", "/")[0] == 421)
    status, headers, _body = ask(DOMAIN, "/blog/old?a=b")
    is_true(
        "A redirect keeps the query", status == 301 and headers["location"].endswith("/blog/page?a=b"), status, headers
    )
    is_true(
        "Hidden files are nobody's business",
        ask(DOMAIN, "/blog/.env")[0] == 404 and ask(DOMAIN, "/.git/config")[0] == 404,
    )
    is_true(
        "A body may be as large as its application takes", ask(DOMAIN, "/blog/echo", "POST", b"x" * 900_000)[0] == 200
    )
    is_true("A larger one is refused", ask(DOMAIN, "/blog/echo", "POST", b"x" * 1_200_000)[0] == 413)
    began = time.monotonic()
    status = ask(DOMAIN, "/blog/slow")[0]
    is_true(
        "An answer is waited for as long as its application says",
        status == 504 and time.monotonic() - began < 10,
        status,
    )
    for coding in ("br", "gzip"):
        found = ask(DOMAIN, "/blog/page?1", Accept_Encoding=coding)[1].get("content-encoding")
        is_true(f"What compresses well is compressed: {coding}", found == coding, found)


def files() -> None:
    """Static files; REST is empty, and the versions follow from the answers."""
    version = json.loads(ask(DOMAIN, "/blog/page?files")[2])["version"]
    for each in dict.fromkeys(["v1", version]):
        status, headers, body = ask(DOMAIN, f"/blog/static/app.0a1b2c3{each[1:]}.css")
        right = status == 200 and each.encode() in body and "immutable" in headers["cache-control"]
        is_true(f"The file of {each} is served, with a digest in its name for a year", right, status, headers, body)
    status, headers, _body = ask(DOMAIN, "/blog/static/plain.txt")
    is_true(
        "One without is asked for again", status == 200 and "max-age=3600" in headers["cache-control"], status, headers
    )
    is_true("A hidden one is not there", ask(DOMAIN, "/blog/static/.hidden")[0] == 404)


def streams() -> None:
    """Websockets and events, silent for longer than anything else may be."""
    from websockets.sync.client import connect  # noqa: PLC0415 -- the client alone has it

    name = f"chat.{DOMAIN}"

    def echo() -> str:
        made = socket.create_connection((ADDRESS, 443))
        with connect(f"wss://{name}/live", sock=made, ssl=CONTEXT, server_hostname=name, ping_interval=None) as live:
            live.send("now")
            first = live.recv(10)
            time.sleep(SILENT)
            live.send("later")
            return f"{first}, {live.recv(10)}"

    def events() -> str:
        return ask(name, f"/events?after={SILENT}")[2].decode()

    with ThreadPoolExecutor() as pool:
        said, heard = pool.submit(echo), pool.submit(events)
    is_true(
        "A websocket goes through all tiers, and may be silent",
        said.result().count(" said ") == 2 and "later" in said.result(),
        said.result(),
    )
    is_true("So does a stream of events", heard.result() == "data: now\n\ndata: later\n\n", heard.result())


def kept() -> None:
    """What one web host keeps."""

    def page(path: str, **headers: str) -> tuple[str, dict[str, Any]]:
        _status, found, body = ask(DOMAIN, path, **headers)
        return found.get("x-cache-status", ""), json.loads(body)

    cold = f"/blog/page-{time.time_ns()}"
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(page, [cold] * 50))
    is_true(
        "Of 50 that ask at once, one is passed on", {answer["times"] for _status, answer in answers} == {1}, answers[:3]
    )
    is_true("The next one is answered from what is kept", page(cold)[0] == "HIT")
    is_true(
        "Who is signed in is not",
        page(cold, Cookie="blog_session=x")[0] == "BYPASS" and page(cold, Authorization="Basic eDp5")[0] == "BYPASS",
    )
    print(f"kept {cold}")


def old() -> None:
    """What was kept is given while the application is dead."""
    status, headers, _body = ask(DOMAIN, REST[1])
    is_true(
        "An old answer is given while the application is dead",
        status == 200 and headers["x-cache-status"] in ("STALE", "HIT"),
        status,
        headers,
    )


def gone() -> None:
    """A deployment has thrown it away."""
    _status, headers, _body = ask(DOMAIN, REST[1])
    is_true("A deployment throws away what was kept", headers["x-cache-status"] == "MISS", headers)


def doors() -> None:
    """What balancers do for one application and not for another."""
    status, headers, _body = ask(DOMAIN, "/blog/page?1")
    is_true("One is closed for maintenance", status == 503 and "retry-after" in headers, status, headers)
    status, headers, _body = ask(DOMAIN, "/whoami")
    is_true(
        "Another is not, and gets no cookie", status == 200 and "webstack_" not in headers.get("set-cookie", ""), status
    )
    status, headers, _body = ask(f"chat.{DOMAIN}", "/whoami")
    is_true(
        "The third one's clients stay", status == 200 and "webstack_chat=" in headers.get("set-cookie", ""), headers
    )


def version() -> None:
    """Which one the chat is."""
    found = json.loads(ask(f"chat.{DOMAIN}", "/whoami")[2])["version"]
    is_true(f"The chat is {REST[0]}", found == REST[0], found)


PARTS = (routes, files, streams, kept, old, gone, version, doors)
{part.__name__: part for part in PARTS}[PART]()
