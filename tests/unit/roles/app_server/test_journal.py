"""Each line is one JSON object behind a priority that systemd understands."""

import json
import logging

import pytest
from demo.journal import AccessFormatter, EventFormatter, request_id


def record(level, message, *arguments, exc_info=None):
    return logging.LogRecord("demo", level, __file__, 1, message, arguments, exc_info)


@pytest.mark.parametrize(
    ("level", "priority"), [(logging.DEBUG, 7), (logging.INFO, 6), (logging.WARNING, 4), (logging.ERROR, 3)]
)
def test_an_event_has_its_priority(level, priority):
    text = EventFormatter().format(record(level, "said %s", 'a "word"\nand another'))
    assert text.startswith(f"<{priority}>{{")
    assert "\n" not in text
    assert json.loads(text[3:])["message"] == 'said a "word"\nand another'


def test_an_event_names_its_request_and_its_trace():
    token = request_id.set("r1")
    try:
        text = EventFormatter().format(record(logging.ERROR, "x", exc_info=(ValueError, ValueError("broken"), None)))
    finally:
        request_id.reset(token)
    fields = json.loads(text[3:])
    assert fields["request_id"] == "r1"
    assert "ValueError: broken" in fields["trace"]


def test_a_request_is_one_object():
    atoms = {
        "{x-request-id}o": "r1",
        "{x-forwarded-for}i": "192.0.2.1",
        "{x-webstack-balancer}i": "lb1",
        "{x-webstack-web}i": "web1",
        "m": "GET",
        "U": '/items"',
        "s": "200",
        "B": 12,
        "D": 1234,
    }
    fields = json.loads(AccessFormatter().format(record(logging.INFO, "unused", atoms))[3:])
    assert (fields["path"], fields["status"], fields["milliseconds"]) == ('/items"', 200, 1.2)
