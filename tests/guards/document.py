"""docs/state.md as the tests use it: its commands by heading, and its table of messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.guards.roots import Done, run
from tests.integration.test_readme_and_runbook import blocks, documents

DOCUMENT: Final = "docs/state.md"
_ROW: Final = re.compile(r"^\| `(?P<said>[^`]+)` \| .+ \|$", re.MULTILINE)


def messages() -> list[str]:
    """What errors say, by the table."""
    return [match["said"] for match in _ROW.finditer(documents()[DOCUMENT])]


def commands_under(heading: str) -> str:
    """The commands under a heading, as they stand, for prod."""
    (commands,) = (block.commands for block in blocks() if (block.document, block.heading) == (DOCUMENT, heading))
    return commands.replace("cat-test-", "cat-prod-")


def run_commands_under(
    heading: str, folder: Path, variables: Mapping[str, str], instead: Mapping[str, Path | str]
) -> Done:
    """Run the commands under a heading in ``folder``, with the test's own ``instead`` of what they name."""
    script = commands_under(heading)
    for named, ours in instead.items():
        assert named in script
        script = script.replace(named, str(ours))
    return run(("bash", "-euo", "pipefail", "-c", script), folder, variables)
