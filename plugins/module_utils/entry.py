# Copyright (c) the scaleup.webstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How a MySQL module begins and ends once its arguments are read: the driver is there, and one catch for all errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, Protocol

from ansible.module_utils.basic import missing_required_lib
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import WebstackError
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.session import DRIVER_ERROR


class Ends(Protocol):
    """What is needed of an AnsibleModule."""

    params: Mapping[str, Any]
    check_mode: bool

    def exit_json(self, **result: Any) -> NoReturn:
        """End well."""

    def fail_json(self, msg: str, **result: Any) -> NoReturn:
        """End with an error."""


def run_module(module: Ends, run: Callable[..., dict[str, Any]]) -> None:
    """Call run(params, check_mode=...), and end with what it returns; `failed` in it tells how."""
    if DRIVER_ERROR:
        module.fail_json(msg=missing_required_lib("PyMySQL"), exception=DRIVER_ERROR)
    try:
        result = run(module.params, check_mode=module.check_mode)
    except WebstackError as error:
        module.fail_json(msg=str(error))
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)
