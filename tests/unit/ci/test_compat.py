"""What two ansible-cores say about the same hosts."""

import compat

SAID = {"db1": {"ok": 40, "changed": 0}, "web1": {"ok": 20, "changed": 0}}


def test_the_same_is_no_difference():
    assert compat.differences({"2.19": SAID, "2.21": {**SAID}}) == []


def test_another_count_is_named():
    lines = compat.differences({"2.19": SAID, "2.21": {**SAID, "web1": {"ok": 20, "changed": 1}}})
    assert len(lines) == 1
    assert lines[0].startswith("web1: 2.19 counts {'ok': 20, 'changed': 0}; 2.21 counts {'ok': 20, 'changed': 1}")


def test_a_host_that_one_of_them_did_not_reach_is_named():
    assert compat.differences({"2.19": SAID, "2.21": {"db1": SAID["db1"]}})[0].endswith("2.21 counts nothing")
