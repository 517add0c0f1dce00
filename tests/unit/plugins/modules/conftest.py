"""Modules run as Ansible runs them, in this process; a MySQL module meets connections that note what they are sent."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pymysql
import pytest
from ansible.module_utils.common.parameters import PASS_VARS
from ansible.module_utils.testing import patch_module_args
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql import session as driver
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.session import Login
from ansible_collections.scaleup.webstack.plugins.module_utils.mysql.statement import MEMBERSHIP
from ansible_collections.scaleup.webstack.plugins.module_utils.topology.model import Member
from ansible_collections.scaleup.webstack.tests.unit.plugins.module_utils.mysql.rows import membership

Answers = Mapping[str, "list[dict[str, Any]] | Exception"]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Run a module by its name as `ansible -vvv` does, see that no password shows, and give what it printed."""

    def run(name: str, arguments: dict[str, Any], *, check_mode: bool = False) -> dict[str, Any]:
        internal = {"_ansible_check_mode": check_mode, "_ansible_remote_tmp": str(tmp_path / "remote")}
        if "inject_invocation" in PASS_VARS:  # before ansible-core 2.20 the invocation was always printed
            internal["_ansible_inject_invocation"] = True
        module = importlib.import_module(f"ansible_collections.scaleup.webstack.plugins.modules.{name}")
        with patch_module_args({**arguments, **internal}), pytest.raises(SystemExit):
            module.main()
        text = capsys.readouterr().out
        assert [secret for secret in passwords(arguments) if secret in text] == []
        printed: dict[str, Any] = json.loads(text)
        assert printed.pop("invocation")
        return printed

    return run


def passwords(given: Any) -> Iterator[str]:
    """Every value whose name says that it is a password."""
    for each in given if isinstance(given, list) else []:
        yield from passwords(each)
    for name, value in given.items() if isinstance(given, dict) else []:
        yield from [value] if name.endswith("password") else passwords(value)


class Mysqld:
    """The connection to one server, and its cursor. It answers by the first words of a statement; after the first
    statement of `until`, by `then`.
    """

    def __init__(self, answers: Answers, then: Answers | None = None, until: str = "never") -> None:
        self.answers, self.then, self.until = answers, {**answers, **(then or {})}, until
        self.sent: list[str] = []
        self.rows: list[dict[str, Any]] = []
        self.closed = 0

    def cursor(self) -> Mysqld:
        return self

    def __enter__(self) -> Mysqld:
        return self

    def __exit__(self, *_: object) -> None: ...

    def execute(self, sql: str, values: tuple[object, ...] | None) -> None:
        text = sql % tuple(repr(value) for value in values) if values else sql
        if not text.startswith(("SELECT", "SHOW")):
            self.sent.append(text)
        nothing = [membership()] if text == MEMBERSHIP.sql else []
        answer = next((rows for start, rows in self.answers.items() if text.startswith(start)), nothing)
        if text.startswith(self.until):
            self.answers = self.then
        if isinstance(answer, Exception):
            raise answer
        self.rows = answer

    def fetchall(self) -> list[dict[str, Any]]:
        return self.rows

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Mysqld]:
    """Servers by name; one that a test does not put here refuses connections."""
    there: dict[str, Mysqld] = {}

    def connect(login: Login, member: Member, options: dict[str, Any]) -> Mysqld:
        if member.name not in there:
            raise pymysql.err.OperationalError(2003, "Can't connect to MySQL server (Connection refused)")
        return there[member.name]

    monkeypatch.setattr(driver, "_remote", connect)
    monkeypatch.setattr(driver, "_local", lambda login, options: connect(login, Member("local", ""), options))
    monkeypatch.setattr("socket.gethostname", lambda: "local")
    return there
