"""Variables of hosts as Ansible has them, read one by one; what cannot be worked out is said in a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleError

from .errors import LayoutError


class Inventory(Mapping[str, Mapping[str, Any]]):
    """The magic variable hostvars. To put together all variables of a host is what costs, so each is kept."""

    def __init__(self, hostvars: Mapping[str, Mapping[str, Any]]) -> None:
        self._hostvars = hostvars
        self._hosts: dict[str, _Variables] = {}

    def __getitem__(self, host: str) -> Mapping[str, Any]:
        if host not in self._hosts:
            self._hosts[host] = _Variables(host, self._hostvars[host])
        return self._hosts[host]

    def __iter__(self) -> Iterator[str]:
        return iter(self._hostvars)

    def __len__(self) -> int:
        return len(self._hostvars)

    def read(self, host: str, variable: str) -> Any:
        """Return one variable of one host, None if it is not set."""
        return self[host].get(variable)


class _Variables(Mapping[str, Any]):
    def __init__(self, host: str, variables: Mapping[str, Any]) -> None:
        self._host, self._variables = host, variables

    def __getitem__(self, variable: str) -> Any:
        if variable not in self._variables:
            raise KeyError(variable)
        try:
            return self._variables[variable]
        except AnsibleError as error:
            raise LayoutError(
                f"Host {self._host}: {variable} cannot be worked out: {error}. Mend its template."
            ) from error

    def __contains__(self, variable: object) -> bool:
        return variable in self._variables

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)
