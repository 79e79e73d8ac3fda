"""The documentation as a site, built by mkdocs from docs/."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

from tools.local.machine_tools import PROJECT
from tools.local.side_environment import python_with

_REQUIREMENTS: Final = PROJECT / "tools/site/requirements.txt"
_CONSTRAINTS: Final = PROJECT / "tools/site/constraints.txt"
_ENVIRONMENT: Final = PROJECT / "build" / "docs-venv"
_CONFIGURATION: Final = PROJECT / "tools" / "site" / "mkdocs.yml"
SITE: Final = PROJECT / "build" / "site"


class SiteError(RuntimeError):
    """The site was not built; the message is mkdocs' own."""


def build(folder: Path = SITE) -> str:
    """Build the site into ``folder`` and return what mkdocs said. A link that leads nowhere is an error.

    Raises:
        SiteError: a page is not as it should be.
        SideEnvironmentError: mkdocs cannot be installed.
    """
    mkdocs = python_with([_REQUIREMENTS], _ENVIRONMENT, [_CONSTRAINTS]).with_name("mkdocs")
    command = (str(mkdocs), "build", "--strict", "--config-file", str(_CONFIGURATION), "--site-dir", str(folder))
    # Without it mkdocs-material prints an advertisement for a successor.
    variables = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, check=False, cwd=PROJECT, env=variables, capture_output=True, text=True)
    if done.returncode != 0:
        message = f"mkdocs: {done.stdout}{done.stderr}"
        raise SiteError(message)
    return done.stderr
