"""Every playbook says what it changes, so that no two that change something run at once."""

from pathlib import Path

import pytest
import yaml

PLAYBOOKS = sorted((Path(__file__).parents[2] / "playbooks").glob("*.yml"))
ONLY_LOOK = {"report"}


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_a_playbook_takes_the_lease_in_its_own_name_and_gives_it_back(path):
    plays = yaml.load(path.read_text(), yaml.CSafeLoader)
    imported = [play.get("ansible.builtin.import_playbook") for play in plays]
    assert (imported[0], imported[-1]) == ("stages/layout.yml", "stages/result.yml")
    operation = plays[0]["vars"]["webstack_stage_operation"]
    assert path.stem in operation if path.stem not in ONLY_LOOK else operation == ""
