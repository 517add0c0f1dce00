"""Plans that change the release that serves, whole and interrupted after each step."""

from __future__ import annotations

import itertools
import os
from dataclasses import replace

import pytest
from ansible_collections.scaleup.webstack.plugins.module_utils.errors import InvalidError
from ansible_collections.scaleup.webstack.plugins.module_utils.release import Action, Seen, Slot, Step, plan

NOTHING = {"a": Slot(), "b": Slot()}
SERVES = Slot("1", active=True, enabled=True)
ONE = Seen({"a": SERVES, "b": Slot()}, kept="a", pointed="a", releases=("1", "2"), history=("1",))


def words(steps):
    return [f"{step.action.value} {step.slot or step.release}".strip() for step in steps]


def after(seen: Seen, step: Step) -> Seen:
    """What is seen when a step has been done, without a host."""

    def slot(**changes):
        return {**seen.slots, step.slot: replace(seen.slots[step.slot], **changes)}

    if step.action is Action.LINK:
        assert not seen.slots[step.slot].active
    changes = {
        Action.STOP: lambda: {"slots": slot(active=False, enabled=False)},
        Action.LINK: lambda: {"slots": slot(release=step.release)},
        Action.START: lambda: {"slots": slot(active=True), "healthy": True},
        Action.ENABLE: lambda: {"slots": slot(enabled=True)},
        Action.KEEP: lambda: {"kept": step.slot},
        Action.POINT: lambda: {"pointed": step.slot},
        Action.RECORD: lambda: {"history": tuple(step.release.split("\n"))},
        Action.FORGET: lambda: {"stale": False},
        Action.REMOVE: lambda: {"releases": tuple(each for each in seen.releases if each != step.release)},
    }
    return replace(seen, **changes.get(step.action, dict)())


def test_the_first_release_serves():
    seen = Seen(NOTHING, releases=("1",))
    assert words(plan(seen, "1", 5)) == ["link a", "start a", "gate a", "keep a", "point a", "enable a", "record 1"]


def test_the_next_one_starts_beside_it_and_the_old_one_finishes():
    assert words(plan(ONE, "2", 5)) == [
        *("link b", "start b", "gate b", "keep b", "point b", "enable b", "drain a", "stop a", "record 2\n1"),
    ]


def test_one_that_serves_as_it_is_needs_nothing():
    assert plan(ONE, "1", 5) == []


def test_one_that_has_something_new_to_read_is_changed_for_itself():
    steps = words(plan(replace(ONE, stale=True), "1", 5))
    assert steps[:3] == ["link b", "start b", "gate b"]
    assert steps[-1] == "forget"


def test_one_that_is_ill_is_started_where_it_is():
    assert words(plan(replace(ONE, healthy=False), "1", 5)) == ["start a", "gate a"]
    dead = replace(ONE, slots={"a": Slot("1", active=False, enabled=True), "b": Slot()})
    assert words(plan(dead, "1", 5)) == ["start a", "gate a"]


def test_what_is_left_in_the_other_slot_is_stopped_first():
    left = replace(ONE, slots={"a": SERVES, "b": Slot("0", active=True)})
    assert words(plan(left, "2", 5))[:3] == ["stop b", "link b", "start b"]
    assert words(plan(left, "1", 5)) == ["drain b", "stop b"]


def test_a_release_that_is_not_there_is_not_served():
    with pytest.raises(InvalidError, match="3 is not complete on this host; there are 1, 2"):
        plan(ONE, "3", 5)


def test_the_oldest_ones_go_but_never_one_to_go_back_to():
    many = replace(ONE, releases=("1", "2", "3", "4", "5"), history=("1", "3", "2"))
    assert words(plan(many, "4", 3))[-2:] == ["remove 2", "remove 3"]
    assert [step.release for step in plan(many, "4", 2) if step.action is Action.REMOVE] == ["2", "3", "5"]


def test_going_back_twice_goes_further_back():
    three = replace(
        ONE, releases=("1", "2", "3"), history=("3", "2", "1"), slots={"a": Slot("3", True, True), "b": Slot()}
    )
    (record,) = [step for step in plan(three, "2", 5, back=True) if step.action is Action.RECORD]
    assert record.release.split("\n") == ["2", "1"]


WORLDS = [
    Seen(
        {"a": a, "b": b}, kept, pointed or kept, ("1", "2", "3"), history, stale, healthy
    )
    for a, b, kept, pointed, history, stale, healthy in itertools.product(
        (Slot(), SERVES, Slot("1"), Slot("2", active=True)),
        (Slot(), Slot("2", active=True), Slot("1", active=True, enabled=True), Slot("2", enabled=True)),
        ("", "a", "b"),
        ("", "a", "b"),
        ((), ("1",), ("2", "1")),
        (False, True),
        (False, True),
    )
    if kept == "" or {"a": a, "b": b}[kept].release
]  # fmt: skip


@pytest.mark.parametrize("wanted", ["1", "2", "3"])
def test_a_plan_may_stop_after_any_step_and_the_next_one_ends_in_the_same(wanted):
    for world in WORLDS if os.environ.get("WEBSTACK_EXAMPLES") else WORLDS[::7]:
        whole = plan(world, wanted, 2)
        for stop in range(len(whole) + 1):
            seen = world
            for step in whole[:stop]:
                before = seen
                seen = after(seen, step)
                if step.action is Action.POINT:
                    assert seen.slots[step.slot].active, (world, whole)
                if step.action is Action.STOP:
                    assert before.pointed != step.slot or not before.slots[step.slot].active, (world, whole)
            for step in plan(seen, wanted, 2):
                seen = after(seen, step)
            assert (seen.current, seen.pointed) == (wanted, seen.kept)
            assert seen.slots[seen.kept] == Slot(wanted, active=True, enabled=True)
            other = next(slot for name, slot in seen.slots.items() if name != seen.kept)
            assert (other.active, other.enabled, seen.stale) == (False, False, False)
            assert seen.history[0] == wanted
            assert len(seen.releases) <= 3
            assert plan(seen, wanted, 2) == []
