"""The projects to copy: one line for each playbook, variables that exist, and applications that are complete."""

from pathlib import Path

import pytest
import yaml
from ansible_collections.scaleup.webstack.plugins.plugin_utils.applications import problems_of

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "inventory" / "example"
SAMPLES = sorted(path for path in (ROOT / "inventory" / "samples").iterdir() if path.is_dir())
PLAYBOOKS = sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml"))
# What Ansible itself reads.
CONNECTION = {"ansible_user", "ansible_python_interpreter", "ansible_host"}


def variables(data):
    if isinstance(data, dict):
        for key, value in data.items():
            if key.startswith(("ansible_", "webstack_")):
                yield key
            yield from variables(value)


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_every_playbook_has_its_line(name):
    (play,) = yaml.load((EXAMPLE / f"{name}.yml").read_text(), yaml.CSafeLoader)
    assert play["ansible.builtin.import_playbook"] == f"scaleup.webstack.{name}"
    assert set(play) == {"name", "ansible.builtin.import_playbook"}


def test_it_has_no_playbook_that_does_not_exist():
    assert sorted(path.stem for path in EXAMPLE.glob("*.yml") if path.stem != "hosts") == PLAYBOOKS


@pytest.mark.parametrize("project", [EXAMPLE, *SAMPLES], ids=lambda project: project.name)
def test_every_variable_is_one_of_the_roles(project):
    known = set(CONNECTION)
    for path in (ROOT / "roles").glob("*/meta/argument_specs.yml"):
        for entry in yaml.load(path.read_text(), yaml.CSafeLoader)["argument_specs"].values():
            known |= set(entry.get("options", {}))
    used = set(variables(yaml.load((project / "hosts.yml").read_text(), yaml.CSafeLoader)))
    for path in (project / "group_vars").glob("*.yml"):
        used |= set(yaml.load(path.read_text(), yaml.CSafeLoader))
    assert used - known == set()


@pytest.mark.parametrize("project", SAMPLES, ids=lambda project: project.name)
def test_a_sample_is_an_application_that_is_complete(project):
    text = (project / "group_vars" / "all.yml").read_text().replace("{{ inventory_dir }}", str(project))
    for entry in yaml.load(text, yaml.CSafeLoader)["webstack_applications"]:
        assert list(problems_of("webstack_applications", entry)) == []
        assert Path(entry["folder"], entry.get("requirements") or entry["containerfile"]).is_file()


def test_its_requirement_is_met_by_this_version():
    (requirement,) = yaml.load((EXAMPLE / "collections" / "requirements.yml").read_text(), yaml.CSafeLoader)[
        "collections"
    ]
    galaxy = yaml.load((ROOT / "galaxy.yml").read_text(), yaml.CSafeLoader)
    assert requirement == {"name": "scaleup.webstack", "version": f">={galaxy['version']}"}
