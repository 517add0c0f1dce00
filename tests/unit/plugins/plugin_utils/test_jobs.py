"""What an application does beside its requests."""

from __future__ import annotations

import pytest
from ansible_collections.scaleup.webstack.plugins.plugin_utils.application import Application
from ansible_collections.scaleup.webstack.plugins.plugin_utils.jobs import problems_of, told

NIGHTLY = {"calendar": "03:00", "start": "./bin/sweep"}
FAULTS = [
    ({"workers": {"Mailer": "./mail"}}, "has the worker or timer 'Mailer', which fits no unit"),
    ({"workers": {"mailer": None}}, "has the worker or timer mailer, whose command is empty"),
    ({"workers": {"mailer": " "}}, "has the worker or timer mailer, whose command is empty"),
    ({"workers": {"mailer": "mail 'x"}}, "quotes that do not end"),
    ({"timers": {"nightly": {"calendar": "03:00"}}}, "has the timer nightly, which needs calendar and start"),
    ({"timers": {"nightly": "03:00"}}, "has the timer nightly, which needs calendar and start"),
    ({"timers": {"nightly": {**NIGHTLY, "every": "day"}}}, "and nothing else"),
    ({"timers": {"nightly": {**NIGHTLY, "calendar": "03:00\nUnit=x"}}}, "has the calendar '03:00\\nUnit=x'"),
    ({"workers": {"one": "./x"}, "timers": {"one": NIGHTLY}}, "has a worker and a timer one"),
    ({"shared_paths": ["/media"]}, "has the shared path '/media'"),
    ({"shared_paths": ["../media"]}, "has the shared path '../media'"),
    ({"shared_paths": ["media/"]}, "has the shared path 'media/'"),
]


@pytest.mark.parametrize(("more", "said"), FAULTS)
def test_what_is_wrong_is_said(more, said):
    assert [text for text in problems_of(Application(name="shop", **more)) if said in text] != []


def test_they_run_in_the_release_and_in_its_environment():
    app = Application(
        name="shop",
        requirements="r.txt",
        workers={"mailer": "python3 -m shop mail --rate 5%"},
        timers={"nightly": NIGHTLY},
        shared_paths=["media", "var/files"],
    )
    assert list(problems_of(app)) == []
    assert told(app) == {
        "workers": {"mailer": "/srv/webstack/apps/shop/%i/.venv/bin/python3 -m shop mail --rate 5%%"},
        "timers": {"nightly": {"calendar": "03:00", "start": "/srv/webstack/apps/shop/%i/bin/sweep"}},
        "shared_paths": ["media", "var/files"],
        "shared_folder": "/srv/webstack/apps/shop/shared",
    }
