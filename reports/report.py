"""From a day to its page in a file: what both command lines call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.gathering import gather
from reports.page import render

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

    from envs.schema import Environment
    from reports.facts import DayFacts


def write_report(s3: S3Client, environment: Environment, day: date, out: Path, now: datetime) -> DayFacts:
    """Write the report of a day to the file ``out``, and return the facts that are in it.

    Raises:
        ReportError: the bucket or the day's run is missing, or ETL-2 is replacing the day at this moment.
        OSError: the file cannot be written.
        ClientError: S3 refuses.
    """
    facts = gather(s3, environment, day, now)
    out.write_text(render(facts), encoding="utf-8")
    return facts
