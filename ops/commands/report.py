r"""Commands that write for others to read: report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from envs.schema import ReportLanguage
from ops import days, reporting
from ops.commands.options import Day, Env, Json, ends, now, platform_of
from ops.exits import Exit
from ops.show.screen import output, print_json


@ends
def report(
    *,
    env: Env,
    dt: Day = "",
    file: Annotated[
        Path | None, typer.Option("--output", metavar="FILE.html", help="Where it goes; else report-DAY.html here.")
    ] = None,
    language: Annotated[
        ReportLanguage | None, typer.Option("--language", help="Its language; else the setting report.language.")
    ] = None,
    as_json: Json = False,
) -> Exit:
    """One day as one HTML page: volumes, feedback, rejects, checks, cost.

    The newest day, or that of --dt. The page needs no network and runs no script.

    \b
    Example: python -m ops report --env prod
             python -m ops report --env prod --dt 2026-01-31 --output a.html
             python -m ops report --env prod --language es
    """
    platform = platform_of(env)
    path, facts = reporting.write(platform, days.any_day(dt) if dt else None, file, now(), language or "")
    if as_json:
        print_json({"file": str(path), "dt": str(facts.day), "run_id": facts.run.run_id, "state": facts.state.value})
    else:
        output().print(f"{path}: {facts.day}, run {facts.run.run_id}, {facts.state.value}", soft_wrap=True)
    return Exit.WELL
