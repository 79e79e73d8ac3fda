"""Versions of the code."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from ops.deployed import Versions
from ops.platform import Platform
from ops.show.screen import visible
from ops.show.tables import print_table, table


def show(versions: Versions, platform: Platform, console: Console) -> None:
    """Print each part's version, and what differs from this checkout's."""
    made = table("part", "version", "what", folds=("what",))
    made.add_row("code", versions.code, "this checkout")
    for part in versions.parts:
        made.add_row(part.etl, part.version or "-", part.name)
    if versions.newest_run:
        made.add_row("newest run", visible(versions.newest_run_version) or "-", visible(versions.newest_run))
    print_table(made, console)
    for difference in versions.differences:
        console.print(Text.assemble(("! ", "yellow"), visible(difference)), soft_wrap=True)
    if versions.differences:
        remedy = f"{platform.deploy} deploys this checkout; docs/upgrading.md says what to read before."
        console.print(Text(f"  → {remedy}"), soft_wrap=True)
    else:
        console.print(Text("What is deployed is of this checkout's version.", style="green"))
