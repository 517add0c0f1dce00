"""What ansible-doc has to show of an installed copy."""

import installed_docs
import pytest

GOOD = {"short_description": "One", "description": ["Two."], "options": {"path": {}}}
PLUGIN = {"scaleup.webstack.files": {"doc": GOOD}}
ROLE = {"scaleup.webstack.pki": {"entry_points": {"main": {**GOOD, "options": {"pki_days": {}}}}}}
WANTED = {"scaleup.webstack.pki": {"pki_days"}}


def test_plugins_are_found_by_their_folder():
    files = [
        "plugins/modules/files.py",
        "plugins/filter/layout.py",
        "plugins/module_utils/a.py",
        "plugins/strange/b.py",
    ]
    assert installed_docs.plugins(files) == {
        "module": {"scaleup.webstack.files"},
        "filter": {"scaleup.webstack.layout"},
        "strange": {"scaleup.webstack.b"},
    }


def test_what_is_documented_has_no_fault():
    assert list(installed_docs.plugin_faults("module", set(PLUGIN), PLUGIN)) == []
    assert list(installed_docs.role_faults(WANTED, ROLE)) == []


@pytest.mark.parametrize(
    ("kind", "said", "fault"),
    [
        ("module", {}, "is not shown by ansible-doc"),
        ("module", {**PLUGIN, "scaleup.webstack.old": {"doc": GOOD}}, "is installed and not in the checkout"),
        ("module", {"scaleup.webstack.files": {"doc": {**GOOD, "options": {}}}}, "has no options"),
        ("module", {"scaleup.webstack.files": {"doc": {**GOOD, "description": []}}}, "has no description"),
        ("strange", PLUGIN, "does not know"),
    ],
)
def test_a_plugin_that_is_badly_documented_is_named(kind, said, fault):
    (found,) = installed_docs.plugin_faults(kind, set(PLUGIN), said)
    assert fault in found


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({}, "is not shown by ansible-doc"),
        ({"scaleup.webstack.pki": {"entry_points": {"main": GOOD}}}, "does not document pki_days"),
        ({"scaleup.webstack.pki": {"entry_points": {"main": {"options": {"pki_days": {}}, "description": ["x"]}}}},
         "entry point main, has no short_description"),
        ({**ROLE, "scaleup.webstack.old": ROLE["scaleup.webstack.pki"]}, "is installed and not in the checkout"),
    ],
)  # fmt: skip
def test_a_role_that_is_badly_documented_is_named(said, fault):
    (found,) = installed_docs.role_faults(WANTED, said)
    assert fault in found
