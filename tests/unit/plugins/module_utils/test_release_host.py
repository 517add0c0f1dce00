"""Releases on a host: folders and sockets are real, systemd and HAProxy answer as they do."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils import release_host as module
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import UnreachableError, WaitError
from ansible_collections.scaleup.webstack.plugins.module_utils.release import Action, Slot, Step, plan
from ansible_collections.scaleup.webstack.plugins.module_utils.release_host import Place, apply, observe


class Systemd:
    """Units that run when they are started; `said` is what is asked of it."""

    def __init__(self) -> None:
        self.active: set[str] = set()
        self.enabled: set[str] = set()
        self.said: list[str] = []
        self.restarts = "0"
        self.refuses = ""
        self.podman = (0, "", "")
        self.bound: list[str] = []

    def run(self, command: list[str]) -> tuple[int, str, str]:
        program, verb, *units = [word for word in command if word != "--quiet"]
        if program == "podman":
            self.said.append(" ".join(command))
            return self.podman
        if program == "journalctl":
            return 0, "started\nthe key is correct-horse-battery\n", ""
        if verb == "show":
            return 0, "\n\n".join(self.shown(unit) for unit in units if not unit.startswith("--")), ""
        self.said.append(f"{verb} {' '.join(units)}".strip())
        if verb == self.refuses:
            return 1, "", "refused"
        changes = {
            "start": self.active.update,
            "stop": self.active.difference_update,
            "enable": self.enabled.update,
            "disable": self.enabled.difference_update,
        }
        changes.get(verb, lambda _units: None)(units)
        return 0, "", ""

    def shown(self, unit: str) -> str:
        state = "active" if unit in self.active else "inactive"
        enabled = "enabled" if unit in self.enabled else "disabled"
        bound = f"BoundBy={' '.join(self.bound)}\n" if unit.endswith("b.service") else ""
        return f"{bound}NRestarts={self.restarts}\nResult=exit-code\nActiveState={state}\nUnitFileState={enabled}"


class HAProxy:
    """A proxy that knows the slots of applications, and for how long it is busy."""

    def __init__(self) -> None:
        self.slots = {"other": "b"}
        self.ports: dict[str, str] = {}
        self.busy = [0]
        self.said: list[str] = []

    def ask(self, _path: str, command: str) -> str:
        words = command.split()
        if words[:2] == ["show", "map"]:
            return "\n".join(f"0x1 {name} {slot}" for name, slot in self.slots.items())
        if words[:2] == ["show", "stat"]:
            count = self.busy.pop(0) if len(self.busy) > 1 else self.busy[0]
            return f"# pxname,svname,qcur,qmax,scur\n{words[2]},BACKEND,0,0,{count}\n"
        if words[0] == "del":
            return "Key not found." if self.ports.pop(words[3], None) is None else ""
        known = self.ports if words[2].endswith("ports.map") else self.slots
        self.said.append(" ".join(words[:2]))
        if words[0] == "set" and words[3] not in known:
            return "entry not found."
        known[words[3]] = words[4]
        return ""


@pytest.fixture
def systemd() -> Systemd:
    return Systemd()


@pytest.fixture
def haproxy(monkeypatch: pytest.MonkeyPatch) -> HAProxy:
    running = HAProxy()
    monkeypatch.setattr(module, "ask", running.ask)
    monkeypatch.setattr(module, "say", running.ask)
    monkeypatch.setattr(module, "PAUSE", 0.001)
    return running


@pytest.fixture
def place(tmp_path: Path, haproxy: HAProxy) -> Place:
    """Application shop on app1, with two releases that are complete and one that is not."""
    root = tmp_path / "apps"
    for name in ("1", "2"):
        (root / "shop/releases" / name).mkdir(parents=True)
        (root / "shop/releases" / name / ".webstack-release").write_text(f"[Service]\nExecStart=/bin/{name}\n")
        os.utime(root / "shop/releases" / name / ".webstack-release", (int(name), int(name)))
    (root / "shop/releases/half").mkdir()
    (root / "slots.map").write_text("other b\n")
    (tmp_path / "admin.sock").touch()
    (tmp_path / "restart").mkdir()
    (tmp_path / "shop.env").write_text('SECRET_KEY="correct-horse-battery"\nFILE="/etc/webstack/pki/ca.pem"\nN="1"\n')
    return Place(
        *("shop", "app1"),
        start_seconds=0,
        stop_seconds=1,
        gate_seconds=0,
        root=str(root),
        sockets=str(tmp_path),
        proxy=str(tmp_path / "admin.sock"),
        notes=str(tmp_path),
        environment=str(tmp_path),
        systemd=str(tmp_path / "system"),
        quadlets=str(tmp_path / "quadlets"),
    )


@pytest.fixture
def answers(place: Place) -> Iterator[list[int]]:
    """What both slots answer, one status after the other; the last one again and again."""
    statuses = [200]
    servers = []
    for slot in ("a", "b"):
        server = socket.socket(socket.AF_UNIX)
        server.bind(place.socket(slot))
        server.listen()
        servers.append(server)
        threading.Thread(target=serve, args=(server, statuses), daemon=True).start()
    yield statuses
    for server in servers:
        server.close()


def serve(server: socket.socket, statuses: list[int]) -> None:
    while True:
        try:
            client, _address = server.accept()
        except OSError:
            return
        with client:
            client.recv(4096)
            status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
            client.sendall(f"HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n".encode())


def deploy(place: Place, systemd: Systemd, release: str) -> None:
    apply(plan(observe(place, systemd.run), release, 5), place, systemd.run)


def test_nothing_serves_at_first(place, systemd):
    seen = observe(place, systemd.run)
    assert (seen.current, seen.kept, seen.pointed, list(seen.history)) == ("", "", "a", [])
    assert list(seen.releases) == ["1", "2"]
    assert observe(replace(place, root="/nowhere"), systemd.run).releases == []


@pytest.mark.usefixtures("answers")
def test_one_release_after_the_other_serves(place, systemd, haproxy):
    deploy(place, systemd, "1")
    seen = observe(place, systemd.run)
    assert (seen.current, seen.kept, seen.healthy, list(seen.history)) == ("1", "a", True, ["1"])
    assert plan(seen, "1", 5) == []
    haproxy.busy = [2, 1, 0]
    Path(place.note).touch()
    deploy(place, systemd, "2")
    seen = observe(place, systemd.run)
    assert seen.slots == {"a": Slot("1"), "b": Slot("2", active=True, enabled=True)}
    assert (seen.current, seen.pointed, seen.stale, list(seen.history)) == ("2", "b", False, ["2", "1"])
    assert Path(place.map).read_text() == "other b\nshop b\n"
    assert [Path(place.drop_in(slot)).read_text()[-7:-1] for slot in "ab"] == ["/bin/1", "/bin/2"]
    assert haproxy.said == ["set map", "add map", "set map"]
    assert plan(seen, "2", 5) == []


@pytest.mark.usefixtures("answers")
def test_a_proxy_that_is_not_there_reads_the_file_later(place, systemd):
    os.unlink(place.proxy)
    deploy(place, systemd, "1")
    deploy(place, systemd, "2")
    assert observe(place, systemd.run).pointed == "b"


def test_a_proxy_that_does_not_answer_is_asked_no_further(place, systemd, monkeypatch):
    def silent(_path, _command):
        raise UnreachableError("it does not answer")

    monkeypatch.setattr(module, "ask", silent)
    assert observe(place, systemd.run).pointed == ""


def test_a_release_that_never_answers_is_taken_back(place, systemd):
    with pytest.raises(WaitError) as error:
        deploy(place, systemd, "1")
    assert str(error.value) == (
        "app1: release 1 of shop did not pass its gate: within 0 s /healthz was not answered (FileNotFoundError). "
        "It was stopped; nothing serves yet. Its last lines: \n| started\n| the key is ********"
    )
    assert systemd.active == systemd.enabled == set()
    assert not observe(place, systemd.run).kept


def test_one_that_falls_ill_is_taken_back_and_the_old_one_serves(place, systemd, answers):
    deploy(place, systemd, "1")
    answers[:] = [200, 200, 503]
    with pytest.raises(
        WaitError, match=r"it was healthy, and then /healthz was answered with status 503. It was stopped; 1"
    ):
        deploy(replace(place, gate_seconds=20), systemd, "2")
    answers[:] = [200]
    seen = observe(place, systemd.run)
    assert (seen.current, seen.pointed, seen.slots["b"].active) == ("1", "a", False)
    deploy(place, systemd, "2")
    assert observe(place, systemd.run).current == "2"


def test_one_that_ends_by_itself_is_not_waited_for(place, systemd):
    systemd.restarts = "1"
    with pytest.raises(WaitError, match=r"its process ended by itself .exit-code"):
        deploy(replace(place, start_seconds=60), systemd, "1")


def test_one_that_serves_and_is_ill_is_not_stopped(place, systemd, answers):
    deploy(place, systemd, "1")
    answers[:] = [500]
    with pytest.raises(WaitError, match="It is the one that serves"):
        deploy(place, systemd, "1")
    assert place.units("a")[1] in systemd.active


def test_a_silent_one_is_not_healthy(place, monkeypatch):
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.01)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(place.socket("a"))
        server.listen()
        assert module.unhealthy(place, "a") == "/healthz was not answered within 0.01 s"


def test_a_request_that_does_not_end_is_not_waited_for_longer_than_that(place, systemd, haproxy):
    haproxy.busy = [1]
    apply([Step(Action.DRAIN, "", "a")], replace(place, stop_seconds=0), systemd.run)
    os.unlink(place.proxy)
    apply([Step(Action.DRAIN, "", "a")], place, systemd.run)


def test_workers_stop_with_their_release_and_how_they_end_is_forgotten(place, systemd):
    systemd.bound = ["webstack-app-shop.mail@b.service"]
    apply([Step(Action.STOP, "", "b")], place, systemd.run)
    assert [line.split()[0] for line in systemd.said] == ["disable", "stop", "reset-failed"]
    assert all(line.endswith("shop.mail@b.service") for line in systemd.said[1:])


def test_a_release_that_is_taken_away_counts_as_none_at_once(place, systemd):
    apply([Step(Action.REMOVE, "", release="1")], place, systemd.run)
    assert list(observe(place, systemd.run).releases) == ["2"]
    assert sorted(os.listdir(place.releases())) == ["2", "half"]


def contained(place: Place, release: str) -> None:
    """A release is an image."""
    Path(place.releases(release, ".webstack-release")).write_text(f"[Container]\nExec=serve {release}\n")


@pytest.mark.usefixtures("answers")
def test_an_image_serves_after_a_release_of_another_kind_and_before_one(place, systemd):
    contained(place, "2")
    deploy(place, systemd, "1")
    deploy(place, systemd, "2")
    assert Path(place.quadlet("b")).read_text() == "[Container]\nExec=serve 2\n"
    assert Path(place.at_boot("b")).read_text() == "[Install]\nWantedBy=multi-user.target\n"
    assert not os.path.exists(place.drop_in("b"))
    # Its socket is enabled as any other, and its service is not one that systemctl could enable.
    assert systemd.enabled == {place.units("b")[0]}
    seen = observe(place, systemd.run)
    assert (seen.current, seen.slots["b"]) == ("2", Slot("2", active=True, enabled=True))
    assert plan(seen, "2", 5) == []
    os.rename(place.releases("half"), place.releases("3"))
    contained(place, "3")
    deploy(place, systemd, "3")
    assert os.path.exists(place.quadlet("a"))
    assert not os.path.exists(place.drop_in("a"))
    assert not os.path.exists(place.at_boot("b"))
    assert observe(place, systemd.run).slots == {"a": Slot("3", active=True, enabled=True), "b": Slot("2")}
    deploy(place, systemd, "1")
    assert Path(place.drop_in("b")).read_text().endswith("/bin/1\n")
    assert not os.path.exists(place.quadlet("b"))
    assert systemd.enabled == set(place.units("b"))


def test_an_image_goes_with_its_release(place, systemd):
    contained(place, "1")
    apply([Step(Action.REMOVE, "", release="1"), Step(Action.REMOVE, "", release="2")], place, systemd.run)
    assert systemd.said == ["podman image rm --ignore localhost/webstack-app-shop:1"]
    assert sorted(os.listdir(place.releases())) == ["half"]


def test_what_podman_refuses_is_said(place, systemd):
    contained(place, "1")
    systemd.podman = (125, "", "it is in use")
    with pytest.raises(WaitError, match=r"podman image rm .* ended with 125: it is in use"):
        apply([Step(Action.REMOVE, "", release="1")], place, systemd.run)


def test_what_systemd_refuses_is_said(place, systemd):
    systemd.refuses = "enable"
    with pytest.raises(WaitError, match=r"systemctl enable .* ended with 1: refused"):
        apply([Step(Action.ENABLE, "", "a")], place, systemd.run)


def ported(place: Place, release: str, kind: str, port: int) -> None:
    """A release listens on a port, and this one is of slot a."""
    text = f"[{kind}]\nExec=serve\n[X-Webstack]\nPort={port}\nPortVariable=HTTP_PORT\n"
    Path(place.releases(release, ".webstack-release")).write_text(text)


@pytest.fixture
def port() -> Iterator[int]:
    """Something listens here, and nothing on the port before it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, args=(server, [200]), daemon=True).start()
        yield server.getsockname()[1]


@pytest.mark.usefixtures("answers")
def test_a_release_that_listens_on_a_port_is_asked_there_and_the_proxy_knows_it(place, systemd, haproxy, port):
    ported(place, "2", "Service", port - 1)
    deploy(place, systemd, "1")
    assert (haproxy.ports, module.port_of(place, "a")) == ({}, 0)
    deploy(place, systemd, "2")
    assert Path(place.drop_in("b")).read_text().splitlines()[-2:] == ["[Service]", f"Environment=HTTP_PORT={port}"]
    assert haproxy.ports == {"shop-b": str(port)}
    assert Path(place.ports).read_text() == f"shop-b {port}\n"
    assert observe(place, systemd.run).healthy
    # Both slots again, in the other order: who takes the socket has no port.
    deploy(place, systemd, "1")
    os.rename(place.releases("half"), place.releases("3"))
    Path(place.releases("3", ".webstack-release")).write_text("[Service]\nExecStart=/bin/3\n")
    deploy(place, systemd, "3")
    assert (haproxy.ports, Path(place.ports).read_text()) == ({}, "")


def test_an_image_that_listens_on_a_port_is_told_in_its_container(place, systemd, haproxy, port):
    ported(place, "1", "Container", port)
    os.unlink(place.proxy)
    deploy(place, systemd, "1")
    told = f"Environment=HTTP_PORT={port}"
    assert Path(place.quadlet("a")).read_text().splitlines()[-4:] == ["[Container]", told, "[Service]", told]
    assert (haproxy.ports, Path(place.ports).read_text()) == ({}, f"shop-a {port}\n")
    assert observe(place, systemd.run).healthy


def test_a_port_where_nobody_listens_is_not_healthy(place, port):
    Path(place.ports).write_text(f"shop-a {port - 1}\nshop-b {port}\n")
    assert module.unhealthy(place, "a") == "/healthz was not answered (ConnectionRefusedError)"
    assert module.unhealthy(place, "b") == ""
