"""Which run this is, and whether another one of this machine still runs: real processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import time
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.scaleup.webstack.plugins.action import stack_lease


@pytest.fixture
def action(monkeypatch):
    """The action, with a host that answers one thing after the other."""

    def made(answers: list[dict[str, Any]], **arguments: Any):
        sent: list[dict[str, Any]] = []
        action = object.__new__(stack_lease.ActionModule)
        action._task = SimpleNamespace(args=arguments)
        action._execute_module = lambda _name, given, task_vars=None: (sent.append(given), dict(answers.pop(0)))[1]
        monkeypatch.setattr(stack_lease.ActionBase, "run", lambda *_arguments: {})
        return action.run(None, {}), sent

    return made


def test_it_says_which_run_this_is_and_when_to_come_again(action):
    said, sent = action([{"changed": False, "msg": ""}], path="/l", seconds="90")
    assert sent[0]["run"]["pid"] == os.getpid()
    assert sent[0]["run"]["started"].isdigit()
    assert sent[0]["run"]["owner"].count("@") == 1
    assert sent[0]["judged"] == []
    assert 25 <= said["renew_at"] - time.time() <= 31


def in_a_child(pipe):
    pipe.send(stack_lease.this_run())


# Ansible forks, too. The child here takes no lock that a thread of the parent could hold: it reads /proc.
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_task_names_the_process_that_runs_the_playbook_not_its_own():
    here, there = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=in_a_child, args=(there,))
    child.start()
    assert here.recv() == stack_lease.this_run() == {**stack_lease.this_run(), "pid": os.getpid()}
    child.join()


def test_a_holder_that_runs_is_said_to_run_and_one_that_was_killed_is_not(action):
    holder = subprocess.Popen(["sleep", "60"])
    asked = {"controller": stack_lease.controller(), "pid": holder.pid, "started": stack_lease.started(holder.pid)}
    refused, taken = {"failed": True, "msg": "no", "asked": asked}, {"changed": False, "msg": "taken over"}
    said, sent = action([refused, {"failed": True, "msg": "no"}], path="/l")
    assert (said, sent[1]["judged"]) == ({"failed": True, "msg": "no"}, [{**asked, "runs": True}])
    # Killed, and not waited for yet: the kernel still has its number.
    holder.send_signal(signal.SIGKILL)
    while os.waitid(os.P_PID, holder.pid, os.WEXITED | os.WNOWAIT) is None:
        pass
    said, sent = action([refused, taken], path="/l")
    assert (said["warnings"], sent[1]["judged"]) == (["taken over"], [{**asked, "runs": False}])
    holder.wait()
    assert action([refused, taken], path="/l")[1][1]["judged"][0]["runs"] is False
    assert (
        action([{**refused, "asked": {**asked, "pid": os.getpid()}}, taken], path="/l")[1][1]["judged"][0]["runs"]
        is False
    )


def test_it_does_not_ask_for_ever(action):
    asked = {"failed": True, "msg": "no", "asked": {"controller": "c", "pid": 1, "started": "-"}}
    said, sent = action([asked] * 4, path="/l")
    assert said == {"failed": True, "msg": "no"}
    assert len(sent) == 3
