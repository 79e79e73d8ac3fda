"""A day's report, with what can go wrong told as the other commands tell it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from ops.exits import attention, usage
from ops.platform import Platform
from ops.report.facts import DayFacts


def write(
    platform: Platform, day: date | None, path: Path | None, now: datetime, language: str = ""
) -> tuple[Path, DayFacts]:
    """Write the report of a day, or of the newest run's, as ``write_report`` does, and return its file and facts.

    Raises:
        OpsError: there is no such day or folder, or the report's packages are not installed.
    """
    try:
        # Here, for the charts take a second to load, which no other command should wait for.
        from ops.report.gathering import ReportError
        from ops.report.report import write_report
    except ModuleNotFoundError as error:
        message = f"The report needs packages of its own: {error}."
        raise usage(message, "python -m pip install -r ops/report/requirements.txt -c constraints.txt") from error
    if path and not path.parent.is_dir():
        message = f"--output {path}: there is no folder {path.parent}."
        raise usage(message, "Make it, or name another file.")
    try:
        return write_report(platform, day, path, now, language)
    except ReportError as error:
        raise attention(str(error), f"python -m ops doctor --env {platform.names.env} looks at everything.") from error
    except OSError as error:
        message = f"--output {error.filename}: {error.strerror}."
        raise usage(message, "Name another file.") from error
