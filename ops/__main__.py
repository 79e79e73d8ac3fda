"""``python -m ops``."""

from __future__ import annotations

import sys
from pathlib import Path

from ops.app import made


def main() -> None:
    """Run the command that the command line names, and exit with its code."""
    # Shells complete commands, not modules: as cat-ops this program can be completed.
    made(completion=Path(sys.argv[0]).name != Path(__file__).name)()


if __name__ == "__main__":
    main()
