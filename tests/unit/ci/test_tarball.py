"""What may be in the tarball, what must be, and what is said about the rest."""

import pytest
import tarball

SOUND = ["README.md", "roles/pki/tasks/main.yml", "plugins/modules/files.py", "inventory/example/hosts.yml"]


def test_a_sound_tarball_has_no_fault():
    made = ["MANIFEST.json", "FILES.json"]
    not_shipped = ["Makefile", "tests/unit/test_layering.py", "inventory/lab.py", ".ci/test.py"]
    assert list(tarball.faults([*SOUND, *made], [*SOUND, *not_shipped])) == []


@pytest.mark.parametrize(
    "name",
    [
        ".cache/lab/webstack/id_ed25519",
        ".venv/bin/python",
        "build/scaleup-webstack-0.1.0.tar.gz",
        "inventory/lab.py",
        "inventory/lab/hosts",
        "molecule/site/converge.yml",
        "notes.txt",
        "playbooks/site.retry",
        "plugins/filter/__pycache__/layout.cpython-313.pyc",
        "plugins/modules/files.py.orig",
        "roles/pki/files/ca.pem",
        "tests/unit/conftest.py",
    ],
)
def test_what_does_not_belong_is_named(name):
    found = list(tarball.faults([*SOUND, name], [*SOUND, name]))
    assert len(found) == 1
    assert found[0].startswith(f"{name} does not belong here")


@pytest.mark.parametrize("name", SOUND)
def test_what_is_needed_and_missing_is_named(name):
    found = list(tarball.faults([each for each in SOUND if each != name], SOUND))
    assert len(found) == 1
    assert found[0].startswith(f"{name} is missing from the tarball")


def test_a_file_that_git_ignores_is_named():
    found = list(tarball.faults([*SOUND, "roles/pki/files/notes"], SOUND))
    assert [fault.split(":")[0] for fault in found] == ["roles/pki/files/notes is in the tarball and not in git"]
