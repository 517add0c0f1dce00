"""Which certificates are due."""

from __future__ import annotations

import pytest
from ansible_collections.scaleup.webstack.plugins.plugin_utils.certificates import due, record_of

WEB = {"name": "web", "dns": ["web1", "web.example"], "addresses": ["192.0.2.21"], "owner": "root"}
RECORD = record_of("web1", WEB)
HERE = {"ca.pem": "c", "web.crt": "w", "web.key": "k"}


def test_nothing_is_due_when_the_last_issued_is_in_place() -> None:
    assert due([WEB], "web1", HERE, {RECORD: "w"}) == []


@pytest.mark.parametrize(
    ("here", "records"),
    [
        pytest.param({}, {}, id="fresh host, fresh authority"),
        pytest.param({}, {RECORD: "w"}, id="the host was made again"),
        pytest.param({**HERE, "web.crt": "other"}, {RECORD: "w"}, id="another certificate is in place"),
        pytest.param({"web.crt": "w"}, {RECORD: "w"}, id="the key is gone"),
        pytest.param(HERE, {}, id="issued long ago, or by another authority"),
        pytest.param(HERE, {record_of("web2", WEB): "w"}, id="issued for another host"),
    ],
)
def test_due(here: dict[str, str], records: dict[str, str]) -> None:
    assert due([WEB], "web1", here, records) == [{**WEB, "record": RECORD}]


@pytest.mark.parametrize("change", [{"dns": ["web1"]}, {"addresses": ["192.0.2.22"]}])
def test_another_wish_is_another_record(change: dict[str, list[str]]) -> None:
    assert due([{**WEB, **change}], "web1", HERE, {RECORD: "w"})


def test_owner_and_reload_are_no_part_of_the_wish() -> None:
    assert record_of("web1", {**WEB, "owner": "haproxy"}) == RECORD
