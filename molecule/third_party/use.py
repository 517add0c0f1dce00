"""Use the sample applications as a person does, and say what was found. The first sentence that is not true ends it.

`use.py DOMAIN VIP CA SAMPLE WORD`: WORD is what is written, and read again. The password is in the environment.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import ssl
import sys
from base64 import b64encode
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

DOMAIN, VIP, CA, SAMPLE, WORD = sys.argv[1:]
HOST = f"{SAMPLE}.{DOMAIN}"
CONTEXT = ssl.create_default_context(cafile=CA)
# Round robin over three web hosts and two application hosts.
OFTEN = 12
FOR_A_YEAR = "public, max-age=31536000, immutable"


def is_true(what: str, fact: object, *seen: Any) -> None:
    """Say it, or end."""
    if not fact:
        sys.exit(f"Not true: {what}. Seen: {[str(each)[:3000] for each in seen]}")
    print(what)


class Form(HTMLParser):
    """The fields of a page's form whose action ends so, as a browser would send them."""

    def __init__(self, page: str, action: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._action, self._inside, self._area = action, False, ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Inputs with their values; boxes and buttons only if somebody touches them."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("action", "").endswith(self._action) and given.get("method", "").lower() == "post"
        elif self._inside and tag == "input" and given.get("type") not in ("checkbox", "radio", "submit", "file"):
            self.fields[given.get("name", "")] = given.get("value", "")
        elif self._inside and tag == "textarea":
            self._area = given.get("name", "")
            self.fields[self._area] = ""

    def handle_data(self, data: str) -> None:
        """What is in a text area."""
        if self._area:
            self.fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        """Leave it."""
        if tag == "form":
            self._inside = False
        elif tag == "textarea":
            self._area = ""


class Visitor:
    """A browser in few words: cookies, forms, redirects; each request on a connection of its own."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}

    def ask(
        self, path: str, fields: dict[str, str] | None = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, str]:
        """Status, headers and text of an answer."""
        connection = http.client.HTTPSConnection(HOST, context=CONTEXT, timeout=60)
        connection.sock = CONTEXT.wrap_socket(socket.create_connection((VIP, 443), timeout=60), server_hostname=HOST)
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **headers}
        if fields is not None:
            sent |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"https://{HOST}{path}"}
        body = None if fields is None else urlencode(fields)
        connection.request("GET" if fields is None else "POST", path, body, sent)
        answer = connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(cookie).items()}
        return answer.status, answer.headers, answer.read().decode(errors="replace")

    def send(self, path: str, action: str, **fields: str) -> str:
        """Fill in the form of a page and send it; return where that leads."""
        _status, _headers, page = self.ask(path)
        form = Form(page, action).fields
        is_true(f"{path} has a form", form, page)
        status, headers, text = self.ask(action if action.startswith("/") else path, {**form, **fields})
        is_true(f"{path} takes it", status in (302, 303), status, text)
        return urlsplit(urljoin(f"https://{HOST}{path}", headers["Location"])).path


def wagtail() -> None:
    """A page is written and published; its files are the web tier's."""
    editor, reader = Visitor(), Visitor()
    editor.send("/admin/login/", "/admin/login/", username="admin", password=os.environ["PASSWORD"])
    answers = [editor.ask("/admin/")[0] for _each in range(OFTEN)]
    is_true("Whoever has signed in is known on every host", set(answers) == {200}, answers)
    listed = editor.ask("/admin/pages/1/")[2]
    home = re.search(r"/admin/pages/(\d+)/add_subpage/", listed.replace("/admin/pages/1/", ""))
    is_true("There is a page to begin with", home, listed)
    form = f"/admin/pages/add/home/homepage/{home[1] if home else ''}/"
    editor.send(form, form, **{"title": f"The page {WORD}", "slug": WORD, "action-publish": "action-publish"})
    pages = [reader.ask(f"/{WORD}/") for _each in range(OFTEN)]
    is_true(
        "Everybody reads it, whichever host answers",
        all(status == 200 and f"The page {WORD}" in text for status, _headers, text in pages),
        pages[0],
    )
    file = re.search(r"/static/css/cms\.[0-9a-f]+\.css", pages[0][2])
    status, headers, _text = reader.ask(file[0] if file else "/")
    is_true("Its files are kept for a year", status == 200 and headers["Cache-Control"] == FOR_A_YEAR, status, headers)
    status, headers, _text = reader.ask("/admin/")
    is_true("Nobody else gets in", status == 302 and "/admin/login/" in headers["Location"], status, headers)


def nodered() -> None:
    """Flows answer on every host, to those who sign in; a websocket stays open."""
    visitor = Visitor()
    status, _headers, page = visitor.ask("/")
    is_true("Everybody sees the page", status == 200 and "A flow answers" in page, status, page)
    status, headers, _text = visitor.ask("/files/page.css")
    is_true("Its files are the web tier's", status == 200 and headers["Cache-Control"].startswith("public"), headers)
    is_true("Nobody else gets in", visitor.ask("/average", {"numbers": "1"})[0] == 401)
    key = {"Authorization": "Basic " + b64encode(f"admin:{os.environ['PASSWORD']}".encode()).decode()}
    answers = [json.loads(visitor.ask("/average?numbers=1&numbers=4", {}, **key)[2]) for _each in range(OFTEN)]
    is_true("A flow counts", {answer["average"] for answer in answers} == {2.5}, answers)
    is_true("Both hosts do", len({answer["host"] for answer in answers}) > 1, answers)
    is_true("A flow answers over a websocket", spoken("/live", WORD) == WORD.upper())


def spoken(path: str, text: str) -> str:
    """What a websocket answers to a short text (RFC 6455)."""
    with (
        socket.create_connection((VIP, 443), timeout=60) as plain,
        CONTEXT.wrap_socket(plain, server_hostname=HOST) as tls,
    ):
        key = b64encode(os.urandom(16)).decode()
        asked = {
            "Host": HOST,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": key,
            "Sec-WebSocket-Version": "13",
        }
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in asked.items()), "", ""]
        tls.sendall("\r\n".join(lines).encode())
        stream = tls.makefile("rb")
        status = stream.readline().decode()
        is_true("A websocket opens", " 101 " in status, status)
        while stream.readline().strip():
            pass
        # A whole text frame; what a client says is masked, here by nothing but zeros.
        tls.sendall(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text.encode())
        _kind, length = stream.read(2)
        return stream.read(length).decode()


def redmine() -> None:
    """A project and its wiki are made; its files are the web tier's."""
    editor, reader = Visitor(), Visitor()
    editor.send("/login", "/login", username="admin", password=os.environ["PASSWORD"])
    answers = [editor.ask("/my/account")[0] for _each in range(OFTEN)]
    is_true("Whoever has signed in is known on every host", set(answers) == {200}, answers)
    project = {"name": WORD, "identifier": WORD, "is_public": "1", "enabled_module_names][": "wiki"}
    editor.send("/projects/new", "/projects", **{f"project[{name}]": value for name, value in project.items()})
    wiki = f"/projects/{WORD}/wiki/Wiki"
    editor.send(wiki, wiki, **{"content[text]": f"The page {WORD}"})
    pages = [reader.ask(wiki) for _each in range(OFTEN)]
    is_true(
        "Everybody reads it, whichever host answers",
        all(status == 200 and f"The page {WORD}" in text for status, _headers, text in pages),
        pages[0],
    )
    file = re.search(r"/assets/application-[0-9a-f]+\.css", pages[0][2])
    status, headers, _text = reader.ask(file[0] if file else "/")
    is_true("Its files are kept for a year", status == 200 and headers["Cache-Control"] == FOR_A_YEAR, status, headers)
    status, headers, _text = reader.ask("/admin")
    is_true("Nobody else gets in", status == 302 and "/login" in headers["Location"], status, headers)


def wordpress() -> None:
    """A page is written by the interface that WordPress's own editor uses; its files are the web tier's."""
    editor, reader = Visitor(), Visitor()
    editor.send("/wp-login.php", "/wp-login.php", log="admin", pwd=os.environ["PASSWORD"])
    answers = [editor.ask("/wp-admin/profile.php")[0] for _each in range(OFTEN)]
    is_true("Whoever has signed in is known on every host", set(answers) == {200}, answers)
    nonce = editor.ask("/wp-admin/admin-ajax.php?action=rest-nonce")[2]
    text = {"title": f"The page {WORD}", "slug": WORD, "content": "Written by its editor.", "status": "publish"}
    status, _headers, said = editor.ask("/wp-json/wp/v2/pages", text, **{"X-WP-Nonce": nonce})
    is_true("A page is published", status == 201, status, said)
    pages = [reader.ask(f"/{WORD}/") for _each in range(OFTEN)]
    is_true(
        "Everybody reads it, whichever host answers",
        all(status == 200 and f"The page {WORD}" in text for status, _headers, text in pages),
        pages[0],
    )
    status, headers, _text = reader.ask("/wp-includes/css/dashicons.min.css")
    is_true("Its files are the web tier's", status == 200 and headers["Cache-Control"].startswith("public"), headers)
    is_true("Nobody else gets in", reader.ask("/wp-admin/")[0] == 302)
    status, _headers, said = reader.ask("/wp-json/wp/v2/pages", text)
    is_true("Nobody else writes", status == 401, status, said)


if __name__ == "__main__":
    {"wagtail": wagtail, "nodered": nodered, "redmine": redmine, "wordpress": wordpress}[SAMPLE]()
