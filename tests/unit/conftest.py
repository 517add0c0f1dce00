"""What all unit tests share: how Hypothesis tries, and that Ansible finds the collection of this checkout."""

import os
from pathlib import Path

from ansible.plugins.loader import init_plugin_loader
from hypothesis import settings

# Few examples at the desk, many where time is: WEBSTACK_EXAMPLES=full.
settings.register_profile("quick", max_examples=60, deadline=None)
settings.register_profile("full", max_examples=600, deadline=None)
settings.load_profile(os.environ.get("WEBSTACK_EXAMPLES") or "quick")

# Before any test imports the collection: a package that Python found by itself is closed to Ansible's own templating.
init_plugin_loader([str(Path(__file__).parents[2] / ".collections")])
