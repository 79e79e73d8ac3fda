"""From a day to its page in a file: what both command lines call."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from ops.platform import Platform
from ops.report.facts import DayFacts
from ops.report.gathering import gather
from ops.report.page import render


def write_report(
    platform: Platform, day: date | None, out: Path | None, now: datetime, language: str = ""
) -> tuple[Path, DayFacts]:
    """Write the report of a day, or of the newest run's, and return its file and the facts that are in it.

    The file is ``out`` or one here that is called after the day; ``language`` or, without one, the environment's.

    Raises:
        ReportError: the bucket or the day's run is missing, or ETL-2 is publishing at this moment.
        TableError: a table cannot be read.
        OSError: the file cannot be written.
        ClientError: AWS refuses.
    """
    facts = gather(platform, day, now)
    if language:
        facts = replace(facts, language=language)
    path = out or Path(f"report-{facts.day}.html")
    path.write_text(render(facts), encoding="utf-8")
    return path, facts
