# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The controller's half of the module firewall: reconnects after rules were put on trial, and confirms them.

One task, not three: a host's timer must not run while the run is busy with other hosts.
"""

from __future__ import annotations

import time
from typing import Any

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase

# How much longer than the host's own patience a host is waited for.
GRACE_SECONDS = 20


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible has no types
    """The action."""

    _supports_check_mode = True
    _supports_diff = True

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        """Return what the module says, once the host has been reached by a new connection."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = dict(self._task.args)
        tried = self._execute_module("scaleup.webstack.firewall", arguments, task_vars=task_vars)
        if tried.get("failed") or not tried.get("on_trial"):
            return {**result, **tried}
        patience = int(arguments.get("rollback_seconds", 30)) + GRACE_SECONDS
        confirmed = self._reconnected({**arguments, "tried_by": tried["tried_by"]}, patience, task_vars)
        if confirmed.get("failed"):
            return {**result, **confirmed}
        return {**result, **tried, "on_trial": False}

    def _reconnected(self, arguments: dict[str, Any], patience: int, task_vars: Any) -> dict[str, Any]:
        deadline = time.monotonic() + patience
        while True:
            try:
                # Without this, a connection that is kept open for several tasks would be used again.
                if hasattr(self._connection, "reset"):
                    self._connection.reset()
                return dict(self._execute_module("scaleup.webstack.firewall", arguments, task_vars=task_vars))
            except AnsibleConnectionFailure as failure:
                if time.monotonic() > deadline:
                    message = f"It was not reached again within {patience} s after its rules changed: {failure}"
                    return {"failed": True, "msg": message}
                time.sleep(1)
