# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The controller's half of the module files: one look, then Ansible's own modules for what differs."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError
from ansible_collections.scaleup.webstack.plugins.module_utils.files import Wanted


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible has no types
    """The action."""

    _VALID_ARGS = frozenset({"files"})
    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        """Return what was changed, with the diffs of all files."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        items = self._task.args.get("files")
        if not isinstance(items, list):
            raise AnsibleActionFail("scaleup.webstack.files needs files, a list of files and folders.")
        try:
            wanted = [Wanted.of(dict(item) if isinstance(item, dict) else item) for item in items]
        except InvalidError as error:
            raise AnsibleActionFail(str(error)) from error
        seen = self._execute_module(
            "scaleup.webstack.files", {"files": [each.question() for each in wanted]}, task_vars=task_vars
        )
        if seen.get("failed"):
            return {**result, **seen}
        different = set(seen["changed_files"])
        done: list[str] = []
        diffs: list[Any] = []
        for each in wanted:
            if each.dest not in different:
                continue
            outcome = self._make(each, task_vars)
            if outcome.get("failed"):
                message = f"{each.dest}: {outcome.get('msg', 'it could not be written')}"
                return {**result, **outcome, "msg": message, "changed": bool(done), "changed_files": done}
            done += [each.dest] if outcome.get("changed") else []
            diffs += [] if each.secret or "diff" not in outcome else _list(outcome["diff"])
        return {**result, "changed": bool(done), "changed_files": done, "diff": diffs}

    def _make(self, wanted: Wanted, task_vars: Any) -> dict[str, Any]:
        rights = {"owner": wanted.owner, "group": wanted.group, "mode": wanted.mode}
        if wanted.content is None:
            arguments = {"path": wanted.dest, "state": "directory", **rights}
            return dict(self._execute_module("ansible.builtin.file", arguments, task_vars=task_vars))
        task = self._task.copy()
        task.args = {"content": wanted.content, "dest": wanted.dest, **rights}
        if wanted.validate:
            task.args["validate"] = wanted.validate
        copy = self._shared_loader_obj.action_loader.get(
            "ansible.builtin.copy",
            task=task,
            connection=self._connection,
            play_context=self._play_context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=self._shared_loader_obj,
        )
        return dict(copy.run(task_vars=task_vars))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
