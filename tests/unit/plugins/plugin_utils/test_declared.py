"""Values as given, in the types that are declared."""

from __future__ import annotations

import pytest
from ansible_collections.scaleup.webstack.plugins.plugin_utils.declared import DeclaredError, convert, shown

TEXTS = {"type": "list", "elements": "str"}
NUMBERS = {"type": "list", "elements": "int"}
NAMED = {
    "type": "list",
    "elements": "dict",
    "options": {"name": {"type": "str", "required": True}, "size": {"type": "int"}},
}


@pytest.mark.parametrize(
    ("value", "option", "expected"),
    [
        ("false", {"type": "bool"}, False),
        ("False", {"type": "bool"}, False),
        (" yes ", {"type": "bool"}, True),
        (1, {"type": "bool"}, True),
        ("3", {"type": "int"}, 3),
        (" -3 ", {"type": "int"}, -3),
        ("a,b", TEXTS, ["a", "b"]),
        ("a , b", TEXTS, ["a", "b"]),
        ("a", TEXTS, ["a"]),
        ("", TEXTS, []),
        (("a", "b"), TEXTS, ["a", "b"]),
        ('["a", "b"]', TEXTS, ["a", "b"]),
        ("1,2", NUMBERS, [1, 2]),
        ('[{"name": "x", "size": "2"}]', NAMED, [{"name": "x", "size": 2}]),
        ("", {"type": "dict"}, {}),
        ('{"a": 1}', {"type": "dict"}, {"a": 1}),
        (5, {}, "5"),
        ("/etc/x", {"type": "path"}, "/etc/x"),
        (None, {"type": "raw"}, None),
        ("b", {"type": "str", "choices": ["a", "b"]}, "b"),
        ([1, "2"], {"type": "list"}, [1, "2"]),
    ],
)
def test_what_was_meant(value, option, expected):
    found = convert(value, option)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("value", "option", "sentence"),
    [
        ("maybe", {"type": "bool"}, "is 'maybe', which is neither true nor false. Write true or false."),
        (2, {"type": "bool"}, "is 2, which is neither true nor false. Write true or false."),
        ([], {"type": "bool"}, "is [], which is neither true nor false. Write true or false."),
        ("3.5", {"type": "int"}, "is '3.5', which is no whole number. Write it in digits."),
        (True, {"type": "int"}, "is True, which is no whole number. Write it in digits."),
        ("a b", TEXTS, "is 'a b' where a list belongs. Write [a, b], or a,b on a command line."),
        ("a,,b", TEXTS, "is 'a,,b' where a list belongs. Write [a, b], or a,b on a command line."),
        ("[a, b", TEXTS, "is '[a, b' where a list belongs. Write [a, b], or a,b on a command line."),
        ("1,x", NUMBERS, "holds an entry that is 'x', which is no whole number. Write it in digits."),
        ("x", NAMED, "is 'x' where a list belongs. Write it as a list, in YAML or JSON."),
        ([{}], NAMED, "holds an entry that lacks name. Add it."),
        ([{"nam": "x"}], NAMED, "holds an entry that has the unknown key 'nam'. Known are name, size."),
        (
            [{"name": "x", "size": "y"}],
            NAMED,
            "holds an entry that has a size that is 'y', which is no whole number. Write it in digits.",
        ),
        ("x", {"type": "dict"}, "is 'x' where a mapping belongs. Write it as {key: value}, in YAML or JSON."),
        ([], {"type": "dict"}, "is [] where a mapping belongs. Write it as {key: value}, in YAML or JSON."),
        ({}, {"type": "str"}, "is {} where a text belongs. Write one text."),
        ("../x", {"type": "path"}, "is '../x', which is no absolute path. Write one that begins with '/'."),
        ("/a/../b", {"type": "path"}, "is '/a/../b', which is no absolute path. Write one that begins with '/'."),
        ("c", {"type": "str", "choices": ["a", "b"]}, "is 'c'. Choose one of a, b."),
        (
            ["hunter2"],
            {"type": "dict", "no_log": True},
            "is a value that is not shown here where a mapping belongs. Write it as {key: value}, in YAML or JSON.",
        ),
    ],
)
def test_what_nobody_can_have_meant(value, option, sentence):
    with pytest.raises(DeclaredError) as caught:
        convert(value, option)
    assert str(caught.value) == sentence


def test_long_values_are_cut():
    assert shown("x" * 99) == "'" + "x" * 65 + " ..."
