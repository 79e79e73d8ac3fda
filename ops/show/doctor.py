"""The list of ``doctor``."""

from __future__ import annotations

from typing import Final

from rich.console import Console
from rich.text import Text

from ops.checks.findings import ATTENTION, OK, UNKNOWN
from ops.doctor import Report
from ops.show.remedies import print_remedy
from ops.show.screen import visible
from ops.wording import language

_MARKS: Final = {OK: ("✔", "green"), ATTENTION: ("✘", "red"), UNKNOWN: ("?", "yellow")}


def show(report: Report, console: Console) -> None:
    """Print whether data is late, where something is wrong; then every finding on a line, and under it what to do."""
    if not report.well:
        console.print(Text(visible(report.lateness.said_in(language("en"))), style="bold"), soft_wrap=True)
    for finding in report.findings:
        mark, style = _MARKS[finding.state]
        console.print(Text.assemble((mark, style), f" {finding.check}: ", visible(finding.said)), soft_wrap=True)
        if finding.remedy:
            print_remedy(finding.remedy, console, "    ")
    console.print()
    if report.well:
        console.print(Text(f"{len(report.findings)} findings, all is well.", style="green"))
    else:
        console.print(Text(f"{len(report.matters)} of {len(report.findings)} findings need attention.", style="red"))
