"""What the role agent says in every world that it may meet."""

import dataclasses
import importlib.util
import socket
import sys
import threading
import time
from pathlib import Path
from socketserver import ThreadingMixIn

import pytest

AGENT = Path(__file__).parents[4] / "roles" / "mysql_server" / "files" / "role_agent.py"
_spec = importlib.util.spec_from_file_location("role_agent", AGENT)
agent = importlib.util.module_from_spec(_spec)
sys.modules["role_agent"] = agent
_spec.loader.exec_module(agent)

Channel, Member, Observation, Role = agent.Channel, agent.Member, agent.Observation, agent.Role

ME = "11111111-1111-1111-1111-111111111111"
OTHERS = ["22222222-2222-2222-2222-222222222222", "33333333-3333-3333-3333-333333333333"]
MAX_LAG = 30


def server(*, writable=False, channels=(), group=(), **rest):
    closed = not writable
    return Observation(ME, read_only=closed, super_read_only=closed, channels=channels, group=group, **rest)


def replica(**channel):
    return server(channels=(Channel("", **channel),))


def member(role, state="ONLINE", others=("ONLINE", "ONLINE"), writable=False, **channel):
    """Make a member of a group of three."""
    rest = "SECONDARY" if role == "PRIMARY" else "PRIMARY"
    seen = (Member(ME, state, role), *(Member(uuid, how, rest) for uuid, how in zip(OTHERS, others, strict=True)))
    return server(
        writable=writable,
        group=seen,
        group_name="g",
        channels=(Channel("group_replication_applier", **channel), Channel("group_replication_recovery", "OFF", "OFF")),
    )


# name, world, role, writable, readable, stale, lag, a word of the reason
WORLDS = [
    ("writable primary", server(writable=True), "primary", True, False, False, 0, "primary"),
    ("fresh server", server(holds_data=False), "none", False, False, False, None, "read-only"),
    ("primary after its restart", server(), "none", False, False, True, None, "read-only"),
    ("read_only without super_read_only", Observation(ME, True, False), "none", False, False, True, None, "read-only"),
    ("super_read_only just lifted", Observation(ME, True, False), "none", False, False, True, None, "read-only"),
    ("replica that has everything", replica(), "replica", False, True, True, 0, "applied all"),
    ("replica that applies", replica(caught_up=False, behind_seconds=2.5), "replica", False, True, True, 2.5, "apply"),
    ("lag at the limit", replica(caught_up=False, behind_seconds=30), "replica", False, True, True, 30, "apply"),
    ("lag beyond it", replica(caught_up=False, behind_seconds=31), "replica", False, False, True, 31, "more than 30 s"),
    ("lag that nobody knows", replica(caught_up=False), "replica", False, False, True, None, "not known"),
    ("never heard from", replica(heard_seconds=None), "replica", False, False, True, None, "not heard"),
    (
        "receiver stopped",
        replica(receiver="OFF", receiver_error="Access denied"),
        *("replica", False, False, True, None, "receiver is stopped: Access denied"),
    ),
    (
        "primary gone for a moment",
        replica(receiver="CONNECTING", heard_seconds=7, receiver_error="error connecting"),
        *("replica", False, True, True, 7, "hears nothing from its primary: error connecting"),
    ),
    (
        "primary gone for long",
        replica(receiver="CONNECTING", heard_seconds=90),
        *("replica", False, False, True, 90, "90.0 s old"),
    ),
    ("connected and silent", replica(heard_seconds=50), "replica", False, False, True, 50, "hears nothing"),
    ("between two heartbeats", replica(heard_seconds=2.9), "replica", False, True, True, 0, "applied all"),
    ("slow heartbeats", replica(heard_seconds=50, heartbeat_seconds=30), "replica", False, True, True, 0, "applied"),
    (
        "applier stopped",
        replica(applier="OFF"),
        *("replica", False, False, True, None, "applier is stopped"),
    ),
    (
        "applier failed while the channel still says ON",
        replica(applier_error="Duplicate entry\n'1'"),
        *("replica", False, False, True, None, "applier is stopped: Duplicate entry '1'"),
    ),
    (
        "replica's clock a little behind",
        replica(caught_up=False, behind_seconds=-0.4),
        *("replica", False, True, True, 0, "apply"),
    ),
    (
        "replica's clock far behind",
        replica(caught_up=False, behind_seconds=-60),
        *("replica", False, False, True, None, "clock is 60 s behind"),
    ),
    (
        "takes writes and replicates",
        dataclasses.replace(replica(), read_only=False, super_read_only=False),
        *("replica", False, False, False, None, "neither is right"),
    ),
    (
        "primary with a stopped channel left over",
        dataclasses.replace(replica(receiver="OFF", applier="OFF"), read_only=False, super_read_only=False),
        *("primary", True, False, False, 0, "primary"),
    ),
    ("group primary", member("PRIMARY", writable=True), "primary", True, False, False, 0, "group's primary"),
    ("group primary, elected and not open yet", member("PRIMARY"), "primary", False, False, True, None, "read-only"),
    (
        "group primary that lost one",
        member("PRIMARY", writable=True, others=("ONLINE", "UNREACHABLE")),
        *("primary", True, False, False, 0, "group's primary"),
    ),
    (
        "group primary that lost its majority",
        member("PRIMARY", writable=True, others=("UNREACHABLE", "UNREACHABLE")),
        *("primary", False, False, True, None, "2 of 3"),
    ),
    ("group secondary", member("SECONDARY"), "replica", False, True, True, 0, "applied all"),
    (
        "group secondary far behind",
        member("SECONDARY", caught_up=False, behind_seconds=40),
        *("replica", False, False, True, 40, "40.0 s old"),
    ),
    (
        "group secondary without a majority",
        member("SECONDARY", others=("UNREACHABLE", "UNREACHABLE")),
        *("replica", False, False, True, None, "majority"),
    ),
    ("recovering", member("SECONDARY", "RECOVERING"), "none", False, False, False, None, "RECOVERING"),
    ("thrown out", member("SECONDARY", "ERROR"), "none", False, False, True, None, "ERROR"),
    (
        "thrown out, and writable",
        member("SECONDARY", "ERROR", writable=True),
        "none",
        False,
        False,
        False,
        None,
        "ERROR",
    ),
    (
        "thrown out before it was filled",
        dataclasses.replace(member("SECONDARY", "ERROR"), holds_data=False),
        *("none", False, False, False, None, "ERROR"),
    ),
    (
        "not in the group yet",
        dataclasses.replace(member("", "OFFLINE", ("OFFLINE", "OFFLINE")), holds_data=False, group_name=""),
        *("none", False, False, False, None, "nobody"),
    ),
    (
        "after a complete outage",
        member("", "OFFLINE", ("OFFLINE", "OFFLINE")),
        *("none", False, False, True, None, "outside of its group"),
    ),
    (
        "opened by hand outside of its group",
        member("", "OFFLINE", ("OFFLINE", "OFFLINE"), writable=True),
        *("none", False, False, False, None, "takes writes outside of its group"),
    ),
]


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world[0])
def test_what_a_world_is_judged_as(world):
    _name, seen, role, writable, readable, stale, lag, word = world
    verdict = agent.decide(seen, 0.1, MAX_LAG)
    assert (verdict.role, verdict.writable, verdict.readable, verdict.stale) == (Role(role), writable, readable, stale)
    assert verdict.lag_seconds == lag
    assert word in verdict.reason
    assert verdict.server_uuid == ME


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world[0])
def test_an_old_observation_makes_nothing_fit(world):
    verdict = agent.decide(world[1], 1.01, MAX_LAG, "timed out")
    assert not (verdict.writable or verdict.readable or verdict.stale)
    assert verdict.lag_seconds is None
    assert "1.0 s old" in verdict.reason


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world[0])
def test_nothing_is_writable_and_readable_and_unknown_lag_is_never_readable(world):
    verdict = agent.decide(world[1], 0, MAX_LAG)
    assert not (verdict.writable and verdict.readable)
    assert not (verdict.readable and (verdict.lag_seconds is None or verdict.lag_seconds > MAX_LAG))
    assert not (verdict.writable and verdict.stale)
    assert (verdict.share > 0) == verdict.readable


@pytest.mark.parametrize(
    ("lag", "limit", "share"),
    [(0, 30, 100), (0.1, 30, 100), (0.5, 30, 98), (7.5, 30, 75), (15, 30, 50), (29.9, 30, 1), (30, 30, 1), (0, 0, 100)],
)
def test_the_share_falls_evenly_with_lag(lag, limit, share):
    world = replica(caught_up=lag == 0, behind_seconds=lag)
    assert agent.decide(world, 0, limit).share == share


def test_no_observation_says_why():
    verdict = agent.decide(None, 0, MAX_LAG, "Can't connect")
    assert verdict == agent.Verdict(Role.NONE, "mysqld does not answer: Can't connect")


def test_the_worst_of_several_channels_counts():
    both = server(channels=(Channel("a"), Channel("b", caught_up=False, behind_seconds=40)))
    assert agent.decide(both, 0, MAX_LAG).lag_seconds == 40
    one_unknown = server(channels=(Channel("a", caught_up=False, behind_seconds=40), Channel("b", receiver="OFF")))
    assert agent.decide(one_unknown, 0, MAX_LAG).lag_seconds is None


def test_the_answer_of_mysqld_is_read():
    answer = {
        "read_only": 1,
        "super_read_only": 1,
        "server_uuid": ME,
        "group_name": None,
        "holds_data": 1,
        "group": None,
        "channels": [
            {
                "name": "",
                "receiver": "ON",
                "receiver_error": "",
                "applier": "ON",
                "applier_error": None,
                "caught_up": 0,
                "heartbeat_seconds": 1.0,
                "heard_seconds": 0.25,
                "behind_seconds": None,
            }
        ],
    }
    assert Observation.of(answer) == replica(caught_up=False, heard_seconds=0.25)


class FakeServer:
    """A mysqld whose answer a test chooses, or that never answers."""

    def __init__(self):
        self.answer = server(writable=True)
        self.thawed = threading.Event()
        self.thawed.set()
        self.asked = 0

    def observe(self):
        self.asked += 1
        self.thawed.wait(5)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_answers_are_shared_and_never_older_than_asked_for():
    mysqld = FakeServer()
    watch = agent.Watch(mysqld, MAX_LAG)
    assert all(watch.verdict().writable for _time in range(50))
    assert mysqld.asked <= 2
    time.sleep(agent.REFRESH_SECONDS)
    mysqld.answer = server()
    assert not watch.verdict().writable


def test_an_idle_agent_asks_nothing():
    mysqld = FakeServer()
    agent.Watch(mysqld, MAX_LAG)
    time.sleep(0.05)
    assert mysqld.asked == 0


def test_a_frozen_server_is_answered_for_in_time_and_then_not_believed(monkeypatch):
    monkeypatch.setattr(agent, "BELIEVE_SECONDS", 0.25)
    mysqld = FakeServer()
    watch = agent.Watch(mysqld, MAX_LAG)
    assert watch.verdict().writable
    mysqld.thawed.clear()
    time.sleep(agent.BELIEVE_SECONDS)
    before = time.monotonic()
    verdict = watch.verdict()
    assert time.monotonic() - before < 0.5
    assert not verdict.writable
    mysqld.thawed.set()
    time.sleep(0.05)
    assert watch.verdict().writable


def test_a_dead_server_is_not_believed_at_all():
    mysqld = FakeServer()
    watch = agent.Watch(mysqld, MAX_LAG)
    assert watch.verdict().writable
    mysqld.answer = OSError(111, "Connection refused")
    time.sleep(agent.REFRESH_SECONDS)
    assert watch.verdict().reason == "mysqld does not answer: Connection refused"


class Plain(agent.Listener):
    """The agent without TLS."""

    process_request_thread = ThreadingMixIn.process_request_thread


@pytest.fixture
def ask(monkeypatch):
    """Serve a watched server, and say what a client hears."""
    monkeypatch.setattr(agent, "REFRESH_SECONDS", 0.01)
    mysqld = FakeServer()
    listener = Plain(("127.0.0.1", 0), None, agent.Watch(mysqld, MAX_LAG))
    thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
    thread.start()

    def hear(request, answer):
        mysqld.answer = answer
        time.sleep(agent.REFRESH_SECONDS)
        with socket.create_connection(listener.socket.getsockname(), 2) as client:
            client.sendall(request)
            with client.makefile("rb") as heard:
                return heard.read().decode()

    yield hear
    listener.shutdown()
    thread.join(5)
    listener.server_close()


def test_the_share_is_a_bare_line_and_never_takes_a_server_out(ask):
    request = b"GET /share/db2/\r\n\r\n"
    assert ask(request, replica(caught_up=False, behind_seconds=15)) == "50%\n"
    assert ask(request, replica(caught_up=False, behind_seconds=90)) == "1%\n"
    assert ask(request, OSError(111, "Connection refused")) == "1%\n"


def test_other_questions_are_answered_by_a_status(ask):
    for path, code in (("reader", 200), ("writer", 503), ("stale", 200), ("status", 200), ("", 404)):
        answer = ask(f"GET /{path} HTTP/1.0\r\n\r\n".encode(), replica())
        assert answer.startswith(f"HTTP/1.0 {code} ")


def test_systemd_is_told(tmp_path, monkeypatch):
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(path)
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        agent.notify("READY=1")
        assert systemd.recv(100) == b"READY=1"
