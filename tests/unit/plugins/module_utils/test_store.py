"""A store of secrets as a value."""

from __future__ import annotations

from itertools import count

from ansible_collections.scaleup.webstack.plugins.module_utils.store import Store
from hypothesis import given
from hypothesis import strategies as st

NAMES = st.sets(st.sampled_from("abcdef"))


def test_it_does_not_show_what_it_holds() -> None:
    assert "hidden" not in repr(Store("id", {"a": "hidden"}))


@given(NAMES, NAMES, NAMES)
def test_whatever_is_asked_nothing_is_lost_or_changed(first: set[str], second: set[str], third: set[str]) -> None:
    numbers = count()
    store, held = Store(), dict[str, str]()
    for names in (first, second, third):
        before = store
        store = store.completed(names, lambda: str(next(numbers)), lambda: f"id-{next(numbers)}")
        assert before.identity in {"", store.identity}
        assert held.items() <= store.secrets.items()
        assert store.missing(names) == []
        assert Store.parse(store.serialize(), "path") == store
        held = store.secrets
    assert set(held) == first | second | third
