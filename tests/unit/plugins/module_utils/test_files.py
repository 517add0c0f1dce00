"""Which files differ from what is wanted, how they are put in place, and who has to read them."""

from __future__ import annotations

import grp
import os
import pwd
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError
from ansible_collections.scaleup.webstack.plugins.module_utils.files import (
    Seen,
    Wanted,
    diff,
    differs,
    due,
    keep,
    look,
    noted,
    place,
    states,
    together,
    told,
)

ME = {"owner": pwd.getpwuid(os.getuid()).pw_name, "group": grp.getgrgid(os.getgid()).gr_name}
FILE = Wanted.of({"dest": "/etc/x", "content": "text\n"})
FOLDER = Wanted.of({"dest": "/etc/x.d"})
SEEN = Seen(False, "root", "root", 0o644, b"text\n")
NOTHING: dict[str, dict[str, set[str]]] = {"reload": {}, "restart": {}}


def wanted(path: Path, content: str | None = "text\n", **more: Any) -> Wanted:
    return Wanted.of({"dest": str(path), "content": content, **ME, **more})


def accept(command: list[str]) -> tuple[int, str, str]:
    return 0, "", ""


def refuse(command: list[str]) -> tuple[int, str, str]:
    return 1, "", f"line 1 of {command[-1]} is wrong\n"


def test_defaults() -> None:
    assert (FILE.mode, FOLDER.mode, FILE.owner, FILE.group) == ("0644", "0755", "root", "root")
    assert FOLDER.content is None
    assert FILE.units == {"reload": (), "restart": ()}


def test_a_file_that_is_as_wanted(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("text\n")
    path.chmod(0o644)
    assert not differs(wanted(path), look(str(path)))


@pytest.mark.parametrize(
    ("text", "mode"), [pytest.param("other\n", 0o644, id="content"), pytest.param("text\n", 0o600, id="mode")]
)
def test_a_file_that_differs(tmp_path: Path, text: str, mode: int) -> None:
    path = tmp_path / "x"
    path.write_text(text)
    path.chmod(mode)
    assert differs(wanted(path), look(str(path)))


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(None, id="nothing there"),
        pytest.param(replace(SEEN, folder=True, content=None), id="a folder in place of the file"),
        pytest.param(replace(SEEN, owner="nobody"), id="owner"),
        pytest.param(replace(SEEN, group="nogroup"), id="group"),
    ],
)
def test_what_differs(seen: Seen | None) -> None:
    assert not differs(FILE, SEEN)
    assert differs(FILE, seen)


def test_folders() -> None:
    assert not differs(FOLDER, Seen(True, "root", "root", 0o755, None))
    assert differs(FOLDER, Seen(False, "root", "root", 0o755, b"x"))


def test_look_at_nothing(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    assert look(str(tmp_path / "missing")) is None
    assert look(str(tmp_path / "x" / "below")) is None


def test_a_diff_shows_rights_and_text() -> None:
    shown = diff(FILE, replace(SEEN, mode=0o600, content=b"before\n"))
    assert shown == {
        "before_header": "/etc/x (root:root 0600)",
        "after_header": "/etc/x (root:root 0644)",
        "before": "before\n",
        "after": "text\n",
    }
    assert diff(FILE, None)["before_header"] == "/etc/x (absent)"


def test_the_diff_of_a_secret_file_shows_rights_alone() -> None:
    shown = diff(replace(FILE, secret=True), replace(SEEN, content=b"old secret\n"))
    assert (shown["before"], shown["after"]) == ("", "")


@pytest.mark.parametrize(
    ("item", "words"),
    [
        pytest.param("text", "needs dest", id="no mapping"),
        pytest.param({"content": "x"}, "needs dest", id="no dest"),
        pytest.param({"dest": "relative"}, "needs dest", id="relative"),
        pytest.param({"dest": "/x", "contents": ""}, "contents", id="unknown key"),
        pytest.param(
            {"dest": "/x", "state": "gone"}, "/x has the state gone: known are present, absent", id="unknown state"
        ),
    ],
)
def test_refusals(item: object, words: str) -> None:
    with pytest.raises(InvalidError, match=words):
        Wanted.of(item)


def test_no_content_in_an_error() -> None:
    with pytest.raises(InvalidError) as error:
        Wanted.of({"content": "secret words"})
    assert "secret words" not in str(error.value)


def test_folders_and_files_are_made_with_their_rights(tmp_path: Path) -> None:
    files = [wanted(tmp_path / "d", None, mode="0700"), wanted(tmp_path / "d" / "x", mode="0600")]
    place(files, NOTHING, accept, str(tmp_path / "notes"))
    assert not any(differs(each, look(each.dest)) for each in files)
    assert os.listdir(tmp_path / "d") == ["x"]


def test_one_refused_file_leaves_all_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old\n")
    files = [wanted(tmp_path / "a"), wanted(tmp_path / "b", validate="check -c %s", reload="u.service")]
    with pytest.raises(InvalidError) as error:
        place(files, due(NOTHING, files), refuse, str(tmp_path / "notes"))
    assert f"'check -c {tmp_path}/b' refuses the new one: line 1 of {tmp_path}/b is wrong" in str(error.value)
    assert os.listdir(tmp_path) == ["a"]
    assert (tmp_path / "a").read_text() == "old\n"


def test_the_candidate_is_what_is_checked(tmp_path: Path) -> None:
    seen = []

    def check(command: list[str]) -> tuple[int, str, str]:
        seen.append((command[:2], Path(command[2]).read_text(), Path(command[2]).parent))
        return 0, "", ""

    place([wanted(tmp_path / "a", validate="check -c %s")], NOTHING, check, str(tmp_path / "notes"))
    assert seen == [(["check", "-c"], "text\n", tmp_path)]


def test_a_new_file_is_there_for_the_check_of_one_that_names_it(tmp_path: Path) -> None:
    def check(command: list[str]) -> tuple[int, str, str]:
        return int(not (tmp_path / "named").exists()), "", "no such file"

    files = [wanted(tmp_path / "named"), wanted(tmp_path / "a", validate="check %s")]
    place(files, NOTHING, check, str(tmp_path / "notes"))
    assert not any(differs(each, look(each.dest)) for each in files)


def test_what_must_not_be_there_goes_when_all_else_is_in_place(tmp_path: Path) -> None:
    path, other = tmp_path / "x", tmp_path / "y"
    path.write_text("old\n")
    files = [{"dest": str(path), "state": "absent", "secret": True, **ME}, {"dest": str(other), "content": "y\n", **ME}]
    with pytest.raises(InvalidError):
        keep([files[0], {**files[1], "validate": "check %s"}], refuse, change=True)
    assert path.exists()
    told = keep(files, accept, change=False)
    assert (told["changed"], path.exists()) == (True, True)
    assert told["diff"][0]["after_header"] == f"{path} (absent)"
    assert keep(files, accept, change=True)["changed_files"] == [str(path), str(other)]
    assert not path.exists()
    assert not keep(files, accept, change=True)["changed"]


def test_an_unknown_owner_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match="nobody-knows"):
        place([wanted(tmp_path / "a", owner="nobody-knows")], NOTHING, accept, str(tmp_path / "notes"))
    assert os.listdir(tmp_path) == []


def test_a_note_outlives_a_run_that_stopped_before_its_unit(tmp_path: Path) -> None:
    notes = str(tmp_path / "notes")
    files = [wanted(tmp_path / "a", reload="u.service"), wanted(tmp_path / "b", reload=["v.service", "w.service"])]
    place(files[:1], due(NOTHING, files[:1]), accept, notes)
    # The next run finds the file as wanted, and the note.
    assert not differs(files[0], look(files[0].dest))
    found = due(noted(files, notes), [])
    assert found == {"reload": {"u.service": {files[0].dest}}, "restart": {}}
    assert states(files, found) == {"u.service": "reloaded", "v.service": "started", "w.service": "started"}


def test_the_note_is_there_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes, files = str(tmp_path / "notes"), [wanted(tmp_path / "a", restart="u.service")]

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        place(files, due(NOTHING, files), accept, notes)
    assert os.listdir(tmp_path) == ["notes"]
    assert noted(files, notes)["restart"] == {"u.service": {files[0].dest}}


def test_a_restart_is_more_than_a_reload() -> None:
    files = [wanted(Path("/a"), reload="u.service"), wanted(Path("/b"), restart="u.service")]
    assert states(files, due(NOTHING, files)) == {"u.service": "restarted"}
    assert states(files, due(NOTHING, files[:1])) == {"u.service": "reloaded"}
    assert states(files, due(NOTHING, [])) == {"u.service": "started"}


def shown(*units: str) -> str:
    return "\n".join(
        "ActiveState={}\nUnitFileState={}\nNeedDaemonReload={}\n".format(*each.split("/")) for each in units
    )


def test_a_unit_is_left_alone_only_if_nothing_has_to_be_done_with_it() -> None:
    needs = {"a.service": "started", "b.service": "reloaded"}
    assert told(needs, shown("active/enabled/no", "active/enabled/no"))["settled"] == ["a.service"]
    for other in ("inactive/enabled/no", "active/disabled/no", "active/enabled/yes", "activating/enabled/no"):
        assert told(needs, shown(other, "active/enabled/no"))["settled"] == []
    assert told(needs, "") == told({}, "") == {"settled": [], "idle": []}


def test_a_unit_is_idle_if_it_neither_runs_nor_starts_at_a_boot() -> None:
    needs = dict.fromkeys(["a.service", "b.service", "c.service", "d.service"], "started")
    said = shown("inactive/disabled/no", "failed//no", "inactive/enabled/no", "activating/disabled/no")
    assert told(needs, said)["idle"] == ["a.service", "b.service"]


def test_notes_add_up() -> None:
    files = [wanted(Path("/a"), reload="u.service"), wanted(Path("/b"), reload="u.service")]
    assert due({"reload": {"u.service": {"/a"}}, "restart": {}}, files[1:])["reload"] == {"u.service": {"/a", "/b"}}


def test_a_note_of_another_role_counts_whatever_verb_it_has(tmp_path: Path) -> None:
    notes, program = str(tmp_path / "notes"), wanted(tmp_path / "program", restart="u.service")
    certificate = wanted(tmp_path / "certificate", reload="u.service")
    place([certificate], due(NOTHING, [certificate]), accept, notes)
    assert states([program], noted([program], notes)) == {"u.service": "reloaded"}


def test_what_a_module_says_of_files_that_it_kept(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"
    entries = [{"dest": str(path.parent), **ME}, {"dest": str(path), "content": "new\n", **ME}]
    foreseen = keep(entries, accept, change=False)
    assert foreseen["changed_files"] == [str(path.parent), str(path)]
    assert not path.exists()
    assert keep(entries, accept, change=True) == foreseen
    assert path.read_text() == "new\n"
    assert not keep(entries, accept, change=True)["changed"]


def test_what_a_host_kept_that_lost_its_power_does_not_stay(tmp_path: Path) -> None:
    entries = [{"dest": str(tmp_path / "file"), "content": "new\n", "validate": "check %s", **ME}]

    def power_cut(command: list[str]) -> tuple[int, str, str]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "unlink", lambda _path: None)
        keep(entries, power_cut, change=True)
    assert len(list(tmp_path.iterdir())) == 1
    assert keep(entries, accept, change=True)["changed"]
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_units_are_asked_about_once(tmp_path: Path) -> None:
    entries = [{"dest": str(tmp_path / "file"), "content": "new\n", "reload": "a.service", **ME}]
    asked: list[list[str]] = []

    def systemctl(command: list[str]) -> tuple[int, str, str]:
        asked.append(command)
        return 0, shown("active/enabled/no", "inactive/disabled/no"), ""

    said = keep(entries, systemctl, change=False, units=["b.service"])
    assert [command[-2:] for command in asked] == [["a.service", "b.service"]]
    assert said["states"] == {"a.service": "reloaded", "b.service": "started"}
    assert (said["settled"], said["idle"]) == ([], ["b.service"])


def test_a_module_that_keeps_files_says_all_that_it_did() -> None:
    kept: dict[str, Any] = {"changed": True, "diff": [{"after": "a"}]}
    assert together(kept, {"changed": False, "more": 1, "diff": {"after": "b"}}) == {
        "changed": True,
        "more": 1,
        "diff": [{"after": "a"}, {"after": "b"}],
    }
    assert together({"changed": False, "diff": []}, {"changed": True}) == {"changed": True, "diff": []}
