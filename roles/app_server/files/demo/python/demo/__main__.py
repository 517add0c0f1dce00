"""`python3 -m demo migrate`: bring the tables up to date, once, through the writer."""

from __future__ import annotations

import json
import os
import sys
import time

from .database import Database, UnavailableError
from .items import migrate
from .settings import Settings, SettingsError

PATIENCE_SECONDS = 15  # a proxy that has just started takes a moment to find the primary


def main(arguments: list[str]) -> str:
    """Run the one command there is and say what it did."""
    if arguments != ["migrate"]:
        raise SystemExit("usage: python3 -m demo migrate")
    database = Database.of(Settings.from_environment(os.environ))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            created = database.write(migrate, repeatable=True)
        except UnavailableError:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)
        else:
            return json.dumps({"created": created.value, "host": created.host})


if __name__ == "__main__":
    try:
        print(main(sys.argv[1:]))
    except (SettingsError, UnavailableError) as failure:
        raise SystemExit(str(failure)) from failure
