"""Which certificates are due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.scaleup.webstack.plugins.plugin_utils.certificates import Read, due

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
YEAR = timedelta(days=365)
LASTS = 400, 35
WEB = {"name": "web", "dns": ["web1", "web.example"], "addresses": ["192.0.2.21"], "owner": "root"}
NAMES = frozenset({"web1", "web.example", "192.0.2.21"})
FILES = {"ca.pem", "web.crt", "web.key"}


def test_nothing_is_due_when_it_is_in_place() -> None:
    assert due([WEB], FILES, {"web": (NAMES, NOW)}, NOW + YEAR - timedelta(seconds=1), LASTS) == []


@pytest.mark.parametrize(
    ("files", "read"),
    [
        pytest.param(set[str](), None, id="a fresh host"),
        pytest.param({"web.crt"}, (NAMES, NOW), id="the key is gone"),
        pytest.param(FILES, None, id="another authority's, or no certificate"),
        pytest.param(FILES, (NAMES, NOW - YEAR), id="an old one"),
        pytest.param(FILES, (NAMES - {"web1"}, NOW), id="a name is missing"),
        pytest.param(FILES, (NAMES | {"web2"}, NOW), id="a name too many"),
        pytest.param(FILES, (NAMES - {"192.0.2.21"} | {"192.0.2.22"}, NOW), id="another address"),
    ],
)
def test_due(files: set[str], read: Read) -> None:
    assert due([WEB], files, {"web": read}, NOW, LASTS) == [WEB]


def test_others_stay() -> None:
    own = {**WEB, "name": "own"}
    assert due([own, WEB], FILES, {"web": (NAMES, NOW)}, NOW, LASTS) == [own]


def test_one_that_is_issued_for_less_is_due_sooner() -> None:
    short = {**WEB, "days": 90}
    assert due([short], FILES, {"web": (NAMES, NOW)}, NOW + timedelta(days=54), LASTS) == []
    assert due([short], FILES, {"web": (NAMES, NOW)}, NOW + timedelta(days=55), LASTS) == [short]
