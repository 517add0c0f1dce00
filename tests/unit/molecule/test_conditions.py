"""What stories assert: a colon and a space in an unquoted condition make a mapping, which fails when it is reached."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml


def conditions(data: Any) -> Iterator[Any]:
    """Every condition of every assertion."""
    for each in data if isinstance(data, list) else [data]:
        for name, value in each.items() if isinstance(each, dict) else []:
            if name == "that":
                yield from value if isinstance(value, list) else [value]
            elif isinstance(value, list | dict):
                yield from conditions(value)


def stories() -> Iterator[tuple[Path, Any]]:
    """Each condition of each file, with the file."""
    for path in sorted((Path(__file__).parents[3] / "molecule").rglob("*.yml")):
        for each in conditions(yaml.load(path.read_text(), yaml.CSafeLoader)):
            yield path, each


CONDITIONS = list(stories())


def test_each_condition_is_a_string() -> None:
    assert len(CONDITIONS) > 200
    assert [found for found in CONDITIONS if not isinstance(found[1], str)] == []


def test_no_condition_asks_for_a_backspace() -> None:
    # What Jinja makes of the end of a word.
    assert [found for found in CONDITIONS if re.search(r"(?<!\\)\\b", str(found[1]))] == []


def test_one_that_is_none_is_found() -> None:
    assert list(conditions(yaml.load("- {assert: {that: ['a', b: c]}}", yaml.CSafeLoader))) == ["a", {"b": "c"}]
