"""What all unit tests share: how Hypothesis tries, and that Ansible finds the collection of this checkout."""

import os
from pathlib import Path

from hypothesis import settings

# Few examples at the desk, many where time is: WEBSTACK_EXAMPLES=full.
settings.register_profile("quick", max_examples=25, deadline=None)
settings.register_profile("full", max_examples=600, deadline=None)
settings.load_profile(os.environ.get("WEBSTACK_EXAMPLES") or "quick")


def pytest_configure(config):
    """Before a test imports the collection: a package that Python found by itself is closed to Ansible's templating."""
    if config.getoption("numprocesses") and not hasattr(config, "workerinput"):
        return  # it runs no test itself
    from ansible.plugins.loader import init_plugin_loader

    init_plugin_loader([str(Path(__file__).parents[2] / ".collections")])
