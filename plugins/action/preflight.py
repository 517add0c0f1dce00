# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The action preflight: reads inventory, variables and looks, lets pure code judge them, and says all at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.scaleup.webstack.plugins.module_utils.certificate import site_fault
from ansible_collections.scaleup.webstack.plugins.plugin_utils.inventory import Inventory
from ansible_collections.scaleup.webstack.plugins.plugin_utils.preflight import controller, hosts
from ansible_collections.scaleup.webstack.plugins.plugin_utils.preflight.model import ROLES, Run, Seen

ROLES_FOLDER = Path(__file__).resolve().parents[2] / "roles"
ARGUMENTS = {
    "part": {"type": "str", "choices": ["inventory", "hosts"], "default": "inventory"},
    "needs": {"type": "list", "elements": "str", "default": []},
    "stamps": {"type": "list", "elements": "dict", "default": []},
    "shrink": {"type": "bool", "default": False},
    "convert": {"type": "bool", "default": False},
}


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible has no types
    """The action."""

    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        """Fail with everything that is wrong, or do nothing."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _checked, arguments = self.validate_argument_spec(ARGUMENTS)
        everyone = Inventory(task_vars["hostvars"])
        run = Run(
            groups=task_vars["groups"],
            hostvars=everyone,
            specs=options_of_roles(self._loader),
            hosts=set(task_vars["ansible_play_hosts_all"]),
            limit=task_vars.get("ansible_limit", ""),
            needs=arguments["needs"],
            site_fault=site_fault,
        )
        if arguments["part"] == "inventory":
            problems, state = controller.problems_of(run), "No host was touched."
        else:
            looks = {host: everyone.read(host, "webstack_host") for host in run.hosts}
            known = seen(looks, arguments)
            problems, state = hosts.problems_of(run, known), "Nothing was changed on any host."
            result["tls_ways"] = hosts.tls_ways(run, known)
        return {**result, "changed": False, **refusal(problems, state)}


def options_of_roles(loader: Any) -> dict[str, dict[str, Any]]:
    """Return the options of each role, by its argument specs."""
    found = {}
    for role in ROLES:
        specs = loader.load_from_file(str(ROLES_FOLDER / role / "meta" / "argument_specs.yml"))["argument_specs"]
        # The role settings is judged once a run, here; its entry point has another name so that no play does it again.
        found[role] = (specs.get("main") or specs["site"])["options"]
    return found


def seen(looks: dict[str, Any], arguments: dict[str, Any]) -> Seen:
    """Return what hosts have said; those that do not answer have said nothing."""
    asked = {each["item"]: each for each in arguments["stamps"]}
    return Seen(
        hosts={host: look for host, look in looks.items() if look is not None and not look.get("unreachable")},
        stamps={host: look for host, look in asked.items() if not look.get("unreachable")},
        silent=[host for host, look in asked.items() if look.get("unreachable")],
        shrink=arguments["shrink"],
        convert=arguments["convert"],
    )


def refusal(problems: list[str], state: str) -> dict[str, Any]:
    """Return what makes the task fail, nothing if there is no problem."""
    if not problems:
        return {}
    count = f"{len(problems)} things have" if len(problems) > 1 else "One thing has"
    lines = [f"{count} to be put right first. {state}", *(f"- {each}" for each in problems)]
    return {"failed": True, "msg": "\n".join(lines)}
