"""The workflows of .github: their schema, and zizmor's rules for what an attacker could use."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tools.local.machine_tools import PROJECT
from tools.scan.environment import ScanError, run, tool

WORKFLOWS: Final = PROJECT / ".github" / "workflows"


def check_workflows(folder: Path = WORKFLOWS) -> str:
    """Check every workflow in ``folder``, and return what to say of it.

    Raises:
        ScanError: there is none, or something is wrong with one.
    """
    files = sorted(str(file) for file in folder.glob("*.y*ml"))
    if not files:
        message = f"{folder} has no workflows to look at"
        raise ScanError(message)
    commands = (
        # The schema that the pinned release brings along, rather than whatever the network has today.
        [tool("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", *files],
        # The strictest persona. Offline: the other audits need a token for GitHub.
        [tool("zizmor"), "--offline", "--persona", "auditor", "--strict-collection", "--color", "never", *files],
    )
    complaints = [done.stdout + done.stderr for done in map(run, commands) if done.returncode != 0]
    if complaints:
        raise ScanError("\n".join(complaints))
    return f"{len(files)} as GitHub's schema has it, 0 findings of zizmor"
