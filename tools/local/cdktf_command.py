"""The pinned ``cdktf``, started in an environment in which it finds Node, Python and the AWS provider.

``make setup`` puts it beside the virtual environment's Python, so that after ``source .venv/bin/activate`` a plain
``cdktf deploy cat-test-normalize`` works, with a network or with a provider mirror.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tools.local.machine_tools import NODE_VERSIONS, PROJECT, VENV, tool_environment
from tools.local.terraform_mirror import terraform_environment

CDKTF: Final = PROJECT / "node_modules" / ".bin" / "cdktf"

QUIET: Final = {
    # A banner each time where Node is older or newer than jsii likes; the first wants the versions' numbers.
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": ",".join(map(str, NODE_VERSIONS)),
    "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    # Usage data and version checks, sent by cdktf and by Terraform.
    "CHECKPOINT_DISABLE": "1",
    "DISABLE_VERSION_CHECK": "1",
}


def changed(environment: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    """Return a copy of ``environment`` with ``changes``, where None unsets a variable."""
    merged = {**environment, **changes}
    return {name: value for name, value in merged.items() if value is not None}


def cdktf_environment(environment: Mapping[str, str], directory: Path = VENV / "terraform") -> dict[str, str]:
    """Return the environment in which ``cdktf`` and Terraform run; ``directory`` keeps what all stacks share."""
    own = changed(environment, terraform_environment(directory, environment))
    return {**tool_environment(own), **QUIET}


def main() -> None:
    """Become ``cdktf`` with this process's arguments."""
    if not CDKTF.exists():
        sys.exit(f"{CDKTF} is missing; install it with: make setup")
    os.execve(CDKTF, [str(CDKTF), *sys.argv[1:]], cdktf_environment(os.environ))  # noqa: S606 no shell is wanted


if __name__ == "__main__":
    main()
