"""``python -m tools.scan.synthesis NAME``: main.py, with prod replaced by the variant of that name.

With ``pipeline`` after the name, the other program of cdktf's: the stack of what the workflows act as.
"""

from __future__ import annotations

import os
import sys

import main as platform
from envs import selection
from envs.prod import PROD
from envs.selection import CHOICE_VARIABLE
from modules.ci import __main__ as pipeline
from tools.scan.variants import DELIVERIES, PIPELINE, VARIANTS


def main() -> None:
    """Synthesize the variant that the first argument names."""
    name, *program = sys.argv[1:]
    selection.ENVIRONMENTS[PROD.name] = {**VARIANTS, **DELIVERIES}[name]
    os.environ[CHOICE_VARIABLE] = PROD.name
    if program == [PIPELINE]:
        pipeline.main()
    else:
        platform.main()


if __name__ == "__main__":
    main()
