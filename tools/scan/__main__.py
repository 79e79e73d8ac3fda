"""``python -m tools.scan``: look for what a security reviewer would object to, in stacks, workflows and packages."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from typing import Final

from tools.local.errors import SynthesisError
from tools.scan.advisories import check_advisories
from tools.scan.environment import ScanError
from tools.scan.stacks import check_stacks
from tools.scan.workflows import check_workflows

REQUIRED: Final = "required"
IF_REACHABLE: Final = "if-reachable"
PARTS: Final = ("stacks", "workflows", "advisories")


def main() -> None:
    """Scan the chosen parts, tell of each, and end with 1 if there was anything to object to."""
    arguments = _arguments()
    checks: dict[str, Callable[[], str]] = {
        "stacks": check_stacks,
        "workflows": check_workflows,
        "advisories": partial(check_advisories, required=arguments.advisories == REQUIRED),
    }
    failed = []
    for part in arguments.part or PARTS:
        try:
            print(f"{part}: {checks[part]()}", flush=True)
        except (ScanError, SynthesisError) as error:
            failed.append(part)
            print(f"{part}: FAILED\n{error}", flush=True)
    if failed:
        sys.exit(f"scan: {', '.join(failed)}: see above")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.scan", description=__doc__)
    parser.add_argument("part", nargs="*", choices=(*PARTS, []), help="default: all")
    parser.add_argument(
        "--advisories",
        choices=(IF_REACHABLE, REQUIRED),
        default=IF_REACHABLE,
        help=f"{REQUIRED}: fail where the registries give no answer; {IF_REACHABLE} (default): say so and go on",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
