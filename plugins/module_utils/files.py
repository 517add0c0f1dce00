# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files and folders as they are wanted, what about those on a host is different, and who has to read them again.

A unit that has to take up a changed file is noted on the host before the file changes, in FOLDER/VERB/UNIT, one path a
line. The unit itself takes the note away when it starts or reloads (ExecStartPost, ExecReload), so that a run that was
stopped in between leaves the note, and the next one acts on it.
"""

from __future__ import annotations

import grp
import os
import pwd
import shlex
import stat
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError

NOTES = "/run/webstack"
VERBS = ("reload", "restart")
_CALM = {"ActiveState": "active", "UnitFileState": "enabled", "NeedDaemonReload": "no"}
KEYS = {"dest", "content", "owner", "group", "mode", "validate", "secret", "state", *VERBS}
STATES = ("present", "absent")
Run = Callable[[list[str]], tuple[int, str, str]]


@dataclass(frozen=True)
class Wanted:
    """One file with its content, or a folder if it has none; or a file that must not be there."""

    dest: str
    content: str | None
    owner: str
    group: str
    mode: str
    validate: str | None = None
    secret: bool = False
    absent: bool = False
    units: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, item: object) -> Wanted:
        """Read one entry of the option `files`, or say what is wrong with it."""
        if not isinstance(item, dict) or not str(item.get("dest", "")).startswith("/"):
            raise InvalidError(f"Every entry of files needs dest, a path from the root; {_named(item)} has none.")
        unknown = sorted(item.keys() - KEYS)
        if unknown:
            raise InvalidError(
                f"The entry for {item['dest']} has {', '.join(unknown)}: known are {', '.join(sorted(KEYS))}."
            )
        if item.get("state", "present") not in STATES:
            raise InvalidError(f"{item['dest']} has the state {item['state']}: known are {', '.join(STATES)}.")
        content = item.get("content")
        return cls(
            dest=str(item["dest"]),
            content=None if content is None else str(content),
            owner=str(item.get("owner", "root")),
            group=str(item.get("group", "root")),
            mode=str(item.get("mode", "0755" if content is None else "0644")),
            validate=item.get("validate"),
            secret=bool(item.get("secret", False)),
            absent=item.get("state") == "absent",
            units={verb: _units(item.get(verb, ())) for verb in VERBS},
        )


@dataclass(frozen=True)
class Seen:
    """What is at a path."""

    folder: bool
    owner: str
    group: str
    mode: int
    content: bytes | None


def look(path: str) -> Seen | None:
    """Return what is at a path, None if nothing is."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    content = None
    if stat.S_ISREG(found.st_mode):
        with open(path, "rb") as file:
            content = file.read()
    owner, group = _name(pwd.getpwuid, found.st_uid), _name(grp.getgrgid, found.st_gid)
    return Seen(stat.S_ISDIR(found.st_mode), owner, group, stat.S_IMODE(found.st_mode), content)


def differs(wanted: Wanted, seen: Seen | None) -> bool:
    """Return whether what was seen is not as it is wanted; pure."""
    if wanted.absent:
        return seen is not None
    if seen is None or (seen.owner, seen.group, seen.mode) != (wanted.owner, wanted.group, int(wanted.mode, 8)):
        return True
    return not seen.folder if wanted.content is None else seen.content != wanted.content.encode()


def diff(wanted: Wanted, seen: Seen | None) -> dict[str, str]:
    """Return before and after, for people; pure. Contents of secret files stay away."""
    before = after = ""
    if not wanted.secret:
        before = (seen.content or b"").decode(errors="replace") if seen else ""
        after = wanted.content or ""
    was = f"{seen.owner}:{seen.group} {seen.mode:04o}" if seen else "absent"
    will = "absent" if wanted.absent else f"{wanted.owner}:{wanted.group} {wanted.mode}"
    return {
        "before_header": f"{wanted.dest} ({was})",
        "after_header": f"{wanted.dest} ({will})",
        "before": before,
        "after": after,
    }


Notes = dict[str, dict[str, set[str]]]


def noted(wanted: Iterable[Wanted], folder: str = NOTES) -> Notes:
    """Return what the units of these files have not read yet: paths by unit, by verb.

    Whatever verb the files themselves ask for: another role may have noted a certificate for a reload.
    """
    notes: Notes = {verb: {} for verb in VERBS}
    units = {unit for each in wanted for of_verb in each.units.values() for unit in of_verb}
    for verb, unit in product(VERBS, sorted(units)):
        seen = look(os.path.join(folder, verb, unit))
        if seen is not None and seen.content is not None:
            notes[verb][unit] = set(seen.content.decode().split("\n")) - {""}
    return notes


def due(notes: Notes, different: Iterable[Wanted]) -> Notes:
    """Return the notes with those that a change of these files adds; pure."""
    return {
        verb: {
            unit: paths
            for unit in [*notes[verb], *(unit for each in different for unit in each.units[verb])]
            if (paths := notes[verb].get(unit, set()) | {each.dest for each in different if unit in each.units[verb]})
        }
        for verb in VERBS
    }


def states(wanted: Iterable[Wanted], notes: Notes) -> dict[str, str]:
    """Return the state that each unit of these files needs, in the words of systemd_service; pure."""
    units = {unit for each in wanted for of_verb in each.units.values() for unit in of_verb}
    return {
        unit: "restarted" if unit in notes["restart"] else "reloaded" if unit in notes["reload"] else "started"
        for unit in sorted(units)
    }


def told(needs: dict[str, str], shown: str) -> dict[str, list[str]]:
    """Return with which units nothing has to be done, and which are idle; pure.

    `shown` is what `systemctl show` says of these units, in this order: a block of name=value lines for each.
    """
    blocks = [dict(line.split("=", 1) for line in block.splitlines()) for block in shown.strip().split("\n\n")]
    said = dict(zip(needs, blocks, strict=False))  # nothing is said where systemd does not run
    stopped = {unit for unit, each in said.items() if each.get("ActiveState") in ("inactive", "failed")}
    return {
        "settled": [unit for unit in said if needs[unit] == "started" and said[unit] == _CALM],
        "idle": [unit for unit in said if unit in stopped and said[unit]["UnitFileState"] != "enabled"],
    }


def keep(entries: Iterable[object], run: Run, *, change: bool, units: Iterable[str] = ()) -> dict[str, Any]:
    """Look, write what differs if that is wanted, and return what a module says of it."""
    wanted = [Wanted.of(item) for item in entries]
    found = {each.dest: look(each.dest) for each in wanted}
    different = [each for each in wanted if differs(each, found[each.dest])]
    notes = due(noted(wanted), different)
    needs = {**states(wanted, notes), **dict.fromkeys(units, "started")}
    shown = run(["systemctl", "show", f"--property={','.join(_CALM)}", *needs])[1] if needs else ""
    if different and change:
        place(different, notes, run)
    return {
        "changed": bool(different),
        "changed_files": [each.dest for each in different],
        "diff": [diff(each, found[each.dest]) for each in different],
        "states": needs,
        **told(needs, shown),
        **{verb: {unit: sorted(paths) for unit, paths in units.items()} for verb, units in notes.items()},
    }


def together(kept: dict[str, Any], done: dict[str, Any]) -> dict[str, Any]:
    """Return what a module says that kept files and then did something of its own; pure."""
    shown = [*kept["diff"], *([done["diff"]] if "diff" in done else [])]
    return {**done, "changed": kept["changed"] or done["changed"], "diff": shown}


def been_read(unit: str, paths: Iterable[str], folder: str = NOTES) -> None:
    """Take these paths from what a unit has to reload for, because it has read them in another way."""
    note = os.path.join(folder, "reload", unit)
    with suppress(FileNotFoundError):  # the unit has been reloaded meanwhile
        with open(note, encoding="utf-8") as file:
            left = [line for line in file.read().splitlines() if line not in set(paths)]
        if not left:
            os.unlink(note)
            return
        handle, path = tempfile.mkstemp(dir=folder)  # beside the notes: each file among them is one
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in left))
        os.replace(path, note)


def place(different: Iterable[Wanted], notes: Notes, run: Run, folder: str = NOTES) -> None:
    """Put all files in place, or none of them if one is not valid.

    Candidates stand beside their files, with their rights from the beginning; all are checked before the first is
    renamed. Folders are made on the way, and so are new files that nothing checks: others may name them. What must not
    be there goes last.
    """
    gone = [each.dest for each in different if each.absent]
    candidates: list[tuple[str, str]] = []
    try:
        for each in different:
            if each.absent:
                continue
            if each.content is None:
                os.makedirs(each.dest, exist_ok=True)
                _give(each.dest, each)
                continue
            path = _candidate(each.dest)
            with suppress(FileNotFoundError):
                os.unlink(path)  # a host that lost its power keeps it
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                candidates.append((path, each.dest))
                file.write(each.content.encode())
            _give(path, each)
            if each.validate is None and not os.path.lexists(each.dest):
                _write(notes, folder)
                os.replace(*candidates[-1])
                del candidates[-1]
            else:
                _check(path, each, run)
        _write(notes, folder)
        while candidates:
            os.replace(*candidates[0])
            del candidates[0]
        for path in gone:
            os.unlink(path)
    finally:
        for path, _dest in candidates:
            os.unlink(path)


def _candidate(dest: str) -> str:
    """Where a new content stands until it is checked: the same name each time, so that no run leaves another one."""
    return os.path.join(os.path.dirname(dest), f".{os.path.basename(dest)}.new")


def _check(path: str, wanted: Wanted, run: Run) -> None:
    if wanted.validate is None:
        return
    status, out, err = run(shlex.split(wanted.validate.replace("%s", path)))
    if status:
        said = (err.strip() or out.strip()).replace(path, wanted.dest)
        raise InvalidError(
            f"{wanted.dest} and the files beside it stay as they are, because "
            f"'{wanted.validate.replace('%s', wanted.dest)}' refuses the new one: {said[-2000:]}"
        )


def _give(path: str, wanted: Wanted) -> None:
    try:
        os.chown(path, pwd.getpwnam(wanted.owner).pw_uid, grp.getgrnam(wanted.group).gr_gid)
    except KeyError as error:
        who = f"{wanted.owner}:{wanted.group}"
        raise InvalidError(f"{wanted.dest} cannot be given to {who}: {error.args[0]}.") from error
    os.chmod(path, int(wanted.mode, 8))


def _write(notes: Notes, folder: str) -> None:
    for verb, units in notes.items():
        for unit, paths in units.items():
            os.makedirs(os.path.join(folder, verb), exist_ok=True)
            with open(os.path.join(folder, verb, unit), "w", encoding="utf-8") as file:
                file.write("".join(f"{path}\n" for path in sorted(paths)))


def _units(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(unit) for unit in value)


def _name(database: Any, number: int) -> str:
    try:
        return str(database(number)[0])
    except KeyError:
        return str(number)


def _named(item: object) -> str:
    """An entry in an error text, without its content, which may be secret."""
    return f"the one with {', '.join(sorted(map(str, item)))}" if isinstance(item, dict) else f"a {type(item).__name__}"
