"""What stories assert: a colon and a space in an unquoted condition make a mapping, which fails when it is reached."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

STORIES = sorted((Path(__file__).parents[3] / "molecule").rglob("*.yml"))


def conditions(data: Any) -> Iterator[Any]:
    """Every condition of every assertion."""
    for each in data if isinstance(data, list) else [data]:
        for name, value in each.items() if isinstance(each, dict) else []:
            if name == "that":
                yield from value if isinstance(value, list) else [value]
            elif isinstance(value, list | dict):
                yield from conditions(value)


@pytest.mark.parametrize("path", STORIES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_condition_is_a_string(path: Path) -> None:
    assert [
        each for each in conditions(yaml.load(path.read_text(), yaml.CSafeLoader)) if not isinstance(each, str)
    ] == []


@pytest.mark.parametrize("path", STORIES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_condition_asks_for_a_backspace(path: Path) -> None:
    texts = [each for each in conditions(yaml.load(path.read_text(), yaml.CSafeLoader)) if isinstance(each, str)]
    assert [each for each in texts if re.search(r"(?<!\\)\\b", each)] == []  # what Jinja makes of the end of a word


def test_one_that_is_none_is_found() -> None:
    assert list(conditions(yaml.load("- {assert: {that: ['a', b: c]}}", yaml.CSafeLoader))) == ["a", {"b": "c"}]
