"""HAProxy's runtime socket and the role agents, with real sockets."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError, UnreachableError
from ansible_collections.scaleup.webstack.plugins.module_utils.runtime import Agent, moments, say


@pytest.fixture
def haproxy(tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    """A socket that answers as HAProxy does: nothing if it did as told, a line if it did not."""
    path, heard = str(tmp_path / "admin.sock"), []
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(path)
    server.listen()

    def serve() -> None:
        channel, _address = server.accept()
        with channel:
            heard.append(channel.recv(1024).decode())
            channel.sendall(b"\n" if heard[-1].startswith("set") else b"Unknown command.\n\n")

    thread = threading.Thread(target=serve)
    thread.start()
    yield path, heard
    thread.join(5)
    server.close()


def test_a_command_is_sent_as_a_line(haproxy: tuple[str, list[str]]) -> None:
    path, heard = haproxy
    assert say(path, "set maxconn frontend writer 0") == ""
    assert heard == ["set maxconn frontend writer 0\n"]


def test_what_is_not_taken_is_an_error(haproxy: tuple[str, list[str]]) -> None:
    with pytest.raises(InvalidError, match="answered 'hold' with: Unknown command"):
        say(haproxy[0], "hold")


def test_a_proxy_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match="does not answer at"):
        say(str(tmp_path / "none.sock"), "show info")


def test_an_agent_that_does_not_answer_is_no_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssl, "create_default_context", lambda cafile: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        agent = Agent("127.0.0.1", closed.getsockname()[1], "mysql.test", "/ca.pem")
        found = list(moments(agent, agent, 0.15))
    assert found
    assert not any(each.old_writes or each.new_writes for each in found)
