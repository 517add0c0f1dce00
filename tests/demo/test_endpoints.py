"""The demo answers alike in every language. Nobody listens where its database should be; stories give it a real one."""

from __future__ import annotations

import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from itsdangerous import URLSafeTimedSerializer
from prometheus_client.parser import text_string_to_metric_families as families

PROXIED = {
    "X_Forwarded_For": "192.0.2.7",
    "X_Forwarded_Proto": "https",
    "X_Request_Id": "a-request",
    "X_Webstack_Balancer": "lb1",
    "X_Webstack_Web": "web2",
}
FORM = {"Content_Type": "application/x-www-form-urlencoded"}
NAMES = {"python": "Python 3.", "node": "Node.js ", "ruby": "Ruby 3."}


def test_health_never_asks_the_database(demo):
    answer = demo.get("/healthz", X_Request_Id="a-request")
    assert (answer.status, answer.json) == (200, {"healthy": True, "application": "app1"})
    assert answer.headers["x-request-id"] == "a-request"
    assert answer.headers["x-webstack-application"] == "app1"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"].startswith("application/json")


def test_a_request_id_that_could_confuse_a_log_is_replaced(demo):
    assert demo.get("/healthz", X_Request_Id="one two").headers["x-request-id"] != "one two"


def test_nothing_is_ready_without_a_database(demo):
    answer = demo.get("/readyz")
    assert (answer.status, answer.json["ready"], answer.headers["retry-after"]) == (503, False, "1")
    for role in ("reader", "writer"):
        assert (answer.json[role]["reachable"], answer.json[role]["host"]) == (False, None)
        assert answer.json[role]["reason"].startswith("No database server answers at 127.0.0.1:")


def test_whoami_names_everybody(demo):
    answer = demo.get("/whoami", **PROXIED).json
    assert answer.pop("runtime").startswith(NAMES[demo.runtime])
    assert answer == {
        "balancer": "lb1",
        "web": "web2",
        "application": "app1",
        "client": "192.0.2.7",
        "scheme": "https",
        "request_id": "a-request",
        "writer": None,
        "reader": None,
    }


def test_the_page_is_drawn_without_the_database_and_needs_nothing_from_elsewhere(demo):
    answer = demo.get("/", **{**PROXIED, "X_Webstack_Web": "<b>web2"})
    assert answer.status == 200
    assert answer.headers["content-type"].lower().replace(" ", "") == "text/html;charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    for word in ("lb1", "&lt;b&gt;web2", "app1", "a-request", "192.0.2.7", "The database is away", NAMES[demo.runtime]):
        assert word in answer.body
    assert "<b>" not in answer.body
    assert "http://" not in answer.body
    assert "https://" not in answer.body


@pytest.mark.parametrize(
    ("content", "key", "status"),
    [
        ({"text": " "}, "k1", 400),
        ({"text": 3}, "k1", 400),
        ({"text": "x" * 501}, "k1", 400),
        ({}, "k1", 400),
        ([], "k1", 400),
        (None, "k1", 400),
        ({"text": "a word"}, "x" * 65, 400),
        ({"text": "a word"}, "with space", 400),
        ({"text": "x" * 20_000}, "k1", 413),
    ],
)
def test_what_makes_no_sense_is_refused_before_the_database_is_asked(demo, content, key, status):
    answer = demo.post(content, key)
    assert answer.status == status
    assert answer.json["error"]
    assert answer.json["request_id"] == answer.headers["x-request-id"]


def test_a_body_that_is_no_json_is_refused(demo):
    assert demo.ask("POST", "/items", "{", Content_Type="application/json").status == 400


def test_without_a_primary_a_write_says_what_became_of_it(demo):
    with ThreadPoolExecutor(2) as pool:
        form = pool.submit(demo.ask, "POST", "/items", "text=a+word&key=k1", **FORM)
        for answer in (demo.post({"text": "a word"}), form.result()):
            assert (answer.status, answer.headers["retry-after"]) == (503, "1")
            assert answer.json["outcome"] == "not committed"
            assert answer.json["error"].endswith("Nothing was stored: try again.")


def test_a_read_that_fails_is_no_outcome(demo):
    with ThreadPoolExecutor(2) as pool:
        for answer in pool.map(demo.get, ("/items", "/items/1")):
            assert answer.status == 503
            assert "outcome" not in answer.json


@pytest.mark.parametrize("limit", [0, 501, -1])
def test_a_list_has_a_bound(demo, limit):
    answer = demo.get(f"/items?limit={limit}")
    assert (answer.status, f"limit is {limit}" in answer.json["error"]) == (400, True)


@pytest.mark.parametrize("path", ["/nothing", "/items/one", "/metrics/", "/%2e%2e/etc/passwd", "//healthz/x"])
def test_a_page_that_is_not_there_is_said_to_be_missing(demo, path):
    answer = demo.get(path)
    assert (answer.status, bool(answer.json["error"])) == (404, True)


@pytest.mark.parametrize(
    "path",
    ["/%ff", "/items/%ff", "/%", "/items?limit=%ff&limit=0&limit[]=0", "/items?limit[x]=0&limit=0", "/items?key[x]=1"],
)
def test_an_address_that_makes_no_sense_is_the_clients_fault(demo, path):
    assert demo.get(path).status in (400, 404, 503)


def test_head_is_get_without_a_body(demo):
    answer = demo.ask("HEAD", "/healthz")
    assert (answer.status, answer.body) == (200, "")


def test_a_proof_of_a_write_is_the_same_in_every_language(demo):
    """It is waited for, or not: which of the two shows only with a database. Here none of them is an error."""
    proof = URLSafeTimedSerializer("a key for tests", salt="read-after").dumps(
        "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-7"
    )
    with ThreadPoolExecutor(5) as pool:
        answers = pool.map(lambda each: demo.get("/items", Read_After=each), (proof, proof[:-1], "x.y.z", "", "\u00e4"))
        assert [answer.status for answer in answers] == [503] * 5


def values(demo):
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in families(demo.get("/metrics").body)
        for sample in family.samples
    }


def test_metrics_are_what_prometheus_reads(demo):
    counted = ("http_requests_total", ("method", "GET"), ("route", "/healthz"), ("status", "200"))
    before = values(demo)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(demo.get, ["/healthz"] * 40))
    demo.get("/made-up-by-a-client")
    demo.ask("BREW", "/healthz")
    after = values(demo)
    assert demo.get("/metrics").headers["content-type"].startswith("text/plain")
    # All processes together, whichever answers.
    assert after[counted] - before.get(counted, 0) == 40
    took = ("http_request_duration_seconds_count", ("method", "GET"), ("route", "/healthz"))
    assert after[took] == after[counted]
    assert after[("http_request_duration_seconds_bucket", ("le", "+Inf"), *took[1:])] == after[took]
    assert after[("http_request_duration_seconds_sum", *took[1:])] > 0
    assert after[("process_start_time_seconds",)] > 1.7e9
    assert after[("database_sessions_max", ("pool", "writer"))] > 0
    assert after[("database_sessions_in_use", ("pool", "reader"))] == 0
    assert after[("database_errors_total", ("outcome", "not committed"))] > 0
    words = {word for name in after for label in name[1:] for word in label}
    assert not {"BREW", "/made-up-by-a-client"} & words


def test_what_has_begun_is_finished_when_it_stops(demo):
    """The last one: afterwards it runs no more."""
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(demo.post, {"text": "a word"})  # is tried for 0.8 s
        time.sleep(0.3)
        os.killpg(demo.process.pid, signal.SIGTERM)  # all of them, as systemd does
        assert json.loads(slow.result().body)["outcome"] == "not committed"
    assert demo.process.wait(15) is not None
