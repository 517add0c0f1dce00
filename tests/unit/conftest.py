"""How many examples Hypothesis tries: few at the desk, many where time is (WEBSTACK_EXAMPLES=full)."""

import os

from hypothesis import settings

settings.register_profile("quick", max_examples=60, deadline=None)
settings.register_profile("full", max_examples=600, deadline=None)
settings.load_profile(os.environ.get("WEBSTACK_EXAMPLES") or "quick")
