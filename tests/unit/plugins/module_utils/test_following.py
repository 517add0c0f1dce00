"""A proxy follows a planned move: who waits, for how long, and that it always ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError
from ansible_collections.scaleup.webstack.plugins.module_utils.following import Following, Moment, Writer, follow

WRITER = Writer(2000)
HOLD, RELEASE = "set maxconn frontend write_sessions 0", "set maxconn frontend write_sessions 2000"
TURN = ["set server writer/db1 health down", "set server writer/db2 health up"]


def seen(text: str) -> Iterator[Moment]:
    """A letter is what was seen each tenth of a second: o the old one writes, n the new one, - nobody."""
    for number, letter in enumerate(text):
        yield Moment(number / 10, letter == "o", letter == "n")


def run(moments: Iterable[Moment], hold_seconds: float = 5) -> tuple[Following, list[str]]:
    said: list[str] = []
    return follow(iter(moments), WRITER, ("db1", "db2"), hold_seconds, said.append), said


@pytest.mark.parametrize(
    ("text", "said", "followed", "held"),
    [
        ("ooo---n", [HOLD, *TURN, RELEASE], True, 0.3),
        ("ooon", [*TURN, RELEASE], True, 0.0),
        ("n", [*TURN, RELEASE], True, 0.0),
        ("oo--oo--n", [HOLD, *TURN, RELEASE], True, 0.6),
        ("ooo", [RELEASE], False, 0.0),
        ("o--------", [HOLD, RELEASE], False, 0.5),
        ("", [RELEASE], False, 0.0),
    ],
)
def test_what_is_said(text: str, said: list[str], followed: bool, held: float) -> None:
    told, found = run(seen(text), hold_seconds=0.5 if "--------" in text else 5)
    assert found == said
    assert told.followed == followed
    assert told.held_seconds == pytest.approx(held)


def test_the_queue_is_opened_whatever_happens() -> None:
    def broken() -> Iterator[Moment]:
        yield Moment(0, False, False)
        raise InvalidError("no")

    said: list[str] = []
    with pytest.raises(InvalidError):
        follow(broken(), WRITER, ("db1", "db2"), 5, said.append)
    assert said == [HOLD, RELEASE]
