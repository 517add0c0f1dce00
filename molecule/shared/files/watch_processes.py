"""Notes every command line on this machine, and so of the lab's hosts, until a file is there.

Arguments: that file, the file to write, and after how many seconds it ends in any case.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

YOUNG_SECONDS, PAUSE_SECONDS = 3.0, 0.03


def main() -> None:
    stop, record, limit = Path(sys.argv[1]), sys.argv[2], time.monotonic() + float(sys.argv[3])
    seen: set[bytes] = set()
    first: dict[str, float] = {}
    with open(os.open(record, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb", buffering=0) as file:
        while not stop.exists() and time.monotonic() < limit:
            now = time.monotonic()
            running = {name for name in os.listdir("/proc") if name.isdigit()}
            first = {name: first.get(name, now) for name in running}
            # A process shows its parent's command line at first; an old one hardly ever another one.
            for name in running:
                if now - first[name] < YOUNG_SECONDS:
                    try:
                        line = Path("/proc", name, "cmdline").read_bytes()
                    except OSError:
                        continue
                    if line not in seen:
                        seen.add(line)
                        file.write(line + b"\n")
            time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main()
