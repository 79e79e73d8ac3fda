"""``python -m scan.synthesis NAME``: main.py, with prod replaced by the variant of that name."""

from __future__ import annotations

import os
import sys

import main as platform
from envs import selection
from envs.prod import PROD
from envs.selection import CHOICE_VARIABLE
from scan.variants import VARIANTS


def main() -> None:
    """Synthesize the variant that the first argument names."""
    selection.ENVIRONMENTS[PROD.name] = VARIANTS[sys.argv[1]]
    os.environ[CHOICE_VARIABLE] = PROD.name
    platform.main()


if __name__ == "__main__":
    main()
