"""The smallest application in Python, for an ASGI server: it says who it is."""

import json
import os
from pathlib import Path

VERSION = Path("VERSION").read_text().strip()
PAGES = {
    "/healthz": {"healthy": True},
    "/whoami": {"application": os.environ["WEBSTACK_HOST"], "runtime": "python", "version": VERSION},
}


async def app(scope, _receive, send):
    """Answer one request."""
    if scope["type"] != "http":
        return
    found = PAGES.get(scope["path"])
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200 if found else 404, "headers": headers})
    body = json.dumps(found or {"error": "There is no such page."})
    await send({"type": "http.response.body", "body": body.encode()})
