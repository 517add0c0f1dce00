"""A worker that says who it is each second, and a job that says so once; both write where releases do not end."""

import os
import sys
import time
from pathlib import Path

VERSION = Path("VERSION").read_text().strip()
log = Path("media", sys.argv[1])

while True:
    with log.open("a") as file:
        print(VERSION, os.environ["DATABASE_SCHEMA"], file=file)
    if sys.argv[1] == "swept":
        break
    time.sleep(1)
