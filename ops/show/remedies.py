"""A remedy as people see it: what can be pasted stands on a line without what cannot."""

from __future__ import annotations

import re
from typing import Final

from rich.console import Console
from rich.text import Text

from ops.show.screen import visible

#: A finding's remedy is one text, for scripts and the report too.
_HEADING: Final = re.compile(r" \(runbook: ([^)]*)\)")


def print_remedy(remedy: str, console: Console, indent: str) -> None:
    """Print what to do, and under it the runbook's headings: in the command's line a shell would refuse them."""
    console.print(Text(f"{indent}→ {visible(_HEADING.sub('', remedy))}"), soft_wrap=True)
    for heading in _HEADING.findall(remedy):
        console.print(Text(f"{indent}  runbook: {visible(heading)}", style="dim"), soft_wrap=True)
