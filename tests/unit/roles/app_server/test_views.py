"""What clients see, with a whole database, half of one, and none."""

from datetime import UTC, datetime

import pytest
from demo import create_app
from demo.database import Answer, UnavailableError
from demo.items import Created, Item
from demo.outcomes import Outcome

SET = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77"
PROXIED = {
    "X-Forwarded-For": "192.0.2.7",
    "X-Forwarded-Proto": "https",
    "X-Request-Id": "a-request",
    "X-Webstack-Balancer": "lb1",
    "X-Webstack-Web": "web2",
}


class World:
    """A database and its items, in memory, with parts that can be taken away."""

    def __init__(self):
        self.writer, self.reader = "db1", "db2"
        self.stored, self.waited = {}, []
        self.outcome = Outcome.NOT_COMMITTED

    def writer_host(self):
        return self.writer or self.gone()

    def reader_host(self):
        return self.reader or self.gone()

    def gone(self):
        raise UnavailableError("No database server answers.", self.outcome)

    def create(self, content, key):
        host = self.writer_host()
        first = key not in self.stored
        item = self.stored.setdefault(key, Item(len(self.stored) + 1, key, content, datetime(2026, 1, 2, tzinfo=UTC)))
        return Answer(Created(item, first), host, written=SET)

    def page(self, _limit, _before=None, key=None, after=""):
        host = self.reader_host()
        self.waited.append(after)
        return Answer([item for item in self.stored.values() if key in (None, item.key)], host)

    def get(self, number, after=""):
        self.waited.append(after)
        return Answer(next((item for item in self.stored.values() if item.id == number), None), self.reader_host())


@pytest.fixture
def world():
    return World()


@pytest.fixture
def client(settings, world):
    return create_app(settings, world, world).test_client()


def post(client, text="a word", key="k1"):
    return client.post("/items", json={"text": text}, headers={"Idempotency-Key": key})


def test_whoami_names_everybody(client):
    answer = client.get("/whoami", headers=PROXIED).json
    assert answer.pop("runtime").startswith("Python 3.")
    assert answer == {
        "balancer": "lb1",
        "web": "web2",
        "application": "app1",
        "client": "192.0.2.7",
        "scheme": "https",
        "request_id": "a-request",
        "writer": "db1",
        "reader": "db2",
    }


def test_every_answer_carries_the_request_id_and_is_not_stored(client):
    answer = client.get("/healthz", headers=PROXIED)
    assert answer.headers["X-Request-Id"] == "a-request"
    assert answer.headers["X-Webstack-Application"] == "app1"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_request_id_that_could_confuse_a_log_is_replaced(client):
    answer = client.get("/healthz", headers={"X-Request-Id": "one two"})
    assert answer.headers["X-Request-Id"] != "one two"


def test_the_page_names_every_host_and_escapes_what_was_stored(client):
    post(client, "<b>bold</b>")
    text = client.get("/", headers=PROXIED).text
    for word in ("lb1", "web2", "app1", "db1", "db2", "a-request", "192.0.2.7", "&lt;b&gt;bold"):
        assert word in text
    assert "<b>" not in text


def test_the_page_needs_nothing_from_elsewhere(client):
    text = client.get("/").text
    assert "http://" not in text
    assert "https://" not in text
    assert "default-src 'none'" in client.get("/").headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("writer", "reader", "sentence"),
    [(None, "db2", "reading goes on"), ("db1", None, "No reader answers"), (None, None, "The database is away")],
)
def test_the_page_is_drawn_without_parts_of_the_database(client, world, writer, reader, sentence):
    world.writer, world.reader = writer, reader
    answer = client.get("/")
    assert answer.status_code == 200
    assert sentence in answer.text


@pytest.mark.parametrize(
    ("writer", "reader", "status"), [("db1", "db2", 200), (None, "db2", 200), ("db1", None, 200), (None, None, 503)]
)
def test_ready_means_that_something_can_be_served(client, world, writer, reader, status):
    world.writer, world.reader = writer, reader
    answer = client.get("/readyz")
    assert answer.status_code == status
    assert answer.json["writer"]["reachable"] == bool(writer)
    assert answer.json["reader"]["reachable"] == bool(reader)


def test_health_never_asks_the_database(client, world):
    world.writer = world.reader = None
    assert client.get("/healthz").status_code == 200


def test_a_repeated_post_returns_the_first_row(client):
    first, again = post(client), post(client)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["item"] == again.json["item"]
    assert (first.json["first"], again.json["first"]) == (True, False)


def test_a_key_belongs_to_one_text(client):
    post(client)
    assert post(client, "another word").status_code == 422


def test_a_post_without_a_key_gets_one(client):
    answer = client.post("/items", json={"text": "a word"})
    assert answer.headers["Idempotency-Key"] == answer.json["item"]["key"]


@pytest.mark.parametrize("body", [{"text": ""}, {"text": " "}, {"text": 3}, {"text": "x" * 501}, {}, [], "word", None])
def test_a_text_is_a_text(client, body):
    answer = client.post("/items", json=body)
    assert answer.status_code == 400
    assert "text must be" in answer.json["error"]


@pytest.mark.parametrize("key", ["x" * 65, "with space", "\u00e4"])
def test_a_key_is_short_and_plain(client, key):
    assert post(client, key=key).status_code == 400


def test_a_program_reads_after_its_write(client, world):
    proof = post(client).headers["Read-After"]
    client.delete_cookie("read_after")
    client.get("/items", headers={"Read-After": proof})
    client.get("/items")
    assert world.waited == [SET, ""]


def test_a_browser_reads_after_its_write(client, world):
    answer = client.post("/items", data={"text": "a word", "key": "k1"}, base_url="https://www.webstack.test")
    assert (answer.status_code, answer.location) == (303, "/")
    client.get("/items/1", base_url="https://www.webstack.test")
    assert world.waited == [SET]


def test_the_ledger_can_be_read_by_key(client):
    post(client, key="k1")
    post(client, key="k2")
    assert [item["key"] for item in client.get("/items?key=k2").json["items"]] == ["k2"]


@pytest.mark.parametrize("limit", [0, 501, -1])
def test_a_list_has_a_bound(client, limit):
    assert client.get(f"/items?limit={limit}").status_code == 400


def test_an_item_that_is_not_there_is_said_to_be_missing_on_that_host(client):
    answer = client.get("/items/9")
    assert (answer.status_code, answer.json["error"]) == (404, "There is no item 9 on db2.")


@pytest.mark.parametrize(
    ("outcome", "words"),
    [(Outcome.NOT_COMMITTED, "Nothing was stored"), (Outcome.UNKNOWN, "repeat with the same Idempotency-Key")],
)
def test_without_a_primary_a_write_says_what_became_of_it(client, world, outcome, words):
    world.writer, world.outcome = None, outcome
    answer = post(client)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json["outcome"] == outcome.value
    assert words in answer.json["error"]
    assert client.get("/items").status_code == 200


def test_a_read_that_fails_is_no_outcome(client, world):
    world.reader = None
    answer = client.get("/items")
    assert answer.status_code == 503
    assert "outcome" not in answer.json
