"""``python -m fork.synthesis [VARIANT]``, in the fork's Python: main.py, or a variant of prod, made with the fork."""

from __future__ import annotations

import importlib
import sys

from fork import door

if __name__ == "__main__":
    door.install()
    # Only now: both import the door.
    importlib.import_module("scan.synthesis" if sys.argv[1:] else "main").main()
