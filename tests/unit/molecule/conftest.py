import sys
from pathlib import Path

SHARED = Path(__file__).parents[3] / "molecule" / "shared"
sys.path[:0] = [str(SHARED / "files"), str(SHARED / "filter_plugins"), str(SHARED.parent / "interruption" / "callback")]
