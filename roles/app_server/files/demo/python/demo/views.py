"""What the application answers."""

from __future__ import annotations

import platform
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from flask import Blueprint, Response, abort, current_app, g, jsonify, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from . import freshness, journal, metrics
from .database import Answer, UnavailableError
from .outcomes import Outcome

views = Blueprint("demo", __name__)

KEY = re.compile(r"[!-~]{1,64}")
REQUEST_ID = re.compile(r"[\w.:-]{1,128}")
TEXT_LENGTH = 500
LIST_LENGTH = 500
RETRY_SECONDS = 1
RUNTIME = f"Python {platform.python_version()}"
ADVICE = {
    Outcome.NOT_COMMITTED: "Nothing was stored: try again.",
    Outcome.REFUSED: "Nothing was stored: try again.",
    Outcome.UNKNOWN: "It is unknown whether it was stored: repeat with the same Idempotency-Key, "
    "which returns the first row instead of storing a second.",
}


@dataclass(frozen=True)
class Witness:
    """Who answered as writer or reader, or why nobody did."""

    host: str | None
    milliseconds: float
    reason: str | None = None

    def as_json(self) -> dict[str, object]:
        """Give the fields as JSON knows them."""
        return {"reachable": self.host is not None, **self.__dict__}


def ask(question: Callable[[], str]) -> Witness:
    """Put a question to the database; its silence is an answer too."""
    start = time.perf_counter()
    host, reason = None, None
    try:
        host = question()
    except UnavailableError as failure:
        reason = str(failure)
    return Witness(host, round((time.perf_counter() - start) * 1000, 1), reason)


@views.before_app_request
def begin() -> None:
    """Take over the balancer's request id, so that one word finds the request in every tier's log."""
    given = request.headers.get("X-Request-Id", "")
    g.start = time.perf_counter()
    g.request_id = given if REQUEST_ID.fullmatch(given) else uuid4().hex
    journal.request_id.set(g.request_id)


@views.after_app_request
def finish(response: Response) -> Response:
    """Mark the answer."""
    response.headers["X-Request-Id"] = g.request_id
    response.headers["X-Webstack-Application"] = current_app.config["SETTINGS"].application_host
    response.headers.setdefault("Cache-Control", "no-store")
    route = request.url_rule and request.url_rule.rule
    metrics.count(request.method, route, response.status_code, time.perf_counter() - g.start)
    return response


@views.app_errorhandler(UnavailableError)
def unavailable(failure: UnavailableError) -> tuple[Response, int]:
    """Say what became of the work; a client with an idempotency key may always repeat."""
    current_app.logger.error("%s", failure)
    if request.method == "POST":
        fate = {"error": f"{failure} {ADVICE[failure.outcome]}", "outcome": failure.outcome.value}
    else:
        fate = {"error": f"{failure} Try again."}
    response = jsonify(**fate, request_id=g.request_id)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response, 503


@views.app_errorhandler(HTTPException)
def refused(error: HTTPException) -> tuple[Response, int]:
    """Errors of the client are JSON sentences as well."""
    return jsonify(error=error.description, request_id=g.request_id), error.code


@views.get("/")
def page() -> Response:
    """Draw the path of this request; drawn with the database gone, too."""
    database = current_app.extensions["database"]
    writer, reader = ask(database.writer_host), ask(database.reader_host)
    latest = None
    if reader.host:
        try:
            latest = current_app.extensions["items"].page(5, after=written_before())
        except UnavailableError as failure:
            reader = Witness(None, reader.milliseconds, str(failure))
    response = Response(
        render_template(
            "page.html",
            hops=hops(),
            writer=writer,
            reader=reader,
            latest=latest,
            key=uuid4().hex,
            milliseconds=round((time.perf_counter() - g.start) * 1000, 1),
            now=datetime.now(UTC),
            length=TEXT_LENGTH,
        )
    )
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return response


@views.get("/whoami")
def whoami() -> Response:
    """Name everybody who had a hand in this answer."""
    database = current_app.extensions["database"]
    writer, reader = ask(database.writer_host), ask(database.reader_host)
    return jsonify(**hops(), writer=writer.host, reader=reader.host)


@views.get("/healthz")
def healthz() -> Response:
    """Say that this process answers; never asks the database, whose absence is no fault of this host."""
    return jsonify(healthy=True, application=current_app.config["SETTINGS"].application_host)


@views.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Say what can be served: nothing at all is the only reason to be called unready."""
    database = current_app.extensions["database"]
    reader, writer = ask(database.reader_host), ask(database.writer_host)
    ready = bool(reader.host or writer.host)
    response = jsonify(ready=ready, reader=reader.as_json(), writer=writer.as_json())
    if not ready:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response, 200 if ready else 503


@views.get("/metrics")
def show_metrics() -> Response:
    """Show what was counted; the web tier keeps clients away from here."""
    content, kind = metrics.text()
    return Response(content, content_type=kind)


@views.get("/items")
def list_items() -> Response:
    """List items: `limit`, `before` (an id, for the next page), `key`."""
    limit = request.args.get("limit", 50, type=int)
    if not 1 <= limit <= LIST_LENGTH:
        abort(400, f"limit is {limit}: it must lie between 1 and {LIST_LENGTH}.")
    before = request.args.get("before", type=int)
    answer = current_app.extensions["items"].page(limit, before, request.args.get("key"), written_before())
    return jsonify(items=[item.as_json() for item in answer.value], answered_by=answer.host, fresh=answer.fresh)


@views.get("/items/<int:number>")
def get_item(number: int) -> Response:
    """Show one item."""
    answer = current_app.extensions["items"].get(number, written_before())
    if answer.value is None:
        abort(404, f"There is no item {number} on {answer.host}.")
    return jsonify(item=answer.value.as_json(), answered_by=answer.host, fresh=answer.fresh)


@views.post("/items")
def create_item() -> Response | tuple[Response, int]:
    """Store an item on the primary; JSON from programs, a form from the page."""
    body = request.get_json() if request.is_json else request.form
    content = body.get("text") if hasattr(body, "get") else None
    key = request.headers.get("Idempotency-Key") or request.form.get("key") or uuid4().hex
    if not isinstance(content, str) or not 1 <= len(content.strip()) <= TEXT_LENGTH:
        abort(400, f"text must be a string of 1 to {TEXT_LENGTH} characters.")
    if not KEY.fullmatch(key):
        abort(400, "Idempotency-Key must be 1 to 64 visible ASCII characters.")
    answer = current_app.extensions["items"].create(content.strip(), key)
    if answer.value.item.text != content.strip():
        abort(422, f"Idempotency-Key {key} was used before, with another text.")
    if not request.is_json:
        return promise(redirect(url_for("demo.page"), code=303), answer)
    response = jsonify(item=answer.value.item.as_json(), first=answer.value.first, answered_by=answer.host)
    response.headers["Location"] = url_for("demo.get_item", number=answer.value.item.id)
    response.headers["Idempotency-Key"] = key
    return promise(response, answer), 201 if answer.value.first else 200


def hops() -> dict[str, object]:
    """Name the hosts that this request came through, as each of them wrote itself in."""
    return {
        "balancer": request.headers.get("X-Webstack-Balancer"),
        "web": request.headers.get("X-Webstack-Web"),
        "application": current_app.config["SETTINGS"].application_host,
        "runtime": RUNTIME,
        "client": request.remote_addr,
        "scheme": request.scheme,
        "request_id": g.request_id,
    }


def written_before() -> str:
    """Find the client's last write: browsers bring the cookie, programs the header."""
    proofs = request.headers.get(freshness.HEADER), request.cookies.get(freshness.COOKIE)
    return current_app.extensions["freshness"].gtid_set(*proofs)


def promise(response: Response, answer: Answer) -> Response:
    """Hand the client the proof of its write, for its next read."""
    proof = current_app.extensions["freshness"].proof(answer.written)
    if proof:
        response.headers[freshness.HEADER] = proof
        response.set_cookie(
            freshness.COOKIE, proof, max_age=freshness.MAX_AGE_SECONDS, secure=True, httponly=True, samesite="Lax"
        )
    return response
