"""``python -m ops``."""

from __future__ import annotations

from ops.app import made


def main() -> None:
    """Run the command that the command line names, and exit with its code."""
    made()()


if __name__ == "__main__":
    main()
