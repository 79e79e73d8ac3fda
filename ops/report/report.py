"""From a day to its page in a file: what both command lines call."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from ops.platform import Platform
from ops.report.facts import DayFacts
from ops.report.gathering import gather
from ops.report.page import render


def write_report(platform: Platform, day: date, out: Path, now: datetime, language: str = "") -> DayFacts:
    """Write the report of a day to the file ``out``, and return the facts that are in it.

    It is in ``language`` or, without one, in the environment's.

    Raises:
        ReportError: the bucket or the day's run is missing, or ETL-2 is publishing at this moment.
        TableError: a table cannot be read.
        OSError: the file cannot be written.
        ClientError: AWS refuses.
    """
    facts = gather(platform, day, now)
    if language:
        facts = replace(facts, language=language)
    out.write_text(render(facts), encoding="utf-8")
    return facts
