"""The module against a host that can be stopped at any moment: after each step the host is safe, and a run finishes."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils import nftables
from ansible_collections.scaleup.webstack.plugins.module_utils.firewall import EMPTY, Connection, FirewallError
from ansible_collections.scaleup.webstack.plugins.module_utils.nftables import Filter
from ansible_collections.scaleup.webstack.plugins.modules import firewall

OLD = "table inet webstack {\n\tchain input {\n\t\told\n\t}\n}\n"
NEW = "table inet webstack {\n\tchain input {\n\t\tnew\n\t}\n}\n"
BOTH = "table inet webstack {\n\tchain input {\n\t\told\n\t\tnew\n\t}\n}\n"
FIRST, SECOND = Connection("192.0.2.1", 22, 50000), Connection("192.0.2.1", 22, 50001)


class PowerCutError(Exception):
    """The run ends here."""


class World:
    """A host: one table, one timer, three files. Listings are what was loaded, without the lines that replace."""

    def __init__(self, folder, monkeypatch, live=None, confirmed=None):
        self.live, self.timer, self.left, self.reconnected = live, False, None, False
        self.wanted, self.confirmed = folder / "wanted.nft", folder / "rules.nft"
        self.previous, self.enabled = folder / "previous.nft", folder / "enabled"
        self.wanted.write_text(EMPTY + NEW)
        if confirmed:
            self.confirmed.write_text(EMPTY + confirmed)
            self.enabled.touch()
        monkeypatch.setattr(nftables, "PREVIOUS", str(self.previous))
        monkeypatch.setattr(nftables, "ENABLED", str(self.enabled))

    def step(self):
        """Every change of the host passes here."""
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise PowerCutError

    def run_command(self, command, data=""):
        words = [word for word in command if not word.startswith("--")]
        if words[0] != "unshare" and words[:2] not in (["nft", "list"], ["systemctl", "is-active"]):
            self.step()
        match words:
            case ["nft", "list", *_]:
                return (0, self.live, "") if self.live else (1, "", "Error: No such file or directory")
            case ["unshare", *_]:
                return (0, data.removeprefix(EMPTY), "")
            case ["nft", "-"]:
                self.load(data)
            case ["systemctl", "is-active", _]:
                return (0 if self.timer else 3, "", "")
            case ["systemctl", "enable", _]:
                self.enabled.touch()
            case ["systemctl", "disable", _]:
                self.enabled.unlink()
            case ["systemctl", "stop", *_]:
                self.timer = False
            case ["systemd-run", *_]:
                self.timer = True
            case ["systemctl", "start", _]:
                assert self.confirmed.exists()
            case _:
                pytest.fail(f"unknown command {command}")
        return (0, "", "")

    def load(self, text):
        if text.startswith(EMPTY):
            self.live = text.removeprefix(EMPTY) or None
        else:
            self.live = BOTH

    def seconds_pass(self):
        if self.timer:
            self.timer = False
            self.load(self.previous.read_text())
            self.previous.unlink()

    def boot(self):
        self.live, self.timer = None, False
        self.previous.unlink(missing_ok=True)
        if self.enabled.exists() and self.confirmed.exists():
            self.load(self.confirmed.read_text())

    def atomic_move(self, source, target):
        self.step()
        os.replace(source, target)

    def module(self, state="present", *, check_mode=False, tried_by=None):
        params = {
            "state": state,
            "wanted": str(self.wanted),
            "confirmed": str(self.confirmed),
            "admin_networks": ["192.0.2.0/24"],
            "admin_ports": [22],
            "rollback_seconds": 30,
            "tried_by": tried_by,
        }
        folder, move = str(self.wanted.parent), self.atomic_move
        return SimpleNamespace(params=params, check_mode=check_mode, tmpdir=folder, atomic_move=move, warn=pytest.fail)

    def work(self, monkeypatch, state="present", connection=FIRST, **options):
        monkeypatch.setattr(firewall, "connection", lambda: connection)
        return firewall.work(self.module(state, **options), Filter(self.run_command))

    def whole_run(self, monkeypatch):
        """What the action plugin does."""
        self.work(monkeypatch, "opened")
        tried = self.work(monkeypatch)
        if tried["on_trial"]:
            self.reconnected = True
            self.work(monkeypatch, connection=SECOND, tried_by=tried["tried_by"])
        return tried

    def state(self):
        return (self.live, self.confirmed.exists() and self.confirmed.read_text(), self.timer, self.previous.exists())


WHOLE = (NEW, EMPTY + NEW, False, False)
STARTS = [(None, None), (OLD, OLD), (OLD, NEW), (NEW, OLD), (None, OLD), (None, NEW), (OLD, None)]


@pytest.mark.parametrize(("live", "confirmed"), STARTS)
def test_a_run_puts_rules_in_force_and_the_next_changes_nothing(tmp_path, monkeypatch, live, confirmed):
    world = World(tmp_path, monkeypatch, live, confirmed)
    assert world.whole_run(monkeypatch)["changed"]
    assert world.state() == WHOLE
    again = world.whole_run(monkeypatch)
    assert (again["changed"], again["pending"], again["on_trial"]) == (False, [], False)


@pytest.mark.parametrize("meanwhile", ["nothing", "seconds_pass", "boot"])
@pytest.mark.parametrize(("live", "confirmed"), STARTS)
def test_a_run_that_is_cut_anywhere_is_safe_and_finished_by_the_next(tmp_path, monkeypatch, live, confirmed, meanwhile):
    for steps in range(20):
        folder = tmp_path / str(steps)
        folder.mkdir()
        world = World(folder, monkeypatch, live, confirmed)
        world.left = steps
        try:
            world.whole_run(monkeypatch)
        except PowerCutError:
            pass
        else:
            assert steps > 5
            return
        # Rules that let nobody in are in force only while the timer waits to take them back.
        assert world.live == live or world.live in (BOTH, OLD) or world.timer or world.reconnected
        world.left = None
        if meanwhile != "nothing":
            getattr(world, meanwhile)()
        world.whole_run(monkeypatch)
        assert world.state() == WHOLE
    pytest.fail("the run never ended")


def test_a_host_that_is_not_reached_again_is_as_before(tmp_path, monkeypatch):
    world = World(tmp_path, monkeypatch, OLD, OLD)
    tried = world.work(monkeypatch)
    assert (world.live, world.timer) == (NEW, True)
    world.seconds_pass()
    assert world.state() == (OLD, EMPTY + OLD, False, False)
    with pytest.raises(FirewallError, match="No new connection came within 30 s; the host took its old rules back"):
        world.work(monkeypatch, connection=SECOND, tried_by=tried["tried_by"])
    assert world.live == OLD


def test_the_connection_that_is_older_than_the_rules_confirms_nothing(tmp_path, monkeypatch):
    world = World(tmp_path, monkeypatch, OLD, OLD)
    tried = world.work(monkeypatch)
    with pytest.raises(FirewallError, match=r"The connection from 192\.0\.2\.1 50000 is older than the rules"):
        world.work(monkeypatch, connection=FIRST, tried_by=tried["tried_by"])
    assert world.timer


def test_opening_keeps_what_is_to_be_taken_back(tmp_path, monkeypatch):
    world = World(tmp_path, monkeypatch, OLD, OLD)
    assert world.work(monkeypatch, "opened")["changed"]
    assert (world.live, world.timer) == (BOTH, False)
    world.work(monkeypatch)
    world.seconds_pass()
    assert world.live == OLD


def test_opening_a_host_without_rules_shuts_nothing(tmp_path, monkeypatch):
    world = World(tmp_path, monkeypatch)
    seen = world.work(monkeypatch, "opened")
    assert (seen["changed"], seen["pending"][0], world.live) == (False, "No rules are loaded.", None)


@pytest.mark.parametrize("state", ["opened", "present", "absent"])
def test_check_mode_takes_no_step(tmp_path, monkeypatch, state):
    world = World(tmp_path, monkeypatch, OLD, OLD)
    world.left = 0
    seen = world.work(monkeypatch, state, check_mode=True)
    assert seen["changed"] is (state != "opened")
    if state == "present":
        assert seen["diff"] == {"before": OLD, "after": NEW}


def test_check_mode_before_there_are_rules(tmp_path, monkeypatch):
    world = World(tmp_path, monkeypatch)
    world.wanted.unlink()
    assert world.work(monkeypatch, check_mode=True)["changed"]


def test_absent_opens_everything_once(tmp_path, monkeypatch):
    world = World(tmp_path, monkeypatch, OLD, OLD)
    assert world.work(monkeypatch, "absent")["changed"]
    assert world.state() == (None, False, False, False)
    assert not world.enabled.exists()
    assert not world.work(monkeypatch, "absent")["changed"]
