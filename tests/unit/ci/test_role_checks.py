"""The checks that keep a role's defaults, specs and README equal find what differs."""

import pytest
import readme_tables
import specs_match_defaults
from role_files import Role


def option(**more):
    return {"type": "int", "description": "A number.", **more}


def role(tmp_path, defaults, options):
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta" / "argument_specs.yml").touch()
    return Role(tmp_path, defaults, options)


@pytest.mark.parametrize(
    ("defaults", "options", "fault"),
    [
        ({"a": 1}, {"a": option(default=1)}, None),
        ({"a": "{{ b }}"}, {"a": option(default="{{ b }}")}, None),
        ({"a": 1}, {"a": option()}, "a has no default in meta/argument_specs.yml"),
        ({}, {"a": option(required=True)}, None),
        ({"a": 1}, {"a": option(required=True)}, "drop one of the two"),
        ({}, {"a": option()}, "give it a default"),
        ({"a": 1}, {}, "describe it"),
        ({"a": 1}, {"a": option(default=2)}, "is 1 in defaults/main.yml, 2 in its spec"),
        ({"a": 1, "b": 2}, {"b": option(default=2), "a": option(default=1)}, "another order"),
        ({"a": 1}, {"a": {"type": "int", "default": 1}}, "no description"),
        ({"a": 1}, {"a": {"description": "A number.", "default": 1}}, "no type"),
    ],
)
def test_what_differs_is_said(tmp_path, defaults, options, fault):
    found = list(specs_match_defaults.faults(role(tmp_path, defaults, options)))
    assert len(found) == (1 if fault else 0), found
    assert not fault or fault in found[0]


def test_a_role_without_specs_is_found(tmp_path):
    assert list(specs_match_defaults.faults(Role(tmp_path, {}, {}))) == ["has no meta/argument_specs.yml"]


def test_the_table_shows_type_default_and_choices(tmp_path):
    options = {
        "a": option(type="list", elements="str", description=["One | two.", "Three."]),
        "b": option(type="str", choices=["x", "y"]),
        "c": option(required=True),
        "d": option(),
    }
    table = readme_tables.table(role(tmp_path, {"a": [], "b": "", "d": "x" * 99}, options))
    assert table.splitlines()[2:] == [
        "| `a` | list of str | `[]` | One \\| two. Three. |",
        '| `b` | str | `""` | A number. One of `x`, `y`. |',
        "| `c` | int | required | A number. |",
        "| `d` | int | see [defaults](defaults/main.yml) | A number. |",
    ]


def test_only_what_stands_between_the_marks_is_replaced(tmp_path):
    written = readme_tables.with_part("before\n<!-- x: begin -->\nold\n<!-- x: end -->\nafter\n", "x", "new")
    assert written == "before\n<!-- x: begin -->\nnew\n<!-- x: end -->\nafter\n"
    assert readme_tables.with_part(written, "x", "new") == written
    assert readme_tables.with_part("before\n<!-- x: end -->", "x", "new") is None
