"""A migration, a worker and a job: each says who it is where releases do not end, the worker each second."""

import os
import sys
import time
from pathlib import Path

VERSION = Path("VERSION").read_text().strip()
log = Path("media", sys.argv[1])

while True:
    with log.open("a") as file:
        print(VERSION, os.environ["DATABASE_SCHEMA"], os.getuid() != 0, file=file)
    if sys.argv[1] != "ticks":
        break
    time.sleep(1)
